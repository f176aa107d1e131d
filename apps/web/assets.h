/* SPDX-License-Identifier: MIT */
#ifndef WEB_ASSETS_H
#define WEB_ASSETS_H

/*
 * Files that are part of the program: style sheets, the icon, the schema.
 * embed.c writes the table when the program is built.
 */

#include <stddef.h>

struct asset {
	const char          *name; /* "app.css" */
	const char          *path; /* "/static/app.3f9c1a2b4c5d6e7f.css" */
	const unsigned char *raw;  /* followed by a NUL, which does not count */
	size_t               raw_len;
	const unsigned char *gzip;
	size_t               gzip_len;
};

extern const struct asset assets[];
extern const size_t       asset_count;

/* By name, or by the whole path under which it is served; NULL: none. */
const struct asset *asset_named(const char *name);
const struct asset *asset_at(const char *path);

#endif
