/* SPDX-License-Identifier: MIT */
#include "reply.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "client.h"
#include "jwt.h"
#include "members.h"

/* No token of Google's lives longer. */
#define LIFETIME_MAX 86400

struct reply_text {
	const char *token, *type;
	int64_t     lifetime_s, expires_at;
};

static bool
put_seconds(struct json_object *value, void *at)
{
	return gs_json_number(value, at);
}

#define TOKEN(key) \
	MEMBER_REQUIRED(struct reply_text, token, put_string, NULL, key)

static const struct member access_members[] = {
	TOKEN("access_token"),
	MEMBER_REQUIRED(
	    struct reply_text, lifetime_s, put_seconds, NULL, "expires_in"),
	MEMBER(struct reply_text, type, put_string, NULL, "token_type"),
};

static const struct member id_members[] = {
	TOKEN("id_token"),
};

static const struct member iam_access_members[] = {
	TOKEN("accessToken"),
	MEMBER_REQUIRED(
	    struct reply_text, expires_at, put_time, NULL, "expireTime"),
};

static const struct member iam_id_members[] = {
	TOKEN("token"),
};

/* A form without members is nothing but the token. */
static const struct {
	const struct member *members;
	size_t               count;
	bool                 is_jwt; /* its own claims say when it ends */
} forms[] = {
	[REPLY_ACCESS_TOKEN] = { access_members, COUNT(access_members), false },
	[REPLY_ID_TOKEN] = { id_members, COUNT(id_members), true },
	[REPLY_IAM_ACCESS_TOKEN] = { iam_access_members,
	    COUNT(iam_access_members), false },
	[REPLY_IAM_ID_TOKEN] = { iam_id_members, COUNT(iam_id_members), true },
	[REPLY_BARE_ID_TOKEN] = { NULL, 0, true },
};

static gcpsecret_status
malformed(const struct exchange *x, const char *what, gcpsecret_error *err)
{
	return gs_fail(err, GCPSECRET_ERR_FORMAT, "the answer of %s is %s",
	    gs_peer_name(x->peer), what);
}

/* Decodes what is JSON; the texts belong to *document. */
static gcpsecret_status
decode(enum reply form, const struct exchange *x, struct reply_text *reply,
    struct json_object **document, gcpsecret_error *err)
{
	const struct buf *body = &x->response.body;
	const char       *missing;

	if (forms[form].members == NULL) {
		reply->token = buf_text(body);
		return GCPSECRET_OK;
	}
	*document = members_parse(buf_text(body), body->len);
	if (*document == NULL && errno == ENOMEM)
		return gs_no_memory(err);
	if (!json_object_is_type(*document, json_type_object))
		return malformed(x, "not JSON", err);
	if (!members_decode(*document, forms[form].members, forms[form].count,
		reply, &missing))
		return gs_fail(err, GCPSECRET_ERR_FORMAT,
		    "the answer of %s is without \"%s\"", gs_peer_name(x->peer),
		    missing);
	return GCPSECRET_OK;
}

/* What is wrong with a token; NULL when nothing is. */
static const char *
fault_of(const struct reply_text *reply)
{
	if (reply->type != NULL && strcasecmp(reply->type, "Bearer") != 0)
		return "a token of another type than Bearer";
	if (!gs_is_plain(reply->token))
		return "a token with characters that no token has";
	if (strlen(reply->token) > GS_TOKEN_MAX)
		return "a token longer than 16 KiB";
	if (reply->lifetime_s < 1)
		return "a token that is expired already";
	return NULL;
}

/* Turns the moment of its end into what is left of its life. */
static gcpsecret_status
date(gcpsecret_client *client, enum reply form, const struct exchange *x,
    struct reply_text *reply, gcpsecret_error *err)
{
	if (form == REPLY_ACCESS_TOKEN)
		return GCPSECRET_OK;
	if (forms[form].is_jwt &&
	    !gs_jwt_expiry(reply->token, &reply->expires_at))
		return errno == ENOMEM ? gs_no_memory(err)
				       : malformed(x, "no ID token", err);
	reply->lifetime_s =
	    reply->expires_at - client->clock(client->clock_ctx);
	return GCPSECRET_OK;
}

gcpsecret_status
gs_reply_read(gcpsecret_client *client, enum reply form,
    const struct exchange *x, struct grant *grant, gcpsecret_error *err)
{
	struct json_object *document = NULL;
	struct reply_text   reply = { .token = "" };
	const char         *fault;
	gcpsecret_status    status;

	status = decode(form, x, &reply, &document, err);
	if (status == GCPSECRET_OK)
		status = date(client, form, x, &reply, err);
	if (status == GCPSECRET_OK && (fault = fault_of(&reply)) != NULL)
		status = malformed(x, fault, err);
	if (status == GCPSECRET_OK && !buf_add_text(&grant->text, reply.token))
		status = gs_no_memory(err);
	grant->lifetime_s =
	    reply.lifetime_s < LIFETIME_MAX ? reply.lifetime_s : LIFETIME_MAX;
	gs_json_free(document);
	return status;
}

gcpsecret_status
gs_post_form(gcpsecret_client *client, struct exchange *x,
    const struct buf *form, enum reply reply, struct grant *grant,
    gcpsecret_error *err)
{
	static const char *const headers[] = {
		"Content-Type: application/x-www-form-urlencoded",
		"Accept: application/json", NULL
	};
	gcpsecret_status status;

	if (!buf_ok(form))
		return gs_no_memory(err);
	x->request.method = "POST";
	x->request.headers = headers;
	x->request.body = form->data;
	x->request.body_len = form->len;
	status = gs_exchange(client, x, err);
	if (status == GCPSECRET_OK)
		status = gs_reply_read(client, reply, x, grant, err);
	return status;
}
