#!/bin/sh
# SPDX-License-Identifier: MIT
# Plants a fault for each check in a copy of the tree, and expects the check to
# name it.
. "$(dirname "$0")/common.sh"
need ctags mandoc clang-format gcc g++ clang
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# planted CHECK FILE: runs the check over a copy of the tree in which FILE holds
# what comes on stdin, behind the licence.
planted()
{
	rm -rf "$work/tree"
	mkdir "$work/tree"
	cp -r .clang-format README.md common lib* apps examples tests \
	    "$work/tree"
	{ echo '/* SPDX-License-Identifier: MIT */'; cat; } >"$work/tree/$2"
	if sh "$work/tree/tests/checks/$1.sh" >"$work/out" 2>&1; then
		echo "$1 does not see the fault in $2"
	elif ! grep -q planted "$work/out"; then
		echo "$1 fails, but not for the fault in $2:"
		cat "$work/out"
	fi
}

{
	echo '#include <strava/strava.h>' | planted includes common/planted.c
	echo '#include <tokenstore/tokenstore.h>' |
	    planted includes libstrava/src/planted.c
	echo '#include "settings.h"' | planted includes libstrava/src/planted.c
	echo '#include "page.h"' | planted includes apps/common/planted.c
	echo '#include <curl/curl.h>' |
	    planted includes libstrava/include/strava/planted.h
	printf '#include <strava/strava.h>\n#include <gcpsecret/gcpsecret.h>\n' |
	    planted includes apps/web/planted.c
	echo 'planted_type f(void);' |
	    planted headers libstrava/include/strava/planted.h
	echo 'int class(int planted, int this);' |
	    planted headers libgcpsecret/include/gcpsecret/planted.h
	echo 'void f(void) { sprintf(planted, "x"); }' |
	    planted words libstrava/src/planted.c
	echo '/* TO''DO: planted */' | planted words apps/web/planted.c
	{ echo 'int'; echo 'planted(void)'; echo '{'; yes ';' | head -n 58
	    echo '}'; } | planted function_length apps/web/planted.c
	echo 'int  planted ;' | planted format common/planted.c
	echo 'planted' | planted man libstrava/exports.txt
} | no_faults
