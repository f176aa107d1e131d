/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_GRANT_H
#define STRAVA_GRANT_H

#include "call.h"

/* What is wrong with an application, or with it and a refresh token; or NULL. */
const char *sv_fault_of_app(const strava_app *app, bool secret_needed);
const char *sv_fault_of_refresh(
    const strava_app *app, const char *refresh_token);

/* The form that asks for a token; buf_ok() says whether memory sufficed. */
void sv_grant_form(struct buf *form, const strava_app *app,
    const char *grant_type, const char *name, const char *secret);

/* The call that posts it, which may be carried out once. */
struct call sv_grant_call(const strava_client *client, const struct buf *form);

/* All the memory that an answer takes, so that none of it can be lost. */
struct grant {
	struct token_box    *box;
	strava_http_response response;
	bool                 is_refresh;
};

/* `response` was initialised and stays the caller's, who may use it again.  False
 * when out of memory; nothing is to be ended then. */
bool sv_grant_begin(struct grant *grant, bool is_refresh);

/*
 * Reads the token out of what arrived.  `status` and `failure` are what came of
 * the call, and what this gives.  Ends the grant.
 */
strava_status sv_grant_end(struct grant *grant, int64_t now,
    strava_status status, strava_error *failure, strava_token **out);

#endif
