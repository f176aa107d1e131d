/* SPDX-License-Identifier: MIT */

/* The keys of an issuer: whatever is read can check a signature. */

#include "jwks.h"

#include <openssl/evp.h>
#include <string.h>

#include "fuzz.h"
#include "gcpsecret_error.h"

static void
check_set(const struct jwks *set)
{
	MUST(set->count > 0 && set->count <= JWKS_KEYS_MAX);
	for (size_t i = 0; i < set->count; i++) {
		const struct jwk *jwk = &set->keys[i];

		MUST(gs_is_plain(jwk->kid));
		MUST(strlen(jwk->kid) <= JWKS_KID_MAX);
		/* The first of that name, so there is no other. */
		MUST(gs_jwks_find(set, jwk->kid) == jwk->key);
		MUST(EVP_PKEY_get_base_id(jwk->key) == EVP_PKEY_RSA);
		MUST(EVP_PKEY_get_bits(jwk->key) >= 2048);
		MUST(EVP_PKEY_get_bits(jwk->key) <= 8192);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct jwks      set;
	gcpsecret_error  err;
	gcpsecret_status status =
	    gs_jwks_read(&set, (const char *)data, size, &err);

	if (status == GCPSECRET_OK) {
		check_set(&set);
		gs_jwks_free(&set);
	} else {
		MUST(status == GCPSECRET_ERR_FORMAT);
		fuzz_check_error(status, &err);
	}
	MUST(set.count == 0);
	MUST(gs_jwks_find(&set, "key-0") == NULL);
	return 0;
}
