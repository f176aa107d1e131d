/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_OAUTH_ANSWER_H
#define SANDBOX_OAUTH_ANSWER_H

/* What Google's token endpoints answer, in the manner of RFC 6749. */

#include "call.h"

void oauth_refuse(
    struct call *call, int status, const char *error, const char *text);

/* Begins an answer with a new access token; emit_end() ends it. */
struct emit *oauth_grant(struct call *call, const char *scopes);

bool         oauth_form_is(
	    const struct call *call, const char *name, const char *wanted);

/* A field of the form that is not empty; NULL without one. */
const char *oauth_form(const struct call *call, const char *name);

#endif
