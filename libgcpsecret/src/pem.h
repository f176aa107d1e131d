/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SRC_PEM_H
#define GCPSECRET_SRC_PEM_H

#include <openssl/x509.h>

#include "internal.h"

/* PEM texts.  Nobody is asked for a passphrase, and nothing stays in libcrypto's
 * queue of errors. */

/* The first private key; NULL when there is none, or one that needs a
 * passphrase, which *encrypted tells then. */
EVP_PKEY *gs_pem_key(const char *pem, bool *encrypted);

/* All certificates, in their order; blocks of other kinds are passed over.  To
 * be freed with gs_pem_free().  NULL when there is none or one is malformed. */
STACK_OF(X509) * gs_pem_certificates(const char *pem);
void gs_pem_free(STACK_OF(X509) * certificates);

#endif
