/* SPDX-License-Identifier: MIT */
#include "assets.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "routes.h"

/* What is served; the rest of the table is for the program itself. */
static const struct {
	const char *suffix, *media_type;
} kinds[] = {
	{ ".css", "text/css; charset=utf-8" },
	{ ".svg", "image/svg+xml" },
};

const struct asset *
asset_named(const char *name)
{
	for (size_t i = 0; i < asset_count; i++)
		if (strcmp(assets[i].name, name) == 0)
			return &assets[i];
	return NULL;
}

const struct asset *
asset_at(const char *path)
{
	for (size_t i = 0; i < asset_count; i++)
		if (strcmp(assets[i].path, path) == 0)
			return &assets[i];
	return NULL;
}

static const char *
media_type_of(const struct asset *asset)
{
	const char *dot = strrchr(asset->name, '.');

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(dot, kinds[i].suffix) == 0)
			return kinds[i].media_type;
	return NULL;
}

/* "q=0", "q=0.0" and the like: never. */
static bool
is_refused(const char *parameters, size_t len)
{
	const char *q = memchr(parameters, '=', len);
	size_t      left;

	if (q == NULL)
		return false;
	left = len - (size_t)(++q - parameters);
	return left > 0 && strspn(q, "0. ") >= left;
}

/* Does an Accept-Encoding header take gzip?  It wins over "*". */
static bool
takes_gzip(const char *header)
{
	bool   star = false;
	size_t len, name_len;

	for (; header != NULL && *header != '\0'; header += len) {
		header += strspn(header, ", \t");
		len = strcspn(header, ",");
		name_len = strcspn(header, ",; \t");
		if (name_len == 4 && strncasecmp(header, "gzip", 4) == 0)
			return !is_refused(header + name_len, len - name_len);
		if (name_len == 1 && header[0] == '*')
			star = !is_refused(header + name_len, len - name_len);
	}
	return star;
}

void
asset_get(void *app, const struct request *request, struct response *response)
{
	const struct asset *asset = asset_at(request_path(request));
	const char         *type = asset != NULL ? media_type_of(asset) : NULL;

	(void)app;
	if (type == NULL) {
		response->status = 404;
		response_type(response, "text/plain; charset=utf-8");
		buf_add_text(&response->body, "There is no such file.\n");
		return;
	}
	response_type(response, type);
	response_header(response, "Vary", "Accept-Encoding");
	response_header(
	    response, "Cache-Control", "public, max-age=31536000, immutable");
	if (takes_gzip(request_header(request, "Accept-Encoding"))) {
		response_header(response, "Content-Encoding", "gzip");
		response->static_body = (const char *)asset->gzip;
		response->static_len = asset->gzip_len;
	} else {
		response->static_body = (const char *)asset->raw;
		response->static_len = asset->raw_len;
	}
}
