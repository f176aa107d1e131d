/* SPDX-License-Identifier: MIT */
#include "sandbox_cloud.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base64.h"
#include "test.h"

struct cloud cloud;

static void
take_token(void)
{
	peer_expect(&cloud.peer,
	    &(struct ask){ .path = "/computeMetadata/v1/instance/"
				   "service-accounts/default/token",
		.header = "Metadata-Flavor: Google" },
	    200, &cloud.reply);
	snprintf(cloud.bearer, sizeof(cloud.bearer), "%s",
	    text_of(cloud.reply.json, "access_token"));
}

int
cloud_begin(void **state)
{
	(void)state;
	peer_start(
	    &cloud.peer, (const char *const[]){ "--emulator", "off", NULL });
	reply_init(&cloud.reply);
	take_token();
	return 0;
}

int
cloud_end(void **state)
{
	(void)state;
	reply_free(&cloud.reply);
	peer_end(&cloud.peer);
	return 0;
}

struct json_object *
cloud_ask(const char *method, int status, const char *path, const char *body)
{
	char whole[2048];

	snprintf(whole, sizeof(whole), "/v1/%s", path);
	return peer_expect(&cloud.peer,
	    &(struct ask){ .method = method,
		.path = whole,
		.body = body,
		.bearer = cloud.bearer },
	    status, &cloud.reply);
}

void
cloud_refused(const char *method, int status, const char *name,
    const char *path, const char *body)
{
	cloud_ask(method, status, path, body);
	assert_google(&cloud.reply, status, name, NULL);
}

struct json_object *
cloud_form(int status, const char *path, const char *form, const char *basic)
{
	return peer_expect(&cloud.peer,
	    &(struct ask){ .path = path, .form = form, .basic = basic }, status,
	    &cloud.reply);
}

void
cloud_tell(const char *path, const char *body)
{
	char whole[128];

	snprintf(whole, sizeof(whole), "/_control/%s", path);
	peer_tell(&cloud.peer, whole, body);
}

struct json_object *
cloud_control(const char *path, const char *body)
{
	char whole[128];

	snprintf(whole, sizeof(whole), "/_control/%s", path);
	return peer_control(&cloud.peer, whole, body);
}

void
cloud_advance(int64_t seconds)
{
	char body[64];

	snprintf(body, sizeof(body), "{\"advance_s\":%" PRId64 "}", seconds);
	cloud_tell("clock", body);
	take_token();
}

int64_t
cloud_now(void)
{
	struct json_object *clock = cloud_control("clock", "{\"advance_s\":0}");
	int64_t             now = number_of(clock, "now");

	json_object_put(clock);
	return now;
}

void
cloud_secret(const char *id)
{
	char path[256];

	snprintf(path, sizeof(path), CLOUD_PROJECT "/secrets?secretId=%s", id);
	cloud_ask("POST", 200, path, "{\"replication\":{\"automatic\":{}}}");
}

void
cloud_version(const char *id, const char *text)
{
	char       path[256], body[512];
	struct buf data;

	buf_init(&data, 256);
	assert_true(base64_encode(&data, text, strlen(text), BASE64_STANDARD));
	snprintf(
	    path, sizeof(path), CLOUD_PROJECT "/secrets/%s:addVersion", id);
	snprintf(body, sizeof(body), "{\"payload\":{\"data\":\"%s\"}}",
	    buf_text(&data));
	buf_free(&data);
	cloud_ask("POST", 200, path, body);
}

struct json_object *
cloud_claims(const char *jwt)
{
	const char         *first = strchr(jwt, '.');
	const char         *second = strchr(first + 1, '.');
	struct json_object *claims;
	struct buf          json;

	assert_non_null(second);
	buf_init(&json, 8192);
	assert_true(base64_decode(
	    &json, first + 1, (size_t)(second - first - 1), BASE64_URL));
	claims = json_tokener_parse(json.data);
	assert_non_null(claims);
	buf_free(&json);
	return claims;
}
