# SPDX-License-Identifier: MIT
#
# For scripts that run servers: PostgreSQL refuses root, so they run as whoever
# owns their folder.  To be read with ".".

# shellcheck disable=SC2012,SC2034  # the names are version numbers
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)

# Takes the place of the shell.
become_owner() # DIR PROGRAM ...
{
	owner=$(stat -c %U "$1")
	shift
	if [ "$(id -u)" -eq 0 ]; then
		exec setpriv --reuid="$owner" --regid="$(id -g "$owner")" \
		    --clear-groups -- "$@"
	fi
	exec "$@"
}

as_owner() # DIR PROGRAM ...
{
	(become_owner "$@")
}
