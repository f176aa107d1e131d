#!/bin/sh
# SPDX-License-Identifier: MIT
# Programs of other people: every example, built from the installed trees with
# pkg-config (shared and static) and with CMake (shared and static), starts.
# usage: consumers.sh INSTALLED FOLDER
. "$(dirname "$0")/common.sh"
need pkg-config cmake
trees=$1
work=$2
rm -rf "$work"
mkdir -p "$work"

# The library that an example includes.
library_of()
{
	sed -n -E 's,^#include <(strava|gcpsecret|tokenstore)/.*,\1,p' "$1" |
	    head -n 1
}

# starts PROGRAM TREE: every example ends by itself, with a message, when it is
# started with nothing; the loader's own failure is 127.
starts()
{
	env -i LD_LIBRARY_PATH="$2/lib" "$1" </dev/null >"$work/out" 2>&1 &&
	    status=0 || status=$?
	case $status in
	1 | 2) grep -q "^$(basename "$1"): " "$work/out" && return ;;
	esac
	echo "$1 ended with $status:"
	cat "$work/out"
}

# The dynamic section names the library, or does not.
needs() { readelf -d "$1" | grep -q "NEEDED.*lib$2\.so"; }

with_pkg_config()
{
	mkdir -p "$work/shared" "$work/static"
	for example in examples/*.c; do
		name=$(basename "$example" .c)
		library=$(library_of "$example")
		tree=$trees/$library
		archives=$work/archives/$library
		mkdir -p "$archives"
		cp "$tree/lib/lib$library.a" "$archives"
		build_with "$example" "$work/shared/$name" "$tree" "$library" ||
		    echo "$example: shared"
		build_with "$example" "$work/static/$name" "$tree" "$library" \
		    "$archives" || echo "$example: static"
		needs "$work/shared/$name" "$library" ||
		    echo "$name: not shared"
		! needs "$work/static/$name" "$library" ||
		    echo "$name: not static"
		starts "$work/shared/$name" "$tree"
		starts "$work/static/$name" /nonexistent
	done
}

with_cmake()
{
	cmake -S "$checks/consumer" -B "$work/cmake" -G Ninja \
	    -DCMAKE_PREFIX_PATH="$trees/all" -DEXAMPLES="$root/examples" \
	    >"$work/log" 2>&1 && cmake --build "$work/cmake" --parallel 2 \
	    >>"$work/log" 2>&1 || { cat "$work/log"; return; }
	for folder in shared static; do
		for program in "$work/cmake/$folder"/*; do
			starts "$program" "$trees/all"
		done
	done
	"$work/cmake/all_three" >"$work/out" 2>&1 ||
	    { echo "all_three:"; cat "$work/out"; }
}

{
	with_pkg_config 2>&1
	with_cmake
} | no_faults
