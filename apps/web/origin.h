/* SPDX-License-Identifier: MIT */
#ifndef WEB_ORIGIN_H
#define WEB_ORIGIN_H

#include <stdbool.h>

/*
 * Scheme, host and port of a URL, as a browser writes them in Origin and Host:
 * lower case, without the scheme's own port.
 */
struct origin {
	bool        secure;    /* https */
	char        text[256]; /* "https://example.org:8443" */
	const char *host;      /* "example.org:8443", inside `text` */
};

/* False when `url` is neither https://HOST... nor http://HOST..., or HOST does
 * not fit or has a character that no host has.  What follows it is ignored. */
bool origin_parse(const char *url, struct origin *origin);

#endif
