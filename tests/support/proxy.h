/* SPDX-License-Identifier: MIT */
#ifndef PROXY_H
#define PROXY_H

/*
 * A link that breaks on purpose: passes bytes between the clients that connect
 * to it and one server, until its plan says otherwise.
 *
 *	struct proxy *link = proxy_to_postgres(postgres_conninfo(pg));
 *
 *	proxy_plan(link, &(struct proxy_plan){ .act = PROXY_CUT,
 *	    .way = PROXY_DOWN, .text = "COMMIT" });
 *	... connect to proxy_conninfo(link, postgres_conninfo(pg), ...) ...
 *	assert_int_equal(proxy_counts(link).hits, 1);
 *	proxy_stop(link);
 *
 * A thread serves each connection.  Whatever fails here ends the test.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Seen from the client: a request goes up, its answer comes down. */
enum proxy_way { PROXY_UP, PROXY_DOWN };

enum proxy_act {
	PROXY_PASS,
	PROXY_CUT, /* both sides are closed */
	PROXY_HOLE /* nothing passes any more, not even an end, until the next
		    * plan: then both sides are closed */
};

/*
 * What each connection suffers, those that are open as well as those to come.
 * All zero: everything passes.
 */
struct proxy_plan {
	enum proxy_act act;
	enum proxy_way way;   /* the way whose bytes are counted */
	size_t         after; /* so many of them still pass */

	/* Where counting begins, instead of now or the connection's first byte:
	 * behind this text on its way up or down ... */
	const char    *text; /* at most 512 bytes; must outlive the plan */
	enum proxy_way text_way;
	/* ... or with the n-th request, of any connection, since the plan was
	 * made.  A request is what goes up until something comes down. */
	uint64_t request;

	/* Not 0: each connection draws its way and its `after`, which is below
	 * this number, by this seed. */
	size_t   within;
	uint64_t seed;

	unsigned times;    /* so many connections are hit; 0: all */
	int      delay_ms; /* before anything passes */
};

struct proxy;

/* To a port of 127.0.0.1; listens on another one. */
struct proxy *proxy_to_port(int port);
int           proxy_port(const struct proxy *proxy);

/* To the unix socket that a conninfo "host=/folder port=N ..." names; listens
 * in a folder of its own. */
struct proxy *proxy_to_postgres(const char *conninfo);

/* The conninfo with this proxy in the place of the server. */
void proxy_conninfo(
    const struct proxy *proxy, const char *conninfo, char *out, size_t size);

void proxy_stop(struct proxy *proxy); /* NULL is ignored */

void proxy_plan(struct proxy *proxy, const struct proxy_plan *plan);

/*
 * Sees all bytes that passed, once they were handed over: `connection` counts
 * from 1 in the order in which they came.  Called by the connections' threads,
 * at the same time perhaps.  To be set before the first connection.
 */
typedef void (*proxy_watch_fn)(void *ctx, uint64_t connection,
    enum proxy_way way, const char *bytes, size_t len);
void proxy_watch(struct proxy *proxy, proxy_watch_fn fn, void *ctx);

/* Closes every connection at once. */
void proxy_cut(struct proxy *proxy);

/* Since the proxy began; requests and hits since the last plan. */
struct proxy_counts {
	uint64_t connections, requests, hits;
	uint64_t bytes[2]; /* that passed, by way */
};
struct proxy_counts proxy_counts(struct proxy *proxy);

/* Waits until a connection is hit; false after that time. */
bool proxy_await_hit(struct proxy *proxy, int64_t timeout_ms);

#endif
