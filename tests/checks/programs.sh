#!/bin/sh
# SPDX-License-Identifier: MIT
# The program of README.md and every program in a man page compile and link.
# usage: programs.sh INSTALLED FOLDER
. "$(dirname "$0")/common.sh"
need pkg-config
trees=$1
work=$2
rm -rf "$work"
mkdir -p "$work"

# The first C block of a Markdown file.
markdown_program()
{
	awk '/^```c$/ { inside = 1; next } inside && /^```/ { exit } inside' "$1"
}

# Writes the displays of an mdoc page that hold a main() to $2-1.c and on.
man_programs()
{
	awk -v out="$2" '
		/^\.Bd .*-literal/ { inside = 1; text = ""; next }
		/^\.Ed/ {
			if (inside && text ~ /(^|\n)main\(/)
				printf "%s", text > (out "-" ++count ".c")
			inside = 0
			next
		}
		inside {
			gsub(/\\&/, ""); gsub(/\\-/, "-"); gsub(/\\\(aq/, "\047")
			gsub(/\\\(dq/, "\""); gsub(/\\e/, "\\")
			text = text $0 "\n"
		}' "$1"
}

links() # SOURCE LIBRARY ORIGIN
{
	build_with "$1" "$work/program" "$trees/$2" "$2" 2>&1 | head -n 5 |
	    sed "s,^,$3: ,"
}

{
	markdown_program README.md >"$work/readme.c"
	links "$work/readme.c" strava README.md
	for library in $libraries; do
		found=0
		for page in lib$library/man/*.[37]; do
			name=$work/$(basename "$page")
			man_programs "$page" "$name"
			for program in "$name"-*.c; do
				[ -f "$program" ] || continue
				found=1
				links "$program" "$library" "$page"
			done
		done
		[ $found -eq 1 ] || echo "lib$library/man: no program"
	done
} | no_faults
