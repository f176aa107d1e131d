/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/*
 * A record: 0x54, 0x01, the key's id (4 bytes, big-endian), the nonce, then the
 * ciphertext with its tag.  The additional data holds what the record belongs
 * to, so that a record moved to another row, column or application does not
 * open.
 */

#define MAGIC_0 0x54
#define MAGIC_1 0x01
#define NONCE_AT 6
#define SEALED_AT (NONCE_AT + TS_NONCE_SIZE)
#define RECORD_MAX (SEALED_AT + TS_TOKEN_MAX + TS_TAG_SIZE)
#define AAD_MAX 1024

static const char *const purposes[] = {
	[TS_ACCESS] = "access",
	[TS_REFRESH] = "refresh",
};

static void
put_number(unsigned char out[4], uint32_t n)
{
	for (size_t i = 0; i < 4; i++)
		out[i] = (unsigned char)(n >> (24 - 8 * i));
}

static uint32_t
get_number(const unsigned char in[4])
{
	return (uint32_t)in[0] << 24 | (uint32_t)in[1] << 16 |
	       (uint32_t)in[2] << 8 | (uint32_t)in[3];
}

/* Each text with its length in front: no two places have the same bytes. */
static bool
make_aad(struct buf *aad, enum ts_purpose purpose, const struct ts_place *place,
    int32_t key_id)
{
	const char   *texts[] = { "libtokenstore", purposes[purpose],
		  place->provider, place->client_id, place->subject };
	unsigned char number[4];

	buf_init(aad, AAD_MAX);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		put_number(number, (uint32_t)strlen(texts[i]));
		buf_add(aad, number, sizeof(number));
		buf_add_text(aad, texts[i]);
	}
	put_number(number, (uint32_t)key_id);
	return buf_add(aad, number, sizeof(number));
}

static void
put_header(unsigned char out[NONCE_AT], int32_t key_id)
{
	out[0] = MAGIC_0;
	out[1] = MAGIC_1;
	put_number(out + 2, (uint32_t)key_id);
}

bool
ts_seal_header(int32_t key_id, struct buf *header)
{
	unsigned char bytes[NONCE_AT];

	put_header(bytes, key_id);
	buf_clear(header);
	return buf_add(header, bytes, sizeof(bytes));
}

int32_t
ts_seal_key_id(const void *header)
{
	return (int32_t)get_number((const unsigned char *)header + 2);
}

bool
ts_seal(const struct ts_keyring *ring, enum ts_purpose purpose,
    const struct ts_place *place, const char *token, struct buf *record)
{
	const struct ts_key *key = &ring->keys[0];
	size_t               len = strlen(token);
	unsigned char        bytes[RECORD_MAX];
	struct buf           aad;
	bool                 ok;

	buf_clear(record);
	put_header(bytes, key->id);
	ok = make_aad(&aad, purpose, place, key->id) && len <= TS_TOKEN_MAX &&
	     ts_random_bytes(bytes + NONCE_AT, TS_NONCE_SIZE) &&
	     ts_xaes_seal(&key->xaes, bytes + NONCE_AT, &aad, token, len,
		 bytes + SEALED_AT) &&
	     buf_add(record, bytes, SEALED_AT + len + TS_TAG_SIZE);
	buf_free(&aad);
	return ok;
}

/* Could this be a record of that place?  No other subject was ever sealed. */
static bool
is_record(const struct ts_place *place, const unsigned char *bytes, size_t len)
{
	return len >= SEALED_AT + TS_TAG_SIZE && len <= RECORD_MAX &&
	       bytes[0] == MAGIC_0 && bytes[1] == MAGIC_1 &&
	       strlen(place->subject) <= TS_TEXT_MAX;
}

bool
ts_unseal(const struct ts_keyring *ring, enum ts_purpose purpose,
    const struct ts_place *place, const void *record, size_t len, char **token)
{
	const unsigned char *bytes = record;
	const struct ts_key *key;
	struct buf           aad;
	char                *text;
	bool                 ok, right = false;

	*token = NULL;
	if (!is_record(place, bytes, len) ||
	    (key = ts_keyring_find(ring, ts_seal_key_id(bytes))) == NULL)
		return true;
	if ((text = calloc(1, len - SEALED_AT - TS_TAG_SIZE + 1)) == NULL)
		return false;
	ok = make_aad(&aad, purpose, place, key->id) &&
	     ts_xaes_open(&key->xaes, bytes + NONCE_AT, &aad, bytes + SEALED_AT,
		 len - SEALED_AT, (unsigned char *)text, &right);
	buf_free(&aad);
	/* Nobody stores what is no token: it would break the request that it
	 * is sent with. */
	if (right && strlen(text) == len - SEALED_AT - TS_TAG_SIZE &&
	    ts_check_text("token", text, TS_TOKEN_MAX, NULL) == TOKENSTORE_OK)
		*token = text;
	else
		wipe_free(text);
	return ok;
}

bool
ts_unseal_main(const struct ts_keyring *ring, const struct ts_place *place,
    const void *record, size_t len, int64_t rt_mac, char **token)
{
	struct ts_prints prints;
	bool             ok;

	if (!ts_unseal(ring, TS_REFRESH, place, record, len, token))
		return false;
	if (*token == NULL)
		return true;
	ok = ts_prints_make(&prints, ring, *token);
	if (ok && ts_prints_have(&prints, rt_mac))
		return true;
	wipe_free(*token);
	*token = NULL;
	return ok;
}
