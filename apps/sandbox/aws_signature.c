/* SPDX-License-Identifier: MIT */
#include "aws_signature.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "buf.h"
#include "members.h"

#define CANONICAL_MAX 16384
#define PART_MAX 128
#define DIGEST_LEN 32
#define HEX_SIZE (2 * DIGEST_LEN + 1)
#define ALGORITHM "AWS4-HMAC-SHA256"
#define NOTHING \
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* "AWS4-HMAC-SHA256 Credential=ID/DAY/REGION/SERVICE/aws4_request, ..." */
struct authorization {
	char id[PART_MAX], day[PART_MAX], region[PART_MAX], service[PART_MAX];
	char headers[4 * PART_MAX]; /* "host;x-amz-date" */
	char signature[HEX_SIZE];
};

const char *
aws_header(struct json_object *headers, const char *name)
{
	struct json_object *header;
	const char         *key;
	size_t              i, n;

	if (!json_object_is_type(headers, json_type_array))
		return NULL;
	n = json_object_array_length(headers);
	for (i = 0; i < n; i++) {
		header = json_object_array_get_idx(headers, i);
		key = members_get_string(header, "key");
		if (key != NULL && strcasecmp(key, name) == 0)
			return members_get_string(header, "value");
	}
	return NULL;
}

/* Copies up to one of `stops`; what follows it, or NULL when it did not fit. */
static const char *
take(const char *text, const char *stops, char *part, size_t size)
{
	size_t n;

	if (text == NULL)
		return NULL;
	n = strcspn(text, stops);
	if (n == 0 || n >= size)
		return NULL;
	snprintf(part, size, "%.*s", (int)n, text);
	return text + n + (text[n] != '\0');
}

/* What follows `name` in the text; NULL when it is not there. */
static const char *
after(const char *text, const char *name)
{
	const char *at = text != NULL ? strstr(text, name) : NULL;

	return at != NULL ? at + strlen(name) : NULL;
}

static bool
read_authorization(const char *text, struct authorization *a)
{
	const char *at = after(text, ALGORITHM " Credential=");

	at = take(at, "/", a->id, sizeof(a->id));
	at = take(at, "/", a->day, sizeof(a->day));
	at = take(at, "/", a->region, sizeof(a->region));
	at = take(at, "/", a->service, sizeof(a->service));
	return at != NULL && strncmp(at, "aws4_request,", 13) == 0 &&
	       take(after(at, "SignedHeaders="), ",", a->headers,
		   sizeof(a->headers)) != NULL &&
	       take(after(at, "Signature="), ", ", a->signature,
		   sizeof(a->signature)) != NULL &&
	       strspn(a->signature, "0123456789abcdef") == HEX_SIZE - 1;
}

static void
write_hex(const unsigned char digest[DIGEST_LEN], char hex[HEX_SIZE])
{
	size_t i;

	for (i = 0; i < DIGEST_LEN; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

/* The request as both sides write it down, and its digest; false when a header
 * that was signed is not there. */
static bool
digest_request(const char *url, struct json_object *headers,
    const struct authorization *a, char hex[HEX_SIZE])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	char          name[PART_MAX];
	const char   *at = a->headers, *value = "";
	struct buf    text;
	bool          ok;

	buf_init(&text, CANONICAL_MAX);
	buf_addf(&text, "POST\n/\n%s\n", strchr(url, '?') + 1);
	while (value != NULL && *at != '\0' &&
	       (at = take(at, ";", name, sizeof(name))) != NULL) {
		value = aws_header(headers, name);
		buf_addf(&text, "%s:%s\n", name, value != NULL ? value : "");
	}
	buf_addf(&text, "\n%s\n" NOTHING, a->headers);
	ok = at != NULL && value != NULL && buf_ok(&text) &&
	     EVP_Digest(
		 text.data, text.len, digest, NULL, EVP_sha256(), NULL) == 1;
	if (ok)
		write_hex(digest, hex);
	buf_free(&text);
	return ok;
}

/* Replaces the key by the code of the text under it. */
static bool
derive(unsigned char key[DIGEST_LEN], const char *text)
{
	unsigned char code[EVP_MAX_MD_SIZE];
	unsigned      len = 0;

	if (HMAC(EVP_sha256(), key, DIGEST_LEN, (const unsigned char *)text,
		strlen(text), code, &len) == NULL)
		return false;
	memcpy(key, code, DIGEST_LEN);
	return true;
}

/* The signature of the role, in hexadecimal digits. */
static bool
sign(const struct authorization *a, const char *date, const char *request,
    char hex[HEX_SIZE])
{
	static const char secret[] = "AWS4" AWS_SECRET_KEY;
	unsigned char     key[EVP_MAX_MD_SIZE];
	char              text[6 * PART_MAX];
	bool              ok;

	snprintf(text, sizeof(text),
	    ALGORITHM "\n%.32s\n%s/%s/%s/aws4_request\n%s", date, a->day,
	    a->region, a->service, request);
	ok = HMAC(EVP_sha256(), secret, (int)strlen(secret),
		 (const unsigned char *)a->day, strlen(a->day), key,
		 NULL) != NULL &&
	     derive(key, a->region) && derive(key, a->service) &&
	     derive(key, "aws4_request") && derive(key, text);
	if (ok)
		write_hex(key, hex);
	return ok;
}

bool
aws_signature_fits(const char *url, struct json_object *headers)
{
	const char *date = aws_header(headers, "x-amz-date");
	const char *token = aws_header(headers, "x-amz-security-token");
	struct authorization a;
	char                 request[HEX_SIZE], wanted[HEX_SIZE];

	if (date == NULL ||
	    !read_authorization(aws_header(headers, "authorization"), &a))
		return false;
	if (strcmp(a.id, AWS_KEY_ID) != 0)
		return true;
	return token != NULL && strcmp(token, AWS_SESSION_TOKEN) == 0 &&
	       digest_request(url, headers, &a, request) &&
	       sign(&a, date, request, wanted) &&
	       strcmp(wanted, a.signature) == 0;
}
