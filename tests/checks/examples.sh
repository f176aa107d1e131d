#!/bin/sh
# SPDX-License-Identifier: MIT
# The examples do what they say, against a sandbox and a private PostgreSQL.
# usage: examples.sh PROGRAMS TREE SANDBOX FOLDER
. "$(dirname "$0")/common.sh"
need curl
programs=$1
export LD_LIBRARY_PATH=$2/lib
sandbox_program=$3
work=$4
rm -rf "$work"
mkdir -p "$work"

stop()
{
	status=$?
	kill "$sandbox_pid" 2>/dev/null || true
	wait
	apps/cluster stop "$work/cluster" || true
	exit $status
}

fetch() # PATH-OR-URL [CURL-OPTION ...]
{
	case $1 in
	http*) url=$1 ;;
	*) url=http://$sandbox$1 ;;
	esac
	shift
	curl -sS --noproxy '*' --max-time 20 "$@" "$url"
}

# expect NAME TEXT: the example's output holds the text.
expect()
{
	grep -q -- "$2" "$work/$1.out" && return
	echo "$1 does not print \"$2\" but:"
	cat "$work/$1.out"
}

# The person at the browser is curl: opens the URL, consents, pastes back.
authorize()
{
	rm -f "$work/paste"
	mkfifo "$work/paste"
	STRAVA_CLIENT_ID=1001 STRAVA_CLIENT_SECRET=sandbox-client-secret \
	    STRAVA_OAUTH_BASE=http://$sandbox/oauth "$programs/authorize" \
	    <"$work/paste" >"$work/authorize.out" 2>&1 &
	example=$!
	exec 3>"$work/paste"
	until url=$(sed -n 's/^Open //p' "$work/authorize.out") &&
	    [ -n "$url" ]; do
		kill -0 $example 2>/dev/null || break
		sleep 0.1
	done
	fetch "$url" -d decision="$1" -o "$work/page" \
	    -w '%{redirect_url}\n' >&3
	exec 3>&-
	wait $example || true
}

# The access token of one athlete, who has consented to all that is needed.
athlete_token()
{
	[ -f "$work/athlete" ] || fetch /_control/athletes \
	    -H 'Content-Type: application/json' -d '{"count":1,
	    "scope":"read,profile:write,activity:read_all,activity:write"}' \
	    >"$work/athlete"
	sed -n 's/.*"access_token": *"\([^"]*\)".*/\1/p' "$work/athlete"
}

# as_athlete PROGRAM [ARGUMENT ...]: runs an example with that token.
as_athlete()
{
	name=$1
	shift
	ACCESS_TOKEN=$(athlete_token) STRAVA_API_BASE=http://$sandbox/api/v3 \
	    "$programs/$name" "$@" >"$work/$name.out" 2>&1 ||
	    echo "$name $* failed"
}

# Nine minutes of a ride.
a_ride()
{
	cat <<-END
	<?xml version="1.0" encoding="UTF-8"?>
	<gpx version="1.1" creator="examples"
	    xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>
	END
	for i in 0 1 2 3 4 5 6 7 8 9; do
		echo "<trkpt lat=\"51.96$i\" lon=\"7.62$i\"><ele>60</ele>" \
		    "<time>2026-11-20T08:0$i:00Z</time></trkpt>"
	done
	echo "</trkseg></trk></gpx>"
}

# A port that nobody has at the moment.
free_port()
{
	"$sandbox_program" --port 0 --athletes 1 >"$work/free.out" 2>&1 &
	free=$!
	until grep -q '^listening' "$work/free.out"; do
		kill -0 $free || return
		sleep 0.1
	done
	kill $free
	wait $free || true
	sed -n 's,^listening on .*:,,p' "$work/free.out"
}

webhook_subscribe() # ADDRESS
{
	STRAVA_CLIENT_ID=1001 STRAVA_CLIENT_SECRET=sandbox-client-secret \
	    STRAVA_API_BASE=http://$sandbox/api/v3 \
	    "$programs/webhook_subscribe" "$port" "$1" \
	    >"$work/webhook_subscribe.out" 2>&1
}

# Three athletes, the second of whom has a token that Strava does not know.
refresh_many()
{
	fetch /_control/athletes -H 'Content-Type: application/json' \
	    -d '{"count":2}' | grep -o '"refresh_token": *"[^"]*"' |
	    sed 's/.*"\([^"]*\)"$/\1/; 1a a-token-of-nobody' |
	    STRAVA_CLIENT_ID=1001 STRAVA_CLIENT_SECRET=sandbox-client-secret \
	    STRAVA_OAUTH_BASE=http://$sandbox/oauth \
	    "$programs/refresh_many" 2>&1 | sort >"$work/refresh_many.out"
}

# The latest activity that has a route: "ID POLYLINE".
latest_route()
{
	fetch /api/v3/athlete/activities \
	    -H "Authorization: Bearer $(athlete_token)" |
	    grep -o '"id":"a[0-9]*","summary_polyline":"[^"]\+"' | head -n 1 |
	    sed 's/"id":"a\([0-9]*\)","summary_polyline":"\(.*\)"/\1 \2/
		s/\\\\/\\/g'
}

simplify_route() # ROUTE
{
	printf '%s\n' "${1#* }" | "$programs/simplify_route" 100 \
	    >"$work/simplify_route.out" 2>&1
}

read_secret()
{
	fetch /_control/secrets -H 'Content-Type: application/json' -d \
	    '{"project":"sandbox-project","secret":"motto","data":"ride on"}' \
	    >/dev/null
	SECRET_MANAGER_EMULATOR_HOST=$sandbox "$programs/read_secret" \
	    sm://sandbox-project/motto >"$work/read_secret.out" 2>&1
}

# What the sandbox's metadata server says of its service account.
metadata() # PATH
{
	fetch "/computeMetadata/v1/instance/service-accounts/default/$1" \
	    -H 'Metadata-Flavor: Google'
}

# A CGI program that is called with a header, by the account of that address.
verify_caller() # HEADER EMAIL
{
	HTTP_AUTHORIZATION=$1 EMAIL=$2 AUDIENCE=https://refresh.example.org \
	    GOOGLE_CERTS_URL=http://$sandbox/oauth2/v3/certs \
	    "$programs/verify_caller" >"$work/verify_caller.out" 2>&1
}

rotate_secret() # PAYLOAD
{
	printf %s "$1" | SECRET_MANAGER_EMULATOR_HOST=$sandbox \
	    "$programs/rotate_secret" sandbox-project cookie-key \
	    >"$work/rotate_secret.out" 2>&1
}

# The sandbox is the metadata server, and the service that is called.
call_private_service()
{
	GCE_METADATA_HOST=$sandbox NO_PROXY='*' \
	    "$programs/call_private_service" "$1" \
	    >"$work/call_private_service.out" 2>&1
}

# Two at once spend one budget, of which a fifth is kept.
share_limiter()
{
	"$programs/share_limiter" "$work/limiter" 70 >"$work/first" 2>&1 &
	first=$!
	"$programs/share_limiter" "$work/limiter" 70 >"$work/second" 2>&1
	wait $first
	awk '/ calls$/ { sum += $1 } END { print sum " calls in all" }' \
	    "$work/first" "$work/second" >"$work/share_limiter.out"
}

# A web server tells the same event twice.
webhook_receiver()
{
	rm -rf "$work/events"
	mkdir "$work/events"
	{
		(cd "$work/events" && REQUEST_METHOD=GET VERIFY_TOKEN=abc \
		    QUERY_STRING="hub.mode=subscribe&hub.challenge=15f7&$1" \
		    "$programs/webhook_receiver")
		for _ in 1 2; do
			(cd "$work/events" && REQUEST_METHOD=POST \
			    "$programs/webhook_receiver") \
			    <tests/libstrava/fixtures/webhook/activity_update.json
		done
		ls "$work/events"
	} >"$work/webhook_receiver.out" 2>&1
}

store_token()
{
	echo "a-refresh-token" | DATABASE_URL=$database \
	    TOKEN_KEYS="1:$(head -c 32 /dev/urandom | base64)" \
	    "$programs/store_token" 12345 >"$work/store_token.out" 2>&1
}

sandbox_pid=
trap stop EXIT
database=$(apps/cluster start --fast "$work/cluster") || exit $?
"$sandbox_program" --port 0 --athletes 1 --seed 1 >"$work/sandbox.out" 2>&1 &
sandbox_pid=$!
until grep -q '^listening' "$work/sandbox.out"; do
	kill -0 $sandbox_pid || exit 1
	sleep 0.1
done
sandbox=$(sed -n 's,^listening on http://,,p' "$work/sandbox.out")
{
	authorize authorize
	expect authorize '^athlete [0-9]*, scope .*, good for 3[0-9][0-9] minutes'
	authorize cancel
	expect authorize 'consent was refused'
	as_athlete list_activities
	expect list_activities '^20[0-9-]*  .* km  .* min  '
	refresh_many || echo "refresh_many failed"
	expect refresh_many '^line 1: granted: '
	expect refresh_many '^line 2: refused: .*dead for good'
	expect refresh_many '^line 3: granted: '
	a_ride >"$work/ride.gpx"
	as_athlete upload "$work/ride.gpx"
	expect upload '^activity [0-9]*$'
	as_athlete upload "$work/ride.gpx"
	expect upload '^activity [0-9]* was there already$'
	uploaded=$(sed -n 's/^activity \([0-9]*\) .*/\1/p' "$work/upload.out")
	as_athlete show_laps "$uploaded"
	expect show_laps '^  1  *[0-9.]* [km][mi]  *9:00  *[0-9.]* '
	as_athlete enter_activity "Evening yoga" Yoga 30
	expect enter_activity '^hidden from home: yes$'
	as_athlete log_strength BARBELL_BENCH_PRESS:8:60 PUSH_UP:20
	expect log_strength '^activity [0-9]*$'
	as_athlete star_segment
	segment=$(sed -n '1s/ .*//p' "$work/star_segment.out")
	as_athlete star_segment "$segment"
	expect star_segment "^$segment  *[0-9.]* km"
	port=$(free_port)
	for _ in 1 2; do
		webhook_subscribe "http://127.0.0.1:$port/" ||
		    echo "webhook_subscribe failed"
		expect webhook_subscribe '^subscription [0-9]*$'
	done
	! webhook_subscribe "http://$sandbox/nobody-listens" ||
	    echo "webhook_subscribe subscribed nobody"
	expect webhook_subscribe 'GET to callback URL does not return 200'
	call_private_service "http://$sandbox/" ||
	    echo "call_private_service failed"
	expect call_private_service 'This is a sandbox'
	share_limiter || echo "share_limiter failed"
	expect share_limiter '^80 calls in all'
	webhook_receiver hub.verify_token=abc || echo "webhook_receiver failed"
	expect webhook_receiver '^{"hub.challenge":"15f7"}'
	expect webhook_receiver '^120475.activity.16578901234.update.1795435160$'
	webhook_receiver hub.verify_token=abd || echo "webhook_receiver failed"
	expect webhook_receiver '^Status: 403'
	route=$(latest_route)
	as_athlete export_gpx "${route%% *}"
	expect export_gpx '<trkpt lat="[-0-9.]*" lon="[-0-9.]*"><ele>'
	expect export_gpx '^</gpx>$'
	simplify_route "$route" || echo "simplify_route failed"
	expect simplify_route '^[0-9]* points, [0-9]* m; before [0-9]* points'
	read_secret || echo "read_secret failed"
	expect read_secret '^ride on'
	account=$(metadata email)
	token=$(metadata \
	    'identity?audience=https://refresh.example.org&format=full')
	verify_caller "Bearer $token" "$account" || echo "verify_caller failed"
	expect verify_caller '^Status: 200'
	expect verify_caller "^$account has called"
	verify_caller "Bearer $token" somebody@example.org ||
	    echo "verify_caller failed"
	expect verify_caller '^Status: 403'
	verify_caller "Bearer ${token}A" "$account" ||
	    echo "verify_caller failed"
	expect verify_caller '^Status: 401'
	for key in first second; do
		rotate_secret $key || echo "rotate_secret failed"
	done
	expect rotate_secret '^version 2: enabled'
	expect rotate_secret '^version 1: disabled'
	store_token || echo "store_token failed"
	expect store_token '^subject 12345: active, no access token, scope read'
} | no_faults
