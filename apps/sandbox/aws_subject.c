/* SPDX-License-Identifier: MIT */
#include "aws_subject.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws_signature.h"
#include "clock.h"
#include "members.h"

#define TOKEN_MAX 32768
#define FRESH_S 900 /* as long as AWS takes a signature */

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

static const char *
check_request(struct json_object *request, const char *audience, int64_t now)
{
	struct json_object *headers = members_get(request, "headers");
	const char         *method = members_get_string(request, "method");
	const char         *url = members_get_string(request, "url");
	const char         *target =
	    aws_header(headers, "x-goog-cloud-target-resource");

	if (!is_caller_identity(url))
		return "The AWS request is not for GetCallerIdentity.";
	if (method == NULL || strcmp(method, "POST") != 0)
		return "The AWS request is no POST.";
	if (target == NULL || strcmp(target, audience) != 0)
		return "The x-goog-cloud-target-resource header is not the "
		       "audience.";
	if (aws_header(headers, "host") == NULL ||
	    !aws_signature_fits(url, headers))
		return "The AWS request is not signed, or not rightly.";
	if (!is_fresh(aws_header(headers, "x-amz-date"), now))
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
