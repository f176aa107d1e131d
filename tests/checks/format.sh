#!/bin/sh
# SPDX-License-Identifier: MIT
# clang-format has nothing to change.  Versions differ; 14 is Debian 12's.
. "$(dirname "$0")/common.sh"
for tool in clang-format-14 clang-format; do
	! command -v $tool >/dev/null || break
done
need $tool
case $($tool --version) in
*" 14."*) ;;
*) echo "skipped: clang-format is not version 14"; exit 77 ;;
esac
sources | while read -r file; do
	$tool "$file" | diff "$file" - >/dev/null ||
	    echo "$file: run clang-format -i"
done | no_faults
