#!/bin/sh
# SPDX-License-Identifier: MIT
# docs/secret_manager.md is what the library's table of methods, its man pages and
# its tests say.  Every method there has a function, which is exported, in a man
# page, and called by a test.
# usage: methods.sh [--write]
. "$(dirname "$0")/common.sh"
table=libgcpsecret/src/method.c
page=docs/secret_manager.md

# "NAME VERB PATH RETRY HARMLESS PERMISSION FUNCTION", one line a row of the
# table; "-": no permission is known.
offered()
{
	awk '
	/^\tROW\(/ { row = "" }
	{ row = row $0 }
	/\),$/ && sub(/^\tROW\(/, "", row) {
		n = split(row, text, "\"")
		split(text[7], word, /[ \t,]+/)
		permission = n == 11 ? "secretmanager." text[8] : "-"
		print text[2], text[4], text[6], word[3], word[4], permission, text[n - 1]
		row = ""
	}' $table
}

# What is known of functions: "exported FUNCTION", "page FUNCTION PAGE" and "test
# FUNCTION TEST", where a test has the name that CTest gives it.
facts()
{
	sed 's/^/exported /' libgcpsecret/exports.txt
	awk '
	FNR == 1 { page = FILENAME; gsub(/.*\/|\.3$/, "", page) }
	$1 == ".Nm" && $2 { print "page", $2, page "(3)" }' libgcpsecret/man/*.3
	grep -owE 'gcpsecret_[a-z_]+' tests/libgcpsecret/test_*.c |
	    sed 's,^.*/test_\(.*\)\.c:\(.*\),test \2 \1,'
}

rows()
{
	{ facts | LC_ALL=C sort -u; offered; } | awk '
	function lack(text) { print text >"/dev/stderr" }
	$1 == "exported" { exported[$2] = 1; next }
	$1 == "page" { pages[$2] = $3; next }
	$1 == "test" {
		tests[$2] = tests[$2] (tests[$2] ? ", " : "") $3
		next
	}
	{
		if (!exported[$7]) lack($7 " is not exported")
		if (!pages[$7]) lack($7 " is in no man page")
		if (!tests[$7]) lack("no test calls " $7)
		permission = $6 == "-" ? "" : "`" $6 "`"
		print "| " $1 " | `" $2 " " $3 "` | `" $7 "` | " pages[$7] \
		    " | " permission " | " $4 ", " $5 " | " tests[$7] " |"
	}'
}

write()
{
	cat <<-'END'
	# Secret Manager

	What of Secret Manager v1 the library offers, by which function, what it takes, when it is
	repeated, and which tests call it (`secret` is `libgcpsecret.secret` for `ctest -R`). This
	page is made by `sh tests/checks/methods.sh --write`; the check `methods` fails when it is
	not what the code says, or when a function has no test.

	`{parent}` is `projects/P` or `projects/P/locations/L`, and `{secret}` and `{version}` stand
	below it. What has a location goes to its region's own host, but for the locations
	themselves.

	ACCESS, READ and WRITE are the bits of `gcpsecret_client_set_retry_on()`; WRITE is not set
	by itself. ALWAYS is repeated after whatever may pass, WITH_ETAG too if the request holds
	one, REFUSED after a 429 or when certainly nothing was sent, and UNSENT in the latter case
	alone. WITH_ETAG without one is as REFUSED.

	| method | request, below `/v1/` | function | man page | permission | repeated | tests |
	|---|---|---|---|---|---|---|
	END
	rows
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ "${1:-}" = --write ]; then
	write >"$work/page"
	mv "$work/page" $page
	exit
fi
{
	[ "$(offered | wc -l)" -eq "$(grep -c '^	ROW(' $table)" ] ||
	    echo "$table has rows that ${0##*/} does not understand"
	write 2>&1 >"$work/page"
	diff $page "$work/page" || echo "run sh tests/checks/${0##*/} --write"
} | no_faults
