/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

#define LOG_MAX 512

/* Where a URL's path begins and how long it is; its query is nobody's. */
static const char *
path_of(const char *url, int *len)
{
	const char *host = strstr(url, "://");
	const char *path = host != NULL ? host + 3 : url;

	path += strcspn(path, "/");
	*len = (int)strcspn(path, "?");
	return path;
}

/* Method and path, and what is to be said about them. */
void
sv_log(const strava_client *client, strava_log_level level,
    const strava_http_request *request, const char *fmt, ...)
{
	char        line[LOG_MAX];
	const char *path;
	va_list     ap;
	int         len, used;

	if (client->log == NULL || level > client->log_max)
		return;
	path = path_of(request->url, &len);
	used = snprintf(
	    line, sizeof(line), "%s %.*s: ", request->method, len, path);
	va_start(ap, fmt);
	if (used >= 0 && used < LOG_MAX)
		vsnprintf(line + used, sizeof(line) - (size_t)used, fmt, ap);
	va_end(ap);
	client->log(client->log_ctx, level, line);
}
