#!/bin/sh
# SPDX-License-Identifier: MIT
# A library is compatible with its last release, which libX/libX.abi describes,
# or has another soname.  "renew" describes this one there instead.
# usage: abi.sh LIBRARY SHARED [renew]
. "$(dirname "$0")/common.sh"
need abidw abidiff
name=lib$1
baseline=$name/$name.abi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What of a library its headers promise, and nothing of where it was built.
describe() # SHARED
{
	abidw --headers-dir "$name/include" --drop-private-types \
	    --exported-interfaces-only --drop-undefined-syms \
	    --no-corpus-path --no-comp-dir-path --no-show-locs \
	    --no-parameter-names --no-elf-needed --no-architecture \
	    --no-write-default-sizes "$1" |
	    sed "s,path='[^']*/$name/src/,path='src/,"
}

soname()
{
	sed -n "s/^<abi-corpus .*soname='\([^']*\)'.*/\1/p" "$1"
}

describe "$2" >"$work/new.abi"
if [ "${3:-}" = renew ]; then
	cp "$work/new.abi" "$baseline"
	exit
fi
# New functions are nobody's loss; all else that abidiff reports is.
abidiff --ignore-soname --no-added-syms --suppr "$checks/abi.suppr" \
    "$baseline" "$work/new.abi" >"$work/difference" && status=0 || status=$?
old=$(soname "$baseline")
new=$(soname "$work/new.abi")
if [ $((status & 3)) -ne 0 ]; then
	echo "$new: abidiff ended with $status"
	exit 1
elif [ "$status" -eq 0 ]; then
	echo "$new: compatible with the last release, $old"
elif [ "$old" != "$new" ]; then
	echo "$new: not compatible with the last release, $old, and called so"
else
	cat "$work/difference"
	echo "$new: not compatible with the last release, which is called so too"
	exit 1
fi
