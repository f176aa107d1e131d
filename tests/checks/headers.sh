#!/bin/sh
# SPDX-License-Identifier: MIT
# Every header compiles alone: the public ones as C99 and as C++11, the private
# ones as C11.
. "$(dirname "$0")/common.sh"
need gcc g++ clang
warnings="-Wall -Wextra -pedantic -Werror -fsyntax-only"

alone() # INCLUDE-LINE COMPILER...
{
	line=$1
	shift
	printf '%s\nextern int more;\n' "$line" |
	    "$@" $warnings - 2>&1 | head -n 3
}

{
	for library in $libraries; do
		for header in $(public_headers $library); do
			for compiler in "gcc -std=c99 -x c" "clang -std=c99 -x c" \
			    "g++ -std=c++11 -x c++" "clang++ -std=c++11 -x c++"; do
				alone "#include <$header>" $compiler \
				    -Ilib$library/include
			done
		done
	done
	for header in common/*.h apps/common/*.h; do
		alone "#include \"${header##*/}\"" gcc -std=c11 -x c \
		    -D_GNU_SOURCE -Icommon -Iapps/common -Ilibstrava/include \
		    -Ilibgcpsecret/include -Ilibtokenstore/include \
		    $(pkg-config --cflags json-c libpq libcurl)
	done
} | no_faults
