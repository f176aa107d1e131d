/* SPDX-License-Identifier: MIT */
#ifndef UPDATE_TOKENS_FUNCTION_H
#define UPDATE_TOKENS_FUNCTION_H

/*
 * The scheduled function: an HTTP server that does one refresh run for each
 * POST.  Calls may come twice or at once, since a run takes what is due and
 * nobody else has claimed.
 */

#include <stdatomic.h>

#include "backend.h"
#include "invoker.h"
#include "server.h"

struct function {
	const struct settings *settings;
	struct invoker        *invoker;
	struct pool           *pool;
	const atomic_bool     *stop; /* begin nothing new */
};

/* How many runs go on at once; others wait for a while. */
#define FUNCTION_RUNS 4

/* NULL on failure, with one line in `message`.  `function` must outlive it. */
struct server *function_start(
    struct function *function, char *message, size_t message_size);

#endif
