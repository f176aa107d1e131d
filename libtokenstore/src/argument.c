/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "internal.h"

#define SCOPE_MAX 1024

/* Printable ASCII from `first` on, at most `max` characters. */
static bool
is_printable(const char *text, char first, size_t max)
{
	size_t n;

	for (n = 0; text[n] != '\0'; n++)
		if (n == max || text[n] < first || text[n] > '~')
			return false;
	return true;
}

tokenstore_status
ts_check_text(
    const char *name, const char *text, size_t max, tokenstore_error *err)
{
	if (text == NULL || *text == '\0')
		return ts_fail(
		    err, TOKENSTORE_ERR_ARGUMENT, "%s: is required", name);
	if (!is_printable(text, '!', max))
		return ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
		    "%s: must be at most %zu printable ASCII characters "
		    "without blanks",
		    name, max);
	return TOKENSTORE_OK;
}

tokenstore_status
ts_check_time(const char *name, int64_t utc_s, tokenstore_error *err)
{
	if (utc_s < 0 || utc_s > TS_TIME_MAX)
		return ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
		    "%s: is not a time in epoch seconds", name);
	return TOKENSTORE_OK;
}

tokenstore_status
ts_check_grant(const tokenstore_grant *grant, tokenstore_error *err)
{
	tokenstore_status status;

	if (grant == NULL)
		return ts_fail(
		    err, TOKENSTORE_ERR_ARGUMENT, "grant: is required");
	status = ts_check_text(
	    "refresh_token", grant->refresh_token, TS_TOKEN_MAX, err);
	if (status == TOKENSTORE_OK && grant->access_token != NULL &&
	    *grant->access_token != '\0')
		status = ts_check_text(
		    "access_token", grant->access_token, TS_TOKEN_MAX, err);
	if (status == TOKENSTORE_OK)
		status = ts_check_time("expires_at", grant->expires_at, err);
	if (status != TOKENSTORE_OK)
		return status;
	if (grant->expires_in < 0 || grant->expires_in > INT32_MAX)
		return ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
		    "expires_in: is out of range");
	if (grant->scope != NULL && !is_printable(grant->scope, ' ', SCOPE_MAX))
		return ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
		    "scope: must be at most %d printable ASCII characters",
		    SCOPE_MAX);
	return TOKENSTORE_OK;
}
