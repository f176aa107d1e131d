#!/bin/sh
# SPDX-License-Identifier: MIT
# Google's own clients of Secret Manager and of credentials against the sandbox:
# what they take for Google, others may too.
# usage: run.sh SANDBOX WORK-FOLDER
set -eu
export LC_ALL=C
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
sandbox=$1
work=$2

skip()
{
	echo "skipped: $1"
	exit 77
}

command -v npm >/dev/null || skip "npm is not there to install Google's clients"
mkdir -p "$work"
if ! cmp -s "$here/package.json" "$work/package.json"; then
	rm -rf "$work/node_modules" "$work/package.json" "$work/install"
	cp "$here/package.json" "$work/package.new"
	mkdir -p "$work/install"
	cp "$here/package.json" "$work/install/package.json"
	(cd "$work/install" && npm install --no-package-lock --ignore-scripts \
	    --no-audit --no-fund --loglevel=error --prefer-offline \
	    --fetch-retries=1 --fetch-retry-mintimeout=1000) >"$work/npm.log" 2>&1 ||
	    skip "npm cannot install Google's clients, see $work/npm.log"
	mv "$work/install/node_modules" "$work/node_modules"
	mv "$work/package.new" "$work/package.json"
	rm -r "$work/install"
fi
cp "$here"/*.mjs "$work"

# They want Node 22, which may come with them.
node=$work/node_modules/.bin/node
[ -x "$node" ] || node=$(command -v node) || skip "there is no node"
major=$("$node" -p 'process.versions.node.split(".")[0]')
[ "$major" -ge 22 ] || skip "Google's clients want Node 22, this is $major"

rm -rf "$work/sandbox.out" "$work"/files-*
"$sandbox" --port 0 --emulator off >"$work/sandbox.out" &
pid=$!
trap 'kill $pid 2>/dev/null; wait $pid 2>/dev/null || true' EXIT
tries=0
until grep -qs '^listening on ' "$work/sandbox.out"; do
	tries=$((tries + 1))
	[ $tries -lt 200 ] || {
		echo "the sandbox does not start"
		exit 1
	}
	sleep 0.05
done
cd "$work"
"$node" test.mjs "$(sed -n 's/^listening on //p' sandbox.out)"
