/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_OIDC_H
#define SANDBOX_OIDC_H

/* Google's identity tokens. */

#include "call.h"

struct identity {
	const char *audience;
	const char *subject; /* a number */
	const char *azp;     /* to whom it was given; NULL: the subject */
	const char *email;   /* NULL: not told */
	bool is_machine;     /* tells of the machine of the metadata server */
};

/* Adds the claims of such a token as a JSON object. */
void oidc_emit_claims(
    struct emit *e, const struct call *call, const struct identity *identity);

/* Adds the token, signed by the key that signs now. */
bool oidc_add_token(
    struct call *call, const struct identity *identity, struct buf *out);

#endif
