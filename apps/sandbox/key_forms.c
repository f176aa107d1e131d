/* SPDX-License-Identifier: MIT */

/* A key as text, for everybody who is to have one. */

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base64.h"
#include "keyring.h"
#include "rsa_key.h"

#define DAY_S INT64_C(86400)
#define CERTIFICATE_S (16 * DAY_S)

/* Adds what was written to `bio`, and ends it. */
static bool
add_written(BIO *bio, struct buf *out)
{
	char *data = NULL;
	long  len = BIO_get_mem_data(bio, &data);
	bool  ok = len > 0 && buf_add(out, data, (size_t)len);

	BIO_free(bio);
	return ok;
}

bool
key_add_pem(const struct key *key, struct buf *out)
{
	BIO *bio = BIO_new(BIO_s_mem());

	if (bio == NULL)
		return false;
	PEM_write_bio_PKCS8PrivateKey(
	    bio, key->pkey, NULL, NULL, 0, NULL, NULL);
	return add_written(bio, out);
}

static void
emit_number(
    struct emit *e, const char *name, const struct key *key, const char *param)
{
	unsigned char bytes[RSA_KEY_BITS / 8];
	BIGNUM       *number = NULL;
	struct buf    text;

	buf_init(&text, 2 * sizeof(bytes));
	if (EVP_PKEY_get_bn_param(key->pkey, param, &number) == 1 &&
	    BN_num_bytes(number) <= (int)sizeof(bytes))
		base64_encode(
		    &text, bytes, (size_t)BN_bn2bin(number, bytes), BASE64_URL);
	BN_free(number);
	emit_text(e, name, buf_text(&text));
	buf_free(&text);
}

void
key_emit_jwk(struct emit *e, const struct key *key)
{
	emit_object(e, NULL);
	emit_text(e, "kid", key->kid);
	emit_text(e, "kty", "RSA");
	emit_text(e, "alg", "RS256");
	emit_text(e, "use", "sig");
	emit_number(e, "n", key, OSSL_PKEY_PARAM_RSA_N);
	emit_number(e, "e", key, OSSL_PKEY_PARAM_RSA_E);
	emit_end(e);
}

static bool
fill(X509 *x509, const struct key *key, int64_t now)
{
	X509_NAME *name = X509_get_subject_name(x509);

	return X509_set_version(x509, X509_VERSION_3) == 1 &&
	       ASN1_INTEGER_set(
		   X509_get_serialNumber(x509), (long)key->number + 1) == 1 &&
	       X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
		   (const unsigned char *)"federated-signon.system.gservice"
					  "account.com",
		   -1, -1, 0) == 1 &&
	       X509_set_issuer_name(x509, name) == 1 &&
	       ASN1_TIME_set(
		   X509_getm_notBefore(x509), (time_t)(now - DAY_S)) != NULL &&
	       ASN1_TIME_set(X509_getm_notAfter(x509),
		   (time_t)(now + CERTIFICATE_S)) != NULL &&
	       X509_set_pubkey(x509, key->pkey) == 1 &&
	       X509_sign(x509, key->pkey, EVP_sha256()) > 0;
}

bool
key_add_certificate(const struct key *key, int64_t now, struct buf *out)
{
	X509 *x509 = X509_new();
	BIO  *bio = BIO_new(BIO_s_mem());
	bool  ok;

	ok = x509 != NULL && bio != NULL && fill(x509, key, now) &&
	     PEM_write_bio_X509(bio, x509) == 1;
	X509_free(x509);
	return bio != NULL && add_written(bio, out) && ok;
}
