#!/bin/sh
# SPDX-License-Identifier: MIT
# docs/endpoints.md is what the tables of the library, its man pages and its
# tests say.  Every endpoint there has a function, every function is exported, in
# a man page, and called by a test.
# usage: endpoints.sh [--write]
. "$(dirname "$0")/common.sh"
need gcc
src=libstrava/src
page=docs/endpoints.md

# "METHOD PATH OPERATION ID FUNCTION", one line a row of the table; "-": no
# operation.
offered()
{
	awk '
	/^\tROW\(/ { row = "" }
	{ row = row $0 }
	/\),$/ && sub(/^\tROW\(/, "", row) {
		id = row
		sub(/,.*/, "", id)
		n = split(row, text, "\"")
		operation = n == 9 ? text[2] : "-"
		print text[n - 5], text[n - 3], operation, id, text[n - 1]
		row = ""
	}' $src/endpoint.c
}

# "OPERATION PATH DAY", one line an operation that Strava removed.
removed()
{
	sed -n -E \
	    's|^\t\{ "([A-Za-z]+)", "([^"]+)", "([-0-9]+)" \},$|\1 \2 \3|p' \
	    $src/endpoint.c
}

# "ID FUNCTION", one line a public function that asks for an endpoint.
askers()
{
	offered | awk '
	FNR == NR { known[$4] = 1; next }
	/^[a-z_0-9]+\(/ { name = $0; sub(/\(.*/, "", name) }
	FILENAME !~ /endpoint\.c$/ && name ~ /^strava_/ {
		n = split($0, word, /[^A-Z_]+/)
		for (i = 1; i <= n; i++)
			if (word[i] in known) print word[i], name
	}' - $src/*.c | LC_ALL=C sort -u
}

# Those of OAuth, which lie on another base: "METHOD PATH FUNCTION ...".
oauth()
{
	cat <<-END
	GET /authorize strava_oauth_authorize_url
	GET /mobile/authorize strava_oauth_authorize_url
	POST /token strava_oauth_exchange strava_oauth_refresh strava_batch_add_refresh
	POST /revoke strava_oauth_revoke
	POST /deauthorize strava_oauth_deauthorize
	END
}

# Whether every row of the library's tables was understood.
understood()
{
	[ "$(offered | wc -l)" -eq "$(grep -c '^	ROW(' $src/endpoint.c)" ] &&
	    removed | wc -l |
	    grep -qx "$(sed -n 's/^#define SV_REMOVED_COUNT //p' $src/endpoint.h)" ||
	    echo "$src/endpoint.c has rows that ${0##*/} does not understand"
	oauth | while read -r method path rest; do
		grep -qF "\"$path\"" $src/oauth.c $src/grant.c ||
		    echo "no call has the path $path"
	done
}

with_ids()
{
	sed 's/{}/{id}/'
}

# What is known of functions: "exported FUNCTION", "page FUNCTION PAGE" and "test
# FUNCTION TEST", where a test has the name that CTest gives it.
facts()
{
	sed 's/^/exported /' libstrava/exports.txt
	awk '
	FNR == 1 { page = FILENAME; gsub(/.*\/|\.3$/, "", page) }
	$1 == ".Nm" && $2 { print "page", $2, page "(3)" }' libstrava/man/*.3
	grep -owE 'strava_[a-z_]+' tests/libstrava/test_*.c |
	    sed 's,^.*/test_\(.*\)\.c:\(.*\),test \2 \1,'
	# Some make the names with macros.
	grep -l '##' tests/libstrava/test_*.c | while read -r file; do
		test=${file##*/test_}
		grep -v '^#include' "$file" | gcc -E -P - |
		    grep -owE 'strava_[a-z_]+' | sed "s/.*/test & ${test%.c}/"
	done
}

# rows: lines "METHOD PATH FUNCTION ..." as rows of a table.
rows()
{
	facts | LC_ALL=C sort -u | awk '
	function add(list, item) {
		if (index(", " list ",", ", " item ",")) return list
		return list (list ? ", " : "") item
	}
	function lack(text) { print text >"/dev/stderr" }
	FNR == NR {
		if ($1 == "exported") exported[$2] = 1
		else if ($1 == "page") pages[$2] = $3
		else tests[$2] = tests[$2] " " $3
		next
	}
	{
		functions = page = test = ""
		for (i = 3; i <= NF; i++) {
			functions = add(functions, "`" $i "`")
			if (!exported[$i]) lack($i " is not exported")
			if (!pages[$i]) lack($i " is in no man page")
			if (!tests[$i]) lack("no test calls " $i)
			page = add(page, pages[$i])
			n = split(tests[$i], names, " ")
			for (j = 1; j <= n; j++) test = add(test, names[j])
		}
		print "| `" $1 " " $2 "` | " functions " | " page " | " test " |"
	}' - "$work/rows"
}

head_of_table()
{
	printf '\n## %s\n\n%s\n%s\n' "$1" \
	    '| endpoint | functions | man page | tests |' '|---|---|---|---|'
}

write()
{
	cat <<-'END'
	# Endpoints

	What of Strava's API the library offers, by which function, and which tests call it
	(`route` is `libstrava.route` for `ctest -R`). This page is made by
	`sh tests/checks/endpoints.sh --write`; the check `endpoints` fails when it is not what the
	code says, or when a function has no test. `libstrava.description` holds the same rows
	against the description that Strava publishes.

	Everything else, also what Strava adds one day, is one call of `strava_request()` away: it
	takes a method, a path, a body and the same errors, and gives the answer as it came.

	## What Strava took away

	| endpoint | since | what remains |
	|---|---|---|
	END
	removed | with_ids | while read -r operation path day; do
		echo "| \`GET $path\` ($operation) | $day | nothing |"
	done
	cat <<-'END'
	| `GET /segments/explore` | 2026-09-01 | the function, for applications with Extended Access; others are refused |
	| `POST /oauth/deauthorize` | ends 2027-06-01 | `strava_oauth_revoke()` |

	There is no function for what is gone. `strava_request()` sends it all the same, and when
	Strava refuses it the message of the error has the day.

	Strava offers no way to delete an activity, to write a comment, to give kudos, or to read
	back the sets of a strength session. Zones of an activity and efforts on segments are
	answered for subscribers of Strava alone. Which scope a call needs is in its man page.
	END
	head_of_table "The API, below \`strava_client_set_api_base()\`"
	{ askers; offered; } | with_ids | awk '
	NF == 2 { by[$1] = by[$1] " " $2; next }
	{
		print $1, $2 by[$4]
		if (index(by[$4] " ", " " $5 " ") == 0)
			print $5 " does not ask for " $4 >"/dev/stderr"
	}' >"$work/rows"
	rows
	cat <<-END

	Strava's description of its API does not have these, but a page of its own, or
	programs that were seen to use them: $(offered | with_ids |
	    awk '$3 == "-" { printf "%s`%s %s`", sep, $1, $2; sep = ", " }').
	END
	head_of_table "OAuth, below \`strava_client_set_oauth_base()\`"
	oauth >"$work/rows"
	rows
	cat <<-'END'

	The first two are addresses for a browser, and are not asked for by the library.
	END
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ "${1:-}" = --write ]; then
	write >"$work/page"
	mv "$work/page" $page
	exit
fi
{
	understood
	write 2>&1 >"$work/page"
	diff $page "$work/page" || echo "run sh tests/checks/${0##*/} --write"
} | no_faults
