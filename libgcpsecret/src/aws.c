/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "aws_metadata.h"
#include "client.h"
#include "members.h"
#include "sigv4.h"
#include "subject.h"

#define TEXT_MAX 65536

/* All that is signed, whatever a file asks for: with anything else its writer
 * could do what the keys allow. */
#define SERVICE "sts"
#define QUERY "Action=GetCallerIdentity&Version=2011-06-15"

/*
 * The subject token is a request to AWS, signed but not sent: Google sends it
 * and learns from the answer who signed it.
 */
struct aws {
	struct aws_metadata metadata;
	struct aws_keys     keys;
	struct buf          region, url, host, authorization;
	char                date[SIGV4_DATE_SIZE];
};

static gcpsecret_status
find_region(struct aws *aws, gcpsecret_error *err)
{
	static const char *const names[] = { "AWS_REGION",
		"AWS_DEFAULT_REGION" };

	for (size_t i = 0; i < COUNT(names); i++) {
		const char *region = gs_variable(names[i]);

		if (region == NULL)
			continue;
		if (!gs_is_aws_region(region))
			return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
			    "%s is no region of AWS, such as us-east-2",
			    names[i]);
		return buf_add_text(&aws->region, region) ? GCPSECRET_OK
							  : gs_no_memory(err);
	}
	return gs_aws_metadata_region(&aws->metadata, &aws->region, err);
}

/* The keys of the environment count only as a pair. */
static gcpsecret_status
find_keys(struct aws *aws, gcpsecret_error *err)
{
	static const char *const names[] = { "AWS_ACCESS_KEY_ID",
		"AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN" };
	const char              *values[COUNT(names)];

	for (size_t i = 0; i < COUNT(names); i++)
		values[i] = gs_variable(names[i]);
	if (values[0] == NULL || values[1] == NULL)
		return gs_aws_metadata_keys(&aws->metadata, &aws->keys, err);
	for (size_t i = 0; i < COUNT(names); i++)
		if (values[i] != NULL && !gs_is_aws_key(values[i]))
			return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
			    "%s is too long or holds a character that cannot "
			    "be in one",
			    names[i]);
	aws->keys.id = values[0];
	aws->keys.secret = values[1];
	aws->keys.session_token = values[2];
	return GCPSECRET_OK;
}

/* Fills the region into the URL that Google will ask. */
static gcpsecret_status
make_url(struct aws *aws, const char *verification_url, gcpsecret_error *err)
{
	static const char place[] = "{region}";
	const char       *at, *host, *behind;

	if ((at = strstr(verification_url, place)) != NULL) {
		buf_add(&aws->url, verification_url,
		    (size_t)(at - verification_url));
		buf_add_text(&aws->url, aws->region.data);
		verification_url = at + strlen(place);
	}
	if (!buf_add_text(&aws->url, verification_url))
		return gs_no_memory(err);
	host = strstr(aws->url.data, "://") + strlen("://");
	behind = host + strcspn(host, "/?");
	if (strncmp(host, SERVICE ".", strlen(SERVICE ".")) != 0 ||
	    strcmp(behind + (*behind == '/'), "?" QUERY) != 0)
		return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
		    "\"credential_source.regional_cred_verification_url\" must "
		    "be https://" SERVICE ".{region}.amazonaws.com?" QUERY);
	return buf_add(&aws->host, host, (size_t)(behind - host))
		   ? GCPSECRET_OK
		   : gs_no_memory(err);
}

static gcpsecret_status
sign(struct aws *aws, gcpsecret_error *err)
{
	struct sigv4 request = { .host = aws->host.data,
		.query = QUERY,
		.region = aws->region.data,
		.service = SERVICE,
		.key_id = aws->keys.id,
		.secret_key = aws->keys.secret,
		.session_token = aws->keys.session_token,
		.date = aws->date };

	return gs_sigv4_authorize(&aws->authorization, &request)
		   ? GCPSECRET_OK
		   : gs_no_memory(err);
}

/* Adds the signed request as URL-encoded JSON.  Nothing in it needs an escape of
 * JSON: that was made sure of where each text came from. */
static gcpsecret_status
add_request(const struct aws *aws, const char *audience, struct buf *token,
    gcpsecret_error *err)
{
	const struct {
		const char *key, *value;
	} headers[] = {
		{ "Authorization", aws->authorization.data },
		{ "host", aws->host.data },
		{ "x-amz-date", aws->date },
		{ "x-amz-security-token", aws->keys.session_token },
		/* Not signed: AWS does not know it.  Google checks it. */
		{ "x-goog-cloud-target-resource", audience },
	};
	struct buf json;
	bool       ok;

	buf_init(&json, TEXT_MAX);
	buf_addf(&json,
	    "{\"url\":\"%s\",\"method\":\"POST\",\"headers\":", aws->url.data);
	for (size_t i = 0; i < COUNT(headers); i++)
		if (headers[i].value != NULL)
			buf_addf(&json, "%s{\"key\":\"%s\",\"value\":\"%s\"}",
			    i == 0 ? "[" : ",", headers[i].key,
			    headers[i].value);
	ok = buf_add_text(&json, "]}") && buf_add_escaped(token, json.data);
	buf_free(&json);
	return ok ? GCPSECRET_OK : gs_no_memory(err);
}

static gcpsecret_status
make_token(struct aws *aws, const struct key_file *file, struct buf *token,
    gcpsecret_error *err)
{
	gcpsecret_client *client = aws->metadata.client;
	gcpsecret_status  status = gs_aws_metadata_check(&aws->metadata, err);

	if (status == GCPSECRET_OK)
		status = find_region(aws, err);
	if (status == GCPSECRET_OK)
		status =
		    make_url(aws, file->subject_source.verification_url, err);
	if (status == GCPSECRET_OK)
		status = find_keys(aws, err);
	if (status != GCPSECRET_OK)
		return status;
	if (!gs_sigv4_date(client->clock(client->clock_ctx), aws->date))
		return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
		    "the clock is outside of what AWS can date");
	status = sign(aws, err);
	return status == GCPSECRET_OK
		   ? add_request(aws, file->audience, token, err)
		   : status;
}

gcpsecret_status
gs_subject_aws(gcpsecret_client *client, const struct key_file *file,
    struct buf *token, gcpsecret_error *err)
{
	struct aws        aws = { 0 };
	struct buf *const texts[] = { &aws.region, &aws.url, &aws.host,
		&aws.authorization };
	gcpsecret_status  status;

	gs_aws_metadata_init(&aws.metadata, client, &file->subject_source);
	for (size_t i = 0; i < COUNT(texts); i++)
		buf_init(texts[i], TEXT_MAX);
	status = make_token(&aws, file, token, err);
	for (size_t i = 0; i < COUNT(texts); i++)
		buf_free(texts[i]);
	gs_aws_metadata_free(&aws.metadata);
	gs_json_free(aws.keys.document);
	return status;
}
