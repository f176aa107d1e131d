#!/bin/sh
# SPDX-License-Identifier: MIT
# Token refreshes over TLS to an nginx on this machine; see refresh.c.
# usage: refresh.sh PROGRAM [REFRESHES [ROUNDS]]
set -eu
program=$1
refreshes=${2:-5000}
rounds=${3:-9}
work=$(mktemp -d)
pid=

stop()
{
	status=$?
	[ -z "$pid" ] || { kill "$pid" && wait "$pid"; } || true
	rm -rf "$work"
	exit $status
}
trap stop EXIT

command -v nginx >/dev/null || PATH=$PATH:/usr/sbin
command -v nginx >/dev/null || { echo "refresh: there is no nginx here"; exit 77; }
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
    -subj /CN=bench -addext subjectAltName=IP:127.0.0.1 \
    -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
port=${BENCH_PORT:-18443}
cat >"$work/nginx.conf" <<CONF
daemon off;
pid $work/nginx.pid;
error_log $work/error.log;
events { worker_connections 1024; }
http {
	access_log off;
	client_body_temp_path $work;
	proxy_temp_path $work; fastcgi_temp_path $work;
	uwsgi_temp_path $work; scgi_temp_path $work;
	server {
		listen 127.0.0.1:$port ssl;
		ssl_certificate $work/cert.pem;
		ssl_certificate_key $work/key.pem;
		keepalive_requests 1000000;
		location = /oauth/token {
			default_type application/json;
			return 200 '{"token_type":"Bearer","access_token":"a4b945687g8b945687g8b945687g8b945687g8b9","expires_at":$(($(date +%s) + 21600)),"expires_in":21600,"refresh_token":"r4b945687g8b945687g8b945687g8b945687g8b9"}';
		}
	}
}
CONF
nginx -c "$work/nginx.conf" -e "$work/error.log" &
pid=$!
until curl -s --noproxy '*' --cacert "$work/cert.pem" -d x -o /dev/null \
    "https://127.0.0.1:$port/oauth/token"; do
	kill -0 "$pid" || exit 1
	sleep 0.1
done
"$program" "https://127.0.0.1:$port/oauth" "$work/cert.pem" "$refreshes" "$rounds"
