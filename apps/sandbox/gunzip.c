/* SPDX-License-Identifier: MIT */
#include "gunzip.h"

#include <stdint.h>
#include <string.h>

#define ZLIB_CONST
#include <zlib.h>

#define GZIP_ONLY (15 + 16)

bool
gunzip(struct buf *out, const void *data, size_t len)
{
	unsigned char piece[16384];
	z_stream      z;
	int           result = Z_OK;

	memset(&z, 0, sizeof(z));
	if (len > UINT32_MAX || inflateInit2(&z, GZIP_ONLY) != Z_OK)
		return false;
	z.next_in = data;
	z.avail_in = (uInt)len;
	while (result == Z_OK && buf_ok(out)) {
		z.next_out = piece;
		z.avail_out = sizeof(piece);
		result = inflate(&z, Z_NO_FLUSH);
		if (result == Z_OK || result == Z_STREAM_END)
			buf_add(out, piece, sizeof(piece) - z.avail_out);
	}
	inflateEnd(&z);
	return result == Z_STREAM_END && buf_ok(out);
}
