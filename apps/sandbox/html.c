/* SPDX-License-Identifier: MIT */
#include "html.h"

#include <string.h>

void
html_add_escaped(struct buf *page, const char *text)
{
	size_t n;

	while (*text != '\0') {
		n = strcspn(text, "&<>\"'");
		buf_add(page, text, n);
		text += n;
		if (*text != '\0')
			buf_addf(page, "&#%d;", *text++);
	}
}
