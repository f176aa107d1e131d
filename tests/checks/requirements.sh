#!/bin/sh
# SPDX-License-Identifier: MIT
# Rows of docs/testing.md begin with a requirement, name others, and end with tests:
# each is named by one of those tests, and no test names one that is in no row.
# usage: requirements.sh [FAMILY ...]
. "$(dirname "$0")/common.sh"
page=docs/testing.md
[ $# -gt 0 ] || set -- FN F PG D
names="($(IFS='|'; echo "$*"))-[0-9]+"

# The file of `PART.NOUN`; a test of the programs may be one of the storm's.
file_of()
{
	part=${1%.*} noun=${1#*.}
	[ -e "tests/$part/test_$noun.c" ] || [ "$part" != apps ] ||
	    [ ! -e "tests/storm/test_$noun.c" ] || part=storm
	echo "tests/$part/test_$noun.c"
}

# "NAME FILE ...", one line a name.
promised()
{
	grep -E "^\| $names \|" $page | while read -r row; do
		tests=$(echo "$row" | grep -oE '`[a-z_]+\.[a-z_]+`' | tr -d '`' |
		    while read -r name; do file_of "$name"; done | tr '\n' ' ')
		echo "$row" | grep -owE "$names" | sed "s,\$, $tests,"
	done
}

unheld()
{
	promised | while read -r name files; do
		[ -n "$files" ] && grep -qsw -e "$name" $files ||
		    echo "$page: $name is named by none of: $files"
	done
	promised | grep -oE 'tests/[^ ]+' | sort -u | while read -r file; do
		[ -e "$file" ] || echo "$page: there is no $file"
	done
}

unknown()
{
	promised | sed 's/ .*//' | sort -u >"$work/promised"
	grep -rowE "$names" --include='*.[ch]' tests |
	    while IFS=: read -r file name; do
		    grep -qx "$name" "$work/promised" ||
			echo "$file: $name is not in $page"
	    done
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
{
	[ -n "$(promised)" ] || echo "$page: no row begins with a requirement"
	unheld
	unknown
} | no_faults
