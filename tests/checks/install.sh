#!/bin/sh
# SPDX-License-Identifier: MIT
# Each library builds and installs alone, and all of them together; installing
# twice changes nothing, and DESTDIR gives the same tree.  The trees stay for
# the checks that build programs with them.
# usage: install.sh FOLDER
. "$(dirname "$0")/common.sh"
need cmake ninja
work=$1
rm -rf "$work"
mkdir -p "$work"

# install SOURCE NAME: makes $work/NAME from $work/NAME.build.
install()
{
	env -u CFLAGS -u LDFLAGS cmake -S "$1" -B "$work/$2.build" -G Ninja \
	    -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$work/$2" \
	    -DCMAKE_INSTALL_LIBDIR=lib \
	    -DCMAKE_SHARED_LINKER_FLAGS=-Wl,-z,defs -DWITH_APPS=OFF \
	    -DBUILD_TESTING=OFF --no-warn-unused-cli &&
	    cmake --build "$work/$2.build" --parallel 2 &&
	    cmake --install "$work/$2.build"
}

listing()
{
	(cd "$1" && find . ! -type d | sort)
}

for library in $libraries; do
	install "lib$library" "$library" >"$work/log" 2>&1 ||
	    { cat "$work/log"; exit 1; }
done
install . all >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }

{
	grep -i 'warning' "$work/log" || true
	cmake --install "$work/all.build" | grep 'Installing:' || true
	DESTDIR=$work/dest cmake --install "$work/all.build" >/dev/null
	diff -r "$work/all" "$work/dest$work/all" || true

	# Together they are the three alone, without a file that two of them own.
	for library in $libraries; do
		listing "$work/$library"
	done | sort >"$work/alone"
	listing "$work/all" | diff "$work/alone" - || true
	grep -vE '/(lib)?(strava|gcpsecret|tokenstore)[^/]*(/|$)' \
	    "$work/alone" || true

	for library in $libraries; do
		PKG_CONFIG_PATH=$work/all/lib/pkgconfig \
		    pkg-config --validate "lib$library" 2>&1 || true
		diff -r "lib$library/include/$library" \
		    "$work/all/include/$library" || true
	done
	grep -rlF "$root" "$work/all/lib/pkgconfig" "$work/all/lib/cmake" |
	    while read -r file; do
		    grep -qF "$root/common" "$file" &&
			echo "$file names the source tree"
	    done
} | no_faults
