/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "field.h"
#include "file.h"
#include "members.h"
#include "pem.h"
#include "search.h"
#include "subject.h"

#define CONFIG_VARIABLE "GOOGLE_API_CERTIFICATE_CONFIG"
#define CONFIG_NAME "certificate_config.json"
#define CONFIG_MAX 65536
#define CHAIN_MAX 65536

/* The files that a workload's certificate and key are kept in, whoever renews
 * them. */
struct config {
	const char *certificate, *key;
};

static const struct field config_fields[] = {
	TEXT_REQUIRED(struct config, certificate, gs_take_path, "cert_path"),
	TEXT_REQUIRED(struct config, key, gs_take_path, "key_path"),
};

/* Decodes the part of the document that is about workloads. */
static gcpsecret_status
take_config(struct json_object *document, const char *label,
    struct config *config, gcpsecret_error *err)
{
	struct field_context top = { .label = label, .path = "" };
	struct field_context middle, at;
	struct json_object  *object;

	if (!json_object_is_type(document, json_type_object))
		return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
		    "%s: not a JSON object", label);
	object = gs_field_enter(document, "cert_configs", &top, &middle, err);
	if (object != NULL)
		object = gs_field_enter(object, "workload", &middle, &at, err);
	if (object == NULL)
		return GCPSECRET_ERR_CREDENTIALS;
	return gs_fields_take(
	    object, config_fields, COUNT(config_fields), &at, config, err);
}

/* Reads what the document at `path` names. */
static gcpsecret_status
read_config(const char *path, struct proof *proof, gcpsecret_error *err)
{
	struct json_object *document = NULL;
	struct config       config = { 0 };
	struct buf          text;
	gcpsecret_status    status;

	buf_init(&text, CONFIG_MAX);
	status =
	    gs_file_read(path, path, "certificate configuration", &text, err);
	if (status == GCPSECRET_OK) {
		document = members_parse(buf_text(&text), text.len);
		status = document == NULL && errno == ENOMEM
			     ? gs_no_memory(err)
			     : take_config(document, path, &config, err);
	}
	if (status == GCPSECRET_OK)
		status = gs_file_read(config.certificate, config.certificate,
		    "certificate", &proof->certificate, err);
	if (status == GCPSECRET_OK)
		status = gs_file_read(config.key, config.key, "private key",
		    &proof->certificate_key, err);
	gs_json_free(document);
	buf_free(&text);
	return status;
}

static gcpsecret_status
find_and_read(const struct subject_source *source, struct proof *proof,
    gcpsecret_error *err)
{
	const char      *given = source->cert_config;
	char            *path;
	gcpsecret_status status;

	if (given == NULL)
		given = gs_variable(CONFIG_VARIABLE);
	path = given != NULL ? strdup(given) : gs_gcloud_path(CONFIG_NAME);
	if (path == NULL)
		return gs_no_memory(err);
	if (*path == '\0')
		status = gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
		    "no certificate configuration: set " CONFIG_VARIABLE
		    ", which is unset as HOME is");
	else
		status = read_config(path, proof, err);
	free(path);
	return status;
}

/* A peer that is shown another's certificate would say no more than "no". */
static gcpsecret_status
check_key(const struct proof *proof, X509 *leaf, gcpsecret_error *err)
{
	bool      encrypted, fits;
	EVP_PKEY *key =
	    gs_pem_key(buf_text(&proof->certificate_key), &encrypted);
	const char *fault = NULL;

	ERR_set_mark();
	fits = key != NULL && X509_check_private_key(leaf, key) == 1;
	ERR_pop_to_mark();
	if (encrypted)
		fault = "is protected by a passphrase";
	else if (key == NULL)
		fault = "is no private key in PEM";
	else if (!fits)
		fault = "is not that of the certificate in \"cert_path\"";
	EVP_PKEY_free(key);
	if (fault == NULL)
		return GCPSECRET_OK;
	return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
	    "the key in \"key_path\" of the certificate configuration %s",
	    fault);
}

/* Adds a certificate to the array that the token is; false without memory. */
static bool
add_certificate(struct buf *token, X509 *certificate)
{
	unsigned char *der = NULL;
	int            len = i2d_X509(certificate, &der);
	bool           ok = len > 0;

	buf_add_text(token, token->len == 0 ? "[\"" : ",\"");
	ok = ok && base64_encode(token, der, (size_t)len, BASE64_STANDARD) &&
	     buf_add_text(token, "\"");
	OPENSSL_free(der);
	return ok;
}

/* Where in the chain the leaf stands; -1: nowhere. */
static int
find_leaf(const STACK_OF(X509) * chain, const X509 *leaf)
{
	for (int i = 0; i < sk_X509_num(chain); i++)
		if (X509_cmp(sk_X509_value(chain, i), leaf) == 0)
			return i;
	return -1;
}

/* Adds those that lead to the leaf's issuer, whether or not their file begins
 * with the leaf itself. */
static gcpsecret_status
add_chain(
    struct buf *token, const char *path, const X509 *leaf, gcpsecret_error *err)
{
	STACK_OF(X509) * chain;
	struct buf       text;
	int              at;
	gcpsecret_status status;

	buf_init(&text, CHAIN_MAX);
	status = gs_file_read(path, path, "chain of certificates", &text, err);
	chain = status == GCPSECRET_OK ? gs_pem_certificates(buf_text(&text))
				       : NULL;
	buf_free(&text);
	if (status != GCPSECRET_OK)
		return status;
	if (chain == NULL)
		return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
		    "%s: not certificates in PEM", path);
	at = find_leaf(chain, leaf);
	if (at > 0)
		status = gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
		    "%s: the certificate in \"cert_path\" must be the first "
		    "one or not there",
		    path);
	for (int i = at + 1; status == GCPSECRET_OK && i < sk_X509_num(chain);
	     i++)
		if (!add_certificate(token, sk_X509_value(chain, i)))
			status = gs_no_memory(err);
	gs_pem_free(chain);
	return status;
}

/* The token is public: it names certificates.  TLS proves that they are ours. */
gcpsecret_status
gs_subject_certificate(const struct subject_source *source, struct proof *proof,
    gcpsecret_error *err)
{
	STACK_OF(X509) * own;
	X509            *leaf;
	gcpsecret_status status = find_and_read(source, proof, err);

	if (status != GCPSECRET_OK)
		return status;
	own = gs_pem_certificates(buf_text(&proof->certificate));
	if (own == NULL)
		return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
		    "\"cert_path\" of the certificate configuration names no "
		    "certificate in PEM");
	leaf = sk_X509_value(own, 0);
	status = check_key(proof, leaf, err);
	if (status == GCPSECRET_OK && !add_certificate(&proof->token, leaf))
		status = gs_no_memory(err);
	if (status == GCPSECRET_OK && source->trust_chain != NULL)
		status =
		    add_chain(&proof->token, source->trust_chain, leaf, err);
	if (status == GCPSECRET_OK && !buf_add_text(&proof->token, "]"))
		status = gs_no_memory(err);
	gs_pem_free(own);
	return status;
}
