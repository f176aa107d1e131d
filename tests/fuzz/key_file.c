/* SPDX-License-Identifier: MIT */

/*
 * A document with credentials, of whatever type.  "@KEY@" in it stands for a
 * private key, which no file of this folder has to hold then.
 */

#include "key_file.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "fuzz.h"
#include "gcpsecret_error.h"
#include "json.h"
#include "members.h"

static const struct key_file_origin origin = { "key.json", true };

/* The texts of a key_file, and whether they are to be fit for a header. */
static const struct {
	size_t offset;
	bool   plain;
} texts[] = {
#define TEXT_AT(name, plain)                           \
	{                                              \
		offsetof(struct key_file, name), plain \
	}
	TEXT_AT(type, false),
	TEXT_AT(universe_domain, true),
	TEXT_AT(project_id, true),
	TEXT_AT(quota_project_id, true),
	TEXT_AT(client_email, true),
	TEXT_AT(private_key, false),
	TEXT_AT(private_key_id, true),
	TEXT_AT(client_id, true),
	TEXT_AT(client_secret, false),
	TEXT_AT(refresh_token, false),
	TEXT_AT(account, true),
	TEXT_AT(audience, true),
	TEXT_AT(subject_token_type, true),
	TEXT_AT(token_url, true),
	TEXT_AT(workforce_pool_user_project, true),
	TEXT_AT(impersonation_url, true),
	TEXT_AT(impersonated, true),
	TEXT_AT(subject_source.file, false),
	TEXT_AT(subject_source.url, true),
	TEXT_AT(subject_source.format_type, true),
	TEXT_AT(subject_source.format_field, true),
	TEXT_AT(subject_source.command, false),
	TEXT_AT(subject_source.output_file, false),
	TEXT_AT(subject_source.region_url, true),
	TEXT_AT(subject_source.aws_url, true),
	TEXT_AT(subject_source.verification_url, false),
	TEXT_AT(subject_source.session_token_url, true),
	TEXT_AT(subject_source.cert_config, false),
	TEXT_AT(subject_source.trust_chain, false),
#undef TEXT_AT
};

static const char *
text_of(const struct key_file *file, size_t i)
{
	return *(const char *const *)(const void *)((const char *)file +
						    texts[i].offset);
}

/* A private key as a text of JSON without its quotes, made when first asked
 * for. */
static const char *
key(void)
{
	static struct buf text;
	EVP_PKEY         *pair;
	BIO              *bio;
	char             *pem;
	long              len;

	if (text.data != NULL)
		return text.data;
	pair = EVP_RSA_gen(2048);
	bio = BIO_new(BIO_s_mem());
	MUST(pair != NULL && bio != NULL);
	MUST(PEM_write_bio_PrivateKey(bio, pair, NULL, NULL, 0, NULL, NULL) ==
	     1);
	len = BIO_get_mem_data(bio, &pem);
	buf_init(&text, SIZE_MAX);
	for (long i = 0; i < len; i++)
		if (pem[i] == '\n')
			buf_add_text(&text, "\\n");
		else
			buf_add(&text, &pem[i], 1);
	MUST(buf_ok(&text));
	BIO_free(bio);
	EVP_PKEY_free(pair);
	return text.data;
}

/* The input with the key in the first place that is kept for one. */
static void
put_key(struct buf *out, const uint8_t *data, size_t size)
{
	static const char place[] = "@KEY@";
	const uint8_t    *at = memmem(data, size, place, strlen(place));
	size_t            before = at != NULL ? (size_t)(at - data) : size;

	buf_add(out, data, before);
	if (at != NULL) {
		buf_add_text(out, key());
		buf_add(out, at + strlen(place), size - before - strlen(place));
	}
	MUST(buf_ok(out));
}

static void
check_members(const struct key_file *file)
{
	MUST(file->source > SOURCE_EMULATOR && file->source < SOURCE_METADATA);
	for (size_t i = 0; i < COUNT(texts); i++) {
		const char *text = text_of(file, i);

		MUST(text == NULL || *text != '\0');
		MUST(text == NULL || !texts[i].plain || gs_is_plain(text));
	}
	MUST((file->source == SOURCE_SERVICE_ACCOUNT) == (file->key != NULL));
	MUST((file->source == SOURCE_IMPERSONATED) == (file->nested != NULL));
	MUST((file->source == SOURCE_EXTERNAL) ==
	     (file->subject != SUBJECT_NONE));
	MUST((file->impersonation_url != NULL) == (file->impersonated != NULL));
	MUST(file->impersonation_lifetime_s >= 600 &&
	     file->impersonation_lifetime_s <= 43200);
}

static bool
same_json(struct json_object *a, struct json_object *b)
{
	return a == NULL || b == NULL ? a == b : json_object_equal(a, b) != 0;
}

static void
compare(const struct key_file *a, const struct key_file *b)
{
	MUST(a->source == b->source && a->subject == b->subject);
	for (size_t i = 0; i < COUNT(texts); i++) {
		const char *x = text_of(a, i), *y = text_of(b, i);

		MUST((x == NULL) == (y == NULL));
		MUST(x == NULL || strcmp(x, y) == 0);
	}
	MUST(a->impersonation_lifetime_s == b->impersonation_lifetime_s);
	MUST(a->subject_source.timeout_ms == b->subject_source.timeout_ms);
	MUST(a->subject_source.use_default_cert ==
	     b->subject_source.use_default_cert);
	MUST(same_json(a->delegates, b->delegates));
	MUST(same_json(a->subject_source.headers, b->subject_source.headers));
	MUST(a->key == NULL || EVP_PKEY_eq(a->key, b->key) == 1);
	MUST((a->nested == NULL) == (b->nested == NULL));
	if (a->nested != NULL)
		compare(a->nested, b->nested);
}

/* Written out, a document that was taken is taken as the same. */
static void
check_file(const struct key_file *file)
{
	struct key_file again;
	const char     *text = json_object_to_json_string_ext(
		file->document, JSON_C_TO_STRING_PLAIN);

	for (const struct key_file *f = file; f != NULL; f = f->nested)
		check_members(f);
	MUST(text != NULL);
	MUST(gs_key_file_parse(&again, text, strlen(text), &origin, NULL) ==
	     GCPSECRET_OK);
	compare(file, &again);
	gs_key_file_free(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct key_file nothing;
	struct key_file              file;
	struct buf                   text;
	gcpsecret_error              err;
	gcpsecret_status             status;

	buf_init(&text, SIZE_MAX);
	put_key(&text, data, size);
	status =
	    gs_key_file_parse(&file, buf_text(&text), text.len, &origin, &err);
	if (status == GCPSECRET_OK) {
		check_file(&file);
	} else {
		fuzz_check_error(status, &err);
		MUST(status == GCPSECRET_ERR_CREDENTIALS);
		compare(&file, &nothing);
		MUST(file.document == NULL && file.key == NULL);
	}
	gs_key_file_free(&file);
	buf_free(&text);
	return 0;
}
