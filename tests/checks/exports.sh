#!/bin/sh
# SPDX-License-Identifier: MIT
# A library exports what exports.txt lists, and nothing else; so does its
# archive, whose hidden names are local.
# usage: exports.sh LIBRARY SHARED ARCHIVE
. "$(dirname "$0")/common.sh"
need nm
list=lib$1/exports.txt

names() # nm's options and file
{
	nm --defined-only "$@" | awk 'NF == 3 { print $3 }' | sort -u
}

difference() # WHAT, names on stdin
{
	LC_ALL=C sort -u | LC_ALL=C comm -3 "$list" - | awk -v what="$1" \
	    -v list="$list" '
		/^\t/ { print what " exports " $1 ", which " list " lacks" }
		/^[^\t]/ { print what " lacks " $1 " of " list }'
}

{
	LC_ALL=C sort -c -u "$list" 2>&1 || true
	names -D "$2" | difference "$(basename "$2")"
	names -g "$3" | difference "$(basename "$3")"
} | no_faults
