/* SPDX-License-Identifier: MIT */
#include "aws_metadata.h"

#include <errno.h>
#include <string.h>

#include "exchange.h"
#include "members.h"

#define NAME_LEN_MAX 64
#define KEY_LEN_MAX 8192
#define URL_MAX 4096

/* In seconds; the session is not used beyond one exchange of tokens. */
#define SESSION_LIFE "X-aws-ec2-metadata-token-ttl-seconds: 300"
#define SESSION "X-aws-ec2-metadata-token: "

#define SMALL "abcdefghijklmnopqrstuvwxyz"
#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

struct answer {
	const char *code, *id, *secret, *session_token;
};

static const struct member answer_members[] = {
	MEMBER(struct answer, code, put_string, NULL, "Code"),
	MEMBER(struct answer, id, put_string, NULL, "AccessKeyId"),
	MEMBER(struct answer, secret, put_string, NULL, "SecretAccessKey"),
	MEMBER(struct answer, session_token, put_string, NULL, "Token"),
};

static gcpsecret_status
malformed(gcpsecret_error *err, const char *fault)
{
	return gs_fail(err, GCPSECRET_ERR_FORMAT, "the answer of %s %s",
	    gs_peer_name(PEER_AWS), fault);
}

void
gs_aws_metadata_init(struct aws_metadata *metadata, gcpsecret_client *client,
    const struct subject_source *source)
{
	metadata->client = client;
	metadata->source = source;
	buf_init(&metadata->session, sizeof(SESSION) + KEY_LEN_MAX);
}

void
gs_aws_metadata_free(struct aws_metadata *metadata)
{
	buf_free(&metadata->session);
}

/*
 * The addresses that AWS documents, or this machine, where something may stand
 * in for it.  Who answers elsewhere might be anybody, and what he says is signed
 * with or sent to Google.
 */
static bool
is_metadata_url(const char *url)
{
	static const char *const starts[] = { "http://169.254.169.254/",
		"http://[fd00:ec2::254]/" };

	if (!http_url_is_base(url, true))
		return false;
	for (size_t i = 0; i < COUNT(starts); i++)
		if (strncmp(url, starts[i], strlen(starts[i])) == 0)
			return true;
	return http_url_is_loopback(url);
}

gcpsecret_status
gs_aws_metadata_check(const struct aws_metadata *metadata, gcpsecret_error *err)
{
	const struct subject_source *source = metadata->source;
	const struct {
		const char *name, *url;
	} members[] = {
		{ "region_url", source->region_url },
		{ "url", source->aws_url },
		{ "imdsv2_session_token_url", source->session_token_url },
	};

	for (size_t i = 0; i < COUNT(members); i++)
		if (members[i].url != NULL && !is_metadata_url(members[i].url))
			return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
			    "\"credential_source.%s\" must be an http URL at "
			    "169.254.169.254, [fd00:ec2::254] or this machine",
			    members[i].name);
	return GCPSECRET_OK;
}

/* Sends one request.  *body is to be freed with buf_free() in any case; a line's
 * end behind all else is not part of it. */
static gcpsecret_status
ask(struct aws_metadata *metadata, const char *method, const char *url,
    const char *header, struct buf *body, gcpsecret_error *err)
{
	const char *const headers[] = { header, NULL };
	const char *const secrets[] = { metadata->session.len > 0
					    ? metadata->session.data +
						  strlen(SESSION)
					    : NULL,
		NULL };
	struct exchange  x;
	gcpsecret_status status;

	gs_exchange_init(&x, PEER_AWS, url);
	x.request.method = method;
	x.request.plain_ok = true;
	x.request.headers = headers;
	x.secrets = secrets;
	status = gs_exchange(metadata->client, &x, err);
	buf_init(body, 0);
	if (status == GCPSECRET_OK) {
		*body = x.response.body;
		buf_init(&x.response.body, 0);
		if (body->len > 0 && body->data[body->len - 1] == '\n')
			body->data[--body->len] = '\0';
		if (strlen(buf_text(body)) != body->len)
			status = malformed(err, "is no text");
	}
	gs_exchange_free(&x);
	return status;
}

/* Version 2 of the service answers within a session only. */
static gcpsecret_status
open_session(struct aws_metadata *metadata, gcpsecret_error *err)
{
	struct buf       token;
	gcpsecret_status status;

	status = ask(metadata, "PUT", metadata->source->session_token_url,
	    SESSION_LIFE, &token, err);
	if (status == GCPSECRET_OK && !gs_is_aws_key(buf_text(&token)))
		status = malformed(err, "is no session token");
	else if (status == GCPSECRET_OK &&
		 !buf_addf(&metadata->session, SESSION "%s", token.data))
		status = gs_no_memory(err);
	buf_free(&token);
	return status;
}

static gcpsecret_status
get(struct aws_metadata *metadata, const char *url, struct buf *body,
    gcpsecret_error *err)
{
	gcpsecret_status status = GCPSECRET_OK;

	buf_init(body, 0);
	if (metadata->source->session_token_url != NULL &&
	    metadata->session.len == 0)
		status = open_session(metadata, err);
	if (status != GCPSECRET_OK)
		return status;
	return ask(metadata, "GET", url, metadata->session.data, body, err);
}

static bool
is_made_of(const char *text, const char *letters)
{
	size_t len = strlen(text);

	return len > 0 && len <= NAME_LEN_MAX && strspn(text, letters) == len;
}

bool
gs_is_aws_region(const char *text)
{
	return is_made_of(text, SMALL DIGITS "-");
}

bool
gs_is_aws_key(const char *text)
{
	return gs_is_plain(text) && strlen(text) <= KEY_LEN_MAX;
}

/* It becomes the last part of a URL's path, and dots alone would lead elsewhere
 * there. */
static bool
is_role(const char *text)
{
	return is_made_of(text, SMALL CAPITALS DIGITS "+=,.@_-") &&
	       !is_made_of(text, ".");
}

gcpsecret_status
gs_aws_metadata_region(
    struct aws_metadata *metadata, struct buf *region, gcpsecret_error *err)
{
	struct buf       zone;
	gcpsecret_status status;

	if (metadata->source->region_url == NULL)
		return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
		    "nothing tells the region of AWS: set AWS_REGION");
	status = get(metadata, metadata->source->region_url, &zone, err);
	/* "us-east-2b" is a zone of the region "us-east-2". */
	if (status == GCPSECRET_OK &&
	    (!gs_is_aws_region(buf_text(&zone)) ||
		zone.data[zone.len - 1] < 'a' || zone.len < 2))
		status = malformed(err, "is no availability zone");
	else if (status == GCPSECRET_OK &&
		 !buf_add(region, zone.data, zone.len - 1))
		status = gs_no_memory(err);
	buf_free(&zone);
	return status;
}

/* Adds the URL of the keys of the role that is attached to this machine. */
static gcpsecret_status
find_keys(struct aws_metadata *metadata, struct buf *url, gcpsecret_error *err)
{
	const char      *base = metadata->source->aws_url;
	size_t           len = base != NULL ? strlen(base) : 0;
	struct buf       role;
	gcpsecret_status status;

	if (base == NULL)
		return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
		    "nothing gives keys of AWS: set AWS_ACCESS_KEY_ID and "
		    "AWS_SECRET_ACCESS_KEY");
	status = get(metadata, base, &role, err);
	len -= base[len - 1] == '/';
	if (status == GCPSECRET_OK && !is_role(buf_text(&role)))
		status = malformed(err, "is no name of a role");
	else if (status == GCPSECRET_OK &&
		 !buf_addf(url, "%.*s/%s", (int)len, base, role.data))
		status = gs_no_memory(err);
	buf_free(&role);
	return status;
}

static gcpsecret_status
read_keys(const struct buf *body, struct aws_keys *keys, gcpsecret_error *err)
{
	struct answer answer = { 0 };
	const char   *missing;

	keys->document = members_parse(buf_text(body), body->len);
	if (keys->document == NULL && errno == ENOMEM)
		return gs_no_memory(err);
	members_decode(keys->document, answer_members, COUNT(answer_members),
	    &answer, &missing);
	if (answer.code != NULL && strcmp(answer.code, "Success") != 0)
		return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
		    "AWS gives no keys to this machine (%.80s): check the role "
		    "that is attached to it",
		    answer.code);
	if (answer.id == NULL || answer.secret == NULL ||
	    !gs_is_aws_key(answer.id) || !gs_is_aws_key(answer.secret) ||
	    (answer.session_token != NULL &&
		!gs_is_aws_key(answer.session_token)))
		return malformed(err, "holds no pair of keys");
	keys->id = answer.id;
	keys->secret = answer.secret;
	keys->session_token = answer.session_token;
	return GCPSECRET_OK;
}

gcpsecret_status
gs_aws_metadata_keys(
    struct aws_metadata *metadata, struct aws_keys *keys, gcpsecret_error *err)
{
	struct buf       url, body;
	gcpsecret_status status;

	buf_init(&url, URL_MAX);
	buf_init(&body, 0);
	status = find_keys(metadata, &url, err);
	if (status == GCPSECRET_OK)
		status = get(metadata, url.data, &body, err);
	if (status == GCPSECRET_OK)
		status = read_keys(&body, keys, err);
	buf_free(&body);
	buf_free(&url);
	return status;
}
