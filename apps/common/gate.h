/* SPDX-License-Identifier: MIT */
#ifndef APPS_GATE_H
#define APPS_GATE_H

/*
 * What a request must look like before anything else reads it.  libmicrohttpd
 * 0.9.75 hands on much that another server in front may read differently: two
 * lengths, two hosts, a length beside chunks.  One table of small checks
 * refuses that, and whatever no route can want.
 *
 * Not to be seen from here, since libmicrohttpd has dealt with it before: a raw
 * NUL, which cuts a line short; line ends without CR; chunk extensions; a header
 * without a name, which it drops.
 */

#include <microhttpd.h>

#include "server.h"

#define GATE_TARGET_MAX 8192
#define GATE_HEADERS_MAX 16384 /* bytes of all names and values */
#define GATE_HEADER_COUNT_MAX 100

struct refusal {
	int         status;
	const char *reason;
};

/* NULL when the request may pass.  `target` is the request's second word. */
const struct refusal *gate_check(const struct server_config *config,
    struct MHD_Connection *connection, const char *method, const char *target,
    const char *version);

#endif
