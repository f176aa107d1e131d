/* SPDX-License-Identifier: MIT */
#include "html.h"

#include <stdbool.h>
#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* What stands for `c`; NULL when it stands for itself. */
static const char *
entity(char c, bool quoted)
{
	switch (c) {
	case '&': return "&amp;";
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '"': return quoted ? "&quot;" : NULL;
	case '\'': return quoted ? "&#39;" : NULL;
	case '\t':
	case '\n':
	case '\r': return NULL;
	default: break;
	}
	/* HTML allows no other control characters, not even as references. */
	return (unsigned char)c < 0x20 || c == 0x7f ? REPLACEMENT : NULL;
}

static void
escape(struct buf *out, const char *text, bool quoted)
{
	const char *plain = text;
	const char *stand_in;

	for (; *text != '\0'; text++) {
		if ((stand_in = entity(*text, quoted)) == NULL)
			continue;
		buf_add(out, plain, (size_t)(text - plain));
		buf_add_text(out, stand_in);
		plain = text + 1;
	}
	buf_add(out, plain, (size_t)(text - plain));
}

void
html_text(struct buf *out, const char *text)
{
	escape(out, text, false);
}

void
html_attribute(struct buf *out, const char *text)
{
	escape(out, text, true);
}

static bool
is_local_path(const char *url)
{
	/* Browsers read "/\" as "//", which names another host. */
	return url[0] == '/' && url[1] != '/' && url[1] != '\\';
}

void
html_url(struct buf *out, const char *url)
{
	bool allowed = is_local_path(url) || strncmp(url, "https://", 8) == 0 ||
		       strncmp(url, "http://", 7) == 0;

	escape(out, allowed ? url : "#", true);
}

void
html_foreign(struct buf *out, const char *text)
{
	buf_add_text(out, "<bdi>");
	html_text(out, text != NULL ? text : "");
	buf_add_text(out, "</bdi>");
}
