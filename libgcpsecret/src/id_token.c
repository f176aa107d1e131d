/* SPDX-License-Identifier: MIT */
#include "id_token.h"

#include <errno.h>
#include <inttypes.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>
#include <strings.h>

#include "base64.h"
#include "json.h"
#include "members.h"

#define TIME_MAX INT64_C(253402300799) /* the end of the year 9999 */

#define REMOVED "SIGNATURE_REMOVED_BY_GOOGLE"

static const char refused[] = "the ID token is refused:";

static gcpsecret_status
refuse(gcpsecret_error *err, const char *why)
{
	return gs_fail(err, GCPSECRET_ERR_IDENTITY, "%s %s", refused, why);
}

/* Cloud Run's IAM puts this text in the place of the signature. */
static gcpsecret_status
refuse_removed(gcpsecret_error *err)
{
	gs_fail(err, GCPSECRET_ERR_IDENTITY,
	    "Cloud Run has checked the caller and taken the signature out of "
	    "the ID token, so it cannot be verified again: trust Cloud Run's "
	    "check here, or switch it off (--allow-unauthenticated)");
	if (err != NULL)
		memcpy(err->reason, REMOVED, sizeof(REMOVED));
	return GCPSECRET_ERR_IDENTITY;
}

static bool
put_plain(struct json_object *value, void *at)
{
	const char *text;

	if (!put_string(value, &text) || !gs_is_plain(text))
		return false;
	*(const char **)at = text;
	return true;
}

static bool
put_rs256(struct json_object *value, void *at)
{
	return put_plain(value, at) && strcmp(*(const char **)at, "RS256") == 0;
}

static bool
put_jwt(struct json_object *value, void *at)
{
	return put_plain(value, at) &&
	       strcasecmp(*(const char **)at, "JWT") == 0;
}

/* Whatever is not true vouches for nothing. */
static bool
put_true(struct json_object *value, void *at)
{
	*(bool *)at = json_object_is_type(value, json_type_boolean) &&
		      json_object_get_boolean(value);
	return true;
}

/* An extension that must be understood: none is. */
static bool
put_none(struct json_object *value, void *at)
{
	(void)value, (void)at;
	return false;
}

static bool
put_moment(struct json_object *value, void *at)
{
	int64_t t;

	if (!json_object_is_type(value, json_type_int))
		return false;
	t = json_object_get_int64(value);
	if (t < 0 || t > TIME_MAX)
		return false;
	*(int64_t *)at = t;
	return true;
}

/* Everything that is looked at; the rest, such as a key that the token brings
 * along, is nobody's business. */
struct parts {
	const char *alg, *typ, *crit, *kid;
	const char *iss, *aud, *sub, *email;
	int64_t     iat, exp, nbf;
	bool        email_verified;
};

static const struct rule {
	struct member member;
	const char   *fault;
} header_rules[] = {
	{ MEMBER_REQUIRED(struct parts, alg, put_rs256, NULL, "alg"),
	    "its algorithm is not RS256" },
	{ MEMBER(struct parts, typ, put_jwt, NULL, "typ"), "it is no JWT" },
	{ MEMBER(struct parts, crit, put_none, NULL, "crit"),
	    "its header has a critical extension" },
	{ MEMBER_REQUIRED(struct parts, kid, put_plain, NULL, "kid"),
	    "it does not name its key" },
};

static const struct rule claim_rules[] = {
	{ MEMBER_REQUIRED(struct parts, iss, put_plain, NULL, "iss"),
	    "its issuer is not one text" },
	{ MEMBER_REQUIRED(struct parts, aud, put_plain, NULL, "aud"),
	    "its audience is not one text" },
	{ MEMBER_REQUIRED(struct parts, sub, put_plain, NULL, "sub"),
	    "its subject is not one text" },
	{ MEMBER_REQUIRED(struct parts, iat, put_moment, NULL, "iat"),
	    "\"iat\" is not a time" },
	{ MEMBER_REQUIRED(struct parts, exp, put_moment, NULL, "exp"),
	    "\"exp\" is not a time" },
	{ MEMBER(struct parts, nbf, put_moment, NULL, "nbf"),
	    "\"nbf\" is not a time" },
	{ MEMBER(struct parts, email, put_plain, NULL, "email"),
	    "its e-mail address is not one text" },
	{ MEMBER(
	      struct parts, email_verified, put_true, NULL, "email_verified"),
	    "" },
};

/* Like members_decode(), but nothing may have another type, not even null. */
static const char *
apply(struct json_object *object, const struct rule *rules, size_t count,
    struct parts *parts)
{
	struct json_object *value;

	if (!json_object_is_type(object, json_type_object))
		return "a part of it is no JSON object";
	for (const struct rule *r = rules; r < rules + count; r++) {
		bool there =
		    json_object_object_get_ex(object, r->member.key, &value);

		if (there ? !r->member.put(
				value, (char *)parts + r->member.offset)
			  : r->member.required)
			return r->fault;
	}
	return NULL;
}

/* The JSON in one part.  NULL when there is none; errno is ENOMEM then if memory
 * was short. */
static struct json_object *
read_part(const char *text, size_t len)
{
	struct json_object *document = NULL;
	struct buf          bytes;
	int                 error;

	buf_init(&bytes, ID_TOKEN_MAX);
	errno = EINVAL;
	if (base64_decode(&bytes, text, len, BASE64_URL))
		document = json_read(buf_text(&bytes), bytes.len);
	error = buf_ok(&bytes) ? errno : ENOMEM;
	buf_free(&bytes);
	errno = error;
	return document;
}

/* Where the three parts begin; false when there are not three. */
static bool
split(const char *text, const char *parts[3])
{
	parts[0] = text;
	for (size_t i = 1; i < 3; i++) {
		const char *dot = strchr(parts[i - 1], '.');

		if (dot == NULL)
			return false;
		parts[i] = dot + 1;
	}
	return strchr(parts[2], '.') == NULL;
}

static gcpsecret_status
decode_texts(
    struct id_token *token, const char *const parts[3], gcpsecret_error *err)
{
	token->header = read_part(parts[0], (size_t)(parts[1] - parts[0] - 1));
	if (token->header != NULL)
		token->claims =
		    read_part(parts[1], (size_t)(parts[2] - parts[1] - 1));
	if (token->claims != NULL)
		return GCPSECRET_OK;
	return errno == ENOMEM ? gs_no_memory(err)
			       : refuse(err, "it is not base64url of JSON");
}

static gcpsecret_status
decode_signature(struct id_token *token, const char *text, gcpsecret_error *err)
{
	if (*text != '\0' &&
	    base64_decode(&token->signature, text, strlen(text), BASE64_URL))
		return GCPSECRET_OK;
	return buf_ok(&token->signature)
		   ? refuse(err, "its signature is not base64url")
		   : gs_no_memory(err);
}

static gcpsecret_status
understand(struct id_token *token, gcpsecret_error *err)
{
	struct parts parts = { 0 };
	const char  *fault =
	    apply(token->header, header_rules, COUNT(header_rules), &parts);

	if (fault == NULL)
		fault = apply(
		    token->claims, claim_rules, COUNT(claim_rules), &parts);
	if (fault != NULL)
		return refuse(err, fault);
	token->kid = parts.kid;
	token->issuer = parts.iss;
	token->audience = parts.aud;
	token->subject = parts.sub;
	token->email = parts.email_verified ? parts.email : NULL;
	token->issued_at = parts.iat;
	token->expires_at = parts.exp;
	token->not_before = parts.nbf != 0 ? parts.nbf : parts.iat;
	return GCPSECRET_OK;
}

gcpsecret_status
gs_id_token_read(struct id_token *token, const char *text, gcpsecret_error *err)
{
	const char      *parts[3];
	gcpsecret_status status;

	memset(token, 0, sizeof(*token));
	buf_init(&token->signature, ID_TOKEN_MAX);
	token->text = text;
	if (strnlen(text, ID_TOKEN_MAX + 1) > ID_TOKEN_MAX)
		return refuse(err, "it is longer than 16 KiB");
	if (!split(text, parts))
		return refuse(err, "it does not have three parts");
	if (strcmp(parts[2], REMOVED) == 0)
		return refuse_removed(err);
	token->signed_len = (size_t)(parts[2] - 1 - text);
	status = decode_texts(token, parts, err);
	if (status == GCPSECRET_OK)
		status = understand(token, err);
	if (status == GCPSECRET_OK)
		status = decode_signature(token, parts[2], err);
	if (status != GCPSECRET_OK)
		gs_id_token_free(token);
	return status;
}

void
gs_id_token_free(struct id_token *token)
{
	buf_free(&token->signature);
	gs_json_free(token->header);
	gs_json_free(token->claims);
	memset(token, 0, sizeof(*token));
}

gcpsecret_status
gs_id_token_check_time(const struct id_token *token, int64_t now,
    const struct id_token_limits *limits, gcpsecret_error *err)
{
	int64_t life_s = token->expires_at - token->issued_at;
	int64_t begin = token->not_before > token->issued_at ? token->not_before
							     : token->issued_at;

	if (token->expires_at + limits->skew_s <= now)
		return gs_fail(err, GCPSECRET_ERR_IDENTITY,
		    "%s it has expired: by this machine's clock it was issued "
		    "%" PRId64 " s ago",
		    refused, now - token->issued_at);
	if (begin - limits->skew_s >= now)
		return gs_fail(err, GCPSECRET_ERR_IDENTITY,
		    "%s it is not valid yet: by this machine's clock it begins "
		    "in %" PRId64 " s",
		    refused, begin - now);
	if (life_s <= 0 || life_s > limits->life_max_s)
		return gs_fail(err, GCPSECRET_ERR_IDENTITY,
		    "%s it lives for %" PRId64 " s, and 1 to %" PRId64
		    " s are allowed",
		    refused, life_s, limits->life_max_s);
	return GCPSECRET_OK;
}

gcpsecret_status
gs_id_token_check_signature(
    const struct id_token *token, EVP_PKEY *key, gcpsecret_error *err)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	bool        ready, fits;

	ERR_set_mark();
	ready = md != NULL &&
		EVP_DigestVerifyInit(md, NULL, EVP_sha256(), NULL, key) == 1;
	fits =
	    ready &&
	    EVP_DigestVerify(md, (const unsigned char *)token->signature.data,
		token->signature.len, (const unsigned char *)token->text,
		token->signed_len) == 1;
	ERR_pop_to_mark();
	EVP_MD_CTX_free(md);
	if (!ready)
		return gs_no_memory(err);
	return fits ? GCPSECRET_OK
		    : refuse(err, "its signature is not by the key it names");
}
