/* SPDX-License-Identifier: MIT */
#ifndef BENCH_PEER_H
#define BENCH_PEER_H

/*
 * A process of its own, so that its time is not measured, that answers every GET
 * on 127.0.0.1 with the same: a token, a secret and a metadata server in one, as
 * each of them is a JSON object.
 */

#include <stddef.h>
#include <sys/types.h>

#define PEER_TOKEN                                                       \
	"ya29.c.b0AT7lpjBRmO7ghBEyMV18evd016hq0B7gAg3OfxjAZ4gIlV8vjbqQw" \
	"v4oTfLkYVoMXz6Yb9mHqRlrqWnR7ZgSr3cBQ1sTq2Cf0ZQ8mJ8Qy5dZlW3vXhK" \
	"M2eUuFgq1nO4pPz7tDkxYcVbLr0jA9iSoHwEmTfBnGa6CyXsRzUqKpJhWdVlNx"

struct peer {
	pid_t pid;
	int   port;
};

/* A payload of so many bytes.  Ends the program when that fails. */
void peer_start(struct peer *peer, size_t payload);
void peer_stop(struct peer *peer);

#endif
