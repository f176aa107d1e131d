/* SPDX-License-Identifier: MIT */
#include "body.h"

#include <inttypes.h>
#include <string.h>

#include "clock.h"
#include "json.h"

#define ETAG_MAX 256

void
gs_body_init(struct buf *body, size_t max)
{
	buf_init(body, max);
	buf_add_text(body, "{");
}

/* Only what opens an object or a list ends in a bracket here. */
static void
add_comma(struct buf *body)
{
	if (body->len > 0 && body->data[body->len - 1] != '{' &&
	    body->data[body->len - 1] != '[')
		buf_add_text(body, ",");
}

void
gs_body_item(struct buf *body, const char *text)
{
	add_comma(body);
	json_add_text(body, text);
}

void
gs_body_key(struct buf *body, const char *key)
{
	gs_body_item(body, key);
	buf_add_text(body, ":");
}

void
gs_body_text(struct buf *body, const char *key, const char *text)
{
	gs_body_key(body, key);
	json_add_text(body, text);
}

void
gs_body_time(struct buf *body, const char *key, int64_t utc_s)
{
	char text[CLOCK_TEXT_SIZE];

	clock_format(utc_s, text);
	gs_body_text(body, key, text);
}

void
gs_body_duration(struct buf *body, const char *key, int64_t s)
{
	gs_body_key(body, key);
	buf_addf(body, "\"%" PRId64 "s\"", s);
}

void
gs_body_entries(
    struct buf *body, const char *key, const gcpsecret_entries *entries)
{
	gs_body_key(body, key);
	buf_add_text(body, "{");
	for (size_t i = 0; i < entries->count; i++)
		gs_body_text(
		    body, entries->items[i].key, entries->items[i].value);
	buf_add_text(body, "}");
}

void
gs_body_etag(struct buf *body, const char *etag)
{
	gs_body_init(body, 8 * ETAG_MAX);
	if (etag != NULL)
		gs_body_text(body, "etag", etag);
	buf_add_text(body, "}");
}

const char *
gs_fault_of_etag(const char *etag)
{
	size_t len;

	if (etag == NULL)
		return NULL;
	for (len = 0; etag[len] != '\0'; len++)
		if (etag[len] <= ' ' || etag[len] > '~' || len == ETAG_MAX)
			break;
	return len > 0 && etag[len] == '\0'
		   ? NULL
		   : "the etag must be one that Google gave, quotes included";
}
