#!/bin/sh
# SPDX-License-Identifier: MIT
# A secret that is cached is handed out without a system call, be it 1,000 times
# or 10,000 times.
# usage: system_calls.sh CACHED-GETS FOLDER
. "$(dirname "$0")/common.sh"
need strace
program=$1
work=$2
rm -rf "$work"
mkdir -p "$work"

# The leak sanitizer traces the program itself, which only one can.
export ASAN_OPTIONS=detect_leaks=0

if ! strace -o "$work/true" true 2>"$work/err"; then
	echo "skipped: strace cannot trace: $(head -n 1 "$work/err")"
	exit 77
fi

# The calls of the first thread between the two lines that it writes.  Reading
# the clock is none, except on machines whose kernel has it no other way.
calls() # COUNT
{
	strace -e 'trace=!clock_gettime' -o "$work/$1" "$program" "$1" \
	    2>"$work/err" || { cat "$work/err"; return; }
	awk -v count="$1" '
		/^write\(2, "end/ { ended = 1; exit }
		inside && n++ < 5 { print count " gets: " $0 }
		/^write\(2, "begin/ { inside = 1 }
		END { if (!ended) print count " gets: not seen" }' "$work/$1"
}

{
	calls 1000
	calls 10000
} | no_faults
