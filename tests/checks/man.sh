#!/bin/sh
# SPDX-License-Identifier: MIT
# Every exported function is in the NAME of a man page, every function named
# there is exported, the overview names every page, and mandoc has nothing to say.
. "$(dirname "$0")/common.sh"
need mandoc

# The names in the NAME section of pages.
named()
{
	awk '/^\.Sh / { name = $2 == "NAME" } name && $1 == ".Nm" { print $2 }' \
	    "$@" | LC_ALL=C sort -u
}

{
	for library in $libraries; do
		pages=$(echo lib$library/man/*.[37])
		[ -f "${pages%% *}" ] || { echo "lib$library/man: no page"; continue; }
		mandoc -Tlint -W warning $pages || true
		named $pages | LC_ALL=C comm -13 - "lib$library/exports.txt" |
		    sed "s,$, is in no page of lib$library/man,"
		titles=$(for page in $pages; do basename "${page%.*}"; done)
		named $pages | LC_ALL=C comm -23 - "lib$library/exports.txt" |
		    grep -vxF "$titles" |
		    sed "s,$, is named in lib$library/man but not exported,"
		for page in $pages; do
			title=${page##*/}
			[ "$title" = "$library.3" ] || grep -q \
			    "^\.It Xr ${title%.*} ${title##*.}" \
			    "lib$library/man/$library.3" ||
			    echo "$library(3) does not name $title"
		done
	done
} 2>&1 | no_faults
