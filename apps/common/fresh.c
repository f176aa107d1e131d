/* SPDX-License-Identifier: MIT */
#include "fresh.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <strava/athlete.h>
#include <strava/scope.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "members.h"
#include "refresh.h"
#include "turn.h"

/* With so much life left an access token is used as it is ... */
#define ENOUGH_S 300
/* ... and with so much while somebody else is fetching the next one. */
#define SCARCE_S 60

/* How long to wait for that somebody, and how often to look. */
#define WAIT_MS 15000
#define LOOK_MS 25
#define LOOK_MOST_MS 1000
#define BUSY_RETRY_S 5

/* A brand-new code is refused now and then and works a little later. */
#define CODE_PAUSE_MS 2000

#define STORE_TRIES 4
#define STORE_PAUSE_MS INT64_C(250)

/* A use is noted once in so long. */
#define TOUCH_S 3600

/* When update_tokens, which runs that often or so, has renewed a token. */
#define RENEWAL_S 300

/* The role of this program may not read refresh tokens: found out once. */
static atomic_bool may_not_refresh;

/* Whether a grant still stands is asked while Strava waits two seconds for the
 * answer to its event ... */
#define PROBE_MS 1500
/* ... and again when tokens were stored meanwhile. */
#define FORGET_TRIES 3

static enum fresh_status
fail(struct fresh_error *error, enum fresh_status status, int64_t retry_after_s,
    const char *message)
{
	error->status = status;
	error->retry_after_s = retry_after_s;
	snprintf(error->message, sizeof(error->message), "%s", message);
	return status;
}

/* What a failure of Strava's token endpoint asks for. */
static enum fresh_status
fail_strava(struct fresh_error *error, const strava_error *err)
{
	static const struct {
		strava_status     status;
		enum fresh_status fresh;
	} table[] = {
		{ STRAVA_ERR_CODE, FRESH_CODE },
		{ STRAVA_ERR_REVOKED, FRESH_CONSENT },
		{ STRAVA_ERR_RATE_LIMIT, FRESH_RATE_LIMIT },
		{ STRAVA_ERR_APPLICATION, FRESH_APPLICATION },
		{ STRAVA_ERR_INACTIVE, FRESH_APPLICATION },
		{ STRAVA_ERR_UNAUTHORIZED, FRESH_APPLICATION },
		{ STRAVA_ERR_FORBIDDEN, FRESH_APPLICATION },
	};

	for (size_t i = 0; i < COUNT(table); i++)
		if (table[i].status == err->status)
			return fail(error, table[i].fresh, err->retry_after_s,
			    err->message);
	return fail(error, FRESH_STRAVA, err->retry_after_s, err->message);
}

/* Repeats what may be repeated while the database is away for a moment. */
static bool
again(tokenstore_status status, int tries)
{
	if (tries >= STORE_TRIES || (status != TOKENSTORE_ERR_CONNECTION &&
					status != TOKENSTORE_ERR_TIMEOUT &&
					status != TOKENSTORE_ERR_BUSY))
		return false;
	return clock_sleep_ms(STORE_PAUSE_MS * tries, NULL);
}

static int64_t
clock_now(const struct backend *backend)
{
	return backend_clock(backend->settings);
}

/* Trades the code; refused as a bad one, it gets a second chance. */
static enum fresh_status
exchange(struct backend *backend, const char *code, strava_token **token,
    struct fresh_error *error)
{
	strava_status status;
	strava_error  err;

	status = strava_oauth_exchange(
	    backend->strava, &backend->app, code, token, &err);
	if (status == STRAVA_ERR_CODE &&
	    clock_sleep_ms(CODE_PAUSE_MS, &backend->hurry))
		status = strava_oauth_exchange(
		    backend->strava, &backend->app, code, token, &err);
	if (status != STRAVA_OK)
		return fail_strava(error, &err);
	return FRESH_OK;
}

/* Compares one list of scopes with those asked for. */
static enum fresh_status
check_scope(const struct backend *backend, const char *granted,
    struct fresh_error *error)
{
	char         message[sizeof(error->message)];
	char        *missing;
	strava_error err;

	if (strava_scope_missing(granted, backend->settings->strava_scope,
		&missing, &err) != STRAVA_OK)
		return fail(error, FRESH_STRAVA, -1, err.message);
	snprintf(message, sizeof(message), "%s", missing);
	strava_string_free(missing);
	return *message == '\0' ? FRESH_OK
				: fail(error, FRESH_SCOPE, -1, message);
}

/* Both what the redirect claims and, where Strava says it, what is true. */
static enum fresh_status
check_scopes(const struct backend *backend, const char *granted,
    const strava_token *token, struct fresh_error *error)
{
	enum fresh_status status;

	status = check_scope(backend, granted != NULL ? granted : "", error);
	if (status == FRESH_OK && token->scope != NULL)
		status = check_scope(backend, token->scope, error);
	return status;
}

/* Ends a grant that is not kept.  The athlete gets the same answer when that
 * fails: nothing is stored either way. */
static void
hand_back(struct backend *backend, const strava_token *token)
{
	strava_error err;

	if (strava_oauth_revoke(backend->strava, &backend->app,
		token->refresh_token, &err) != STRAVA_OK)
		log_line(LOG_WARNING, "a grant that is not kept lives on",
		    LOG_FIELDS(LOG_INT_FIELD("athlete", token->athlete_id),
			LOG_TEXT_FIELD("detail", err.message)));
}

static enum fresh_status
store(struct backend *backend, const strava_token *token, const char *granted,
    struct fresh_error *error)
{
	const tokenstore_grant grant = {
		.access_token = token->access_token,
		.refresh_token = token->refresh_token,
		.expires_at = token->expires_at,
		.expires_in = token->expires_in,
		.scope = token->scope != NULL ? token->scope : granted,
	};
	char              subject[24];
	tokenstore_status status;
	tokenstore_error  err;
	int               tries = 0;

	snprintf(
	    subject, sizeof(subject), "%lld", (long long)token->athlete_id);
	do
		status = tokenstore_put(backend->store, subject, &grant, &err);
	while (again(status, ++tries));
	return status == TOKENSTORE_OK
		   ? FRESH_OK
		   : fail(error, FRESH_STORE, -1, err.message);
}

enum fresh_status
fresh_connect(struct backend *backend, const char *code, const char *granted,
    int64_t *athlete_id, struct fresh_error *error)
{
	strava_token     *token = NULL;
	enum fresh_status status;

	*athlete_id = 0;
	status = exchange(backend, code, &token, error);
	if (status != FRESH_OK)
		return status;
	status = check_scopes(backend, granted, token, error);
	if (status == FRESH_OK)
		status = store(backend, token, granted, error);
	else
		hand_back(backend, token);
	if (status == FRESH_OK)
		*athlete_id = token->athlete_id;
	strava_token_free(token);
	return status;
}

/* A search for an access token that works. */
struct search {
	struct backend     *backend;
	char                subject[24];
	int64_t             distrusted; /* sequence of a bad token; 0: none */
	bool                refreshed;  /* by ourselves, just now */
	bool                lost;       /* somebody else had the claim ... */
	int64_t             lost_at;    /* ... at this sequence */
	tokenstore_account *account;    /* the last look */
	struct fresh_error *error;
};

/* Seconds that the stored access token may still be used; 0 or less: not. */
static int64_t
life(const struct search *search)
{
	const tokenstore_account *account = search->account;

	if (account->access_token == NULL ||
	    (search->distrusted != 0 &&
		account->sequence == search->distrusted))
		return 0;
	return account->expires_at - clock_now(search->backend);
}

/* Seconds until a refresh that failed is worth another try. */
static int64_t
rest(const struct search *search)
{
	const tokenstore_account *account = search->account;

	if (account->last_error == NULL || *account->last_error == '\0')
		return 0;
	return account->due_at - clock_now(search->backend);
}

static enum fresh_status
look(struct search *search)
{
	tokenstore_status status;
	tokenstore_error  err;
	int               tries = 0;

	tokenstore_account_free(search->account);
	do
		status = tokenstore_get(search->backend->store, search->subject,
		    &search->account, &err);
	while (again(status, ++tries));
	if (status == TOKENSTORE_ERR_NOT_FOUND)
		return fail(search->error, FRESH_NOT_CONNECTED, -1,
		    "this athlete is not connected");
	if (status != TOKENSTORE_OK)
		return fail(search->error, FRESH_STORE, -1, err.message);
	if (search->account->state != TOKENSTORE_ACTIVE)
		return fail(search->error, FRESH_CONSENT, -1,
		    "the grant is gone: the athlete must consent again");
	return FRESH_OK;
}

/* Spends the claim in the list.  FRESH_OK: look again. */
static enum fresh_status
refresh(struct search *search, tokenstore_claim_list *list, int64_t claimed_ms)
{
	strava_error         err;
	enum refresh_outcome outcome;

	outcome = refresh_claim(search->backend, list, claimed_ms, &err);
	if (outcome == REFRESH_DONE || outcome == REFRESH_UNCHANGED) {
		search->refreshed = true;
		return FRESH_OK;
	}
	if (outcome == REFRESH_REVOKED)
		return fail(search->error, FRESH_CONSENT, -1,
		    "the grant is gone: the athlete must consent again");
	if (outcome == REFRESH_FAILED)
		return fail(search->error, FRESH_STORE, -1,
		    "the refresh could not be stored");
	if (err.status == STRAVA_OK)
		return fail(search->error, FRESH_STRAVA, BUSY_RETRY_S,
		    "Strava's answer was cut short");
	if (outcome == REFRESH_STOP && err.status == STRAVA_ERR_NOT_FOUND)
		return fail(search->error, FRESH_APPLICATION, -1, err.message);
	return fail_strava(search->error, &err);
}

/* Was a claim denied for want of a right, and not for a wrong password? */
static bool
is_forbidden(const tokenstore_error *err)
{
	if (strcmp(err->sqlstate, "42501") != 0)
		return false;
	if (!atomic_exchange(&may_not_refresh, true))
		log_line(LOG_NOTICE,
		    "the database's role may not refresh tokens: that is left "
		    "to update_tokens",
		    LOG_FIELDS(LOG_TEXT_FIELD("detail", err->message)));
	return true;
}

/* Leaves the refresh to update_tokens.  FRESH_OK: that is at it right now. */
static enum fresh_status
leave_refresh(struct search *search)
{
	const tokenstore_account *account = search->account;
	tokenstore_error          err;

	search->lost = account->leased_until > clock_now(search->backend);
	search->lost_at = account->sequence;
	if (search->lost)
		return FRESH_OK;
	if (search->distrusted != 0 &&
	    tokenstore_distrust(search->backend->store, search->subject,
		search->distrusted, &err) != TOKENSTORE_OK)
		return fail(search->error, FRESH_STORE, -1, err.message);
	return fail(search->error, FRESH_LATER, RENEWAL_S,
	    "it is for update_tokens to refresh the token");
}

/* FRESH_OK: look again, search->lost if somebody else is refreshing. */
static enum fresh_status
claim(struct search *search)
{
	int64_t                claimed_ms = clock_steady_ms();
	tokenstore_claim_list *list;
	tokenstore_error       err;

	if (atomic_load(&may_not_refresh))
		return leave_refresh(search);
	if (tokenstore_claim_one(search->backend->store, search->subject,
		ENGINE_LEASE_S, &list, &err) != TOKENSTORE_OK)
		return is_forbidden(&err)
			   ? leave_refresh(search)
			   : fail(search->error, FRESH_STORE, -1, err.message);
	if (list->count > 0)
		return refresh(search, list, claimed_ms);
	search->lost = list->unreadable == 0;
	search->lost_at = search->account->sequence;
	tokenstore_claim_list_free(list);
	return search->lost ? FRESH_OK
			    : fail(search->error, FRESH_STORE, -1,
				  "the tokens of this athlete cannot be "
				  "opened: is a key missing in TOKEN_KEYS?");
}

/* The one who has the claim still seems to be at work. */
static bool
is_somebody_elses(const struct search *search)
{
	const tokenstore_account *account = search->account;

	return search->lost && account->sequence == search->lost_at &&
	       account->leased_until > clock_now(search->backend);
}

/* Refreshes if nobody else does, in this process or another. */
static enum fresh_status
refresh_alone(struct search *search, bool *waiting)
{
	struct turn       turn;
	enum fresh_status status;

	*waiting =
	    is_somebody_elses(search) || !turn_take(&turn, search->subject);
	if (*waiting)
		return FRESH_OK;
	search->lost = false;
	status = claim(search);
	turn_give(&turn);
	*waiting = search->lost;
	return status;
}

/* Gets a better token than the one at hand, if now is the time. */
static enum fresh_status
improve(struct search *search, bool *waiting)
{
	int64_t pause_s = rest(search);

	if (search->refreshed)
		return fail(search->error, FRESH_STRAVA, -1,
		    "Strava's new token is out of date: is the clock right?");
	if (pause_s > 0)
		return fail(search->error,
		    strcmp(search->account->last_error, "rate_limit") == 0
			? FRESH_RATE_LIMIT
			: FRESH_STRAVA,
		    pause_s, "the last refresh failed: not yet again");
	return refresh_alone(search, waiting);
}

/* Waits for the thread whose turn it is, or a moment for another process.  False
 * when the time is over. */
static bool
await_other(const struct search *search, int64_t pause_ms, int64_t until_ms)
{
	int64_t left_ms = until_ms - clock_steady_ms();

	if (left_ms <= 0)
		return false;
	if (turn_await(search->subject, left_ms))
		return true;
	return clock_sleep_ms(pause_ms, &search->backend->hurry);
}

/* FRESH_OK: search->account holds an access token that works.  A failure does
 * not matter as long as the old one has life left. */
static enum fresh_status
find(struct search *search)
{
	int64_t           until_ms = clock_steady_ms() + WAIT_MS;
	int64_t           pause_ms = LOOK_MS;
	enum fresh_status status;
	bool              waiting;

	for (;;) {
		waiting = false;
		if ((status = look(search)) != FRESH_OK)
			return status;
		if (life(search) >= ENOUGH_S ||
		    (search->refreshed && life(search) > 0))
			return FRESH_OK;
		status = improve(search, &waiting);
		if (status == FRESH_OK && !waiting)
			continue;
		if (status == FRESH_CONSENT)
			return status;
		if (life(search) > (waiting ? SCARCE_S : 0))
			return FRESH_OK;
		if (status != FRESH_OK)
			return status;
		if (!await_other(search, pause_ms, until_ms))
			return fail(search->error, FRESH_STRAVA, BUSY_RETRY_S,
			    "somebody else is still refreshing the token");
		pause_ms =
		    pause_ms * 2 < LOOK_MOST_MS ? pause_ms * 2 : LOOK_MOST_MS;
	}
}

/* Notes the use, which is what keeps an account fresh. */
static void
touch(const struct search *search)
{
	tokenstore_error err;

	if (clock_now(search->backend) - search->account->last_used_at <
	    TOUCH_S)
		return;
	if (tokenstore_touch(search->backend->store, search->subject, &err) !=
	    TOKENSTORE_OK)
		log_line(LOG_WARNING, "a use was not noted",
		    LOG_FIELDS(LOG_TEXT_FIELD("athlete", search->subject),
			LOG_TEXT_FIELD("detail", err.message)));
}

static void
begin(struct search *search, struct backend *backend, int64_t athlete_id,
    int64_t distrusted, struct fresh_error *error)
{
	*search = (struct search){
		.backend = backend, .distrusted = distrusted, .error = error
	};
	snprintf(search->subject, sizeof(search->subject), "%lld",
	    (long long)athlete_id);
	strava_client_set_access_token(backend->strava, NULL, NULL);
	backend->sequence = 0;
}

/* FRESH_OK: search->account's access token works and is in the client. */
static enum fresh_status
hold(struct search *search)
{
	struct backend   *backend = search->backend;
	enum fresh_status status = find(search);
	strava_error      err;

	if (status != FRESH_OK)
		return status;
	if (strava_client_set_access_token(backend->strava,
		search->account->access_token, &err) != STRAVA_OK)
		return fail(search->error, FRESH_STORE, -1, err.message);
	backend->sequence = search->account->sequence;
	return FRESH_OK;
}

static enum fresh_status
put_token(struct backend *backend, int64_t athlete_id, int64_t distrusted,
    struct fresh_error *error)
{
	struct search     search;
	enum fresh_status status;

	begin(&search, backend, athlete_id, distrusted, error);
	status = hold(&search);
	if (status == FRESH_OK || status == FRESH_LATER)
		touch(&search);
	tokenstore_account_free(search.account);
	return status;
}

enum fresh_status
fresh_token(
    struct backend *backend, int64_t athlete_id, struct fresh_error *error)
{
	return put_token(backend, athlete_id, 0, error);
}

enum fresh_status
fresh_token_again(
    struct backend *backend, int64_t athlete_id, struct fresh_error *error)
{
	return put_token(backend, athlete_id, backend->sequence, error);
}

/* Ends the grant at Strava.  An access token that has run out would not do:
 * Strava says yes to any token, and the grant would live on. */
static enum fresh_status
revoke(const struct search *search)
{
	struct backend *backend = search->backend;
	strava_error    err;

	if (life(search) <= SCARCE_S)
		return fail(search->error, FRESH_STRAVA, BUSY_RETRY_S,
		    "there is no fresh token to end the grant with");
	if (strava_oauth_revoke(backend->strava, &backend->app,
		search->account->access_token, &err) != STRAVA_OK)
		return fail(search->error, FRESH_STRAVA, err.retry_after_s,
		    err.message);
	return FRESH_OK;
}

/* Asks Strava something small with the token in the client. */
static strava_status
try_token(struct backend *backend, strava_error *err)
{
	strava_athlete *athlete;
	strava_status   status;

	strava_client_set_timeout_ms(backend->strava, PROBE_MS);
	status = strava_athlete_get(backend->strava, &athlete, err);
	strava_client_set_timeout_ms(backend->strava, 0);
	if (status == STRAVA_OK)
		strava_athlete_free(athlete);
	return status;
}

/* Does Strava accept what is stored now?  FRESH_CONSENT: none of it. */
static enum fresh_status
probe(struct search *search)
{
	enum fresh_status status;
	strava_error      err;

	search->distrusted = 0;
	search->refreshed = false;
	if ((status = hold(search)) != FRESH_OK)
		return status;
	switch (try_token(search->backend, &err)) {
	case STRAVA_OK: return FRESH_OK;
	case STRAVA_ERR_UNAUTHORIZED: break;
	default: return fail_strava(search->error, &err);
	}
	search->distrusted = search->account->sequence;
	return hold(search);
}

/* Deletes the account that was seen.  FRESH_STANDS: by now it holds something
 * else. */
static enum fresh_status
delete_seen(struct search *search)
{
	const tokenstore_account *seen = search->account;
	tokenstore_status         status;
	tokenstore_error          err;
	int                       tries = 0, newer = 0;

	do
		status = tokenstore_delete(search->backend->store,
		    search->subject, seen->sequence, &newer, &err);
	while (again(status, ++tries));
	if (status != TOKENSTORE_OK)
		return fail(search->error, FRESH_STORE, -1, err.message);
	return newer ? FRESH_STANDS : FRESH_OK;
}

/* Deletes the account unless Strava accepts what is in it. */
static enum fresh_status
forget(struct search *search)
{
	enum fresh_status status;

	for (int i = 0; i < FORGET_TRIES; i++) {
		status = probe(search);
		if (status == FRESH_OK)
			return fail(search->error, FRESH_STANDS, -1,
			    "Strava accepts what is stored");
		if (status != FRESH_CONSENT)
			return status;
		if ((status = delete_seen(search)) != FRESH_STANDS)
			return status;
	}
	return fail(search->error, FRESH_STORE, BUSY_RETRY_S,
	    "tokens keep coming to an account that is to be forgotten");
}

enum fresh_status
fresh_forget(
    struct backend *backend, int64_t athlete_id, struct fresh_error *error)
{
	struct search     search;
	enum fresh_status status;

	begin(&search, backend, athlete_id, 0, error);
	status = forget(&search);
	tokenstore_account_free(search.account);
	return status;
}

/*
 * Strava does not say which consent a revocation ends, so what was stored since
 * the look is tried: that of a refresh is dead now, that of a new consent may
 * live.
 */
enum fresh_status
fresh_disconnect(
    struct backend *backend, int64_t athlete_id, struct fresh_error *error)
{
	struct search     search;
	enum fresh_status status;

	begin(&search, backend, athlete_id, 0, error);
	status = find(&search);
	if (status == FRESH_OK)
		status = revoke(&search);
	if (status == FRESH_OK || status == FRESH_CONSENT)
		status = delete_seen(&search);
	if (status == FRESH_STANDS)
		status = forget(&search);
	tokenstore_account_free(search.account);
	return status == FRESH_NOT_CONNECTED ? FRESH_OK : status;
}
