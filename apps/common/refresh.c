/* SPDX-License-Identifier: MIT */
#include "refresh.h"

#include <string.h>

#include "clock.h"
#include "log.h"
#include "members.h"

/* An access token lives six hours, and Strava makes a new one in its last hour
 * only: the refresh is due 55 to 35 minutes before the end. */
#define DUE_BEFORE_S INT64_C(3300) /* 55 minutes */
#define DUE_SPREAD_S INT64_C(1200) /* 20 minutes */
#define DUE_LEAST_S INT64_C(300)
#define DUE_MOST_S INT64_C(86400)

/* After a failure, doubled with each further one. */
#define BACKOFF_S INT64_C(30)
#define BACKOFF_MOST_S INT64_C(1800)

/* Strava counts in quarters of an hour. */
#define WINDOW_S INT64_C(900)
#define WINDOW_SPREAD_S INT64_C(60)

/* Between attempts to store what came back. */
#define SAVE_PAUSE_MS 100
#define SAVE_PAUSE_MOST_MS 5000

/* How often a report to the store that carries no token is repeated. */
#define REPORT_TRIES 4

/* What an answer of Strava means for the claim. */
enum action {
	STORE,       /* a token came */
	REFUSE,      /* this refresh token is dead */
	PUT_OFF,     /* later; in doubt if the error says so */
	NEXT_WINDOW, /* when Strava's rate limit allows */
	SKIP,        /* our own fault, with this athlete: later */
	GIVE_BACK,   /* the application is at fault: stop */
	STAND_ASIDE  /* the same, but put this athlete at the end of the row, in
		      * case it is about that one after all */
};

static const struct rule {
	strava_status status;
	enum action   action;
	const char   *reason;
} rules[] = {
	{ STRAVA_OK, STORE, "" },
	{ STRAVA_ERR_REVOKED, REFUSE, "refused" },
	{ STRAVA_ERR_RATE_LIMIT, NEXT_WINDOW, "rate_limit" },
	{ STRAVA_ERR_APPLICATION, GIVE_BACK, "application" },
	{ STRAVA_ERR_INACTIVE, GIVE_BACK, "inactive" },
	{ STRAVA_ERR_UNAUTHORIZED, STAND_ASIDE, "unauthorized" },
	{ STRAVA_ERR_FORBIDDEN, STAND_ASIDE, "forbidden" },
	{ STRAVA_ERR_NOT_FOUND, STAND_ASIDE, "not_found" },
	{ STRAVA_ERR_NETWORK, PUT_OFF, "network" },
	{ STRAVA_ERR_TLS, PUT_OFF, "tls" },
	{ STRAVA_ERR_TIMEOUT, PUT_OFF, "timeout" },
	{ STRAVA_ERR_CANCELED, PUT_OFF, "canceled" },
	{ STRAVA_ERR_SERVER, PUT_OFF, "server" },
	{ STRAVA_ERR_FORMAT, PUT_OFF, "format" },
	{ STRAVA_ERR_REQUEST, PUT_OFF, "request" },
	{ STRAVA_ERR_NOMEM, SKIP, "memory" },
	{ STRAVA_ERR_ARGUMENT, SKIP, "argument" },
};

/* One claim on its way. */
struct attempt {
	struct backend   *backend;
	tokenstore_claim *claim;
	strava_error      err; /* of the last request */
};

static const struct rule *
rule_of(strava_status status)
{
	static const struct rule unknown = { STRAVA_ERR_SERVER, PUT_OFF,
		"unknown" };

	for (size_t i = 0; i < COUNT(rules); i++)
		if (rules[i].status == status)
			return &rules[i];
	return &unknown;
}

/* A number below `range` that is always the same for one athlete and `salt`. */
static int64_t
spread(const char *subject, int64_t salt, int64_t range)
{
	uint64_t hash = 14695981039346656037u ^ (uint64_t)salt;

	for (; *subject != '\0'; subject++)
		hash = (hash ^ (unsigned char)*subject) * 1099511628211u;
	return (int64_t)((hash >> 16) % (uint64_t)range);
}

/* Due times are compared with the database's clock. */
static int64_t
now(struct backend *backend)
{
	int64_t t;

	if (tokenstore_now(backend->store, &t, NULL) == TOKENSTORE_OK)
		return t;
	return backend_clock(backend->settings);
}

static void
log_athlete(enum log_severity severity, const char *message,
    const tokenstore_claim *claim, const char *detail)
{
	log_line(severity, message,
	    LOG_FIELDS(LOG_TEXT_FIELD("athlete", claim->subject),
		LOG_TEXT_FIELD("detail", detail)));
}

/* Whether a report that failed is worth repeating at once. */
static bool
may_pass(tokenstore_status status)
{
	return status == TOKENSTORE_ERR_CONNECTION ||
	       status == TOKENSTORE_ERR_TIMEOUT ||
	       status == TOKENSTORE_ERR_BUSY;
}

/* Tells the store when to try again.  The lease ends by itself, should even
 * that fail. */
static bool
put_off(const struct attempt *attempt, int64_t due_at, const char *reason)
{
	const tokenstore_claim *claim = attempt->claim;
	tokenstore_status       status = TOKENSTORE_ERR_BUSY;
	tokenstore_error        err = { 0 };

	for (int i = 0; i < REPORT_TRIES && may_pass(status); i++)
		status = tokenstore_defer(attempt->backend->store, claim,
		    due_at, attempt->err.in_doubt, reason, &err);
	if (status != TOKENSTORE_OK)
		log_athlete(LOG_ERROR, "the store did not take a report", claim,
		    err.message);
	return status == TOKENSTORE_OK;
}

/* Half to all of a wait that grows with every failure in a row. */
static int64_t
backoff(const struct attempt *attempt)
{
	const char         *subject = attempt->claim->subject;
	tokenstore_account *account;
	int64_t             failures = 0, wait = BACKOFF_S;

	if (tokenstore_get(attempt->backend->store, subject, &account, NULL) ==
	    TOKENSTORE_OK) {
		failures = account->failures;
		tokenstore_account_free(account);
	}
	for (int64_t i = 0; i < failures && wait < BACKOFF_MOST_S; i++)
		wait *= 2;
	wait = wait < BACKOFF_MOST_S ? wait : BACKOFF_MOST_S;
	return wait - spread(subject, failures, wait / 2);
}

static enum refresh_outcome
try_later(const struct attempt *attempt, const char *reason)
{
	int64_t due_at = now(attempt->backend) + backoff(attempt);

	log_athlete(attempt->err.in_doubt ? LOG_WARNING : LOG_NOTICE,
	    attempt->err.in_doubt ? "refresh in doubt, put off"
				  : "refresh put off",
	    attempt->claim, attempt->err.message);
	return put_off(attempt, due_at, reason) ? REFRESH_DEFERRED
						: REFRESH_FAILED;
}

/* To the second that Strava's rate limit allows, and some, so that not all come
 * back at once. */
static enum refresh_outcome
wait_for_window(const struct attempt *attempt, const char *reason)
{
	int64_t t = now(attempt->backend);
	int64_t wait = attempt->err.retry_after_s;

	if (wait < 0)
		wait = WINDOW_S - t % WINDOW_S;
	if (wait > DUE_MOST_S)
		wait = DUE_MOST_S;
	wait += spread(attempt->claim->subject, t, WINDOW_SPREAD_S);
	return put_off(attempt, t + wait, reason) ? REFRESH_RATE_LIMITED
						  : REFRESH_FAILED;
}

/*
 * When the next refresh is worth trying, by Strava's clock, which is the one
 * that wrote expires_at.  Never so soon that the same run meets it again.
 */
static int64_t
due_after(const struct attempt *attempt, const strava_token *token)
{
	const char *subject = attempt->claim->subject;
	int64_t     sent_at, due_at;

	if (token->access_token == NULL) /* salvaged from a cut answer */
		return backend_clock(attempt->backend->settings) + BACKOFF_S;
	sent_at = token->expires_at - token->expires_in;
	due_at = token->expires_at - DUE_BEFORE_S +
		 spread(subject, token->expires_at, DUE_SPREAD_S);
	if (due_at < sent_at + DUE_LEAST_S)
		due_at = sent_at + DUE_LEAST_S;
	if (due_at > sent_at + DUE_MOST_S)
		due_at = sent_at + DUE_MOST_S;
	return due_at;
}

/* Stores a token, over and over while there is hope. */
static tokenstore_status
save(const struct attempt *attempt, const strava_token *token, int *stored)
{
	struct backend        *backend = attempt->backend;
	const tokenstore_grant grant = {
		.access_token = token->access_token,
		.refresh_token = token->refresh_token,
		.expires_at = token->expires_at,
		.expires_in = token->expires_in,
		.scope = token->scope,
	};
	int64_t           due_at = due_after(attempt, token);
	int64_t           pause_ms = SAVE_PAUSE_MS;
	tokenstore_status status;
	tokenstore_error  err;

	for (;;) {
		status = tokenstore_save(backend->store, attempt->claim, &grant,
		    due_at, stored, &err);
		if (status == TOKENSTORE_OK ||
		    status == TOKENSTORE_ERR_NOT_FOUND ||
		    status == TOKENSTORE_ERR_ARGUMENT)
			return status;
		log_athlete(LOG_ERROR, "a new token waits to be stored",
		    attempt->claim, err.message);
		if (!clock_sleep_ms(pause_ms, &backend->hurry))
			return status;
		pause_ms = pause_ms * 2 < SAVE_PAUSE_MOST_MS
			       ? pause_ms * 2
			       : SAVE_PAUSE_MOST_MS;
	}
}

/* Is the account a live one now?  `unknown` when the store does not tell. */
static bool
is_active(const struct attempt *attempt, bool unknown)
{
	tokenstore_account *account;
	tokenstore_status   status;
	bool                active;

	status = tokenstore_get(
	    attempt->backend->store, attempt->claim->subject, &account, NULL);
	if (status != TOKENSTORE_OK)
		return status != TOKENSTORE_ERR_NOT_FOUND && unknown;
	active = account->state == TOKENSTORE_ACTIVE;
	tokenstore_account_free(account);
	return active;
}

/*
 * Consent was withdrawn in the meantime, so what came back must not live on at
 * Strava either; unless there is a new consent, which would end with it.
 */
static enum refresh_outcome
give_up_grant(const struct attempt *attempt, const strava_token *token)
{
	struct backend *backend = attempt->backend;
	strava_error    err;

	if (is_active(attempt, true)) {
		log_athlete(LOG_NOTICE, "a new consent came during the refresh",
		    attempt->claim, "its tokens count");
		return REFRESH_UNCHANGED;
	}
	if (strava_oauth_revoke(backend->strava, &backend->app,
		token->refresh_token, &err) != STRAVA_OK)
		log_athlete(LOG_WARNING,
		    "could not end a grant that nobody wants any more",
		    attempt->claim, err.message);
	else
		log_athlete(LOG_NOTICE,
		    "consent was withdrawn during the refresh", attempt->claim,
		    "revoked");
	return REFRESH_REVOKED;
}

static enum refresh_outcome
keep(const struct attempt *attempt, const strava_token *token)
{
	const char       *before = attempt->claim->access_token;
	const char       *after = token->access_token;
	int               stored = 0;
	tokenstore_status status = save(attempt, token, &stored);

	if (status == TOKENSTORE_ERR_NOT_FOUND ||
	    (status == TOKENSTORE_OK && stored == 0))
		return give_up_grant(attempt, token);
	if (status != TOKENSTORE_OK) {
		log_athlete(LOG_CRITICAL,
		    "a new token is lost: the athlete may have to consent",
		    attempt->claim, tokenstore_status_name(status));
		return REFRESH_FAILED;
	}
	if (after == NULL) {
		log_athlete(LOG_WARNING,
		    "the answer was cut short; its refresh token is stored",
		    attempt->claim, "salvaged");
		return REFRESH_DEFERRED;
	}
	if (before != NULL && strcmp(before, after) == 0) {
		log_athlete(LOG_INFO, "refreshed", attempt->claim, "unchanged");
		return REFRESH_UNCHANGED;
	}
	log_athlete(LOG_INFO, "refreshed", attempt->claim, "new");
	return REFRESH_DONE;
}

/* No other token came for the claim: mostly because there is none. */
static enum refresh_outcome
end_of_tokens(const struct attempt *attempt)
{
	const tokenstore_claim *claim = attempt->claim;

	if (is_active(attempt, false)) {
		log_athlete(LOG_NOTICE, "refresh put off", claim,
		    "another process has this athlete by now");
		return REFRESH_DEFERRED;
	}
	log_athlete(LOG_WARNING, "the athlete must consent again", claim,
	    claim->in_doubt_since != 0 ? "an answer was lost earlier"
				       : "Strava refused the refresh token");
	return REFRESH_REVOKED;
}

/* Takes the dead token out.  True: the claim holds another one, go on, with a
 * lease that starts anew. */
static bool
next_candidate(const struct attempt *attempt, enum refresh_outcome *outcome)
{
	tokenstore_claim *claim = attempt->claim;
	tokenstore_status status = TOKENSTORE_ERR_BUSY;
	tokenstore_error  err = { 0 };
	int               more = 0;

	for (int i = 0; i < REPORT_TRIES && may_pass(status); i++)
		status = tokenstore_refuse(
		    attempt->backend->store, claim, &more, &err);
	if (status == TOKENSTORE_OK && more)
		return true;
	if (status == TOKENSTORE_OK) {
		*outcome = end_of_tokens(attempt);
	} else {
		log_athlete(LOG_ERROR, "the store did not take a report", claim,
		    err.message);
		*outcome = REFRESH_FAILED;
	}
	return false;
}

static enum refresh_outcome
stop(const struct attempt *attempt, const struct rule *rule)
{
	struct backend *backend = attempt->backend;

	if (rule->action == STAND_ASIDE)
		put_off(attempt, now(backend) + backoff(attempt), rule->reason);
	else if (tokenstore_release(backend->store, attempt->claim, NULL) !=
		 TOKENSTORE_OK)
		log_athlete(LOG_ERROR, "the store did not take a report",
		    attempt->claim, "the lease ends by itself");
	log_line(LOG_CRITICAL, "Strava refuses this application",
	    LOG_FIELDS(LOG_TEXT_FIELD("detail", attempt->err.message)));
	return REFRESH_STOP;
}

/* One request, and what follows from its answer.  True: go on with another
 * refresh token. */
static bool
spend(struct attempt *attempt, enum refresh_outcome *outcome)
{
	struct backend    *backend = attempt->backend;
	strava_token      *token = NULL;
	const struct rule *rule;

	attempt->err = (strava_error){ .retry_after_s = -1 };
	rule = rule_of(strava_oauth_refresh(backend->strava, &backend->app,
	    attempt->claim->refresh_token, &token, &attempt->err));
	switch (rule->action) {
	case STORE: *outcome = keep(attempt, token); break;
	case REFUSE: return next_candidate(attempt, outcome);
	case NEXT_WINDOW:
		log_athlete(LOG_NOTICE, "refreshes put off to the next window",
		    attempt->claim, attempt->err.message);
		*outcome = wait_for_window(attempt, rule->reason);
		break;
	case PUT_OFF: *outcome = try_later(attempt, rule->reason); break;
	case SKIP:
		try_later(attempt, rule->reason);
		*outcome = REFRESH_FAILED;
		break;
	case GIVE_BACK:
	case STAND_ASIDE: *outcome = stop(attempt, rule); break;
	}
	strava_token_free(token);
	return false;
}

enum refresh_outcome
refresh_claim(
    struct backend *backend, tokenstore_claim *claim, strava_error *err)
{
	struct attempt       attempt = { .backend = backend, .claim = claim };
	enum refresh_outcome outcome = REFRESH_FAILED;

	strava_client_set_timeout_ms(backend->strava, REFRESH_TIMEOUT_MS);
	while (spend(&attempt, &outcome))
		continue;
	strava_client_set_timeout_ms(backend->strava, 0);
	*err = attempt.err;
	return outcome;
}

enum refresh_outcome
refresh_wait(struct backend *backend, tokenstore_claim *claim,
    const strava_error *rate_limit)
{
	const struct attempt attempt = { backend, claim, *rate_limit };

	return wait_for_window(
	    &attempt, rule_of(STRAVA_ERR_RATE_LIMIT)->reason);
}
