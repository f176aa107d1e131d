/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "client.h"
#include "exchange.h"
#include "jwt.h"
#include "members.h"

#define TOKEN_URL "https://oauth2.googleapis.com/token"

#define FORM_MAX 262144 /* a credentials file, escaped */

/* Google refuses a JWT that lives longer than an hour or was issued in the
 * future; a clock that is a little fast is made up for. */
#define JWT_LIFE_S 3600
#define SKEW_S 10

/* No token of Google's lives longer. */
#define LIFETIME_MAX 86400

struct reply {
	const char *access_token, *token_type;
	int64_t     expires_in;
};

static bool
put_seconds(struct json_object *value, void *at)
{
	return gs_json_number(value, at);
}

static const struct member reply_members[] = {
	MEMBER_REQUIRED(
	    struct reply, access_token, put_string, NULL, "access_token"),
	MEMBER_REQUIRED(
	    struct reply, expires_in, put_seconds, NULL, "expires_in"),
	MEMBER(struct reply, token_type, put_string, NULL, "token_type"),
};

/* What is wrong with a reply; NULL when nothing is. */
static const char *
fault_of(struct json_object *document, struct reply *reply)
{
	const char *missing;

	if (!json_object_is_type(document, json_type_object))
		return "not JSON";
	if (!members_decode(
		document, reply_members, COUNT(reply_members), reply, &missing))
		return strcmp(missing, "expires_in") == 0
			   ? "without \"expires_in\""
			   : "without \"access_token\"";
	if (reply->token_type != NULL &&
	    strcasecmp(reply->token_type, "Bearer") != 0)
		return "a token of another type than Bearer";
	if (!gs_is_plain(reply->access_token))
		return "a token with characters that no token has";
	if (reply->expires_in < 1)
		return "a token that is expired already";
	return NULL;
}

/* Takes the token out of what the token endpoint or the metadata server said.*/
static gcpsecret_status
read_reply(enum peer peer, const struct buf *body, struct buf *text,
    int64_t *lifetime_s, gcpsecret_error *err)
{
	struct json_object *document = members_parse(buf_text(body), body->len);
	struct reply        reply = { 0 };
	const char         *fault;
	gcpsecret_status    status = GCPSECRET_OK;

	if (document == NULL && errno == ENOMEM)
		return gs_no_memory(err);
	fault = fault_of(document, &reply);
	if (fault != NULL)
		status = gs_fail(err, GCPSECRET_ERR_FORMAT,
		    "the answer of %s is %s", gs_peer_name(peer), fault);
	else if (strlen(reply.access_token) > text->max)
		status = gs_fail(err, GCPSECRET_ERR_FORMAT,
		    "the token from %s is longer than 16 KiB",
		    gs_peer_name(peer));
	else if (!buf_add_text(text, reply.access_token))
		status = gs_no_memory(err);
	*lifetime_s =
	    reply.expires_in < LIFETIME_MAX ? reply.expires_in : LIFETIME_MAX;
	gs_json_free(document);
	return status;
}

/* A JWT of one's own making is a token: no request is needed. */
static gcpsecret_status
sign(gcpsecret_client *client, struct buf *text, int64_t *lifetime_s,
    gcpsecret_error *err)
{
	const struct key_file *file = &client->credentials.file;
	int64_t                now = client->clock(client->clock_ctx);
	struct jwt             jwt = {
			    .key_id = file->private_key_id,
			    .issuer = file->client_email,
			    .scope = GS_SCOPE,
			    .issued_at = now - SKEW_S,
			    .expires_at = now - SKEW_S + JWT_LIFE_S,
	};

	if (!gs_jwt_sign(text, &jwt, file->key))
		return gs_no_memory(err);
	*lifetime_s = JWT_LIFE_S - SKEW_S;
	return GCPSECRET_OK;
}

/* Google's refresh tokens are not used up by their use, so that this request
 * may be repeated as a read may. */
static gcpsecret_status
refresh(gcpsecret_client *client, struct buf *text, int64_t *lifetime_s,
    gcpsecret_error *err)
{
	static const char *const headers[] = {
		"Content-Type: application/x-www-form-urlencoded", NULL
	};
	const struct key_file *file = &client->credentials.file;
	struct exchange        x;
	struct buf             form;
	gcpsecret_status       status;

	gs_exchange_init(&x, PEER_TOKEN,
	    client->token_url != NULL ? client->token_url : TOKEN_URL);
	buf_init(&form, FORM_MAX);
	buf_add_field(&form, "grant_type", "refresh_token");
	buf_add_field(&form, "client_id", file->client_id);
	buf_add_field(&form, "client_secret", file->client_secret);
	buf_add_field(&form, "refresh_token", file->refresh_token);
	if (!buf_ok(&form)) {
		status = gs_no_memory(err);
		goto out;
	}
	x.request.method = "POST";
	x.request.headers = headers;
	x.request.body = form.data;
	x.request.body_len = form.len;
	status = gs_exchange(client, &x, err);
	if (status == GCPSECRET_OK)
		status = read_reply(
		    PEER_TOKEN, &x.response.body, text, lifetime_s, err);
out:
	gs_exchange_free(&x);
	buf_free(&form);
	return status;
}

static gcpsecret_status
ask_metadata(gcpsecret_client *client, struct buf *text, int64_t *lifetime_s,
    gcpsecret_error *err)
{
	struct buf       path, body;
	gcpsecret_status status;

	buf_init(&path, 512);
	buf_init(&body, 0);
	buf_add_text(&path, "instance/service-accounts/default/token?");
	buf_add_field(&path, "scopes", GS_SCOPE);
	if (!buf_ok(&path))
		status = gs_no_memory(err);
	else
		status = gs_metadata_get(client, path.data, &body, err);
	if (status == GCPSECRET_OK)
		status =
		    read_reply(PEER_METADATA, &body, text, lifetime_s, err);
	buf_free(&path);
	buf_free(&body);
	return status;
}

gcpsecret_status
gs_grant(gcpsecret_client *client, struct buf *text, int64_t *lifetime_s,
    gcpsecret_error *err)
{
	switch (client->credentials.source) {
	case SOURCE_SERVICE_ACCOUNT: return sign(client, text, lifetime_s, err);
	case SOURCE_USER: return refresh(client, text, lifetime_s, err);
	case SOURCE_METADATA:
		return ask_metadata(client, text, lifetime_s, err);
	case SOURCE_UNKNOWN:
	case SOURCE_EMULATOR: break;
	}
	return gs_fail(err, GCPSECRET_ERR_CREDENTIALS, "no credentials");
}
