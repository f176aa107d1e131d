/* SPDX-License-Identifier: MIT */
#include "sigv4.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "members.h"

#define ALGORITHM "AWS4-HMAC-SHA256"
#define DIGEST_LEN 32
#define DAY_LEN 8 /* "20150830" */
#define TERMINATOR "aws4_request"

/* SHA-256 of nothing: the hash of the body. */
#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* Bytes of any text in here; a session token is the longest part of one. */
#define TEXT_MAX 32768

bool
gs_sigv4_date(int64_t utc_s, char date[SIGV4_DATE_SIZE])
{
	char        text[CLOCK_TEXT_SIZE];
	const char *from;

	clock_format(utc_s, text);
	if (utc_s < 0 || strlen(text) != strlen("2015-08-30T12:36:00Z"))
		return false;
	for (from = text; *from != '\0'; from++)
		if (*from != '-' && *from != ':')
			*date++ = *from;
	*date = '\0';
	return true;
}

static int
digit_of(char c)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char       *at = c != '\0' ? strchr(digits, c) : NULL;

	return at != NULL ? (int)(at - digits) & 0xf : -1;
}

/* Adds a name or a value of the query in the one spelling that is signed:
 * escaped wherever it must be, nowhere else, and in capitals. */
static void
add_canonical(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char one[] = { text[i], '\0' };
		int  high, low;

		if (one[0] == '+') {
			one[0] = ' ';
		} else if (one[0] == '%' && i + 2 < len &&
			   (high = digit_of(text[i + 1])) >= 0 &&
			   (low = digit_of(text[i + 2])) >= 0 &&
			   high + low > 0) {
			one[0] = (char)(high << 4 | low);
			i += 2;
		}
		buf_add_escaped(out, one);
	}
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The parameters, one behind the other and each ended by a NUL; how many. */
static size_t
split_query(struct buf *out, const char *query)
{
	size_t count = 0;

	while (*query != '\0') {
		size_t len = strcspn(query, "&");
		size_t name_len = strcspn(query, "=&");

		if (len > 0) {
			add_canonical(out, query, name_len);
			/* In place of the "=": less than all that may be in a
			 * name, so that a name sorts before a longer one. */
			buf_add(out, " ", 1);
			if (name_len < len)
				add_canonical(out, query + name_len + 1,
				    len - name_len - 1);
			buf_add(out, "", 1);
			count++;
		}
		query += len;
		query += *query == '&';
	}
	return count;
}

/* Adds the parameters that split_query() has left, in order. */
static bool
add_sorted(struct buf *out, const char *part, size_t count)
{
	const char **parts = calloc(count, sizeof(*parts));

	if (parts == NULL)
		return false;
	for (size_t i = 0; i < count; i++, part += strlen(part) + 1)
		parts[i] = part;
	qsort(parts, count, sizeof(*parts), by_text);
	for (size_t i = 0; i < count; i++) {
		int name_len = (int)strcspn(parts[i], " ");

		buf_addf(out, "%s%.*s=%s", i > 0 ? "&" : "", name_len, parts[i],
		    parts[i] + name_len + 1);
	}
	free(parts);
	return buf_ok(out);
}

static bool
add_query(struct buf *out, const char *query)
{
	struct buf parts;
	size_t     count;
	bool       ok;

	buf_init(&parts, TEXT_MAX);
	count = split_query(&parts, query);
	ok = buf_ok(&parts) &&
	     (count == 0 || add_sorted(out, parts.data, count));
	buf_free(&parts);
	return ok;
}

static void
add_hex(struct buf *out, const unsigned char digest[DIGEST_LEN])
{
	for (size_t i = 0; i < DIGEST_LEN; i++)
		buf_addf(out, "%02x", digest[i]);
}

static const char *
signed_headers(const struct sigv4 *request)
{
	return request->session_token != NULL
		   ? "host;x-amz-date;x-amz-security-token"
		   : "host;x-amz-date";
}

static bool
add_hash(struct buf *out, const struct buf *text)
{
	unsigned char digest[DIGEST_LEN];

	if (EVP_Digest(
		text->data, text->len, digest, NULL, EVP_sha256(), NULL) != 1)
		return false;
	add_hex(out, digest);
	return buf_ok(out);
}

/* Adds the hash of the request as it is to be sent. */
static bool
add_request(struct buf *out, const struct sigv4 *request)
{
	struct buf text;
	bool       ok;

	buf_init(&text, TEXT_MAX);
	buf_add_text(&text, "POST\n/\n");
	ok = add_query(&text, request->query);
	buf_addf(
	    &text, "\nhost:%s\nx-amz-date:%s\n", request->host, request->date);
	if (request->session_token != NULL)
		buf_addf(
		    &text, "x-amz-security-token:%s\n", request->session_token);
	buf_addf(&text, "\n%s\n" EMPTY, signed_headers(request));
	ok = ok && buf_ok(&text) && add_hash(out, &text);
	buf_free(&text);
	return ok;
}

static bool
add_scope(struct buf *out, const struct sigv4 *request)
{
	return buf_addf(out, "%.*s/%s/%s/" TERMINATOR, DAY_LEN, request->date,
	    request->region, request->service);
}

static bool
hmac(unsigned char digest[DIGEST_LEN], const void *key, size_t key_len,
    const char *text)
{
	return HMAC(EVP_sha256(), key, (int)key_len,
		   (const unsigned char *)text, strlen(text), digest,
		   NULL) != NULL;
}

/* The secret key is turned into one of the day, that one into one of the region
 * and so on; the last one signs. */
static bool
sign(const struct sigv4 *request, const char *text,
    unsigned char digest[DIGEST_LEN])
{
	char              day[DAY_LEN + 1] = "";
	const char *const steps[] = { request->region, request->service,
		TERMINATOR, text };
	struct buf        secret;
	bool              ok;

	memcpy(day, request->date, DAY_LEN);
	buf_init(&secret, TEXT_MAX);
	ok = buf_addf(&secret, "AWS4%s", request->secret_key) &&
	     hmac(digest, secret.data, secret.len, day);
	for (size_t i = 0; i < COUNT(steps); i++)
		ok = ok && hmac(digest, digest, DIGEST_LEN, steps[i]);
	buf_free(&secret);
	return ok;
}

bool
gs_sigv4_authorize(struct buf *out, const struct sigv4 *request)
{
	unsigned char digest[DIGEST_LEN];
	struct buf    text;
	bool          ok;

	ERR_set_mark();
	buf_init(&text, TEXT_MAX);
	buf_addf(&text, ALGORITHM "\n%s\n", request->date);
	add_scope(&text, request);
	buf_add_text(&text, "\n");
	ok = add_request(&text, request) && sign(request, text.data, digest);
	buf_free(&text);
	if (ok) {
		buf_addf(out, ALGORITHM " Credential=%s/", request->key_id);
		add_scope(out, request);
		buf_addf(out,
		    ", SignedHeaders=%s, Signature=", signed_headers(request));
		add_hex(out, digest);
	}
	wipe(digest, sizeof(digest));
	ERR_pop_to_mark();
	return ok && buf_ok(out);
}
