/* SPDX-License-Identifier: MIT */
#ifndef WEB_READY_H
#define WEB_READY_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <tokenstore/error.h>

#include "backend.h"

/*
 * Whether the database is as the app needs it.  It may be away when the app
 * starts: then whoever needs it first once it is back prepares it.
 */
struct ready {
	pthread_mutex_t lock; /* one prepares, the others do not wait */
	atomic_bool     done;
};

void ready_init(struct ready *ready);

/* Makes all tables or brings them up to date, and lets the pool have no more
 * connections than there are.  Anything but OK, one line in `message`. */
tokenstore_status ready_prepare(struct ready *ready, struct pool *pool,
    struct backend *backend, char *message, size_t message_size);

/* True if that was done, now or earlier. */
bool ready_ask(struct ready *ready, struct pool *pool, struct backend *backend,
    char *message, size_t message_size);

#endif
