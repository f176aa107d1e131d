/* SPDX-License-Identifier: MIT */
#ifndef APPS_FRESH_H
#define APPS_FRESH_H

/*
 * The life of one athlete's grant as a program sees it: connect, "give me a
 * token that works", disconnect.  The one place where a Strava token becomes a
 * row and a row becomes a bearer token.
 */

#include <stdint.h>

#include "backend.h"

enum fresh_status {
	FRESH_OK,
	FRESH_NOT_CONNECTED, /* no account: offer to connect */
	FRESH_CONSENT,       /* the grant is gone: ask the athlete again */
	FRESH_STANDS, /* not forgotten: Strava accepts what is stored now */
	FRESH_CODE,   /* the code of the redirect is no good: start again */
	FRESH_SCOPE,  /* scopes are missing; named in the message */
	FRESH_APPLICATION, /* client id, secret or subscription: the operator */
	FRESH_RATE_LIMIT,  /* wait retry_after_s */
	FRESH_STRAVA,      /* Strava failed or could not be reached */
	FRESH_LATER, /* update_tokens has to renew the token: come back then */
	FRESH_STORE  /* the database failed */
};

/* One line for the log; no secret. */
struct fresh_error {
	enum fresh_status status;
	int64_t           retry_after_s; /* -1 when unknown */
	char              message[256];
};

/*
 * Trades the code of the redirect and keeps the grant.  `granted` is the scope
 * that the redirect named; FRESH_SCOPE when it lacks one that is needed, and then
 * nothing is stored and the grant is given back to Strava.
 * *athlete_id: who consented.
 */
enum fresh_status fresh_connect(struct backend *backend, const char *code,
    const char *granted, int64_t *athlete_id, struct fresh_error *error);

/*
 * Puts an access token that works into backend->strava, refreshing first when
 * the stored one has little left.  While somebody else is refreshing, the old
 * one serves as long as it is good.
 *
 * A program whose role may not read refresh tokens never refreshes: what is
 * stored serves as long as it is good, and then it is FRESH_LATER.
 */
enum fresh_status fresh_token(
    struct backend *backend, int64_t athlete_id, struct fresh_error *error);

/* After an UNAUTHORIZED: the same, but the stored access token is not trusted. */
enum fresh_status fresh_token_again(
    struct backend *backend, int64_t athlete_id, struct fresh_error *error);

/* After a hint that the athlete withdrew consent at Strava: asks Strava, and
 * forgets the account if that is so.  FRESH_STANDS if it is not. */
enum fresh_status fresh_forget(
    struct backend *backend, int64_t athlete_id, struct fresh_error *error);

/* Tells Strava, then forgets the account.  FRESH_STRAVA: nothing was forgotten,
 * try again.  FRESH_STANDS: the athlete consented anew at the same time, which
 * counts.  An account that is not there is FRESH_OK. */
enum fresh_status fresh_disconnect(
    struct backend *backend, int64_t athlete_id, struct fresh_error *error);

#endif
