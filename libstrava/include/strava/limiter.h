/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_LIMITER_H
#define STRAVA_LIMITER_H

/*
 * May I call Strava now?  A limiter knows both budgets of the application and
 * answers at once; it never waits, and never lets more calls go than there is
 * room for.
 *
 *	strava_limiter_new(NULL, &limiter, &err);
 *	strava_client_set_limiter(client, limiter, STRAVA_BACKGROUND, &err);
 *	if (strava_activity_get(client, id, &activity, &err) ==
 *	    STRAVA_ERR_RATE_LIMIT)
 *		... come back in err.retry_after_s seconds ...
 *
 * A program that calls Strava by other means asks it by hand, with
 * strava_limiter_ask() and strava_limiter_done().
 *
 * Each budget has two windows, which begin anew at :00, :15, :30 and :45 and at
 * 00:00 UTC.  The limiter begins its own five seconds later, and what is in
 * flight from five seconds before counts in both, so that as long as nobody else
 * spends the budgets, and clocks differ by no more than that, Strava never
 * counts beyond a limit, however long answers take and in whatever order they
 * come.  What others spend it learns from the headers of answers.
 *
 * Thread safety: any number of threads may use one limiter; it locks itself.
 *
 * Facts: developers.strava.com/docs/rate-limits.
 */

#include <stdint.h>
#include <strava/client.h>
#include <strava/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct strava_limiter strava_limiter;

/* Which budgets a call is counted in. */
typedef enum strava_call_kind {
	STRAVA_CALL_READ = 0, /* both; writes too, but for the next three */
	STRAVA_CALL_UPLOAD    /* overall alone: POST /activities, POST /uploads,
			       * and the upload of media */
} strava_call_kind;

/* Who waits for the call. */
typedef enum strava_priority {
	STRAVA_INTERACTIVE = 0, /* somebody: may spend all there is */
	STRAVA_BACKGROUND       /* nobody: leaves the reserve alone */
} strava_priority;

/* How a call ended. */
typedef enum strava_call_end {
	STRAVA_CALL_ANSWERED = 0, /* Strava has counted it, or may have */
	STRAVA_CALL_LIMITED,      /* HTTP 429 */
	STRAVA_CALL_UNSENT        /* nothing left the machine: not counted */
} strava_call_end;

/* What lets one call go.  Filled by strava_limiter_ask(); holds no memory. */
typedef struct strava_limiter_ticket {
	int64_t          window;
	strava_call_kind kind;
	int              reserved_int;
	uint64_t         reserved[2];
} strava_limiter_ticket;

/*
 * What a limiter knows: a fixed number of bytes without pointers, to be kept
 * where other processes of the application see it, on machines of the same byte
 * order.  All zero is the empty one, and one that is of another version or makes
 * no sense is taken as empty.
 */
typedef struct strava_limiter_state {
	uint64_t opaque[16];
} strava_limiter_state;

/*
 * A place for the state.  Both return -1 when it is out of reach.
 *
 * load: copies what is there, all zero when nothing is, and returns 1.
 * swap: if what is there equals *expected, byte for byte, puts *desired in its
 *	place and returns 1, in one step for all who share it; else returns 0.
 *
 * They are called with the limiter locked, so they must not call it.
 *
 * While the place is out of reach, or 32 swaps in a row meet a change, each
 * process goes on with what it last saw, its own calls and the headers of
 * answers; strava_limiter_usage.shared says so.  It tries again at every call.
 */
typedef struct strava_limiter_share {
	int (*load)(void *ctx, strava_limiter_state *state);
	int (*swap)(void *ctx, const strava_limiter_state *expected,
	    const strava_limiter_state *desired);
	void *ctx;
} strava_limiter_share;

/* Zero means the default, for every member. */
typedef struct strava_limiter_options {
	/* The limits until Strava tells them.  Default: those of a new
	 * application, 200 and 2000 overall, 100 and 1000 for reading. */
	int64_t short_limit, daily_limit, read_short_limit, read_daily_limit;

	/* How much of each limit is kept for interactive calls.  1 to 99;
	 * default 20; -1: nothing. */
	int             reserve_percent;
	int             reserved_int;

	strava_clock_fn clock; /* default: the system's */
	void           *clock_ctx;

	/* Copied; its ctx must outlive the limiter.  NULL: not shared. */
	const strava_limiter_share *share;
	uint64_t                    reserved[4];
} strava_limiter_options;

/*
 * `options` may be NULL.  *out is to be freed with strava_limiter_free().
 * Fails with: ARGUMENT, NOMEM.  Does no I/O.
 */
STRAVA_API STRAVA_CHECK strava_status strava_limiter_new(
    const strava_limiter_options *options, strava_limiter **out,
    strava_error *err);

/* No other thread may be using it; NULL is ignored. */
STRAVA_API void strava_limiter_free(strava_limiter *limiter);

/*
 * Asks for one request to Strava, at once; every repetition asks anew.
 *
 * STRAVA_OK: go, and hand *ticket to strava_limiter_done() whatever becomes of
 * the call.  A ticket that is never handed back, because its process died say,
 * counts as a call in this window and the next one.
 * RATE_LIMIT: not now; err->retry_after_s says when the window ends that has no
 * room, the message which one that is.  Nothing is counted.  err->http_status is
 * 0, since Strava was not asked.
 * Fails also with: ARGUMENT.
 */
STRAVA_API STRAVA_CHECK strava_status strava_limiter_ask(
    strava_limiter *limiter, strava_call_kind kind, strava_priority priority,
    strava_limiter_ticket *ticket, strava_error *err);

/*
 * Ends a call; ending it twice does no harm.  `told` is what the headers of this
 * very answer said, with -1 for what they did not; NULL: nothing.  It is not
 * what strava_client_rate_limit() gives, which may be of an earlier window.
 *
 * In one window usage only grows, since answers overtake each other; limits are
 * taken as told.  After LIMITED without a header that explains it, the window of
 * 15 minutes counts as used up: of reading for a READ, else overall.
 */
STRAVA_API void strava_limiter_done(strava_limiter *limiter,
    strava_limiter_ticket *ticket, strava_call_end end,
    const strava_rate_limit *told);

/*
 * Lets a client ask the limiter before each request that Strava counts, and tell
 * it what came: everything but the exchange, refresh and revocation of tokens.
 * A call that may not go fails with RATE_LIMIT, err->retry_after_s and
 * err->http_status 0; nothing is sent.  `limiter` is not the client's and must
 * outlive it; NULL: none, the default.
 */
STRAVA_API strava_status strava_client_set_limiter(strava_client *client,
    strava_limiter *limiter, strava_priority priority, strava_error *err);

/* For a display. */
typedef struct strava_limiter_usage {
	strava_rate_limit rate;          /* nothing in it is unknown */
	int64_t           in_flight;     /* calls of this window, not ended */
	int64_t           short_ends_at; /* seconds since the epoch, UTC */
	int64_t           daily_ends_at;

	/* UNSET: not shared.  FALSE: at the last call the place was out of
	 * reach. */
	strava_tri shared;
	int        reserved_int;
	uint64_t   reserved[4];
} strava_limiter_usage;

/* How things stand.  With a NULL, does nothing. */
STRAVA_API void strava_limiter_usage_get(
    strava_limiter *limiter, strava_limiter_usage *out);

#ifdef __cplusplus
}
#endif
#endif
