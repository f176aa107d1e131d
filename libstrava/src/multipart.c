/* SPDX-License-Identifier: MIT */
#include "multipart.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BOUNDARY_SIZE 40

/* A boundary that is in the data by chance is not met twice in a lifetime. */
#define TRIES 4

/* What stands around one part, with ample room for the names in it. */
#define AROUND_BYTES 1024

/* A random one; without randomness at least another one each time. */
static void
draw_boundary(char boundary[BOUNDARY_SIZE], int attempt)
{
	unsigned char bytes[16] = { 0 };
	int           len;

	if (getentropy(bytes, sizeof(bytes)) != 0)
		bytes[0] = (unsigned char)attempt;
	len = snprintf(boundary, BOUNDARY_SIZE, "strava");
	for (size_t i = 0; i < sizeof(bytes); i++)
		len += snprintf(boundary + len, 3, "%02x", bytes[i]);
}

/* A file name as browsers write it: quotes and line ends in percent. */
static void
add_file_name(struct buf *body, const char *name)
{
	size_t n;

	for (; *name != '\0'; name += n) {
		n = strcspn(name, "\"\r\n");
		buf_add(body, name, n);
		if (name[n] != '\0')
			buf_addf(body, "%%%02X", (unsigned char)name[n++]);
	}
}

static void
add_part(struct buf *body, const char *boundary, const struct part *part)
{
	buf_addf(body, "--%s\r\nContent-Disposition: form-data; name=\"%s\"",
	    boundary, part->name);
	if (part->file_name != NULL) {
		buf_add_text(body, "; filename=\"");
		add_file_name(body, part->file_name);
		buf_add_text(
		    body, "\"\r\nContent-Type: application/octet-stream");
	}
	buf_add_text(body, "\r\n\r\n");
	buf_add(body, part->data, part->len);
	buf_add_text(body, "\r\n");
}

static size_t
count_text(const struct buf *body, const char *text)
{
	const char *at = buf_text(body), *end = at + body->len;
	size_t      len = strlen(text), n = 0;

	while ((at = memmem(at, (size_t)(end - at), text, len)) != NULL) {
		at += len;
		n++;
	}
	return n;
}

strava_status
sv_multipart_write(struct buf *body, char type[MULTIPART_TYPE_SIZE],
    const struct part *parts, size_t count, strava_error *err)
{
	char   boundary[BOUNDARY_SIZE];
	size_t size = AROUND_BYTES;

	for (size_t i = 0; i < count; i++)
		size += parts[i].len + AROUND_BYTES;
	buf_reserve(body, size);
	for (int attempt = 0; attempt < TRIES && buf_ok(body); attempt++) {
		draw_boundary(boundary, attempt);
		if (attempt > 0)
			buf_clear(body);
		for (size_t i = 0; i < count; i++)
			add_part(body, boundary, &parts[i]);
		buf_addf(body, "--%s--\r\n", boundary);
		if (buf_ok(body) && count_text(body, boundary) == count + 1) {
			snprintf(type, MULTIPART_TYPE_SIZE,
			    "multipart/form-data; boundary=%s", boundary);
			return STRAVA_OK;
		}
	}
	return sv_fail_memory(err);
}
