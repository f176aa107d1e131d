/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_KNOWN_H
#define SANDBOX_KNOWN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The secrets file: every token, code, key and password that the sandbox issues
 * or is told, one a line, so that a test can look for them in places where none
 * belongs.
 */
struct known {
	int fd; /* -1: not kept */
};

/* `path` NULL keeps nothing.  False when it cannot be written. */
bool known_open(struct known *known, const char *path);
void known_close(struct known *known);

/* Of a text of many lines (a PEM key) each one; lines too short to be told from
 * ordinary text, and the dashed ones of PEM, are passed over. */
void known_add(const struct known *known, const char *text, size_t len);
void known_add_text(const struct known *known, const char *text);

#endif
