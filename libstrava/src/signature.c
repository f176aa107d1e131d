/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

#define TOLERANCE_S 300
#define HEADER_MAX 4096
#define DIGEST_SIZE 32
#define HEX_SIZE ((size_t)2 * DIGEST_SIZE)

static const char *const names[] = {
	[STRAVA_SIGNATURE_UNCHECKED] = "unchecked",
	[STRAVA_SIGNATURE_VALID] = "valid",
	[STRAVA_SIGNATURE_ABSENT] = "absent",
	[STRAVA_SIGNATURE_MALFORMED] = "malformed",
	[STRAVA_SIGNATURE_STALE] = "stale",
	[STRAVA_SIGNATURE_WRONG] = "wrong",
};

const char *
strava_webhook_signature_name(strava_webhook_signature signature)
{
	if ((size_t)signature >= COUNT(names))
		return "unknown";
	return names[signature];
}

/* A piece of a header. */
struct part {
	const char *data;
	size_t      len;
};

/* The next "name=value" between commas; *at is NULL behind the last one. */
static bool
next_part(const char **at, struct part *name, struct part *value)
{
	const char *start = *at + strspn(*at, " \t");
	size_t      len = strcspn(start, ","), equals;

	*at = start[len] == ',' ? start + len + 1 : NULL;
	while (len > 0 && (start[len - 1] == ' ' || start[len - 1] == '\t'))
		len--;
	equals = strcspn(start, "=,");
	if (equals == 0 || equals >= len)
		return false;
	*name = (struct part){ start, equals };
	*value = (struct part){ start + equals + 1, len - equals - 1 };
	return true;
}

static bool
is_named(const struct part *name, const char *text)
{
	return name->len == strlen(text) &&
	       memcmp(name->data, text, name->len) == 0;
}

/* One to twelve digits: the year 9999 has as many. */
static bool
read_time(const struct part *part, int64_t *out)
{
	if (part->len == 0 || part->len > 12)
		return false;
	*out = 0;
	for (size_t i = 0; i < part->len; i++) {
		if (part->data[i] < '0' || part->data[i] > '9')
			return false;
		*out = *out * 10 + (part->data[i] - '0');
	}
	return true;
}

/* True for one "t", at least one "v1", and more that may be anything. */
static bool
read_header(const char *header, struct part *time_text, int64_t *time)
{
	struct part name, value;
	size_t      times = 0, versions = 0;
	const char *at = header;

	if (strnlen(header, HEADER_MAX + 1) > HEADER_MAX)
		return false;
	while (at != NULL) {
		if (!next_part(&at, &name, &value))
			return false;
		if (is_named(&name, "t")) {
			if (!read_time(&value, time))
				return false;
			*time_text = value;
			times++;
		}
		versions += is_named(&name, "v1");
	}
	return times == 1 && versions > 0;
}

/* HMAC-SHA256 over time, "." and body, in lower-case digits; false when
 * libcrypto has no memory for it. */
static bool
sign(EVP_MAC *mac, const char *key, const struct part *time, const void *body,
    size_t len, char hex[HEX_SIZE + 1])
{
	char          digest_name[] = "SHA256";
	OSSL_PARAM    params[] = { OSSL_PARAM_construct_utf8_string(
				       OSSL_MAC_PARAM_DIGEST, digest_name, 0),
		   OSSL_PARAM_construct_end() };
	unsigned char digest[DIGEST_SIZE];
	EVP_MAC_CTX  *ctx = EVP_MAC_CTX_new(mac);
	size_t        size = 0;
	bool          ok;

	ok = ctx != NULL &&
	     EVP_MAC_init(
		 ctx, (const unsigned char *)key, strlen(key), params) == 1 &&
	     EVP_MAC_update(
		 ctx, (const unsigned char *)time->data, time->len) == 1 &&
	     EVP_MAC_update(ctx, (const unsigned char *)".", 1) == 1 &&
	     (len == 0 || EVP_MAC_update(ctx, body, len) == 1) &&
	     EVP_MAC_final(ctx, digest, &size, sizeof(digest)) == 1 &&
	     size == sizeof(digest);
	for (size_t i = 0; ok && i < sizeof(digest); i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	EVP_MAC_CTX_free(ctx);
	return ok;
}

/* Looks at every "v1", whether or not one has matched. */
static bool
holds(const char *header, const char hex[HEX_SIZE + 1])
{
	struct part name, value;
	const char *at = header;
	bool        found = false;

	while (at != NULL && next_part(&at, &name, &value))
		if (is_named(&name, "v1") && value.len == HEX_SIZE)
			found |= CRYPTO_memcmp(value.data, hex, HEX_SIZE) == 0;
	return found;
}

/* Tries every key, whether or not one has matched. */
static strava_status
try_keys(const char *const *keys, const char *header, const struct part *time,
    const struct part *body, strava_webhook_signature *found, strava_error *err)
{
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	char     hex[HEX_SIZE + 1];
	bool     ok = mac != NULL;

	*found = STRAVA_SIGNATURE_WRONG;
	for (; ok && *keys != NULL; keys++) {
		ok = sign(mac, *keys, time, body->data, body->len, hex);
		if (ok && holds(header, hex))
			*found = STRAVA_SIGNATURE_VALID;
	}
	wipe(hex, sizeof(hex));
	EVP_MAC_free(mac);
	return ok ? STRAVA_OK : sv_fail_memory(err);
}

/* What is wrong with the settings, or NULL. */
static const char *
fault_of(const strava_webhook_signing *signing)
{
	if ((size_t)signing->mode > STRAVA_WEBHOOK_ENFORCE)
		return "there is no such mode";
	if (signing->tolerance_s < 0)
		return "the tolerance is negative";
	for (size_t i = 0; signing->keys != NULL && signing->keys[i] != NULL;
	     i++)
		if (signing->keys[i][0] == '\0')
			return "a key is empty";
	return NULL;
}

/* `time` is not negative, so nothing overflows. */
static bool
is_near(int64_t time, int64_t now, int64_t tolerance_s)
{
	if (tolerance_s == 0)
		tolerance_s = TOLERANCE_S;
	if (now < 0)
		return false;
	return (time > now ? time - now : now - time) <= tolerance_s;
}

static strava_status
look(const strava_webhook_signing *signing, const char *header,
    const struct part *body, int64_t now, strava_webhook_signature *found,
    strava_error *err)
{
	struct part time_text = { 0 };
	int64_t     time = 0;

	*found = STRAVA_SIGNATURE_UNCHECKED;
	if (signing->mode == STRAVA_WEBHOOK_OFF || signing->keys == NULL ||
	    signing->keys[0] == NULL)
		return STRAVA_OK;
	*found = STRAVA_SIGNATURE_ABSENT;
	if (header == NULL)
		return STRAVA_OK;
	*found = STRAVA_SIGNATURE_MALFORMED;
	if (!read_header(header, &time_text, &time))
		return STRAVA_OK;
	*found = STRAVA_SIGNATURE_STALE;
	if (!is_near(time, now, signing->tolerance_s))
		return STRAVA_OK;
	return try_keys(signing->keys, header, &time_text, body, found, err);
}

strava_status
strava_webhook_signature_check(const strava_webhook_signing *signing,
    const char *header, const void *body, size_t len, int64_t now,
    strava_webhook_signature *out, strava_error *err)
{
	struct part              bytes = { body, len };
	strava_webhook_signature found;
	strava_status            status;
	const char              *fault;

	if (out != NULL)
		*out = STRAVA_SIGNATURE_UNCHECKED;
	if (signing == NULL || (body == NULL && len > 0))
		return sv_fail_argument(err, "signing or body is NULL");
	if ((fault = fault_of(signing)) != NULL)
		return sv_fail_argument(err, fault);
	status = look(signing, header, &bytes, now, &found, err);
	if (status != STRAVA_OK)
		return status;
	if (out != NULL)
		*out = found;
	if (signing->mode != STRAVA_WEBHOOK_ENFORCE ||
	    found == STRAVA_SIGNATURE_VALID)
		return STRAVA_OK;
	return sv_fail(err, STRAVA_ERR_FORBIDDEN, "the signature is %s%s",
	    strava_webhook_signature_name(found),
	    found == STRAVA_SIGNATURE_UNCHECKED ? ": there is no key" : "");
}
