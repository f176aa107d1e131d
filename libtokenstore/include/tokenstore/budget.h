/* SPDX-License-Identifier: MIT */
#ifndef TOKENSTORE_BUDGET_H
#define TOKENSTORE_BUDGET_H

#include <stddef.h>
#include <stdint.h>
#include <tokenstore/api.h>
#include <tokenstore/error.h>
#include <tokenstore/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * How many requests the provider allows the application, counted in the
 * database so that all programs share them.  A budget has a name, such as
 * "overall", and a count for each window of time.  A window of 900 seconds
 * begins whenever the database's clock, in epoch seconds, is a multiple of 900.
 */
typedef struct tokenstore_window {
	int64_t window_s; /* 1 to 31536000 */

	/* Requests in one window, until the provider's own word is learnt. */
	int64_t limit;

	/* Take only while less than this part of the limit is used, by whomever:
	 * 1 to 100.  The rest is for those that do not ask here. */
	int      share_percent;
	uint64_t reserved[2];
} tokenstore_window;

/* The most windows that a budget may have. */
#define TOKENSTORE_WINDOWS_MAX 8

/* The right to send requests. */
typedef struct tokenstore_permit {
	int64_t  granted;  /* so many, the least that any window allows */
	int64_t  again_at; /* fewer than wanted: when to ask again, in epoch
			    * seconds, else 0 */
	int64_t  taken_at; /* now, by the database's clock */
	uint64_t reserved[1];
} tokenstore_permit;

/*
 * Takes the right to send up to `want` requests, at least 1, out of windows of
 * different lengths, in one statement.  What all programs together are granted
 * never exceeds a window's share.
 *
 * Report each of them to tokenstore_budget_learn(), also those not sent.  What
 * is never reported counts until the window ends; so may what a call took that
 * failed with CONNECTION or TIMEOUT.
 */
TOKENSTORE_API TOKENSTORE_CHECK tokenstore_status tokenstore_budget_take(
    tokenstore *store, const char *name, const tokenstore_window *windows,
    size_t count, int64_t want, tokenstore_permit *out, tokenstore_error *err);

/* What an answer of the provider said about one window. */
typedef struct tokenstore_usage {
	int64_t window_s;
	int64_t limit;     /* 0: it did not say */
	int64_t used;      /* -1: it did not say */
	int     exhausted; /* 1: it refused the request, nothing is left */

	/* That of the permit: a window that began since is not given back what
	 * it never granted.  0: not known, this window granted them. */
	int64_t  taken_at;
	uint64_t reserved[1];
} tokenstore_usage;

/*
 * Reports requests: `sent` of them were answered, `unsent` were granted and not
 * sent, which gives them back.  The provider's word replaces our count: its
 * limit at once; its use unless it is behind what is known, as when answers
 * overtake each other.  A window without its word counts the requests sent.  The
 * windows have different lengths, and one statement counts in all of them.
 *
 * Do not repeat a call that failed with CONNECTION or TIMEOUT: if it was carried
 * out, the second one gives back what others were granted.
 */
TOKENSTORE_API TOKENSTORE_CHECK tokenstore_status tokenstore_budget_learn(
    tokenstore *store, const char *name, const tokenstore_usage *usages,
    size_t count, int64_t sent, int64_t unsent, tokenstore_error *err);

/* One window of a budget, as it is now. */
typedef struct tokenstore_budget_window {
	int64_t  window_s;
	int64_t  ends_at; /* in epoch seconds */
	int64_t  limit;   /* as the provider said last; 0: it never did */
	int64_t  used;    /* since the window began, as far as is known */
	int64_t  pending; /* granted, and not reported yet */
	uint64_t reserved[3];
} tokenstore_budget_window;

typedef struct tokenstore_budget {
	size_t count; /* 0: nobody has taken anything yet */

	/* The shortest ones, by length. */
	tokenstore_budget_window windows[TOKENSTORE_WINDOWS_MAX];
} tokenstore_budget;

/*
 * Looks at a budget, for the person in charge, and changes nothing.  A window
 * whose row is of an earlier one is empty: nothing is used or pending.  *out has
 * no windows on failure.
 */
TOKENSTORE_API TOKENSTORE_CHECK tokenstore_status tokenstore_budget_get(
    tokenstore *store, const char *name, tokenstore_budget *out,
    tokenstore_error *err);

#ifdef __cplusplus
}
#endif

#endif
