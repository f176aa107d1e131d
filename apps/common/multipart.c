/* SPDX-License-Identifier: MIT */

/* Bodies of type multipart/form-data, taken apart by libmicrohttpd. */

#include <string.h>
#include <strings.h>

#include "request.h"

#define HEAD_MAX 8192 /* of one part */

struct reader {
	take_fn take;
	void   *ctx;
	bool    any, enough;
};

/* libmicrohttpd: a piece of a field.
 * NOLINTBEGIN(readability-function-size): so many parameters are its idea. */
static enum MHD_Result
on_piece(void *ctx, enum MHD_ValueKind kind, const char *name,
    const char *file_name, const char *content_type, const char *encoding,
    const char *data, uint64_t at, size_t len)
{
	struct reader *reader = ctx;

	(void)kind, (void)content_type, (void)encoding, (void)at;
	reader->any = true;
	if (name != NULL && !reader->enough)
		reader->enough =
		    !reader->take(reader->ctx, name, file_name, data, len);
	return reader->enough ? MHD_NO : MHD_YES;
}
/* NOLINTEND(readability-function-size) */

bool
request_read_multipart(const struct request *request, take_fn take, void *ctx)
{
	static const char wanted[] = "multipart/form-data";
	const char       *type = request_header(request, "Content-Type");
	struct reader     reader = { .take = take, .ctx = ctx };
	struct MHD_PostProcessor *post;
	bool                      taken;

	if (type == NULL || strncasecmp(type, wanted, strlen(wanted)) != 0 ||
	    request->body.len == 0)
		return false;
	post = MHD_create_post_processor(
	    request->connection, HEAD_MAX, on_piece, &reader);
	if (post == NULL)
		return false;
	taken = MHD_post_process(post, request->body.data, request->body.len) ==
		MHD_YES;
	/* Only this says that the closing boundary was there; a body that ends
	 * before its first field is whole to libmicrohttpd. */
	return MHD_destroy_post_processor(post) == MHD_YES && taken &&
	       reader.any && !reader.enough;
}
