/* SPDX-License-Identifier: MIT */
#include "aws_subject.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "clock.h"
#include "members.h"

#define TOKEN_MAX 32768
#define FRESH_S 900 /* as long as AWS takes a signature */

/* The value of one of [{"key", "value"}]; NULL without it. */
static const char *
find_header(struct json_object *headers, const char *name)
{
	struct json_object *header;
	const char         *key;
	size_t              i, n;

	if (!json_object_is_type(headers, json_type_array))
		return NULL;
	n = json_object_array_length(headers);
	for (i = 0; i < n; i++) {
		header = json_object_array_get_idx(headers, i);
		key = members_get_string(header, "key");
		if (key != NULL && strcasecmp(key, name) == 0)
			return members_get_string(header, "value");
	}
	return NULL;
}

/* "https://sts.us-east-2.amazonaws.com?Action=GetCallerIdentity&..." */
static bool
is_caller_identity(const char *url)
{
	const char *query = url != NULL ? strchr(url, '?') : NULL;

	return query != NULL && strncmp(url, "https://sts.", 12) == 0 &&
	       memmem(url, (size_t)(query - url), ".amazonaws.com", 14) !=
		   NULL &&
	       strstr(query, "Action=GetCallerIdentity") != NULL;
}

/* "20261128T190000Z", and not long ago. */
static bool
is_fresh(const char *date, int64_t now)
{
	char    text[CLOCK_TEXT_SIZE];
	int64_t at;

	if (date == NULL || strlen(date) != 16)
		return false;
	snprintf(text, sizeof(text), "%.4s-%.2s-%.2sT%.2s:%.2s:%.3s", date,
	    date + 4, date + 6, date + 9, date + 11, date + 13);
	return clock_parse(text, &at) && llabs(at - now) <= FRESH_S;
}

static bool
is_signed(const char *authorization)
{
	const char *signature =
	    authorization != NULL ? strstr(authorization, "Signature=") : NULL;

	return signature != NULL &&
	       strncmp(authorization, "AWS4-HMAC-SHA256 Credential=", 28) ==
		   0 &&
	       strstr(authorization, "/sts/aws4_request") != NULL &&
	       strstr(authorization, "SignedHeaders=") != NULL &&
	       strspn(signature + 10, "0123456789abcdef") == 64;
}

static const char *
check_request(struct json_object *request, const char *audience, int64_t now)
{
	struct json_object *headers = members_get(request, "headers");
	const char         *method = members_get_string(request, "method");
	const char         *target =
	    find_header(headers, "x-goog-cloud-target-resource");

	if (!is_caller_identity(members_get_string(request, "url")))
		return "The AWS request is not for GetCallerIdentity.";
	if (method == NULL || strcmp(method, "POST") != 0)
		return "The AWS request is no POST.";
	if (target == NULL || strcmp(target, audience) != 0)
		return "The x-goog-cloud-target-resource header is not the "
		       "audience.";
	if (find_header(headers, "host") == NULL ||
	    !is_signed(find_header(headers, "authorization")))
		return "The AWS request is not signed.";
	if (!is_fresh(find_header(headers, "x-amz-date"), now))
		return "The AWS request is too old.";
	return NULL;
}

const char *
aws_subject_check(struct call *call, const char *token, const char *audience)
{
	struct json_object *request = NULL;
	const char         *why = "The AWS request cannot be read.";
	struct buf          text;

	buf_init(&text, TOKEN_MAX);
	if (call_unescape(token, &text) &&
	    (request = members_parse(text.data, text.len)) != NULL)
		why = check_request(request, audience, call->now);
	json_object_put(request);
	buf_free(&text);
	return why;
}
