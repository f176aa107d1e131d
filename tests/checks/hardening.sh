#!/bin/sh
# SPDX-License-Identifier: MIT
# The programs and shared libraries of a release build carry what its flags
# promise.
# usage: hardening.sh BUILD
. "$(dirname "$0")/common.sh"
need readelf objdump

wants() # FILE TEXT PATTERN WHAT
{
	case $2 in
	*$3*) ;;
	*) echo "$1: no $4" ;;
	esac
}

check() # FILE KIND
{
	dynamic=$(readelf -dW "$1")
	headers=$(readelf -lW "$1")
	symbols=$(readelf --dyn-syms -W "$1")
	wants "$1" "$headers" GNU_RELRO "read-only relocations"
	wants "$1" "$dynamic" NOW "immediate binding"
	wants "$1" "$symbols" __stack_chk_fail "stack protector"
	wants "$1" "$symbols" _chk@ "_FORTIFY_SOURCE"
	[ "$2" = library ] ||
	    wants "$1" "$dynamic" PIE "position independence"
	case $headers in
	*GNU_STACK*RWE*) echo "$1: executable stack" ;;
	esac
	case $dynamic in
	*TEXTREL*) echo "$1: text relocations" ;;
	*RPATH* | *RUNPATH*) echo "$1: a search path" ;;
	esac
	# The linker's own mark is missing where the C library has none.
	[ "$(uname -m)" != x86_64 ] ||
	    [ "$(objdump -d "$1" | grep -c endbr64)" -gt 20 ] ||
	    echo "$1: no control-flow protection"
}

{
	for library in $libraries; do
		check "$1/lib$library/lib$library.so" library
	done
	for program in web/strava-web update_tokens/update_tokens \
	    sandbox/strava-sandbox; do
		check "$1/apps/$program" program
	done
} | no_faults
