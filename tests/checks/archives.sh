#!/bin/sh
# SPDX-License-Identifier: MIT
# The archives link into one program whatever they were compiled with.
# usage: archives.sh FOLDER
. "$(dirname "$0")/common.sh"
need cmake ninja gcc clang
work=$1

build() # COMPILER FLAGS
{
	rm -rf "$work"
	env -u CFLAGS -u LDFLAGS cmake -S . -B "$work" -G Ninja \
	    -DCMAKE_C_COMPILER="$1" -DCMAKE_C_FLAGS="$2" -DWITH_APPS=OFF \
	    -DBUILD_TESTING=OFF &&
	    cmake --build "$work" --parallel 2 &&
	    $1 $2 -Ilibstrava/include -Ilibgcpsecret/include \
		-Ilibtokenstore/include "$checks/consumer/all_three.c" \
		"$work"/lib*/lib*.a -o "$work/all_three" \
		$(pkg-config --libs libcurl json-c libpq libcrypto) -lm &&
	    "$work/all_three" &&
	    for library in $libraries; do
		    sh "$checks/exports.sh" $library \
			"$work/lib$library/lib$library.so" \
			"$work/lib$library/lib$library.a" || return 1
	    done
}

while read -r compiler flags; do
	build "$compiler" "$flags" >"$work.log" 2>&1 </dev/null || {
		echo "$compiler $flags:"
		tail -n 20 "$work.log"
	}
done <<'END' | no_faults
clang -g3 -fsanitize=address,undefined
gcc -g3 -gdwarf-4 -fdebug-types-section -ffunction-sections
gcc -O2 -flto=auto
END
