/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

_Static_assert(sizeof(strava_error) == 512, "strava_error is part of the ABI");

static const char *const names[] = {
	[STRAVA_OK] = "ok",
	[STRAVA_ERR_ARGUMENT] = "bad argument",
	[STRAVA_ERR_NOMEM] = "out of memory",
	[STRAVA_ERR_NETWORK] = "network failure",
	[STRAVA_ERR_TLS] = "certificate not trusted",
	[STRAVA_ERR_TIMEOUT] = "timed out",
	[STRAVA_ERR_CANCELED] = "canceled",
	[STRAVA_ERR_SERVER] = "server failure",
	[STRAVA_ERR_FORMAT] = "unexpected answer",
	[STRAVA_ERR_RATE_LIMIT] = "rate limited",
	[STRAVA_ERR_UNAUTHORIZED] = "not authorized",
	[STRAVA_ERR_SCOPE] = "scope missing",
	[STRAVA_ERR_REVOKED] = "grant revoked",
	[STRAVA_ERR_CODE] = "authorization code refused",
	[STRAVA_ERR_APPLICATION] = "application refused",
	[STRAVA_ERR_INACTIVE] = "application inactive",
	[STRAVA_ERR_FORBIDDEN] = "forbidden",
	[STRAVA_ERR_NOT_FOUND] = "not found",
	[STRAVA_ERR_REQUEST] = "request refused",
};

const char *
strava_status_name(strava_status status)
{
	if ((size_t)status >= COUNT(names))
		return "unknown status";
	return names[status];
}

/* One line of UTF-8: a message may quote what a stranger sent. */
static void
tidy(char *text)
{
	size_t len = strlen(text);

	sv_utf8_repair(text, len);
	for (unsigned char *p = (unsigned char *)text; *p != '\0'; p++) {
		if (*p < 0x20 || *p == 0x7f)
			*p = ' ';
		else if (p[0] == 0xc2 && p[1] < 0xa0) /* U+0080 to U+009F */
			p[0] = p[1] = ' ';
	}
}

strava_status
sv_fail(strava_error *err, strava_status status, const char *fmt, ...)
{
	va_list ap;

	if (err == NULL)
		return status;
	memset(err, 0, sizeof(*err));
	err->status = status;
	err->retry_after_s = -1;
	va_start(ap, fmt);
	vsnprintf(err->message, sizeof(err->message), fmt, ap);
	va_end(ap);
	tidy(err->message);
	return status;
}
