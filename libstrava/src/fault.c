/* SPDX-License-Identifier: MIT */

/*
 * Strava says what is wrong as
 *
 *	{"message": "Bad Request", "errors": [{"resource": "RefreshToken",
 *	    "field": "refresh_token", "code": "invalid"}]}
 *
 * though "errors" was also seen as null and as a text, and the body as a page
 * of HTML or as nothing at all.
 */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "call.h"

#define QUOTE_MAX 80 /* bytes of one text of Strava's in a message */
#define WORD_MAX 24  /* a longer word may be a token, echoed */
#define TEXT_MAX 1024

#define SCOPE_END "_permission"

struct fault {
	const char *resource, *field, *code; /* "" when absent */
};

/*
 * From a refusal to what it means: the first row that fits one of the errors.
 * 0, NULL and "" fit everything; a field is given by its end.  A fault of the
 * application goes before one of an athlete, about whom it says nothing.
 */
static const struct meaning {
	const char   *resource, *field_end, *code;
	int           http_status;
	strava_status status;
} meanings[] = {
	{ "Application", "Status", "Inactive", 403, STRAVA_ERR_INACTIVE },
	{ "Application", "", "invalid", 0, STRAVA_ERR_APPLICATION },
	{ "RefreshToken", "", "invalid", 0, STRAVA_ERR_REVOKED },
	{ "AuthorizationCode", "", "invalid", 0, STRAVA_ERR_CODE },
	{ NULL, SCOPE_END, "missing", 401, STRAVA_ERR_SCOPE },
};

/* What to do, for those statuses that leave something to do. */
static const char *const advice[] = {
	[STRAVA_ERR_SERVER] = "try again later",
	[STRAVA_ERR_FORMAT] = "check the base URL",
	[STRAVA_ERR_UNAUTHORIZED] = "refresh the access token",
	[STRAVA_ERR_SCOPE] = "ask the athlete for consent with that scope",
	[STRAVA_ERR_REVOKED] = "dead for good, ask the athlete for consent",
	[STRAVA_ERR_CODE] = "used or stale, start at the authorize URL again",
	[STRAVA_ERR_APPLICATION] = "check the client id and the client secret",
	[STRAVA_ERR_INACTIVE] =
	    "its owner has to renew the Strava subscription",
};

/* What the status of an answer means by itself. */
static strava_status
status_of(int http_status, bool bearer)
{
	switch (http_status) {
	case 401:
		/* Without a bearer it is the application that signs in. */
		return bearer ? STRAVA_ERR_UNAUTHORIZED
			      : STRAVA_ERR_APPLICATION;
	case 403: return STRAVA_ERR_FORBIDDEN;
	case 404: return STRAVA_ERR_NOT_FOUND;
	case 429: return STRAVA_ERR_RATE_LIMIT;
	}
	switch (http_status / 100) {
	case 4: return STRAVA_ERR_REQUEST;
	case 5: return STRAVA_ERR_SERVER;
	default: return STRAVA_ERR_FORMAT;
	}
}

static const char *
text_of(struct json_object *object, const char *key)
{
	const char *text = members_get_string(object, key);

	return text != NULL ? text : "";
}

/* The i-th of the errors; false when there are no more. */
static bool
fault_at(struct json_object *doc, size_t i, struct fault *fault)
{
	struct json_object *errors = members_get(doc, "errors"), *item;

	*fault = (struct fault){ "", "", "" };
	if (!json_object_is_type(errors, json_type_array) ||
	    i >= json_object_array_length(errors))
		return false;
	item = json_object_array_get_idx(errors, i);
	fault->resource = text_of(item, "resource");
	fault->field = text_of(item, "field");
	fault->code = text_of(item, "code");
	return true;
}

static bool
ends_in(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

static bool
fits(const struct meaning *m, int http_status, const struct fault *fault)
{
	return (m->http_status == 0 || m->http_status == http_status) &&
	       (m->resource == NULL ||
		   strcmp(m->resource, fault->resource) == 0) &&
	       ends_in(fault->field, m->field_end) &&
	       strcmp(m->code, fault->code) == 0;
}

/* The status of a refusal, and the error that decided it or came first. */
static strava_status
judge(
    struct json_object *doc, int http_status, bool bearer, struct fault *fault)
{
	for (size_t m = 0; http_status / 100 == 4 && m < COUNT(meanings); m++)
		for (size_t i = 0; fault_at(doc, i, fault); i++)
			if (fits(&meanings[m], http_status, fault))
				return meanings[m].status;
	fault_at(doc, 0, fault);
	return status_of(http_status, bearer);
}

/* Adds a text of Strava's, save words that are long enough to be a token. */
static void
quote(struct buf *out, const char *text, size_t len)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_-";
	const char       *end = text + len;
	size_t            full = out->len + QUOTE_MAX, word;

	while (text < end && out->len < full) {
		word = strspn(text, letters);
		if (word > (size_t)(end - text))
			word = (size_t)(end - text);
		if (word > WORD_MAX)
			buf_add_text(out, "[...]");
		else
			buf_add(out, text, word);
		text += word;
		if (text < end)
			buf_add(out, text++, 1);
	}
}

/* "Bad Request: RefreshToken refresh_token invalid" */
static void
quote_all(struct buf *out, struct json_object *doc, const struct fault *fault)
{
	const char *const texts[] = { text_of(doc, "message"),
		text_of(doc, "errors"), fault->resource, fault->field,
		fault->code };
	const char       *before = "";

	for (size_t i = 0; i < COUNT(texts); i++) {
		if (texts[i][0] == '\0')
			continue;
		buf_add_text(out, before);
		quote(out, texts[i], strlen(texts[i]));
		before = i == 0 ? ": " : " ";
	}
}

/* What happened, in words; nothing when Strava gave none. */
static void
describe(struct buf *out, struct json_object *doc, const struct fault *fault,
    strava_status status)
{
	if (status == STRAVA_ERR_SCOPE) {
		buf_add_text(out, "the grant lacks the scope ");
		quote(out, fault->field,
		    strlen(fault->field) - strlen(SCOPE_END));
	} else {
		quote_all(out, doc, fault);
	}
}

strava_status
sv_fault(const strava_client *client, const struct call *call,
    strava_http_response *response, strava_error *err)
{
	int                 http_status = response->http.status;
	int64_t             wait_s = http_retry_after_s(&response->http);
	struct json_object *doc = sv_response_json(response);
	struct fault        fault;
	struct buf          text;
	const char         *what_to_do;
	strava_status status = judge(doc, http_status, call->bearer, &fault);

	if (status == STRAVA_ERR_RATE_LIMIT && wait_s < 0)
		wait_s = sv_rate_limit_wait_s(client);
	buf_init(&text, TEXT_MAX);
	describe(&text, doc, &fault, status);
	what_to_do = (size_t)status < COUNT(advice) ? advice[status] : NULL;
	sv_fail(err, status, "%s (HTTP %d)%s%s",
	    text.len > 0 ? buf_text(&text) : strava_status_name(status),
	    http_status, what_to_do != NULL ? ": " : "",
	    what_to_do != NULL ? what_to_do : "");
	err->http_status = http_status;
	err->retry_after_s = wait_s;
	err->in_doubt =
	    status == STRAVA_ERR_SERVER || status == STRAVA_ERR_FORMAT;
	buf_free(&text);
	json_object_put(doc);
	return status;
}
