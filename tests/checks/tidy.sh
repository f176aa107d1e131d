#!/bin/sh
# SPDX-License-Identifier: MIT
# clang-tidy finds nothing.  A file that was clean is not read again before it,
# a header or the configuration changes.
# usage: tidy.sh BUILD
. "$(dirname "$0")/common.sh"
need clang-tidy
export work=$1/checks/tidy
mkdir -p "$work/clean"
export common=$({ clang-tidy --version; cat .clang-tidy; find . -name '*.h' \
    -not -path './build/*' | sort | xargs cat; } | sha256sum)

# Only what the build compiles has flags to be read with; of a file that several
# targets compile, the first entry.
awk '
	/^[{]/ { entry = "" }
	{ entry = entry $0 "\n" }
	/^ *"file": / { file = $0 }
	/^[}]/ && !seen[file]++ {
		sub(/,?\n$/, "", entry)
		all = all sep entry
		sep = ",\n"
	}
	END { print "[\n" all "\n]" }' "$1/compile_commands.json" \
    >"$work/compile_commands.json"

sed -n 's/^ *"file": "\(.*\)",\{0,1\}$/\1/p' "$work/compile_commands.json" |
    sort | xargs -P 2 -I {} sh -c '
	sum=$( (echo "$common"; cat "$1") | sha256sum | cut -c 1-64)
	[ ! -f "$work/clean/$sum" ] || exit 0
	if out=$(clang-tidy -p "$work" --quiet "$1" 2>/dev/null); then
		: >"$work/clean/$sum"
	else
		printf "%s\n" "$out"
	fi' sh {} | no_faults
