/* SPDX-License-Identifier: MIT */
#ifndef APPS_FIELDS_H
#define APPS_FIELDS_H

/* Names and values as a browser writes them: a query, a form, cookies. */

#include <stdbool.h>
#include <stddef.h>

#define FIELDS_MAX 32

struct fields {
	struct {
		const char *name, *value;
	} items[FIELDS_MAX];
	size_t count;
};

/*
 * Undoes percent-encoding in place.  False, with the text spoilt, when an
 * escape is malformed, stands for a NUL, or the result is not UTF-8.
 */
bool fields_unescape(char *text, bool plus_is_space);

/*
 * Takes "a=1&b=2" apart, in place: the text must live as long as the fields.
 * NULL, or what is wrong with it: an escape, a name twice, too many.
 */
const char *fields_read_query(struct fields *fields, char *text);

/* The same for "a=1; b=2" of a Cookie header.  Too many are none at all. */
void fields_read_cookies(struct fields *fields, char *text);

/* The value of the only field of that name; NULL when there is none, or more
 * than one to choose from. */
const char *fields_get(const struct fields *fields, const char *name);

#endif
