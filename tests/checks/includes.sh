#!/bin/sh
# SPDX-License-Identifier: MIT
# Who may include whom: docs/architecture.md.
. "$(dirname "$0")/common.sh"

# "FILE quote|angle NAME", one line an include.
includes()
{
	sources | xargs sed -n -E '
		s/^[ \t]*#[ \t]*include[ \t]*"([^"]+)".*/quote \1/p;t mark
		s/^[ \t]*#[ \t]*include[ \t]*<([^>]+)>.*/angle \1/p;t mark
		b
		:mark
		F' | awk '/^(quote|angle) /{ line = $0; next } { print $0, line }'
}

# The folders in which a file of folder $1 may find what it quotes.
homes()
{
	case $1 in
	common/*) echo common ;;
	libstrava/* | libgcpsecret/* | libtokenstore/*)
		echo "${1%%/*}/src common" ;;
	apps/common/*) echo apps/common common ;;
	apps/*) echo "$(dirname "$1") apps/common common" ;;
	tests/storm/*) echo "tests/storm tests/apps tests/support common" ;;
	tests/*) echo "$(dirname "$1") tests/support common lib*/src apps/*" ;;
	esac
}

# Does a file of path $1 include the library header $2 rightly?
may_see()
{
	case $1:$2 in
	common/*) false ;;
	libstrava/*:strava/* | libgcpsecret/*:gcpsecret/*) ;;
	libtokenstore/*:tokenstore/*) ;;
	lib*/* | apps/sandbox/*) false ;;
	esac
}

one_by_one()
{
	includes | while read -r file kind name; do
		case $kind:$name in
		angle:strava/* | angle:gcpsecret/* | angle:tokenstore/*)
			may_see "$file" "$name" ||
			    echo "$file: may not include <$name>" ;;
		quote:*/*)
			echo "$file: include \"${name##*/}\" without a path" ;;
		quote:*)
			for home in $(homes "$file"); do
				[ ! -f "$home/$name" ] || continue 2
			done
			echo "$file: may not include \"$name\"" ;;
		esac
		case $file:$name in
		lib*/include/*:curl/* | lib*/include/*:json-c/* | \
		    lib*/include/*:libpq* | lib*/include/*:openssl/* | \
		    lib*/include/*:microhttpd*)
			echo "$file: a public header may not include <$name>" ;;
		esac
	done
}

# Only apps/common sees two libraries at once.
two_at_once()
{
	includes | awk '
		$1 ~ /^(apps\/common|tests)\// { next }
		$3 ~ /^(strava|gcpsecret|tokenstore)\// {
			split($3, part, "/")
			if (!seen[$1, part[1]]++ && count[$1]++)
				print $1 ": sees two libraries"
		}'
}

{ one_by_one; two_at_once; } | no_faults
