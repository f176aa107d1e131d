#!/bin/sh
# SPDX-License-Identifier: MIT
# Plants a fault in a copy of a source file.
# usage: plant.sh SED-SCRIPT SOURCE COPY
set -eu
sed -E -f "$1" "$2" >"$3"
if cmp -s "$2" "$3"; then
	echo "$1: changes nothing in $2" >&2
	rm -f "$3"
	exit 1
fi
