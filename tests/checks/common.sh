# SPDX-License-Identifier: MIT
# What the checks share.  A check prints one line a fault and ends with 1, or
# prints nothing and ends with 0; 77 means that a tool is missing.
set -eu
checks=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH= cd -- "$checks/../.." && pwd)
libraries="strava gcpsecret tokenstore"
cd "$root"

# Passes faults on and fails if there were any.
no_faults()
{
	awk '{ print } END { exit NR > 0 }'
}

# Ends the check as skipped unless every tool is there.
need()
{
	for tool in "$@"; do
		command -v "$tool" >/dev/null && continue
		echo "skipped: no $tool"
		exit 77
	done
}

# The C files below the folders named; all folders if none is.
sources()
{
	[ $# -gt 0 ] || set -- common libstrava libgcpsecret libtokenstore \
	    apps examples tests
	find "$@" -name '*.[ch]' | sort
}

# The public headers of a library, as a program includes them.
public_headers()
{
	(cd "lib$1/include" && find . -name '*.h' | sed 's,^\./,,' | sort)
}

# build_with SOURCE PROGRAM TREE LIBRARY [ARCHIVES]: builds a program as a user of
# the library installed in TREE does; statically when the folder of its archive
# is given, which the linker then meets first.
build_with()
{
	modules=lib$4
	static=${5:+--static}
	# Debian's libpq.pc asks for archives that no package puts in reach.
	if [ -n "$static" ] && [ "$4" = tokenstore ]; then
		modules="libtokenstore libpq libcrypto"
		static=
	fi
	# A program with threads sets libcurl up by itself.
	! grep -q '<curl/' "$1" || modules="$modules libcurl"
	flags=$(PKG_CONFIG_PATH=$3/lib/pkgconfig \
	    pkg-config --cflags --libs $static $modules)
	# pkg-config quotes for a shell.
	eval "cc -Wall -Wextra -Werror -o \"\$2\" \"\$1\" ${5:+-L\"\$5\"} $flags"
}
