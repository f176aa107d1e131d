/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_OAUTH_H
#define STRAVA_OAUTH_H

/*
 * OAuth 2.0: from "Connect with Strava" to a token, from an old token to a
 * fresh one, and back to nothing.  strava_oauth(3) shows the whole flow.
 *
 *	strava_app app = { .client_id = "42", .client_secret = secret };
 *	strava_authorize ask = { .redirect_uri = "https://example.org/back",
 *	    .scope = "read,activity:read", .state = state };
 *
 *	if (strava_oauth_authorize_url(client, &app, &ask, &url, &err) !=
 *	    STRAVA_OK)
 *		errx(1, "%s", err.message);
 *	... send the browser to url; Strava sends it back with ?code=&scope= ...
 *	if (strava_oauth_exchange(client, &app, code, &token, &err) !=
 *	    STRAVA_OK)
 *		errx(1, "%s", err.message);
 *	... keep all of token ...
 *	strava_token_free(token);
 *
 * Facts: developers.strava.com/docs/authentication.
 */

#include <stddef.h>
#include <stdint.h>
#include <strava/client.h>
#include <strava/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A registered Strava application.  Filled by the caller and only read during
 * a call; nothing is kept.
 */
typedef struct strava_app {
	const char *client_id;     /* a decimal number */
	const char *client_secret; /* not needed for the authorize URL */
	uint64_t    reserved[4];
} strava_app;

/* What to ask the athlete for.  Members left zero are not sent. */
typedef struct strava_authorize {
	const char *redirect_uri; /* required; in the app's callback domain */
	const char *scope;        /* required; comma separated */
	const char *state;        /* required; unguessable, checked on return */
	int         force;  /* 1: show the consent page though consent exists */
	int         mobile; /* 1: the page for phones */
	uint64_t    reserved[4];
} strava_authorize;

/*
 * What Strava grants.  Allocated and owned by the library until
 * strava_token_free(), which wipes it.  Never copy this struct: copy the
 * strings.
 */
typedef struct strava_token {
	const char
	    *access_token; /* visible ASCII, at most 1024 bytes; NULL only
				   * as strava_oauth_refresh() says */
	const char *refresh_token; /* store it whenever you get one */
	int64_t     expires_at;    /* seconds since the epoch, UTC */
	int64_t     expires_in;    /* seconds of life left when it was sent */
	const char *scope;         /* as Strava sent it; NULL when it did not */
	int64_t     athlete_id;    /* 0 on a refresh */
} strava_token;

/*
 * Builds the URL to send the athlete's browser to.  On success *url_out is to
 * be freed with strava_string_free().
 *
 * `state` comes back unchanged in the redirect; without it anybody could log a
 * victim into an account of theirs, so it is required here.  Keep it bound to
 * the browser and accept it once.
 *
 * Fails with: ARGUMENT, NOMEM.  Does no I/O.
 */
STRAVA_API STRAVA_CHECK strava_status strava_oauth_authorize_url(
    const strava_client *client, const strava_app *app,
    const strava_authorize *ask, char **url_out, strava_error *err);

/*
 * Trades the one-time `code` of the redirect for a token.
 *
 * On success *token_out is to be freed with strava_token_free(); on failure it
 * is NULL.  The client's own access token is neither used nor changed.  The
 * request reaches Strava at most once.
 *
 * Fails as every call does, and, worth acting on: CODE (a brand-new code is
 * refused now and then and works two seconds later; one more try is in order,
 * then start again at the authorize URL), APPLICATION.  A `code` that can be
 * none, since anything may come from a browser, is CODE and is not sent.
 */
STRAVA_API STRAVA_CHECK strava_status strava_oauth_exchange(
    strava_client *client, const strava_app *app, const char *code,
    strava_token **token_out, strava_error *err);

/*
 * Trades a refresh token for a token.
 *
 * Strava's rules: while the access token has more than an hour left, the same
 * one comes back.  Every answer holds a refresh token, and when it differs the
 * old one is dead at once.  So store the answer's refresh token every time,
 * before anything else, and let one process at a time refresh one athlete.
 *
 * The request reaches Strava at most once.  Fails as every call does, and,
 * worth acting on:
 *
 * REVOKED	this refresh token is dead: the athlete withdrew consent, or an
 *		answer was lost.  Ask for consent.
 * APPLICATION	client id or secret is wrong; the refresh token is unharmed.
 * in_doubt	(in `err`, with NETWORK, TIMEOUT, SERVER, FORMAT, CANCELED): the
 *		refresh token may be dead although no new one arrived.  Keep it
 *		and try once more, half a minute later.
 *
 * When an answer was cut short behind a whole refresh token, or the rest of it
 * is not as documented (no exact expires_at within ten years, a name twice,
 * another type of token), that refresh token is given up to the caller:
 * STRAVA_OK, access_token NULL and expires_at 0.  Store it and refresh again
 * later.
 */
STRAVA_API STRAVA_CHECK strava_status strava_oauth_refresh(
    strava_client *client, const strava_app *app, const char *refresh_token,
    strava_token **token_out, strava_error *err);

/*
 * What a refresh came to, from what strava_oauth_refresh() returned and wrote.
 *
 * GRANTED	there is a token; store its refresh token.
 * REFUSED	there is none and the refresh token that was sent is as it was;
 *		the status says whether it is dead (REVOKED) or worth another
 *		try.
 * IN_DOUBT	Strava may have made a new refresh token, which did not arrive,
 *		and ended the old one.  Keep the old one and try it once more,
 *		half a minute later or more.
 */
typedef enum strava_outcome {
	STRAVA_GRANTED,
	STRAVA_REFUSED,
	STRAVA_IN_DOUBT
} strava_outcome;

STRAVA_API strava_outcome strava_outcome_of(
    strava_status status, const strava_error *err);

/*
 * Ends a grant: POST /oauth/revoke with HTTP Basic, since 2026-06-01.  `token`
 * is an access or a refresh token; either ends both.  Strava answers with
 * success for an unknown token too, so the call may be repeated, and is.
 * Worth acting on: APPLICATION.
 */
STRAVA_API STRAVA_CHECK strava_status strava_oauth_revoke(strava_client *client,
    const strava_app *app, const char *token, strava_error *err);

/*
 * Ends the grant of the client's access token the older way, POST
 * /oauth/deauthorize, which Strava ends on 2027-06-01.
 * UNAUTHORIZED: the token was dead already.
 */
STRAVA_API STRAVA_CHECK strava_status strava_oauth_deauthorize(
    strava_client *client, strava_error *err);

/* Wipes and frees; NULL is ignored. */
STRAVA_API void strava_token_free(strava_token *token);

#ifdef __cplusplus
}
#endif
#endif
