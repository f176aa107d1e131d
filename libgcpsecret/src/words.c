/* SPDX-License-Identifier: MIT */
#include "words.h"

#include <stdlib.h>
#include <string.h>

static const char blanks[] = " \t\n";

/* What a backslash takes the meaning from between double quotes; elsewhere it
 * does so from every character. */
static const char in_quotes[] = "\\\"$`";

/* Moves *from behind the closing quote; false when there is none. */
static bool
take_quoted(const char **from, char **to)
{
	const char *at = *from;
	char        quote = *at++;

	for (; *at != quote; at++) {
		if (quote == '"' && *at == '\\' && at[1] != '\0' &&
		    strchr(in_quotes, at[1]) != NULL)
			at++;
		if (*at == '\0')
			return false;
		*(*to)++ = *at;
	}
	*from = at + 1;
	return true;
}

/* Copies one word and a NUL; NULL, or what is wrong with it. */
static const char *
take_word(const char **from, char **to)
{
	while (**from != '\0' && strchr(blanks, **from) == NULL) {
		if (**from == '"' || **from == '\'') {
			if (!take_quoted(from, to))
				return "ends within quotes";
			continue;
		}
		if (**from == '\\' && *++*from == '\0')
			return "ends in a backslash";
		*(*to)++ = *(*from)++;
	}
	*(*to)++ = '\0';
	return NULL;
}

static const char *
take_words(struct words *words, const char *from)
{
	char       *to = words->text;
	const char *fault = NULL;

	from += strspn(from, blanks);
	while (*from != '\0' && fault == NULL) {
		words->items[words->count++] = to;
		fault = take_word(&from, &to);
		from += strspn(from, blanks);
	}
	if (fault == NULL && (words->count == 0 || *words->items[0] == '\0'))
		fault = "names no program";
	return fault;
}

gcpsecret_status
gs_words_split(struct words *words, const char *command, gcpsecret_error *err)
{
	size_t      len = strlen(command);
	const char *fault;

	/* A word takes a letter and a blank at least, the last one a NUL. */
	*words = (struct words){ .text = malloc(len + 1),
		.items = calloc(len / 2 + 2, sizeof(*words->items)) };
	if (words->text == NULL || words->items == NULL) {
		gs_words_free(words);
		return gs_no_memory(err);
	}
	fault = take_words(words, command);
	if (fault == NULL)
		return GCPSECRET_OK;
	gs_words_free(words);
	/* It may hold a password, so that it is not quoted. */
	return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
	    "\"command\" of the credentials %s", fault);
}

void
gs_words_free(struct words *words)
{
	free(words->text);
	free(words->items);
	*words = (struct words){ 0 };
}
