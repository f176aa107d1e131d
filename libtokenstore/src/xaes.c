/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "internal.h"

/*
 * Two blocks of CMAC over a counter and the first half of the nonce make a
 * fresh AES-256-GCM key for each message; the second half is GCM's own nonce.
 * c2sp.org/XAES-256-GCM.
 */

#define BLOCK 16
#define HALF 12

static bool
encrypt_block(EVP_CIPHER_CTX *ctx, const unsigned char in[BLOCK],
    unsigned char out[BLOCK])
{
	int n;

	return EVP_EncryptUpdate(ctx, out, &n, in, BLOCK) == 1 && n == BLOCK;
}

bool
ts_xaes_init(struct ts_xaes *xaes, const unsigned char key[32])
{
	static const unsigned char zeros[BLOCK];
	unsigned char              l[BLOCK], carry;
	bool                       ok;

	memset(xaes, 0, sizeof(*xaes));
	xaes->block = EVP_CIPHER_CTX_new();
	xaes->gcm = EVP_CIPHER_CTX_new();
	ok = xaes->block != NULL && xaes->gcm != NULL &&
	     EVP_EncryptInit_ex(
		 xaes->block, EVP_aes_256_ecb(), NULL, key, NULL) == 1 &&
	     EVP_CIPHER_CTX_set_padding(xaes->block, 0) == 1 &&
	     EVP_EncryptInit_ex(
		 xaes->gcm, EVP_aes_256_gcm(), NULL, NULL, NULL) == 1 &&
	     encrypt_block(xaes->block, zeros, l);
	if (!ok) {
		ts_xaes_free(xaes);
		return false;
	}
	/* Doubling in GF(2^128), without a branch on the key. */
	for (size_t i = 0; i < BLOCK; i++) {
		carry = i + 1 < BLOCK ? l[i + 1] >> 7 : 0;
		xaes->k1[i] = (unsigned char)(l[i] << 1 | carry);
	}
	xaes->k1[BLOCK - 1] ^= (unsigned char)(0x87 & -(l[0] >> 7));
	wipe(l, sizeof(l));
	return true;
}

void
ts_xaes_free(struct ts_xaes *xaes)
{
	EVP_CIPHER_CTX_free(xaes->block);
	EVP_CIPHER_CTX_free(xaes->gcm);
	wipe(xaes, sizeof(*xaes));
}

static bool
derive_key(const struct ts_xaes *xaes, const unsigned char nonce[TS_NONCE_SIZE],
    unsigned char key[2 * BLOCK])
{
	unsigned char in[BLOCK];
	bool          ok = true;

	for (unsigned char half = 0; half < 2 && ok; half++) {
		memcpy(in, (unsigned char[4]){ 0, half + 1, 'X', 0 }, 4);
		memcpy(in + 4, nonce, HALF);
		for (size_t i = 0; i < BLOCK; i++)
			in[i] ^= xaes->k1[i];
		ok = encrypt_block(xaes->block, in, key + (size_t)half * BLOCK);
	}
	wipe(in, sizeof(in));
	return ok;
}

/* Readies xaes->gcm for one message, its additional data included. */
static bool
start(const struct ts_xaes *xaes, const unsigned char nonce[TS_NONCE_SIZE],
    const struct buf *aad, int encrypt)
{
	unsigned char key[2 * BLOCK];
	int           n;
	bool          ok;

	ok = derive_key(xaes, nonce, key) &&
	     EVP_CipherInit_ex(
		 xaes->gcm, NULL, NULL, key, nonce + HALF, encrypt) == 1 &&
	     EVP_CipherUpdate(xaes->gcm, NULL, &n,
		 (const unsigned char *)buf_text(aad), (int)aad->len) == 1;
	wipe(key, sizeof(key));
	return ok;
}

bool
ts_xaes_seal(const struct ts_xaes *xaes,
    const unsigned char nonce[TS_NONCE_SIZE], const struct buf *aad,
    const void *text, size_t len, unsigned char *out)
{
	int n;

	return start(xaes, nonce, aad, 1) &&
	       EVP_EncryptUpdate(xaes->gcm, out, &n, text, (int)len) == 1 &&
	       EVP_EncryptFinal_ex(xaes->gcm, out + n, &n) == 1 &&
	       EVP_CIPHER_CTX_ctrl(xaes->gcm, EVP_CTRL_AEAD_GET_TAG,
		   TS_TAG_SIZE, out + len) == 1;
}

bool
ts_xaes_open(const struct ts_xaes *xaes,
    const unsigned char nonce[TS_NONCE_SIZE], const struct buf *aad,
    const unsigned char *sealed, size_t len, unsigned char *out, bool *right)
{
	unsigned char tag[TS_TAG_SIZE];
	int           n, text_len;
	bool          ok;

	*right = false;
	if (len < TS_TAG_SIZE || len > INT32_MAX)
		return true;
	text_len = (int)(len - TS_TAG_SIZE);
	memcpy(tag, sealed + text_len, TS_TAG_SIZE);
	ok = start(xaes, nonce, aad, 0) &&
	     EVP_DecryptUpdate(xaes->gcm, out, &n, sealed, text_len) == 1 &&
	     EVP_CIPHER_CTX_ctrl(
		 xaes->gcm, EVP_CTRL_AEAD_SET_TAG, TS_TAG_SIZE, tag) == 1;
	*right = ok && EVP_DecryptFinal_ex(xaes->gcm, out + n, &n) == 1;
	if (!*right)
		wipe(out, (size_t)text_len);
	return ok;
}
