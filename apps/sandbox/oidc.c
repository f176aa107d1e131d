/* SPDX-License-Identifier: MIT */
#include "oidc.h"

#include <inttypes.h>
#include <stdio.h>

#include "handlers.h"
#include "jwt.h"

#define PEM_MAX 8192

/* What only the metadata server can say. */
static void
emit_machine(struct emit *e, const struct call *call)
{
	emit_object(e, "google");
	emit_object(e, "compute_engine");
	emit_text(e, "project_id", call->world->options.project);
	emit_int(e, "project_number", INT64_C(100000000001));
	emit_text(e, "zone", "us-central1-1");
	emit_text(e, "instance_id", "7000000000000000001");
	emit_text(e, "instance_name", "sandbox");
	emit_end(e);
	emit_end(e);
}

void
oidc_emit_claims(
    struct emit *e, const struct call *call, const struct identity *identity)
{
	emit_object(e, NULL);
	emit_text(e, "aud", identity->audience);
	emit_text(e, "azp",
	    identity->azp != NULL ? identity->azp : identity->subject);
	if (identity->email != NULL) {
		emit_text(e, "email", identity->email);
		emit_bool(e, "email_verified", true);
	}
	emit_int(e, "exp", call->now + GOOGLE_JWT_LIFE_S);
	if (identity->is_machine)
		emit_machine(e, call);
	emit_int(e, "iat", call->now);
	emit_text(e, "iss", "https://accounts.google.com");
	emit_text(e, "sub", identity->subject);
	emit_end(e);
}

bool
oidc_add_token(
    struct call *call, const struct identity *identity, struct buf *out)
{
	struct google *google = &call->world->google;
	size_t         before = out->len;
	struct buf     claims;
	struct emit    e;
	bool           ok;

	buf_init(&claims, JWT_MAX);
	emit_start(&e, &claims);
	oidc_emit_claims(&e, call, identity);
	ok =
	    buf_ok(&claims) &&
	    jwt_add(keyring_current(&google->keys, KEY_OIDC), claims.data, out);
	if (ok)
		known_add_text(google->known, out->data + before);
	buf_free(&claims);
	return ok;
}

/* How long the keys may be kept, of which some time has passed on the way. */
static struct emit *
begin(struct call *call)
{
	const struct google *google = &call->world->google;
	char                 text[64];

	snprintf(text, sizeof(text),
	    "public, max-age=%" PRId64 ", must-revalidate, no-transform",
	    google->certs_max_age_s);
	response_header(call->response, "Cache-Control", text);
	snprintf(text, sizeof(text), "%" PRId64, google->certs_age_s);
	response_header(call->response, "Age", text);
	return call_json(call, 200);
}

void
google_certs(struct call *call)
{
	struct keyring   *keys = &call->world->google.keys;
	struct emit      *e = begin(call);
	const struct key *key;
	size_t            i;

	emit_object(e, NULL);
	emit_array(e, "keys");
	for (i = 0; (key = keyring_at(keys, KEY_OIDC, i)) != NULL; i++)
		key_emit_jwk(e, key);
	emit_end(e);
	emit_end(e);
}

void
google_certs_pem(struct call *call)
{
	struct keyring   *keys = &call->world->google.keys;
	struct emit      *e = begin(call);
	const struct key *key;
	struct buf        pem;
	size_t            i;

	emit_object(e, NULL);
	for (i = 0; (key = keyring_at(keys, KEY_OIDC, i)) != NULL; i++) {
		buf_init(&pem, PEM_MAX);
		if (!key_add_certificate(key, call->now, &pem))
			call->response->failed = true;
		emit_text(e, key->kid, buf_text(&pem));
		buf_free(&pem);
	}
	emit_end(e);
}
