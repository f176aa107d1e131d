#!/bin/sh
# SPDX-License-Identifier: MIT
# Every planted fault is found within ten thousand seeds: those of the simulated
# world, by name, and those of the engine, each a program of its own.
# usage: finds.sh SIM [SIM-WITH-A-FAULT ...]
set -eu
sim=$1
shift
missed=0

look() # NAME PROGRAM [OPTION ...]
{
	name=$1
	shift
	found=$("$@" 10000) || true
	echo "$name: $found"
	case $found in
	seed\ *) ;;
	*) missed=1 ;;
	esac
}

for bug in $("$sim" --bugs); do
	look "$bug" "$sim" --bug "$bug"
done
for program; do
	look "${program##*/sim_}" "$program"
done
exit "$missed"
