#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the benchmarks for release in build/bench and runs them.  The figures
# that count are ratios of one run; docs/performance.md explains them.
set -eu
CDPATH=
cd -- "$(dirname -- "$0")/../.."
apps/packages build run test bench
cmake --preset release -B build/bench -DBUILD_TESTING=ON >/dev/null
cmake --build build/bench --target bench update_tokens strava-sandbox \
    --parallel "$(nproc)" >/dev/null
echo "== a page of 200 activities"
build/bench/tests/bench/bench_decode
echo "== polylines"
build/bench/tests/bench/bench_polyline
echo "== token refreshes"
sh tests/bench/refresh.sh build/bench/tests/bench/bench_refresh 5000 9
echo "== secrets"
build/bench/tests/bench/bench_secret
build/bench/tests/bench/bench_start build/bench/tests/bench/bench_start_library \
    build/bench/tests/bench/bench_start_curl
echo "== claims and saves"
build/bench/tests/bench/bench_claim_save
echo "== a whole refresh run"
sh tests/bench/race.sh build/bench
sh tests/bench/race.sh -n 200 -d 100 -r 1 build/bench
sh tests/bench/race.sh -n 500 -f 49500 -r 1 -p "pool bare" build/bench
