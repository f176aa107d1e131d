#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A whole refresh run against three peers that do the same work: a plain loop in
# Python, a pool of workers in Go, bare libcurl with bare libpq.
#
#   race.sh [OPTION ...] BUILD
#
#   -n N        athletes who are due (5000)
#   -l N        of whom the loop gets no more than so many (500)
#   -f N        athletes besides, whose tokens are fresh (0)
#   -d MS       how long the sandbox waits with each answer (0)
#   -c N        requests at once, for all but the loop (8; ours: as it has it)
#   -r N        rounds; each takes every contender once (3)
#   -p "NAME.." peers among loop, pool and bare (all)
#   -u PROGRAM  update_tokens in a BUILD (in that one); may be repeated
#
# BUILD is a folder with the target "bench", update_tokens and strava-sandbox, as
# run.sh makes it; the PROGRAM of another one stands on the store of that.  Strava
# is the sandbox, behind an nginx that ends TLS; each contender finds a new sandbox,
# a new nginx and a new database with athletes of the same ids.  Trust is the
# machine's own authorities and one certificate more, which a mount that nobody else
# sees puts in its place.
set -eu
CDPATH=
export LC_ALL=C
here=$(cd -- "$(dirname -- "$0")" && pwd)
bundle=/etc/ssl/certs/ca-certificates.crt
past=19800 # five hours and a half: half an hour is left
export TOKEN_KEYS=7:VGhpcyBpcyBhIGtleSBmb3IgdGVzdHMgb25seSEhISE=

due=5000 loop=500 fresh=0 delay=0 at_once= rounds=3 peers="loop pool bare" ours=
usage()
{
	sed -n '3,16s/^# \{0,1\}//p' "$0" >&2
	exit 2
}
while getopts n:l:f:d:c:r:p:u: option; do
	case $option in
	n) due=$OPTARG ;;
	l) loop=$OPTARG ;;
	f) fresh=$OPTARG ;;
	d) delay=$OPTARG ;;
	c) at_once=$OPTARG ;;
	r) rounds=$OPTARG ;;
	p) peers=$OPTARG ;;
	u) ours="$ours $(realpath -- "$OPTARG")" ;;
	*) usage ;;
	esac
done
shift $((OPTIND - 1))
[ $# -eq 1 ] || usage
build=$(cd -- "$1" && pwd)
bench=$build/tests/bench
ours=${ours:-$build/apps/update_tokens/update_tokens}

work=$(mktemp -d)
chmod 755 "$work"
sandbox_pid= nginx_pid=

end_strava()
{
	for pid in $nginx_pid $sandbox_pid; do
		kill "$pid" 2>/dev/null && wait "$pid" || true
	done
	sandbox_pid= nginx_pid=
}

stop()
{
	status=$?
	trap - EXIT
	end_strava
	"$here/../../apps/cluster" stop "$work/cluster" || true
	rm -rf "$work"
	exit $status
}
trap stop EXIT
trap 'exit 130' INT TERM HUP

fail()
{
	echo "race: $*" >&2
	exit 1
}

skip()
{
	echo "race: skipped: $*"
	exit 77
}

PATH=$PATH:/usr/sbin
for tool in nginx openssl curl psql unshare; do
	command -v $tool >/dev/null || skip "there is no $tool here"
done
as_root=
[ "$(id -u)" -eq 0 ] || as_root=--map-root-user
# shellcheck disable=SC2086  # one word or none
unshare $as_root --mount mount --bind "$bundle" "$bundle" 2>/dev/null ||
    skip "a mount of its own is not allowed here"

# Debian's Python is the one that has Debian's modules.
find_python()
{
	for python in /usr/bin/python3 python3; do
		"$python" -c 'import psycopg2, requests' 2>/dev/null && return
	done
	return 1
}

build_pool()
{
	command -v go >/dev/null || return 1
	GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=$bench/go-cache \
	    GOFLAGS= go build -o "$bench/pool" "$here/peers/pool.go"
}

contenders=
for peer in $peers; do
	case $peer in
	loop) find_python || {
		echo "no loop in Python: python3-psycopg2 or python3-requests" \
		    "is missing"
		continue
	} ;;
	pool) build_pool || {
		echo "no pool in Go: golang-go or golang-github-lib-pq-dev" \
		    "is missing"
		continue
	} ;;
	bare) ;;
	*) usage ;;
	esac
	contenders="$contenders $peer"
done

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
    -subj /CN=bench -addext subjectAltName=IP:127.0.0.1 \
    -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
# The machine's own authorities and one more, in the bundle and by its hash.
cp -a "${bundle%/*}" "$work/certs"
rm -f "$work/certs/${bundle##*/}"
cat "$bundle" "$work/cert.pem" >"$work/certs/${bundle##*/}"
cp "$work/cert.pem" "$work/certs/$(openssl x509 -hash -noout \
    -in "$work/cert.pem").0"
port=${BENCH_PORT:-18443}
url=https://127.0.0.1:$port/oauth
conninfo=$("$here/../../apps/cluster" start "$work/cluster")
conninfo=$(echo "$conninfo" | sed 's/dbname=app/dbname=race/')
postmaster=$(sed -n 1p "$work/cluster/data/postmaster.pid")

control() # PATH [BODY]
{
	curl -sS --fail --noproxy '*' ${2:+-d "$2"} \
	    -H 'Content-Type: application/json' "http://$sandbox/_control/$1"
}

sql() # [ARGUMENT ...]
{
	psql -X -q -At -F ' ' -v ON_ERROR_STOP=1 -d "$conninfo" "$@"
}

start_sandbox()
{
	rm -f "$work/sandbox.out"
	"$build/apps/sandbox/strava-sandbox" --port 0 --athletes 0 --seed 1 \
	    --rotation always >"$work/sandbox.out" 2>"$work/sandbox.err" &
	sandbox_pid=$!
	until grep -qs '^listening' "$work/sandbox.out"; do
		kill -0 "$sandbox_pid" || fail "the sandbox does not start"
		sleep 0.1
	done
	sandbox=$(sed -n 's,^listening on http://\([^/]*\).*,\1,p' \
	    "$work/sandbox.out")
}

start_nginx()
{
	rm -f "$work/access.log"
	cat >"$work/nginx.conf" <<-CONF
	daemon off;
	master_process off;
	pid $work/nginx.pid;
	error_log $work/error.log;
	events { worker_connections 1024; }
	http {
		log_format connection '\$request_method \$connection';
		access_log $work/access.log connection;
		client_body_temp_path $work;
		proxy_temp_path $work; fastcgi_temp_path $work;
		uwsgi_temp_path $work; scgi_temp_path $work;
		upstream sandbox {
			server $sandbox;
			keepalive 64;
			keepalive_requests 1000000;
		}
		server {
			listen 127.0.0.1:$port ssl;
			ssl_protocols TLSv1.2 TLSv1.3;
			ssl_session_cache shared:race:1m;
			ssl_certificate $work/cert.pem;
			ssl_certificate_key $work/key.pem;
			keepalive_requests 1000000;
			location / {
				proxy_pass http://sandbox;
				proxy_http_version 1.1;
				proxy_set_header Connection "";
				proxy_next_upstream off;
			}
		}
	}
	CONF
	nginx -c "$work/nginx.conf" -e "$work/error.log" &
	nginx_pid=$!
	until curl -s --noproxy '*' --cacert "$work/cert.pem" -o /dev/null \
	    "https://127.0.0.1:$port/"; do
		kill -0 "$nginx_pid" || fail "nginx does not start"
		sleep 0.1
	done
}

# Athletes who have consented: their grants, without the brackets of the array.
consent() # COUNT
{
	[ "$1" -eq 0 ] || control athletes "{\"count\":$1}" | tr -d '[]'
}

# Athletes who are due, and athletes whose tokens are fresh.
enrol() # COUNT
{
	control clock "{\"advance_s\":-$past}" >/dev/null
	consent "$1" >"$work/due.json"
	control clock "{\"advance_s\":$past}" >/dev/null
	consent "$fresh" >"$work/fresh.json"
	{
		echo '['
		cat "$work/due.json"
		[ "$fresh" -eq 0 ] || echo ','
		cat "$work/fresh.json"
		echo ']'
	} >"$work/grants.json"
	control faults "[{\"path\":\"/oauth/token\",\"action\":\"delay:$delay\"}]" \
	    >/dev/null
}

# The superuser, in that database.
super() # DATABASE [ARGUMENT ...]
{
	database=$1
	shift
	psql -X -q -At -v ON_ERROR_STOP=1 -d "$(echo "$conninfo" |
	    sed "s/dbname=race user=app/dbname=$database user=postgres/")" "$@"
}

new_database()
{
	super postgres <<-'SQL'
	SET client_min_messages = error;
	DROP DATABASE IF EXISTS race;
	CREATE DATABASE race OWNER app;
	SQL
	sql <<-'SQL'
	CREATE TABLE athlete (
		id            int8 PRIMARY KEY,
		access_token  text,
		refresh_token text NOT NULL,
		expires_at    int8
	);
	CREATE INDEX athlete_due ON athlete (expires_at);
	SQL
}

insert()
{
	ROWS=$work/grants.json sql <<-'SQL'
	\set rows `cat "$ROWS"`
	INSERT INTO athlete SELECT id, access_token, refresh_token, expires_at
	FROM json_to_recordset(:'rows'::json) AS r (id int8,
	    access_token text, refresh_token text, expires_at int8);
	SQL
}

# The tool that knows the store of an update_tokens.
store() # PROGRAM put|list
{
	PGOPTIONS='-c synchronous_commit=off' \
	    "${1%/apps/*}/tests/bench/bench_athletes" "$2" "$conninfo" \
	    <"$work/grants.json"
}

load() # CONTENDER
{
	case $1 in
	*/*) store "$1" put ;;
	*) insert ;;
	esac
	super race -c 'VACUUM ANALYZE' -c CHECKPOINT
}

# Runs a contender where the bundle has one certificate more.
contend() # PROGRAM [ARGUMENT ...]
{
	# shellcheck disable=SC2016,SC2086
	unshare $as_root --mount sh -c '
		mount --bind "$1" "$2"
		shift 2
		exec "$@"' sh "$work/certs" "${bundle%/*}" \
	    "$bench/bench_cost" "$work/cost" "$@" \
	    >"$work/out" 2>"$work/err" || {
		tail -n 5 "$work/out" "$work/err" >&2
		fail "that contender failed"
	}
}

# A setting for a program, which refuses to start with one that it does not know.
setting() # PROGRAM NAME VALUE
{
	if "$1" --help | grep -q "^  $2\$"; then
		echo "$2=$3"
	else
		echo "race: $1 has no setting $2" >&2
	fi
}

# Limits that are asked for and never reached, and requests at once.
settings() # PROGRAM
{
	setting "$1" STRAVA_LIMITS 1000000,100000000
	[ -z "$at_once" ] || setting "$1" REFRESH_IN_FLIGHT "$at_once"
}

run() # CONTENDER
{
	limit=$(($(date +%s) + 3600))
	# shellcheck disable=SC2046  # words without spaces
	case $1 in
	loop) contend env -i PATH="$PATH" REQUESTS_CA_BUNDLE="$bundle" \
	    "$python" "$here/peers/loop.py" "$url" "$conninfo" ;;
	pool) contend "$bench/pool" "$url" "$conninfo" $limit "${at_once:-8}" ;;
	bare) contend "$bench/bench_bare" "$url" "$conninfo" $limit \
	    "${at_once:-8}" ;;
	*) contend env -i PATH="$PATH" TOKEN_KEYS="$TOKEN_KEYS" \
	    DATABASE_URL="$conninfo" STRAVA_OAUTH_BASE="$url" \
	    STRAVA_CLIENT_ID=1001 \
	    STRAVA_CLIENT_SECRET=sandbox-client-secret $(settings "$1") \
	    "$1" --once ;;
	esac
}

# Each athlete's token was spent once, and what came for it is in the database.
verify() # CONTENDER COUNT
{
	control state >"$work/state.json"
	case $1 in
	*/*) store "$1" list | sql \
	    -c '\copy athlete (id, refresh_token) FROM STDIN' ;;
	esac
	outcome=$(STATE=$work/state.json sql -f "$here/race.sql")
	[ "$outcome" = "$2 1 0 0" ] || fail "$1: POSTs, the most for one," \
	    "overlaps, tokens lost: $outcome"
}

# Ticks of the processor that processes, and children that are gone, have had.
ticks() # PID...
{
	for pid in "$@"; do
		sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null || true
	done | awk '{ t += $12 + $13 + $14 + $15 } END { print t + 0 }'
}

database_ticks()
{
	# shellcheck disable=SC2046  # numbers
	ticks "$postmaster" $(ps -o pid= --ppid "$postmaster")
}

transactions()
{
	super postgres -c "SELECT xact_commit + xact_rollback
	    FROM pg_stat_database WHERE datname = 'race'"
}

# What everybody has had so far: transactions, ticks of the database, of Strava.
meter()
{
	echo "$(transactions) $(database_ticks)" \
	    "$(ticks "$sandbox_pid" "$nginx_pid")"
}

race() # CONTENDER
{
	count=$due
	[ "$1" != loop ] || [ "$loop" -ge "$due" ] || count=$loop
	start_sandbox
	start_nginx
	enrol "$count"
	new_database
	load "$1"
	before=$(meter)
	run "$1"
	after=$(meter)
	verify "$1" "$count"
	# shellcheck disable=SC2086  # numbers
	set -- "$1" $before $after
	echo "$1 $count $(cat "$work/cost")" \
	    "$(grep ^POST "$work/access.log" | sort -u | wc -l)" \
	    $(($5 - $2)) $(($6 - $3)) $(($7 - $4)) >>"$work/results"
	end_strava
}

# The middle of each column over the rounds, a token for what is a sum; behind it
# what the first of ours has, divided by that.
report()
{
	awk -v hz="$(getconf CLK_TCK)" '
	function median(column,    i, j, n, list, t) {
		n = count[name]
		for (i = 1; i <= n; i++) {
			t = value[name, i, column]
			for (j = i; j > 1 && list[j - 1] > t; j--)
				list[j] = list[j - 1]
			list[j] = t
		}
		return list[int((n + 1) / 2)]
	}
	function show(column, form, number) {
		if (name == order[1])
			first[column] = number
		printf " " form " %5.2f", number,
		    (number == 0 ? 0 : first[column] / number)
	}
	{
		if (!count[$1]++)
			order[++names] = $1
		for (i = 2; i <= NF; i++)
			value[$1, count[$1], i] = $i
	}
	END {
		printf "%-15s %14s %12s %14s %14s %11s %12s %13s %12s\n", "",
		    "tokens/s", "CPU us", "most KiB", "proportional",
		    "handshakes", "transactions", "database us", "Strava us"
		for (i = 1; i <= names; i++) {
			name = label = order[i]
			if (sub(/.*\//, "", label) && i > 1)
				label = label " " i
			printf "%-15s", label
			due = median(2)
			show(3, "%8.0f", due / median(3))
			show(4, "%6.0f", median(4) / due * 1e6)
			show(5, "%8d", median(5))
			show(6, "%8d", median(6))
			show(7, "%5d", median(7))
			show(8, "%6.3f", median(8) / due)
			show(9, "%7.0f", median(9) / hz / due * 1e6)
			show(10, "%6.0f", median(10) / hz / due * 1e6)
			print ""
		}
	}' "$work/results"
	echo "every token was spent once; the database holds what came for it"
}

echo "$due athletes due, $fresh not, $delay ms an answer," \
    "${at_once:-8} at once, medians of $rounds rounds; load $(cut -d' ' -f1-3 /proc/loadavg)"
round=0
while [ $round -lt "$rounds" ]; do
	for contender in $ours $contenders; do
		race "$contender"
	done
	round=$((round + 1))
done
report
