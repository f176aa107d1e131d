/* SPDX-License-Identifier: MIT */
#include "subject.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "aws_subject.h"
#include "base64.h"
#include "handlers.h"
#include "jwt.h"
#include "members.h"

#define DAY_S 86400

bool
subject_add_jwt(struct call *call, const char *subject, struct buf *out)
{
	struct google *google = &call->world->google;
	size_t         before = out->len;
	struct buf     claims;
	struct emit    e;
	bool           ok;

	buf_init(&claims, JWT_MAX);
	emit_start(&e, &claims);
	emit_object(&e, NULL);
	emit_text(&e, "iss", SUBJECT_ISSUER);
	emit_text(&e, "sub", subject);
	emit_text(&e, "aud", "https:" POOL_AUDIENCE);
	emit_int(&e, "iat", call->now);
	emit_int(&e, "exp", call->now + GOOGLE_JWT_LIFE_S);
	emit_end(&e);
	ok = buf_ok(&claims) &&
	     jwt_add(
		 keyring_current(&google->keys, KEY_ISSUER), claims.data, out);
	if (ok)
		known_add_text(google->known, out->data + before);
	buf_free(&claims);
	return ok;
}

/* A token names the provider by its URL or by its name. */
static bool
is_for(const char *aud, const char *audience)
{
	if (aud == NULL)
		return false;
	if (strncmp(aud, "https:", 6) == 0)
		aud += 6;
	return strcmp(aud, audience) == 0;
}

static const char *
check_jwt(struct call *call, const char *token, const char *audience)
{
	struct json_object *claims =
	    jwt_claims(&call->world->google.keys, KEY_ISSUER, token);
	const char *iss = members_get_string(claims, "iss");
	const char *sub = members_get_string(claims, "sub");
	const char *why = NULL;

	if (claims == NULL)
		why = "The ID Token's signature is invalid, or no key of the "
		      "issuer made it.";
	else if (iss == NULL || strcmp(iss, SUBJECT_ISSUER) != 0)
		why = "The issuer in ID Token does not match the expected one.";
	else if (sub == NULL || sub[0] == '\0')
		why = "The mapped attribute 'google.subject' must be of type "
		      "STRING";
	else if (!is_for(members_get_string(claims, "aud"), audience))
		why = "The audience in ID Token does not match the expected "
		      "audience.";
	else if (!jwt_times_hold(claims, DAY_S, call->now))
		why = jwt_is_over(claims, call->now)
			  ? "ID Token is stale to sign-in."
			  : "ID Token has no sound iat and exp.";
	json_object_put(claims);
	return why;
}

/* Base64 of an XML document: nobody looks into it. */
static const char *
check_saml(struct call *call, const char *token, const char *audience)
{
	struct buf xml;
	bool       ok;

	(void)call;
	(void)audience;
	buf_init(&xml, (size_t)1024 * 1024);
	ok = (base64_decode(&xml, token, strlen(token), BASE64_STANDARD) ||
		 base64_decode(&xml, token, strlen(token), BASE64_URL)) &&
	     xml.len > 0 && xml.data[0] == '<';
	buf_free(&xml);
	return ok ? NULL : "The SAML response is malformed.";
}

/* The certificates of the caller, leaf first, as an array of base64. */
static const char *
check_certificates(struct call *call, const char *token, const char *audience)
{
	struct json_object *list = members_parse(token, strlen(token));
	const char         *text;
	struct buf          der;
	size_t              i, n = 0;
	bool                ok = json_object_is_type(list, json_type_array) &&
		  (n = json_object_array_length(list)) > 0;

	(void)call;
	(void)audience;
	buf_init(&der, (size_t)64 * 1024);
	for (i = 0; ok && i < n; i++) {
		text =
		    json_object_get_string(json_object_array_get_idx(list, i));
		buf_clear(&der);
		ok = text != NULL &&
		     base64_decode(&der, text, strlen(text), BASE64_STANDARD) &&
		     der.len > 0 && der.data[0] == '\x30';
	}
	buf_free(&der);
	json_object_put(list);
	return ok ? NULL : "The certificate chain is malformed.";
}

static const struct kind {
	const char *type;
	const char *(*check)(
	    struct call *call, const char *token, const char *audience);
} kinds[] = {
	{ SUBJECT_JWT, check_jwt },
	{ "urn:ietf:params:oauth:token-type:id_token", check_jwt },
	{ "urn:ietf:params:oauth:token-type:saml2", check_saml },
	{ "urn:ietf:params:oauth:token-type:mtls", check_certificates },
	{ "urn:ietf:params:aws:token-type:aws4_request", aws_subject_check },
};

static const struct kind *
find_kind(const char *type)
{
	size_t i;

	for (i = 0; i < COUNT(kinds); i++)
		if (strcmp(kinds[i].type, type) == 0)
			return &kinds[i];
	return NULL;
}

bool
subject_type_ok(const char *type)
{
	return find_kind(type) != NULL;
}

const char *
subject_check(struct call *call, const char *type, const char *token,
    const char *audience)
{
	return find_kind(type)->check(call, token, audience);
}

/* Where a credential_source of the kind "url" finds its token: as text, or as
 * {"id_token"} with "?format=json". */
void
federation_token(struct call *call)
{
	const char  *format = request_query(call->request, "format");
	struct buf   token;
	struct emit *e;

	buf_init(&token, JWT_MAX);
	if (!subject_add_jwt(call, SUBJECT_USUAL, &token)) {
		call->response->failed = true;
	} else if (format != NULL && strcmp(format, "json") == 0) {
		e = call_json(call, 200);
		emit_object(e, NULL);
		emit_text(e, "id_token", token.data);
		emit_end(e);
	} else {
		response_type(call->response, "text/plain");
		buf_add(&call->response->body, token.data, token.len);
	}
	buf_free(&token);
}
