/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define SEPARATORS ", "

/* A scope that holds another one. */
static const struct {
	const char *wide, *narrow;
} holds[] = {
	{ "read_all", "read" },
	{ "activity:read_all", "activity:read" },
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

static bool
is_granted(const char *granted, const struct word *sought)
{
	struct word wide;

	if (is_in(granted, sought))
		return true;
	for (size_t i = 0; i < COUNT(holds); i++) {
		wide = (struct word){ holds[i].wide, strlen(holds[i].wide) };
		if (is_word(sought, holds[i].narrow) && is_in(granted, &wide))
			return true;
	}
	return false;
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
