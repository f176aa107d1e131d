/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_CALL_H
#define STRAVA_CALL_H

/* Calls: what is asked of Strava, and its way there and back. */

#include "internal.h"
#include "retry.h"

/* What Strava counts a call in. */
enum budget {
	BUDGET_NONE, /* about tokens */
	BUDGET_READ, /* both budgets */
	BUDGET_UPLOAD
};

/* The budget of an operation of the API. */
enum budget sv_budget_of(const char *method, const char *path);

struct call {
	const char *method;
	const char *base; /* the client's api_base or oauth_base */
	const char *path; /* begins with "/", may hold a query */
	const char *content_type;
	const char *body; /* NULL: none */
	size_t      body_len;
	const char *basic;      /* "id:secret" of HTTP Basic; or NULL */
	bool        bearer;     /* an access token goes along ... */
	const char *token;      /* ... this one; NULL: the client's */
	bool        repeatable; /* does no more when it is carried out twice */
	enum budget budget;
};

/*
 * Carries out a call, repetitions included.  STRAVA_OK: Strava answered 2xx.
 * Whatever the outcome, `response`, which was initialised, holds as much of the
 * answer as arrived.
 */
strava_status sv_call(strava_client *client, const struct call *call,
    strava_http_response *response, strava_error *err);

/* A request on its way out, and the memory of what it points to. */
struct outgoing {
	strava_http_request request;
	struct buf          url, bearer, agent, type;
	const char         *headers[4];
	size_t              header_count;
};

/* A call in the air.  It stays where it is until it is landed. */
struct flight {
	struct flight        *next; /* of the client's */
	strava_client        *client;
	struct call           call;
	struct outgoing       out;
	struct http_request   wire;     /* what libcurl is given */
	struct http_exchange *exchange; /* NULL: no attempt is under way */
	strava_http_response *response;
	struct retry          retry;
	strava_limiter_ticket ticket;
	bool                  ticketed; /* of the attempt that is under way */
	int64_t               began_ms, due_ms; /* the attempts */
	bool                  landed;
	strava_status         status; /* once landed */
	strava_error          err;
};

/*
 * Begins a call, of which everything is copied but a body and credentials.  It
 * may have landed at once.
 */
void sv_take_off(struct flight *f, strava_client *client,
    const struct call *call, int64_t timeout_ms,
    strava_http_response *response);

/* Works on all calls of a client for at most `most_ms`, less when one lands. */
void sv_drive(strava_client *client, int64_t most_ms);

/* Lands a call where it is, as one that timed out. */
void sv_give_up(struct flight *f);

/* Ends a call that has landed. */
strava_status sv_land(struct flight *f, strava_error *err);

/* transport.c: the default transport.  False when out of memory. */
bool          sv_wire_start(struct flight *f);
strava_status sv_wire_end(struct flight *f);

/* fault.c: an answer other than 2xx becomes an error; `err` is not NULL. */
strava_status sv_fault(const strava_client *client, const struct call *call,
    strava_http_response *response, strava_error *err);

#endif
