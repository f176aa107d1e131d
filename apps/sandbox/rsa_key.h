/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_RSA_KEY_H
#define SANDBOX_RSA_KEY_H

#include <openssl/evp.h>
#include <stdint.h>

#define RSA_KEY_BITS 2048

/* An RSA key that follows from the seed: the same in every run, and therefore a
 * secret of nobody.  NULL when libcrypto makes none. */
EVP_PKEY *rsa_key_make(uint64_t seed, const char *topic, int64_t number);

#endif
