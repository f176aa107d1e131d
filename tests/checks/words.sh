#!/bin/sh
# SPDX-License-Identifier: MIT
# What the libraries never call, and what no source holds.
. "$(dirname "$0")/common.sh"
need gcc

banned="strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|atoll|atof|sscanf"
banned="$banned|gmtime|localtime|rand|random|system|assert|abort|exit|_exit"
banned="$banned|printf|fprintf|vprintf|vfprintf|puts|putchar|perror"
# PG-2: statements have parameters, and no session knows them by name.
banned="$banned|PQexec|PQexecParams|PQprepare|PQsendPrepare|PQexecPrepared"
banned="$banned|PQescape[A-Za-z]*"
banned="$banned|pthread_create|curl_global_cleanup|setenv|putenv|signal"

calls()
{
	sources common libstrava libgcpsecret libtokenstore |
	    while read -r file; do
		    # Comments go, lines stay.
		    gcc -fpreprocessed -dD -E -w "$file" 2>/dev/null |
			awk -v file="$file" -v banned="(^|[^A-Za-z0-9_])($banned)[ ]*\\\\(" '
			/^# [0-9]+ / { line = $2 - 1; next }
			{ line++ }
			$0 ~ banned && !/format\(/ {
				print file ":" line ": banned: " $0
			}'
	    done
}

licences()
{
	sources | while read -r file; do
		[ "$(head -n 1 "$file")" = "/* SPDX-License-Identifier: MIT */" ] ||
		    echo "$file: the first line is not the licence"
	done
}

# Folders of one machine, hosts of package registries, work that was put off.
leftovers()
{
	grep -rnIE --exclude-dir=build --exclude-dir=.git --exclude=.git \
	    --exclude="${0##*/}" \
	    -e '(^|[^A-Za-z0-9_.])/((home|Users)/[a-z]{2}|root/|work/)' \
	    -e '(pypi|npmjs|crates|rubygems)\.(org|com|io)' \
	    -e '(deb|snapshot)\.debian\.org' \
	    -e '\<(TODO|FIXME|XXX|HACK)\>' . || true
}

{ calls; licences; leftovers; } | no_faults
