/* SPDX-License-Identifier: MIT */
#ifndef COMMON_BASE64_H
#define COMMON_BASE64_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

/*
 * Base64 of RFC 4648.  Written here because libcrypto's decoder accepts bytes
 * that it should refuse, and a key or a checksum must have one spelling only.
 */
enum base64_alphabet {
	BASE64_STANDARD, /* "+" and "/", padded with "=" */
	BASE64_URL       /* "-" and "_", not padded */
};

bool base64_encode(struct buf *out, const void *data, size_t len,
    enum base64_alphabet alphabet);

/*
 * Adds the bytes that `text` stands for.  Only the canonical spelling is
 * accepted: right alphabet, right padding, no white space, spare bits zero.
 * False leaves in `out` what it held before.
 */
bool base64_decode(struct buf *out, const char *text, size_t len,
    enum base64_alphabet alphabet);

#endif
