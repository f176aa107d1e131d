/* SPDX-License-Identifier: MIT */
#ifndef APPS_ENGINE_H
#define APPS_ENGINE_H

/*
 * The refresh engine: the one place where a refresh token is spent.  It serves
 * the scheduled run and the web app's "give me a token that works" alike.
 *
 * Its rules: a claim before the request, one request for one claim and token,
 * never given up early; what came back is stored before anything else, over and
 * over until the store has it; only "this refresh token is dead" removes a
 * token; a fault of the application or its configuration touches no athlete and
 * ends the run.
 *
 * It is a machine of steps on one thread.  A step looks at time as it likes, but
 * does one thing at most: it receives one answer, or calls the store once, or
 * sends the requests that there is room for.  Whatever arrives during a call to the store waits in the
 * sockets, and all of it together is the next save: nothing is held back to make
 * a batch, and under load batches come by themselves.
 *
 * It meets the world through three seams, so that a simulation can be the world.
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <strava/oauth.h>
#include <tokenstore/tokenstore.h>

#include "report.h"

/* How long a claim is ours, and how long a request may take.  The request never
 * outlives the lease. */
#define ENGINE_LEASE_S INT64_C(120)
#define ENGINE_TIMEOUT_MS INT64_C(100000)

/* Requests at once, unless the options say otherwise, and claims at once: those
 * on their way, and at most as many again to be sent next.  A process that is
 * killed loses what is on its way at Strava. */
#define ENGINE_IN_FLIGHT 8
#define ENGINE_HELD 250

struct engine_clock {
	int64_t (*steady_ms)(void *ctx);
	int64_t (*utc_s)(void *ctx); /* what Strava's times are compared with */
	void (*sleep_ms)(void *ctx, int64_t ms); /* ends early in a hurry */
	void *ctx;
};

/* What became of a request. */
struct engine_reply {
	void         *tag; /* as it was started */
	strava_error  err; /* err.status is STRAVA_OK: there is a token */
	strava_token *token;
};

struct engine_http {
	/* Sends a refresh, which reaches Strava at most once.  Not OK: it was
	 * not sent, and nothing will come. */
	strava_status (*start)(
	    void *ctx, const char *refresh_token, void *tag, strava_error *err);

	/* One that is over; false when none is within that time. */
	bool (*poll)(void *ctx, int64_t wait_ms, struct engine_reply *reply);

	/* Ends the grant that a token belongs to. */
	strava_status (*revoke)(
	    void *ctx, const char *token, strava_error *err);

	void (*free_token)(void *ctx, strava_token *token);
	void *ctx;
};

/* What the store says about an account besides its tokens. */
struct engine_account {
	bool    active;
	int64_t failures;
};

/* What became of requests that were granted. */
struct engine_requests {
	int64_t taken_at; /* as it was granted */
	int64_t sent, unsent;
	const strava_error
	    *limited; /* Strava's word that it has enough; or NULL */
};

/* Each is one call of libtokenstore, with its meaning. */
struct engine_store {
	tokenstore_status (*claim)(void *ctx, int limit,
	    tokenstore_claim_list **out, tokenstore_error *err);
	tokenstore_status (*save)(void *ctx, tokenstore_save_item *items,
	    size_t count, tokenstore_error *err);
	tokenstore_status (*refuse)(void *ctx, tokenstore_claim *claim,
	    int *more, tokenstore_error *err);
	tokenstore_status (*defer)(void *ctx, const tokenstore_deferral *items,
	    size_t count, tokenstore_error *err);
	tokenstore_status (*release)(void *ctx, tokenstore_claim *const *claims,
	    size_t count, tokenstore_error *err);
	tokenstore_status (*look)(
	    void *ctx, const char *subject, struct engine_account *out);

	/* The budget of requests that all programs share: asks for so many, an
	 * urgent one for all that is left; reports what became of them.  NULL,
	 * both: requests are not counted. */
	tokenstore_status (*take)(void *ctx, int64_t want, bool urgent,
	    tokenstore_permit *out, tokenstore_error *err);
	tokenstore_status (*learn)(void  *ctx,
	    const struct engine_requests *requests, tokenstore_error *err);
	tokenstore_status (*now)(void *ctx, int64_t *out);
	void (*free_claims)(void *ctx, tokenstore_claim_list *list);
	void *ctx;
};

struct engine_seams {
	struct engine_clock clock;
	struct engine_http  http;
	struct engine_store store;
};

/* Zero means the default, for every member. */
struct engine_options {
	size_t  in_flight;
	size_t  held;             /* at most ENGINE_HELD */
	int64_t deadline_ms;      /* for claiming, steady clock; 0: none */
	const atomic_bool *stop;  /* claim and send no more; may be NULL */
	const atomic_bool *hurry; /* wait for nothing; may be NULL */

	/* Told of the end of each claim; may be NULL. */
	void (*settled)(void *ctx, const tokenstore_claim *claim,
	    enum refresh_outcome outcome, const strava_error *err);
	void *ctx;
};

struct engine;

/* What is pointed to must outlive the engine.  NULL when memory is short. */
struct engine *engine_new(const struct engine_seams *seams,
    const struct engine_options *options, struct refresh_report *report);

/*
 * Gives the engine claims to settle, instead of those that it would make itself.
 * It frees the list.  `claimed_ms` is the steady clock before they were made.
 */
void engine_adopt(
    struct engine *engine, tokenstore_claim_list *list, int64_t claimed_ms);

/* Does one thing; false when nothing is left to do. */
bool engine_step(struct engine *engine);

/* Claims that the engine still holds are left to the end of their leases. */
void engine_free(struct engine *engine);

#endif
