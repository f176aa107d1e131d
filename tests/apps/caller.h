/* SPDX-License-Identifier: MIT */
#ifndef CALLER_H
#define CALLER_H

/*
 * Who calls an update_tokens that verifies its callers: tokens of an issuer on
 * this machine, good ones and all others.  Whatever fails here ends the test.
 */

#include <stdint.h>

#include "issuer.h"
#include "listener.h"
#include "world.h"

#define CALLER_AUDIENCE "https://refresh.example.org"
#define CALLER_EMAIL "cron@my-project.iam.gserviceaccount.com"

/* That of the world, for one who verifies with the keys that are to be had
 * there; ends with environment_free(). */
void caller_environment(
    const struct world *world, const char *certs_url, struct environment *env);

/* Claims that are good now, but for these; zero is as it should be. */
struct caller_claims {
	const char *email;
	int64_t     issued_s, expires_s; /* from now */
	const char *more;                /* further members: ",\"nbf\":1" */
};

/* The claims as JSON, and a token of them by a key that its header calls `kid`;
 * to be freed. */
char *caller_claims(
    const struct world *world, const struct caller_claims *claims);
char *caller_token(const struct world *world, const char *kid, EVP_PKEY *key,
    const struct caller_claims *claims);

/* A POST that brings this token. */
struct wire_answer caller_call(
    const struct listener *function, const char *token);

#endif
