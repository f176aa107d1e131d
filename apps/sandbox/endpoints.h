/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_ENDPOINTS_H
#define SANDBOX_ENDPOINTS_H

/* The table of all that can be asked for. */

#include "call.h"

/* What stands before a handler. */
enum guard {
	GUARD_MUTEX, /* it runs with the world's mutex held */
	GUARD_NONE,  /* it takes the mutex itself */
	GUARD_API    /* a bearer token, a scope, budget left; no mutex */
};

enum {
	ENDPOINT_QUIET = 1, /* answers without rate-limit headers */
	ENDPOINT_UNREAD = 2 /* does not count against the read budget */
};

struct endpoint {
	const char *method, *path;
	void (*handle)(struct call *call);
	enum guard guard;
	unsigned   scope; /* any one of these opens it; 0: none is needed */
	unsigned   flags;
};

/* Fills in what the path's braces stand for; NULL when nothing matches. */
const struct endpoint *endpoint_find(struct call *call);

/* Both want the mutex. */
void endpoint_count(struct world *world, const struct endpoint *endpoint);

/* As a member "calls": {"GET /api/v3/athlete": 3, ...}. */
void endpoint_emit_calls(struct emit *e, const struct world *world);

#endif
