/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_SUBJECT_H
#define SANDBOX_SUBJECT_H

/*
 * What a workload proves with who it is.  The sandbox plays its identity provider
 * too: an OpenID Connect issuer whose tokens are for one provider of one pool.
 */

#include "call.h"

#define SUBJECT_JWT "urn:ietf:params:oauth:token-type:jwt"
#define SUBJECT_ISSUER "https://issuer.sandbox.example"
#define SUBJECT_USUAL "sandbox-workload"
#define POOL_AUDIENCE                                                     \
	"//iam.googleapis.com/projects/" VAULT_FIRST_PROJECT              \
	"/locations/global/workloadIdentityPools/sandbox-pool/providers/" \
	"sandbox-provider"
#define WORKFORCE_AUDIENCE                                      \
	"//iam.googleapis.com/locations/global/workforcePools/" \
	"sandbox-workforce/providers/sandbox-provider"

/* Adds a token of the issuer's, for the pool. */
bool subject_add_jwt(struct call *call, const char *subject, struct buf *out);

/* NULL when the token, of that type, is good for the audience; else the
 * description of an invalid_grant. */
const char *subject_check(struct call *call, const char *type,
    const char *token, const char *audience);

/* Does the token exchange know that type at all? */
bool subject_type_ok(const char *type);

#endif
