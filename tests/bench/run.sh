#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the benchmarks for release in build/bench and runs them.  The figures
# that count are ratios of one run; docs/performance.md explains them.
set -eu
CDPATH=
cd -- "$(dirname -- "$0")/../.."
apps/packages build test bench
cmake --preset release -B build/bench -DBUILD_TESTING=ON -DWITH_APPS=OFF >/dev/null
cmake --build build/bench --target bench --parallel "$(nproc)" >/dev/null
echo "== a page of 200 activities"
build/bench/tests/bench/bench_decode
echo "== polylines"
build/bench/tests/bench/bench_polyline
echo "== token refreshes"
sh tests/bench/refresh.sh build/bench/tests/bench/bench_refresh 5000 9
echo "== claims and saves"
build/bench/tests/bench/bench_claim_save
