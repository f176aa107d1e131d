/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "client.h"

#define WANTED_MAX 2048

/* A token with what it owns. */
struct box {
	gcpsecret_token token; /* first: the two share an address */
	struct buf      text;
};

/* Fit for a claim and a query: no controls, quotes and backslashes. */
static bool
is_fit(const char *text)
{
	size_t len = strnlen(text, WANTED_MAX + 1);

	if (len == 0 || len > WANTED_MAX)
		return false;
	for (; *text != '\0'; text++)
		if (*text < ' ' || *text > '~' || *text == '"' || *text == '\\')
			return false;
	return true;
}

static gcpsecret_status
fill(gcpsecret_client *client, const struct wanted *wanted, struct box *box,
    gcpsecret_error *err)
{
	gcpsecret_status status = gs_credentials(client, err);

	if (status != GCPSECRET_OK)
		return status;
	if (gs_emulator(client) != NULL)
		return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
		    "an emulator needs no token and gives none");
	status = gs_token_dated(
	    client, wanted, &box->text, &box->token.expires_at_s, err);
	box->token.text = box->text.data;
	return status;
}

static gcpsecret_status
get(gcpsecret_client *client, const struct wanted *wanted,
    gcpsecret_token **out, gcpsecret_error *err)
{
	struct box      *box;
	gcpsecret_status status = gs_begin(client, err);

	if (status != GCPSECRET_OK)
		return status;
	if ((box = calloc(1, sizeof(*box))) == NULL)
		return gs_no_memory(err);
	buf_init(&box->text, GS_TOKEN_MAX);
	status = fill(client, wanted, box, err);
	if (status == GCPSECRET_OK)
		*out = &box->token;
	else
		gcpsecret_token_free(&box->token);
	return status;
}

gcpsecret_status
gcpsecret_access_token_get(gcpsecret_client *client, const char *scope,
    gcpsecret_token **token_out, gcpsecret_error *err)
{
	const struct wanted wanted = { .scope =
					   scope != NULL ? scope : GS_SCOPE };

	if (token_out == NULL)
		return gs_fail(
		    err, GCPSECRET_ERR_ARGUMENT, "token_out is NULL");
	*token_out = NULL;
	if (!is_fit(wanted.scope))
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT,
		    "the scope must be one or more of Google's scopes, with "
		    "blanks in between, up to 2048 characters");
	return get(client, &wanted, token_out, err);
}

gcpsecret_status
gcpsecret_id_token_get(gcpsecret_client *client, const char *audience,
    gcpsecret_token **token_out, gcpsecret_error *err)
{
	const struct wanted wanted = { .audience = audience };

	if (token_out == NULL || audience == NULL)
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT,
		    "audience or token_out is NULL");
	*token_out = NULL;
	if (!is_fit(audience))
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT,
		    "the audience must be 1 to 2048 printable characters of "
		    "ASCII without quotes and backslashes");
	return get(client, &wanted, token_out, err);
}

void
gcpsecret_token_free(gcpsecret_token *token)
{
	struct box *box = (struct box *)token;

	if (box == NULL)
		return;
	buf_free(&box->text);
	free(box);
}
