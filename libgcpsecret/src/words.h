/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SRC_WORDS_H
#define GCPSECRET_SRC_WORDS_H

#include "internal.h"

/* A command in words, to be run without a shell. */
struct words {
	char **items; /* ends with NULL */
	size_t count;
	char  *text; /* where they live */
};

/*
 * Splits as a shell does: blanks part the words, quotes and backslashes keep
 * blanks and each other.  Nothing is expanded: "$", "*" and "|" are letters.
 * Fails with: CREDENTIALS, NOMEM; then there is nothing to free.
 */
gcpsecret_status gs_words_split(
    struct words *words, const char *command, gcpsecret_error *err);
void gs_words_free(struct words *words);

#endif
