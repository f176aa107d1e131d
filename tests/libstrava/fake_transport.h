/* SPDX-License-Identifier: MIT */
#ifndef FAKE_TRANSPORT_H
#define FAKE_TRANSPORT_H

/*
 * A transport that answers each request with the next answer of a script, and
 * every request after the last one with that again, and keeps what was asked.
 *
 *	struct fake fake;
 *
 *	fake_start(&fake);
 *	fake.answers[0] = fake_answer(200, "{\"id\":1}");
 *	... calls with fake.client ...
 *	assert_string_equal(fake.requests[0].method, "GET");
 *	fake_stop(&fake);
 */

#include <stdbool.h>
#include <stddef.h>
#include <strava/strava.h>

#define FAKE_MAX 8

/* The client's clock stands still here: 2026-11-23, 12:00:00 UTC. */
#define FAKE_NOW INT64_C(1795435200)

struct fake_answer {
	int           http_status; /* 0: none arrives */
	const char   *body;
	size_t        body_len;   /* 0: up to the NUL */
	const char   *headers[9]; /* name, value, ..., NULL */
	strava_status failure;    /* what the transport says after all that */
	const char   *message;    /* of that failure */
	bool          unsent;     /* and nothing had left */
};

struct fake_request {
	char    method[8], url[1024], body[2048], basic[256];
	char    authorization[256], content_type[128], user_agent[128];
	bool    has_body;
	size_t  body_len; /* of which `body` holds as much as fits */
	int     at_most_once;
	int64_t timeout_ms;
};

struct fake {
	strava_client      *client; /* repeats nothing, has the token "T" */
	struct fake_answer  answers[FAKE_MAX];
	struct fake_request requests[FAKE_MAX];
	size_t              calls;
	int64_t             now;
	void (*on_send)(struct fake *fake); /* called before each answer */
};

/* An answer without headers; `body` may be NULL. */
struct fake_answer fake_answer(int http_status, const char *body);

void               fake_start(struct fake *fake);
void               fake_stop(struct fake *fake);

/* A strava_clock_fn; `ctx` is a struct fake. */
int64_t fake_clock(void *ctx);

/* A strava_send_fn; `ctx` is a struct fake. */
strava_status fake_send(void *ctx, const strava_http_request *request,
    strava_http_response *response, strava_error *err);

/* The text of fixtures/NAME, until free(). */
char *fixture(const char *name);

#endif
