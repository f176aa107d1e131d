#!/bin/sh
# SPDX-License-Identifier: MIT
# Writes the facts of Strava's published description that test_description.c
# holds against the library, one a line, tab separated:
#
#	operation  ID     METHOD    PATH  NAME:PLACE:required|optional ...
#	property   MODEL  PROPERTY  TYPE
#	value      MODEL  VALUE
#
# Give it swagger.json as Strava publishes it with every file that it refers to,
# or one file into which a tool has put all of them.
# usage: describe.sh FILE ... >description.tsv
set -eu
[ $# -gt 0 ] || { sed -n '3,12s/^# \{0,1\}//p' "$0" >&2; exit 2; }
command -v jq >/dev/null || { echo "describe: no jq" >&2; exit 1; }

{
	printf '# made by describe.sh\n'
	jq -n -r '
# The files differ in how they write the first letter of a model.
def lower: (.[:1] | ascii_downcase) + .[1:];
def target: .["$ref"] | split("/")[-1] | lower;

# All properties of a model, those of the models that it extends included.
def properties($models):
	if has("$ref") then ($models[target] // {}) | properties($models)
	else ((.allOf // []) | map(properties($models)) | add // {}) +
	    (.properties // {})
	end;

def type($models):
	if has("$ref") then
		target as $name | ($models[$name] // {}) |
		if .type == "array" or (.type // "object") != "object" then
			type($models)
		else $name end
	elif .type == "array" then "[" + (.items | type($models)) + "]"
	else (.type // "object") + (if .format then "/" + .format else "" end)
	end;

# A model, then those that stand inside it without a name of their own.
def lines($name; $models):
	(.enum // [] | .[] | ["value", $name, .]),
	(properties($models) | to_entries[] | .key as $key | .value |
		["property", $name, $key, type($models)],
		((if .type == "array" then .items else . end) |
			select(has("properties")) |
			lines($name + "." + $key; $models)));

def operations($parameters):
	.paths // {} | to_entries[] | .key as $path | .value |
	(.parameters // []) as $shared | to_entries[] |
	select(.value | type == "object") | .key as $method | .value |
	["operation", .operationId, ($method | ascii_upcase), $path,
		([$shared[], (.parameters // [])[]] |
		map((if has("$ref") then $parameters[target] else . end) |
			.name + ":" + .in + ":" +
			(if .required then "required" else "optional" end)) |
		join(" ") | if . == "" then "-" else . end)];

[inputs] | (map(.parameters // {}) | add |
    with_entries(.key |= lower)) as $parameters |
(map(if has("swagger") or has("paths") then .definitions // {}
    else . end) | add | with_entries(.key |= lower)) as $models |
(.[] | operations($parameters)),
($models | to_entries[] | .key as $name | .value |
	select(type == "object") | lines($name; $models)) |
@tsv' "$@" | LC_ALL=C sort
}
