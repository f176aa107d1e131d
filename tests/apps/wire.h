/* SPDX-License-Identifier: MIT */
#ifndef WIRE_H
#define WIRE_H

/* HTTP word by word, for calls that no client of ours would send.  Whatever fails
 * here ends the test, but for an answer that never comes. */

#include <stdint.h>

struct wire_answer {
	int  status;     /* 0: the connection was closed without one */
	char text[8192]; /* all of it, as it came */
};

/*
 * Sends the request line without its version, further lines that each end with
 * CR LF, and a body unless that is NULL; reads to the end of the connection.
 * `base` is http://127.0.0.1:PORT.
 */
void wire_call(const char *base, const char *request, const char *lines,
    const char *body, struct wire_answer *answer);

/* The same without waiting for an answer. */
void wire_leave(const char *base, const char *request);

#endif
