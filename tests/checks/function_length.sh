#!/bin/sh
# SPDX-License-Identifier: MIT
# From the line of the return type to the closing brace no function is longer
# than 60 lines; in what is shipped 95 of 100 are not longer than 40.
. "$(dirname "$0")/common.sh"
need ctags

lengths() # FOLDER...: "LENGTH FILE:LINE NAME"
{
	sources "$@" | ctags -L - -o - --languages=C --langmap=C:.c.h \
	    --kinds-C=f --fields=ne --sort=no 2>/dev/null | awk -F '\t' '{
		for (i = 4; i <= NF; i++) {
			if ($i ~ /^line:/) line = substr($i, 6)
			if ($i ~ /^end:/) end = substr($i, 5)
		}
		print end - line + 2, $2 ":" line, $1
	}'
}

{
	lengths | awk '$1 > 60 { print $2 ": " $3 "() has " $1 " lines" }'
	lengths common libstrava libgcpsecret libtokenstore apps | sort -n |
	    awk '{ length_of[NR] = $1 }
		END {
			p95 = length_of[int((NR * 95 + 99) / 100)]
			printf "%d functions, median %d, p95 %d, max %d\n", NR,
			    length_of[int((NR + 1) / 2)], p95, length_of[NR] \
			    >"/dev/stderr"
			if (p95 > 40)
				print "p95 is " p95 " lines, more than 40"
		}'
} | no_faults
