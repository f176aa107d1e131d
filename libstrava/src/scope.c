/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define SEPARATORS ", "

/* The scopes that Strava has, each with the bits of those that it holds. */
static const struct {
	const char  *name;
	strava_scope scope;
	unsigned     holds;
} scopes[] = {
	{ "read", STRAVA_SCOPE_READ, 0 },
	{ "read_all", STRAVA_SCOPE_READ_ALL, STRAVA_SCOPE_READ },
	{ "profile:read_all", STRAVA_SCOPE_PROFILE_READ_ALL, 0 },
	{ "profile:write", STRAVA_SCOPE_PROFILE_WRITE, 0 },
	{ "activity:read", STRAVA_SCOPE_ACTIVITY_READ, 0 },
	{ "activity:read_all", STRAVA_SCOPE_ACTIVITY_READ_ALL,
	    STRAVA_SCOPE_ACTIVITY_READ },
	{ "activity:write", STRAVA_SCOPE_ACTIVITY_WRITE, 0 },
};

struct word {
	const char *data;
	size_t      len;
};

/* Cuts the next word off *list; false at the end. */
static bool
next_word(const char **list, struct word *word)
{
	*list += strspn(*list, SEPARATORS);
	word->data = *list;
	word->len = strcspn(*list, SEPARATORS);
	*list += word->len;
	return word->len > 0;
}

static bool
is_word(const struct word *word, const char *text)
{
	return strlen(text) == word->len &&
	       memcmp(word->data, text, word->len) == 0;
}

static bool
is_in(const char *list, const struct word *sought)
{
	struct word word;

	while (next_word(&list, &word))
		if (word.len == sought->len &&
		    memcmp(word.data, sought->data, word.len) == 0)
			return true;
	return false;
}

/* The bits of a word; 0 when it is not known. */
static unsigned
bits_of(const struct word *word)
{
	for (size_t i = 0; i < COUNT(scopes); i++)
		if (is_word(word, scopes[i].name))
			return (unsigned)scopes[i].scope | scopes[i].holds;
	return 0;
}

unsigned
strava_scope_parse(const char *list)
{
	struct word word;
	unsigned    bits = 0;

	while (list != NULL && next_word(&list, &word))
		bits |= bits_of(&word);
	return bits;
}

const char *
strava_scope_name(unsigned scope)
{
	for (size_t i = 0; i < COUNT(scopes); i++)
		if ((unsigned)scopes[i].scope == scope)
			return scopes[i].name;
	return NULL;
}

/* A word that is known may be held by another; any is held by itself. */
static bool
is_granted(const char *granted, const struct word *sought)
{
	for (size_t i = 0; i < COUNT(scopes); i++)
		if (is_word(sought, scopes[i].name))
			return (strava_scope_parse(granted) &
				   (unsigned)scopes[i].scope) != 0;
	return is_in(granted, sought);
}

bool
strava_scope_has(const char *granted, const char *scope)
{
	struct word word;

	if (granted == NULL || scope == NULL)
		return false;
	word = (struct word){ scope, strlen(scope) };
	return is_granted(granted, &word);
}

strava_status
strava_scope_missing(const char *granted, const char *wanted,
    char **missing_out, strava_error *err)
{
	struct buf  missing;
	struct word word;
	bool        ok;

	if (missing_out != NULL)
		*missing_out = NULL;
	if (granted == NULL || wanted == NULL || missing_out == NULL)
		return sv_fail_argument(
		    err, "granted, wanted or missing_out is NULL");
	buf_init(&missing, strlen(wanted));
	ok = buf_add_text(&missing, "");
	while (ok && next_word(&wanted, &word)) {
		if (is_granted(granted, &word) ||
		    is_in(buf_text(&missing), &word))
			continue;
		ok = (missing.len == 0 || buf_add_text(&missing, ",")) &&
		     buf_add(&missing, word.data, word.len);
	}
	if (!ok) {
		buf_free(&missing);
		return sv_fail_memory(err);
	}
	*missing_out = missing.data;
	return STRAVA_OK;
}
