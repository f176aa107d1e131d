/* SPDX-License-Identifier: MIT */
#include "secret_target.h"

#include <stdio.h>
#include <string.h>

/* Cuts the text at `c` and returns what follows; NULL without one. */
static char *
cut(char *text, int c)
{
	char *at = text != NULL ? strchr(text, c) : NULL;

	if (at != NULL)
		*at++ = '\0';
	return at;
}

/* The part after `name`, which must come next; NULL when it does not. */
static char *
after_name(char *text, const char *name)
{
	char *next;

	if (text == NULL)
		return NULL;
	next = cut(text, '/');
	return strcmp(text, name) == 0 ? next : NULL;
}

/* "secrets", "secrets/S", "secrets/S/versions" or "secrets/S/versions/V". */
static bool
read_collection(struct target *target, char *text)
{
	char *next;

	if (strcmp(text, "secrets") == 0) {
		target->depth = DEPTH_SECRETS;
		return true;
	}
	target->depth = DEPTH_SECRET;
	target->secret = after_name(text, "secrets");
	if ((next = cut(target->secret, '/')) == NULL)
		return target->secret != NULL;
	target->depth = DEPTH_VERSIONS;
	if (strcmp(next, "versions") == 0)
		return true;
	target->depth = DEPTH_VERSION;
	target->version = after_name(next, "versions");
	return target->version != NULL && strchr(target->version, '/') == NULL;
}

bool
secret_target_read(struct target *target, const char *rest)
{
	char *end, *next, *last;

	memset(target, 0, sizeof(*target));
	if (strlen(rest) >= sizeof(target->text))
		return false;
	snprintf(target->text, sizeof(target->text), "%s", rest);
	end = target->text + strlen(target->text);
	last = strrchr(target->text, '/');
	target->verb = cut(last, ':');
	if (target->verb == NULL)
		target->verb = end;
	target->location = end;
	target->project = target->text;
	next = cut(target->text, '/');
	if (next != NULL && strcmp(next, "locations") == 0) {
		target->depth = DEPTH_LOCATIONS;
		return true;
	}
	if (next != NULL && strncmp(next, "locations/", 10) == 0) {
		target->location = next + 10;
		next = cut(target->location, '/');
		target->depth = DEPTH_LOCATION;
		if (next == NULL)
			return true;
	}
	return next != NULL && read_collection(target, next);
}

void
secret_target_name(const struct target *target, char name[TARGET_SIZE + 32])
{
	snprintf(name, TARGET_SIZE + 32, "projects/%s%s%s%s%s", target->project,
	    target->location[0] != '\0' ? "/locations/" : "", target->location,
	    target->secret != NULL ? "/secrets/" : "",
	    target->secret != NULL ? target->secret : "");
}

void
secret_name(const struct secret *secret, char name[SECRET_NAME_SIZE])
{
	char number[PROJECT_NUMBER_SIZE];

	vault_project_number(secret->project, number);
	snprintf(name, SECRET_NAME_SIZE, "projects/%s%s%s/secrets/%s", number,
	    secret->location[0] != '\0' ? "/locations/" : "", secret->location,
	    secret->id);
}

void
secret_version_name(
    const struct secret *secret, size_t number, char name[VERSION_NAME_SIZE])
{
	char holder[SECRET_NAME_SIZE];

	secret_name(secret, holder);
	snprintf(name, VERSION_NAME_SIZE, "%s/versions/%zu", holder, number);
}
