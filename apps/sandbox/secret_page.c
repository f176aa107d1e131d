/* SPDX-License-Identifier: MIT */
#include "secret_page.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "google_query.h"
#include "number.h"
#include "secret_refusal.h"

#define SIZE_USUAL 100
#define SIZE_MAX_GOOGLE 25000
#define TOKEN_TEXT 33 /* two numbers of 16 digits and a dot */

/* FNV-1a */
static uint64_t
digest(uint64_t hash, const char *text)
{
	do
		hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
	while (*text++ != '\0');
	return hash;
}

static bool
read_token(const char *token, struct secret_page *page)
{
	struct buf text;
	char      *end;
	bool       ok;

	buf_init(&text, TOKEN_TEXT);
	ok = base64_decode(&text, token, strlen(token), BASE64_URL) &&
	     text.len == TOKEN_TEXT;
	if (ok) {
		page->below = strtoull(text.data, &end, 16);
		ok = *end == '.' && strtoull(end + 1, NULL, 16) == page->list;
	}
	buf_free(&text);
	return ok;
}

bool
secret_page_read(struct call *call, const struct target *target,
    const char *what, struct secret_page *page)
{
	const char *size = google_query(call, "pageSize");
	const char *token = google_query(call, "pageToken");
	const char *filter = google_query(call, "filter");
	char        name[TARGET_SIZE + 32];

	memset(page, 0, sizeof(*page));
	secret_target_name(target, name);
	page->below = UINT64_MAX;
	page->filter = filter != NULL ? filter : "";
	page->list =
	    digest(digest(digest(UINT64_C(14695981039346656037), what), name),
		page->filter);
	if (size != NULL && size[0] != '\0' &&
	    !number_read(size, 0, INT32_MAX, &page->size)) {
		secret_invalid(call, "The page size is not a number from 0.");
		return false;
	}
	if (page->size == 0)
		page->size = SIZE_USUAL;
	if (page->size > SIZE_MAX_GOOGLE)
		page->size = SIZE_MAX_GOOGLE;
	if (token != NULL && token[0] != '\0' && !read_token(token, page)) {
		secret_invalid(call,
		    "The page token is none of this list: it serves with the "
		    "parent and the filter that it was given for.");
		return false;
	}
	return true;
}

bool
secret_page_take(struct secret_page *page, uint64_t serial)
{
	page->total++;
	if (serial >= page->below)
		return false;
	if (page->count == page->size) {
		page->is_more = true;
		return false;
	}
	page->count++;
	page->last = serial;
	return true;
}

void
secret_page_emit(struct emit *e, const struct secret_page *page)
{
	char       text[TOKEN_TEXT + 1];
	struct buf token;

	if (page->is_more) {
		snprintf(text, sizeof(text), "%016" PRIx64 ".%016" PRIx64,
		    page->last, page->list);
		buf_init(&token, sizeof(text) * 2);
		base64_encode(&token, text, TOKEN_TEXT, BASE64_URL);
		emit_text(e, "nextPageToken", buf_text(&token));
		buf_free(&token);
	}
	if (page->total > 0 && page->filter[0] == '\0')
		emit_int(e, "totalSize", page->total);
}
