#!/bin/sh
# SPDX-License-Identifier: MIT
# Plants a fault for each check in a copy of the tree, and expects the check to
# name it.
. "$(dirname "$0")/common.sh"
need ctags mandoc clang-format gcc g++ clang abidw abidiff
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# expect CHECK FILE: the check, run in the copy, names what was planted in FILE.
expect()
{
	if sh "$work/tree/tests/checks/$1.sh" >"$work/out" 2>&1; then
		echo "$1 does not see the fault in $2"
	elif ! grep -q planted "$work/out"; then
		echo "$1 fails, but not for the fault in $2:"
		cat "$work/out"
	fi
}

# planted CHECK FILE: FILE, what comes on stdin behind the licence, is all that
# there is in the folders of the tree.
planted()
{
	rm -rf "$work/tree"
	mkdir "$work/tree"
	find common lib* apps examples tests -type d |
	    (cd "$work/tree" && xargs mkdir -p)
	cp .clang-format "$work/tree"
	cp -r tests/checks "$work/tree/tests"
	{ echo '/* SPDX-License-Identifier: MIT */'; cat; } >"$work/tree/$2"
	expect "$1" "$2"
}

# planted_among CHECK FILE: FILE is what comes on stdin, in a copy of the tree.
planted_among()
{
	rm -rf "$work/tree"
	mkdir "$work/tree"
	cp -r README.md common lib* apps docs examples tests "$work/tree"
	cat >"$work/tree/$2"
	expect "$1" "$2"
}

# shared FILE VERSION: builds a library with what comes on stdin in its header.
shared()
{
	{
		cat
		echo 'int GET(struct gcpsecret_payload *, enum kind,'
		echo '    const struct options *);'
	} >"$work/abi/libgcpsecret/include/planted.h"
	{
		echo '#include "planted.h"'
		echo 'int GET(struct gcpsecret_payload *s, enum kind k,'
		echo '    const struct options *o) { return s && k && o; }'
	} >"$work/planted.c"
	gcc -g -shared -fPIC -I "$work/abi/libgcpsecret/include" \
	    -Wl,-soname,"libplanted.so.$2" -o "$work/$1" "$work/planted.c"
}

# changed YES|NO FROM TO [VERSION]: expects the check of the ABI to let that edit
# of the header pass, or not.
changed()
{
	header='#define GET planted_get
	    enum kind { A, B }; struct options { long a; long reserved[4]; };
	    struct gcpsecret_payload { int a; int b; };'
	mkdir -p "$work/abi/libgcpsecret/include" "$work/abi/tests"
	cp -r tests/checks "$work/abi/tests"
	echo "$header" | shared old.so 1
	echo "$header" | sed "s/$2/$3/" | shared new.so "${4:-1}"
	abi="$work/abi/tests/checks/abi.sh gcpsecret"
	sh $abi "$work/old.so" renew
	sh $abi "$work/new.so" >"$work/out" 2>&1 && passes=YES || passes=NO
	[ "$passes" = "$1" ] || {
		echo "abi: \"$2\" made \"$3\" passes: $passes"
		cat "$work/out"
	}
}

{
	changed YES 'int b;' 'int b; int at_the_end;'
	changed YES 'A, B' 'A, B, AT_THE_END'
	changed NO 'int b;' 'int between; int b;'
	changed NO 'A, B' 'BEFORE, A, B'
	changed NO 'long reserved.4.;' 'long reserved[5];'
	changed NO 'long a;' 'int a;'
	changed NO 'planted_get' 'planted_fetch'
	changed YES 'long a;' 'int a;' 2
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
	echo 'planted' | planted_among man libstrava/exports.txt
	echo 'planted' | planted_among endpoints docs/endpoints.md
	echo 'planted' | planted_among methods docs/secret_manager.md
	echo '| FN-1 | | | `apps.planted` |' |
	    planted_among requirements docs/testing.md
} | no_faults
