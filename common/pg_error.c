/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "pg_internal.h"

/* The first code that an SQLSTATE starts with decides. */
static const struct {
	const char   *code;
	enum pg_class kind;
} classes[] = {
	{ "08", PG_CONNECTION },
	{ "22", PG_VALUE },
	{ "23505", PG_UNIQUE },
	{ "23", PG_VALUE },
	{ "25006", PG_READ_ONLY },
	{ "25P03", PG_CONNECTION },
	{ "25P04", PG_CONNECTION },
	{ "28", PG_DENIED },
	{ "3D", PG_MISSING },
	{ "3F", PG_MISSING },
	{ "40001", PG_AGAIN },
	{ "40003", PG_CONNECTION },
	{ "40P01", PG_AGAIN },
	{ "42501", PG_DENIED },
	{ "42703", PG_MISSING },
	{ "42P01", PG_MISSING },
	{ "53300", PG_BUSY },
	{ "53", PG_FULL },
	{ "55P03", PG_WAITED },
	{ "57014", PG_WAITED },
	{ "57P", PG_CONNECTION },
	{ "58030", PG_FULL },
};

enum pg_class
pg_class_of(const char *sqlstate)
{
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (strncmp(sqlstate, classes[i].code,
			strlen(classes[i].code)) == 0)
			return classes[i].kind;
	return PG_OTHER;
}

/* Copies `text`; every run of white space and control characters becomes one
 * blank, none at either end. */
static void
copy_line(char *line, size_t size, const char *text)
{
	size_t n = 0;

	for (; *text != '\0' && n + 1 < size; text++) {
		bool blank = (unsigned char)*text <= ' ' || *text == 127;

		if (!blank)
			line[n++] = *text;
		else if (n > 0 && line[n - 1] != ' ')
			line[n++] = ' ';
	}
	while (n > 0 && line[n - 1] == ' ')
		n--;
	line[n] = '\0';
}

enum pg_class
pg_fail(struct pg_error *error, enum pg_class kind, const char *sqlstate,
    const char *fmt, ...)
{
	char    text[1024];
	va_list ap;

	if (error == NULL)
		return kind;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	error->class = kind;
	snprintf(error->sqlstate, sizeof(error->sqlstate), "%s", sqlstate);
	copy_line(error->message, sizeof(error->message), text);
	return kind;
}

void
pg_take_sqlstate(char *message, char sqlstate[6])
{
	static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	char             *at = strstr(message, ":  ");

	sqlstate[0] = '\0';
	if (at == NULL || strspn(at + 3, alphabet) != 5 ||
	    strncmp(at + 8, ": ", 2) != 0)
		return;
	snprintf(sqlstate, 6, "%s", at + 3);
	memmove(at + 2, at + 10, strlen(at + 10) + 1);
}
