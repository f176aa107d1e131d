#!/bin/sh
# SPDX-License-Identifier: MIT
# No secret of the tests stands in what the programs wrote.  An end-to-end test
# keeps its logs in a folder of its own below LOGS, and in files called
# *.secrets there everything that no log may hold, one secret a line.
# usage: secrets.sh LOGS
. "$(dirname "$0")/common.sh"
export LC_ALL=C
logs=$1

# A secret as it is, URL-encoded, in hexadecimal, and in base64: there the part
# that stays the same whatever stands around it, for each of three alignments.
spellings()
{
	awk '
	BEGIN {
		for (i = 1; i < 256; i++)
			ord[sprintf("%c", i)] = i
		digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		digits = digits "0123456789+/"
	}
	function base64(text, i, n, out) {
		for (i = 1; i <= length(text); i += 3) {
			n = ord[substr(text, i, 1)] * 65536 + \
			    ord[substr(text, i + 1, 1)] * 256 + \
			    ord[substr(text, i + 2, 1)]
			out = out substr(digits, int(n / 262144) + 1, 1) \
			    substr(digits, int(n / 4096) % 64 + 1, 1) \
			    substr(digits, int(n / 64) % 64 + 1, 1) \
			    substr(digits, n % 64 + 1, 1)
		}
		return out
	}
	function steady(secret, before, out, left) {
		out = base64(substr("xx", 1, before) secret)
		left = (before + length(secret)) % 3
		out = substr(out, 1, length(out) - (left ? 4 - left : 0))
		return substr(out, before ? before + 2 : 1)
	}
	function print_long(text) {
		if (length(text) >= 8)
			print text
	}
	length($0) >= 8 {
		plain = lower = hex = ""
		for (i = 1; i <= length($0); i++) {
			c = substr($0, i, 1)
			x = sprintf("%02x", ord[c])
			hex = hex x
			plain = plain (c ~ /[A-Za-z0-9._~-]/ ? c : "%" toupper(x))
			lower = lower (c ~ /[A-Za-z0-9._~-]/ ? c : "%" x)
		}
		print $0 "\n" plain "\n" lower "\n" hex "\n" toupper(hex)
		for (before = 0; before < 3; before++) {
			out = steady($0, before)
			print_long(out)
			gsub(/\+/, "-", out)
			gsub(/\//, "_", out)
			print_long(out)
		}
	}' "$@" | sort -u
}

# search FOLDER: names the files that hold a secret of FOLDER/*.secrets.
search()
{
	spellings "$1"/*.secrets >"$work/spellings"
	find "$1" -type f ! -name '*.secrets' -exec \
	    grep -alF -f "$work/spellings" {} + || true
}

# The search must be able to find.
self_test()
{
	mkdir "$work/self"
	echo '?>tok/en+value=of:a~test?>' >"$work/self/test.secrets"
	for around in '' a ab abc; do
		text="$around?>tok/en+value=of:a~test?>$around"
		printf '%s' "$text"
		echo
		printf '%s' "$text" | base64 -w 0
		echo
		printf '%s' "$text" | base64 -w 0 | tr '+/' '-_'
		echo
	done >"$work/lines"
	cat >>"$work/lines" <<-'END'
	code=%3F%3Etok%2Fen%2Bvalue%3Dof%3Aa~test%3F%3E&scope=read
	code=%3f%3etok%2fen%2bvalue%3dof%3aa~test%3f%3e
	END
	while read -r line; do
		printf 'before\n%s\nafter\n' "$line" >"$work/self/log"
		[ -n "$(search "$work/self")" ] ||
		    echo "the search does not find: $line"
	done <"$work/lines"
	echo 'tok/en+value=of:a~test' >"$work/self/log"
	[ -z "$(search "$work/self")" ] || echo "the search finds too much"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
find "$logs" -name '*.secrets' -type f >"$work/found" 2>/dev/null || true
[ -s "$work/found" ] || {
	echo "skipped: no end-to-end test ran before"
	exit 77
}
{
	self_test
	sed 's,/[^/]*$,,' "$work/found" | sort -u | while read -r folder; do
		cat "$folder"/*.secrets | grep -q '.\{8\}' ||
		    echo "$folder: no secrets to look for"
		search "$folder" | sed 's/$/: holds a secret/'
	done
} | no_faults
