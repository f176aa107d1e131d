/* SPDX-License-Identifier: MIT */
#include "rsa_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <stdbool.h>
#include <string.h>

#include "chance.h"

#define EXPONENT 65537
#define PRIME_BYTES (RSA_KEY_BITS / 16)

/* The parts of a key, in the order in which they are calculated. */
enum part { P, Q, N, E, D, DP, DQ, QINV, P1, Q1, PHI, PART_COUNT };

static const struct {
	const char *name;
	enum part   part;
} params[] = {
	{ OSSL_PKEY_PARAM_RSA_N, N },
	{ OSSL_PKEY_PARAM_RSA_E, E },
	{ OSSL_PKEY_PARAM_RSA_D, D },
	{ OSSL_PKEY_PARAM_RSA_FACTOR1, P },
	{ OSSL_PKEY_PARAM_RSA_FACTOR2, Q },
	{ OSSL_PKEY_PARAM_RSA_EXPONENT1, DP },
	{ OSSL_PKEY_PARAM_RSA_EXPONENT2, DQ },
	{ OSSL_PKEY_PARAM_RSA_COEFFICIENT1, QINV },
};
#define PARAM_COUNT (sizeof(params) / sizeof(params[0]))

/* The first prime from a random place on, with the two highest bits set so that
 * two of them make a whole key. */
static bool
find_prime(struct chance *c, BIGNUM *prime, BN_CTX *ctx)
{
	unsigned char bytes[PRIME_BYTES];
	uint64_t      eight;
	size_t        i;
	int           found;

	for (i = 0; i < sizeof(bytes); i += sizeof(eight)) {
		eight = chance_next(c);
		memcpy(bytes + i, &eight, sizeof(eight));
	}
	bytes[0] |= 0xc0;
	bytes[sizeof(bytes) - 1] |= 1;
	if (BN_bin2bn(bytes, sizeof(bytes), prime) == NULL)
		return false;
	while ((found = BN_check_prime(prime, ctx, NULL)) == 0 ||
	       (found == 1 && BN_mod_word(prime, EXPONENT) == 1))
		if (BN_add_word(prime, 2) != 1)
			return false;
	return found == 1;
}

static bool
calculate(BIGNUM *parts[PART_COUNT], BN_CTX *ctx)
{
	return BN_set_word(parts[E], EXPONENT) == 1 &&
	       BN_mul(parts[N], parts[P], parts[Q], ctx) == 1 &&
	       BN_sub(parts[P1], parts[P], BN_value_one()) == 1 &&
	       BN_sub(parts[Q1], parts[Q], BN_value_one()) == 1 &&
	       BN_mul(parts[PHI], parts[P1], parts[Q1], ctx) == 1 &&
	       BN_mod_inverse(parts[D], parts[E], parts[PHI], ctx) != NULL &&
	       BN_mod(parts[DP], parts[D], parts[P1], ctx) == 1 &&
	       BN_mod(parts[DQ], parts[D], parts[Q1], ctx) == 1 &&
	       BN_mod_inverse(parts[QINV], parts[Q], parts[P], ctx) != NULL;
}

static EVP_PKEY *
assemble(BIGNUM *const parts[PART_COUNT])
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX   *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM     *list = NULL;
	EVP_PKEY       *key = NULL;
	bool            ok = build != NULL && ctx != NULL;
	size_t          i;

	for (i = 0; ok && i < PARAM_COUNT; i++)
		ok = OSSL_PARAM_BLD_push_BN(
			 build, params[i].name, parts[params[i].part]) == 1;
	if (ok && (list = OSSL_PARAM_BLD_to_param(build)) != NULL &&
	    EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, list) != 1)
		key = NULL;
	OSSL_PARAM_free(list);
	OSSL_PARAM_BLD_free(build);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

EVP_PKEY *
rsa_key_make(uint64_t seed, const char *topic, int64_t number)
{
	struct chance c = chance_of(seed, topic, number, RSA_KEY_BITS);
	BIGNUM       *parts[PART_COUNT];
	BN_CTX       *ctx = BN_CTX_new();
	EVP_PKEY     *key = NULL;
	bool          ok = ctx != NULL;
	size_t        i;

	for (i = 0; i < PART_COUNT; i++)
		ok = (parts[i] = BN_new()) != NULL && ok;
	if (ok && find_prime(&c, parts[P], ctx) &&
	    find_prime(&c, parts[Q], ctx) && calculate(parts, ctx))
		key = assemble(parts);
	for (i = 0; i < PART_COUNT; i++)
		BN_free(parts[i]);
	BN_CTX_free(ctx);
	return key;
}
