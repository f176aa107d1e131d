/* SPDX-License-Identifier: MIT */
#include "pem.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

/* Called for an encrypted key.  Without it libcrypto asks at the terminal. */
static int
no_passphrase(char *text, int size, int writing, void *ctx)
{
	(void)text, (void)size, (void)writing;
	*(bool *)ctx = true;
	return -1;
}

EVP_PKEY *
gs_pem_key(const char *pem, bool *encrypted)
{
	EVP_PKEY *key = NULL;
	BIO      *bio = BIO_new_mem_buf(pem, -1);

	*encrypted = false;
	ERR_set_mark();
	if (bio != NULL)
		key = PEM_read_bio_PrivateKey(
		    bio, NULL, no_passphrase, encrypted);
	ERR_pop_to_mark();
	BIO_free(bio);
	return key;
}

/* Adds them up to the end of the text; false when something else ended it. */
static bool
read_all(BIO *bio, STACK_OF(X509) * certificates)
{
	bool          encrypted;
	X509         *one;
	unsigned long error;

	while ((one = PEM_read_bio_X509(
		    bio, NULL, no_passphrase, &encrypted)) != NULL)
		if (sk_X509_push(certificates, one) <= 0) {
			X509_free(one);
			return false;
		}
	error = ERR_peek_last_error();
	return ERR_GET_LIB(error) == ERR_LIB_PEM &&
	       ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

STACK_OF(X509) * gs_pem_certificates(const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	STACK_OF(X509) *certificates = sk_X509_new_null();
	bool whole;

	ERR_set_mark();
	whole =
	    bio != NULL && certificates != NULL && read_all(bio, certificates);
	ERR_pop_to_mark();
	BIO_free(bio);
	if (whole && sk_X509_num(certificates) > 0)
		return certificates;
	gs_pem_free(certificates);
	return NULL;
}

void
gs_pem_free(STACK_OF(X509) * certificates)
{
	sk_X509_pop_free(certificates, X509_free);
}
