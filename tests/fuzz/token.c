/* SPDX-License-Identifier: MIT */

/* The answers of the token endpoint, against the other reader of JSON. */

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "internal.h"
#include "json.h"

#define NOW INT64_C(1795435200)
#define YEARS_11 ((int64_t)11 * 366 * 24 * 60 * 60)

static void
check_whole(const strava_token *token)
{
	MUST(sv_is_secret(token->access_token));
	MUST(sv_is_secret(token->refresh_token));
	MUST(token->expires_at > NOW - YEARS_11);
	MUST(token->expires_at < NOW + YEARS_11);
	MUST(token->expires_in >= 0);
	MUST(token->athlete_id >= 0);
	MUST(token->scope == NULL || sv_is_line(token->scope, SECRET_MAX));
}

/* Where both readers take a reply, they read the same of it. */
static void
compare(enum token_reply found, const strava_token *token,
    struct json_object *doc, bool escaped)
{
	const char *refresh = members_get_string(doc, "refresh_token");
	const char *access = members_get_string(doc, "access_token");

	if (found == TOKEN_WHOLE)
		MUST(
		    access != NULL && strcmp(access, token->access_token) == 0);
	if (found != TOKEN_NONE)
		MUST(refresh != NULL &&
		     strcmp(refresh, token->refresh_token) == 0);
	else
		MUST(escaped || refresh == NULL || !sv_is_secret(refresh));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char         *text = (const char *)data, *why = "";
	struct token_box   *box = calloc(1, sizeof(*box));
	struct json_object *doc = json_read(text, size);
	enum token_reply    found;

	MUST(box != NULL);
	found = sv_token_read(box, text, size, NOW, &why);
	MUST((why == NULL) == (found == TOKEN_WHOLE));
	if (found == TOKEN_WHOLE)
		check_whole(&box->token);
	else
		MUST(box->token.access_token == NULL &&
		     box->token.expires_at == 0);
	if (found == TOKEN_REFRESH_ONLY)
		MUST(sv_is_secret(box->token.refresh_token));
	if (found == TOKEN_NONE)
		MUST(box->token.refresh_token == NULL);
	if (json_object_is_type(doc, json_type_object))
		compare(
		    found, &box->token, doc, memchr(text, '\\', size) != NULL);
	json_object_put(doc);
	strava_token_free(&box->token);
	return 0;
}
