/* SPDX-License-Identifier: MIT */
#ifndef TOKENSTORE_INTERNAL_H
#define TOKENSTORE_INTERNAL_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <tokenstore/tokenstore.h>

#include "buf.h"
#include "pg.h"

/*
 * Every name shared between the files of this library starts with ts_.
 */

#define TS_SCHEMA "tokenstore"
#define TS_SCHEMA_VERSION 3
#define TS_SLOTS 64
#define TS_WIDTH 8 /* slots that the first claim looks through at once */
#define TS_KEYS_MAX 16
#define TS_TOKEN_MAX 8192
#define TS_TEXT_MAX 128
#define TS_TIME_MAX INT64_C(253402300799) /* the end of the year 9999 */

extern const struct pg_migration ts_migrations[TS_SCHEMA_VERSION];

/* error.c */

/* Fills `err`, which may be NULL, and returns `status`. */
tokenstore_status ts_fail(tokenstore_error *err, tokenstore_status status,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));
tokenstore_status ts_no_memory(tokenstore_error *err);

/* The same from what the database layer says. */
tokenstore_status ts_fail_pg(
    tokenstore_error *err, const struct pg_error *error);

/* argument.c: what callers may pass.  Names the argument, not its value. */

/* 1 to `max` printable ASCII characters, without blanks. */
tokenstore_status ts_check_text(
    const char *name, const char *text, size_t max, tokenstore_error *err);
tokenstore_status ts_check_time(
    const char *name, int64_t utc_s, tokenstore_error *err);
tokenstore_status ts_check_grant(
    const tokenstore_grant *grant, tokenstore_error *err);

/* xaes.c: XAES-256-GCM, as C2SP specifies it: AES-256-GCM with nonces so long
 * that random ones never run out. */

#define TS_NONCE_SIZE 24
#define TS_TAG_SIZE 16

struct ts_xaes {
	EVP_CIPHER_CTX *block; /* AES-256 under the key */
	EVP_CIPHER_CTX *gcm;   /* takes the key of each message */
	unsigned char   k1[16];
};

bool ts_xaes_init(struct ts_xaes *xaes, const unsigned char key[32]);
void ts_xaes_free(struct ts_xaes *xaes);

/* `out` takes len + TS_TAG_SIZE bytes.  False only when memory is short. */
bool ts_xaes_seal(const struct ts_xaes *xaes,
    const unsigned char nonce[TS_NONCE_SIZE], const struct buf *aad,
    const void *text, size_t len, unsigned char *out);

/* `out` takes len - TS_TAG_SIZE bytes; it is wiped unless the tag is right, which
 * *right says.  False only when memory is short. */
bool ts_xaes_open(const struct ts_xaes *xaes,
    const unsigned char nonce[TS_NONCE_SIZE], const struct buf *aad,
    const unsigned char *sealed, size_t len, unsigned char *out, bool *right);

/* keyring.c */

struct ts_key {
	int32_t        id;
	struct ts_xaes xaes;
	unsigned char  mac_key[32]; /* for fingerprints */
};

struct ts_keyring {
	struct ts_key keys[TS_KEYS_MAX]; /* the first one seals */
	size_t        count;
	EVP_MAC_CTX  *mac; /* for fingerprints */
};

tokenstore_status ts_keyring_parse(
    struct ts_keyring *ring, const char *text, tokenstore_error *err);
void                 ts_keyring_free(struct ts_keyring *ring);
const struct ts_key *ts_keyring_find(const struct ts_keyring *ring, int32_t id);

/*
 * The fingerprints of a refresh token: one for each key, since the row that it
 * is compared with may have been written under any of them.  Never 0, which
 * stands for "no token".
 */
struct ts_prints {
	int64_t
	    values[TS_KEYS_MAX]; /* the first one is that of the sealing key */
	size_t count;
};

bool ts_prints_make(
    struct ts_prints *prints, const struct ts_keyring *ring, const char *token);
bool ts_prints_have(const struct ts_prints *prints, int64_t value);

/* seal.c: one token, bound to where it is stored. */

enum ts_purpose { TS_ACCESS, TS_REFRESH };

struct ts_place {
	const char *provider, *client_id, *subject;
};

/* Empties `record` and fills it.  False when memory is short. */
bool ts_seal(const struct ts_keyring *ring, enum ts_purpose purpose,
    const struct ts_place *place, const char *token, struct buf *record);

/* What a record is longer than its token. */
#define TS_SEAL_SIZE (6 + TS_NONCE_SIZE + TS_TAG_SIZE)

/* The six bytes that every record under a key begins with, and back again. */
bool    ts_seal_header(int32_t key_id, struct buf *header);
int32_t ts_seal_key_id(const void *header);

/* *token: a copy, to be freed with wipe_free(); NULL when no key opens the record
 * here, or when what is in it cannot be a token.  False only when memory is short, which says nothing about the record. */
bool ts_unseal(const struct ts_keyring *ring, enum ts_purpose purpose,
    const struct ts_place *place, const void *record, size_t len, char **token);

/* The same for an account's main refresh token, which has that fingerprint:
 * else it is not the one that was stored last, and refusing it would not take
 * it away. */
bool ts_unseal_main(const struct ts_keyring *ring, const struct ts_place *place,
    const void *record, size_t len, int64_t rt_mac, char **token);

/* store.c */

struct tokenstore {
	struct pg             *pg;
	struct ts_keyring      ring;
	char                  *provider, *client_id, *actor;
	tokenstore_password_fn password_fn;
	void                  *password_ctx;
	int64_t                call_timeout_ms, clock_offset_s;
	int32_t                app_id; /* 0: not asked for yet */

	/* Where the next claim of each kind goes on, and until when those who
	 * use their accounts need not be looked at again: see scan.c. */
	struct ts_scan {
		int     slot;
		int64_t low;
	} scans[2];
	int     width;  /* how many slots a statement may look through */
	bool    placed; /* the scans began with the part that was asked for */
	int64_t rest_until_ms;
};

struct ts_place ts_place_of(const tokenstore *store, const char *subject);

/* FNV-1a, which decides about slots and spreads due times. */
uint32_t ts_hash(const char *subject);

bool     ts_random_bytes(void *bytes, size_t len);

/* A random number from 1 to INT64_MAX; 0 when there is no randomness. */
int64_t ts_random(void);

/* What every call about an account begins with: the store and the subject are
 * checked, the application is known. */
tokenstore_status ts_begin_call(
    tokenstore *store, const char *subject, tokenstore_error *err);

/* Are the tables of this version? */
tokenstore_status ts_check_version(tokenstore *store, tokenstore_error *err);

/* database.c: statements, their parameters, transactions. */

/*
 * The database's clock; a statement that uses it has the offset as its first
 * parameter.  In whole seconds where it is compared with times that callers
 * give and where an index profits, exact where it orders events.
 */
#define TS_NOW_EXACT "(now() + $1::int8 * interval '1 second')"
#define TS_NOW "date_trunc('second', " TS_NOW_EXACT ")"

/* What the sequence of a new account begins with: more than that of any account
 * that the subject had before, and never the same. */
#define TS_FIRST_SEQUENCE \
	"floor(extract(epoch FROM clock_timestamp()) * 1000000)::int8"

/* A column as epoch seconds; what is no time of ours, the infinities above all,
 * becomes the nearest one that is. */
#define TS_EPOCH(column)                                  \
	"floor(extract(epoch FROM least(greatest(" column \
	", 'epoch'), '9999-12-31 23:59:59+00'::timestamptz)))::int8"

#define TS_PARAMS_MAX 20

/* Parameters in the order in which they are added.  Texts and buffers are
 * borrowed. */
struct ts_params {
	struct pg_param values[TS_PARAMS_MAX];
	char            numbers[TS_PARAMS_MAX][PG_INT_SIZE];
	int             count;
};

void ts_add_int(struct ts_params *params, int64_t value);
void ts_add_text(struct ts_params *params, const char *text); /* NULL: null */
void ts_add_bytes(struct ts_params *params, const struct buf *bytes);

/* An int8[] of 1 to TS_INTS_MAX elements, written into the caller's array. */
#define TS_INTS_MAX TS_KEYS_MAX
#define TS_INTS_SIZE ((size_t)TS_INTS_MAX * PG_INT_SIZE)
void ts_add_ints(struct ts_params *params, const int64_t *values, size_t count,
    char text[TS_INTS_SIZE]);

/* array.c: arrays as binary parameters. */

enum ts_type { TS_BYTEA = 17, TS_INT8 = 20, TS_TEXT = 25 };

/* Empties `array` and begins one of `count` elements, which are to be added.
 * Failure is sticky, as with every buf. */
void ts_array_start(struct buf *array, enum ts_type type, size_t count);
void ts_array_int(struct buf *array, int64_t value);
void ts_array_bytes(struct buf *array, const struct buf *bytes);
void ts_array_text(struct buf *array, const char *text); /* NULL: null */

/* A parameter that is an array, for unnest(): in a sub-select, which keeps its
 * length from the planner.  Told of hundreds of rows it would rather read a small
 * table as a whole, with all that is dead in it. */
#define TS_COLUMN(parameter, type) " (SELECT $" #parameter "::" #type "[])"

/* Starts with the application and the subject, timed with the clock's offset in
 * front. */
void ts_params_plain(
    struct ts_params *params, const tokenstore *store, const char *subject);
void ts_params_timed(
    struct ts_params *params, const tokenstore *store, const char *subject);

/* pg_run() and pg_run_again(); `result` may be NULL. */
tokenstore_status ts_run(tokenstore *store, const char *sql,
    const struct ts_params *params, struct pg_result **result,
    tokenstore_error *err);
tokenstore_status ts_run_again(tokenstore *store, const char *sql,
    const struct ts_params *params, struct pg_result **result,
    tokenstore_error *err);

/*
 * Does `work` in a transaction, again from the start when it met a conflict or
 * the connection broke, even if it was perhaps committed: it must be such that
 * doing it twice does no harm.
 */
typedef tokenstore_status (*ts_work)(
    tokenstore *store, void *ctx, tokenstore_error *err);
tokenstore_status ts_transact(
    tokenstore *store, ts_work work, void *ctx, tokenstore_error *err);

/* An UPDATE of a row that is locked found nothing. */
tokenstore_status ts_not_taken(tokenstore_error *err);

/* Makes store->app_id known. */
tokenstore_status ts_know_app(tokenstore *store, tokenstore_error *err);

/* ground.c: what a store stands on. */

struct ts_ground {
	int64_t     version; /* of the server: 150018 */
	const char *encoding, *table;
	bool        is_table; /* and no view */
	bool        rewrites; /* what is stored may be another thing */
	bool        hides;    /* rows from the role that we are */
};

tokenstore_status ts_ground_judge(
    const struct ts_ground *ground, tokenstore_error *err);

/* Looks at the server and those tables that are there. */
tokenstore_status ts_check_ground(tokenstore *store, tokenstore_error *err);

/* Looks for accounts in states that are none. */
tokenstore_status ts_check_states(tokenstore *store, tokenstore_error *err);

/* account.c */

/* A locked row, for the slow paths that look before they write. */
struct ts_row {
	bool             found;
	tokenstore_state state;
	int64_t rt_mac, grant_epoch, lease_id, in_doubt_since, sequence;
	bool    leased; /* by anybody, now */
};

tokenstore_status ts_lock_row(tokenstore *store, const char *subject,
    struct ts_row *row, tokenstore_error *err);

/* Writes a line of the audit. */
tokenstore_status ts_add_event(tokenstore *store, const char *subject,
    const char *kind, tokenstore_error *err);

/* A grant, sealed and fingerprinted. */
struct ts_sealed {
	const tokenstore_grant *grant;
	struct buf              access, refresh;
	bool                    has_access;
	struct ts_prints        prints;
};

/* Checks and seals.  Always to be ended with ts_sealed_free(). */
tokenstore_status ts_sealed_make(struct ts_sealed *sealed,
    const tokenstore *store, const char *subject, const tokenstore_grant *grant,
    tokenstore_error *err);
void              ts_sealed_free(struct ts_sealed *sealed);

/* When a grant that was consented to is to be refreshed first; 0, which is now,
 * when no access token came with it. */
int64_t ts_first_due(const char *subject, const struct ts_sealed *sealed);

/*
 * What a grant makes of an account, for the SET of an UPDATE.  The arguments
 * say where each value comes from: a parameter or a column.  A grant without
 * access token, which is null then, leaves the old one and is due again soon.
 */
#define TS_SET_GRANT(                                                 \
    due, mac, ends, lives, key, access, refresh, actor, scope_)       \
	" due_at = CASE WHEN " access " IS NULL THEN least("          \
	"   to_timestamp(" due "), " TS_NOW " + interval '1 minute')" \
	"  ELSE to_timestamp(" due ") END,"                           \
	" rt_mac = " mac ","                                          \
	" expires_at = CASE WHEN " access " IS NULL THEN expires_at"  \
	"  ELSE to_timestamp(" ends ") END,"                          \
	" expires_in = CASE WHEN " access " IS NULL THEN expires_in"  \
	"  ELSE " lives " END,"                                       \
	" key_id = CASE WHEN " access " IS NULL AND access_ct <> ''"  \
	"  THEN key_id ELSE " key " END,"                             \
	" access_ct = coalesce(" access ", access_ct),"               \
	" refresh_ct = " refresh ","                                  \
	" last_refreshed_by = " actor ","                             \
	" scope = coalesce(" scope_ ", scope),"                       \
	" token_seq = token_seq + 1, updated_at = " TS_NOW_EXACT ","  \
	" state = 0, fail_count = 0, last_error = ''"

/* spill.c: the refresh tokens of an account beside its main one.  All of these
 * run in the transaction that has locked the account. */

#define TS_SPILL_MAX 8

/* Copies the account's main token there. */
tokenstore_status ts_spill_main(
    tokenstore *store, const char *subject, tokenstore_error *err);
tokenstore_status ts_spill_add(tokenstore *store, const char *subject,
    const struct ts_sealed *sealed, tokenstore_error *err);

/* *found: is a token with one of these fingerprints there? */
tokenstore_status ts_spill_find(tokenstore *store, const char *subject,
    const struct ts_prints *prints, bool *found, tokenstore_error *err);

/* The same for a token of an earlier day, from elsewhere. */
tokenstore_status ts_spill_add_old(tokenstore *store, const char *subject,
    const struct ts_sealed *sealed, int64_t obtained_at, tokenstore_error *err);
tokenstore_status ts_spill_remove(tokenstore *store, const char *subject,
    const struct ts_prints *prints, tokenstore_error *err);
tokenstore_status ts_spill_clear(
    tokenstore *store, const char *subject, tokenstore_error *err);

/* The newest one, to be freed with wipe_free(); NULL when there is none.  Fails
 * with KEY when it cannot be opened. */
tokenstore_status ts_spill_newest(tokenstore *store, const char *subject,
    char **token, tokenstore_error *err);

/* claim.c */

struct ts_claim {
	tokenstore_claim shown; /* what callers see; they point here */
	char            *subject, *refresh_token, *access_token; /* owned */
	int64_t          lease_id, lease_s, grant_epoch, due_at;
	int64_t          rt_mac; /* of the refresh token, as the row has it */
};

/* What tokenstore_claim_list points into. */
struct ts_list {
	tokenstore_claim_list shown;
	tokenstore_claim    **items;
	size_t                capacity;
	int64_t               lease_id, lease_s;
};

tokenstore_status ts_check_lease(int64_t lease_s, tokenstore_error *err);

/* NULL when memory or randomness is short. */
struct ts_list *ts_list_new(int64_t lease_s);

/* Adds what a statement of the form TS_CLAIM claimed.  A row that does not open
 * is claimed all the same, without a refresh token, until ts_list_finish(). */
tokenstore_status ts_list_add(const tokenstore *store, struct ts_list *list,
    const struct pg_result *result, tokenstore_error *err);

/* Takes the claims that do not open out of the list and releases them.  What
 * cannot be released is left to the end of the lease. */
void ts_list_finish(tokenstore *store, struct ts_list *list);

/*
 * Locks the accounts that may be claimed and for which `which`, the end of a
 * query, holds.  Parameters: 1 clock, 2 application, from 5 on those of `which`.
 */
#define TS_CLAIMABLE(which)                                        \
	"SELECT subject, in_doubt_since FROM tokenstore.account"   \
	" WHERE app_id = $2::int4 AND state = 0 AND lease_until <" \
	" " TS_NOW which " FOR NO KEY UPDATE SKIP LOCKED"

/*
 * A statement that claims what `query` locks, whose columns are those of
 * TS_CLAIMABLE.  Parameters: 3 lease, 4 its id.  MATERIALIZED keeps a limit from
 * being applied more than once.  The arrays keep from the planner how many are
 * claimed, as in TS_COLUMN.
 */
#define TS_CLAIM(query)                                               \
	"WITH c AS MATERIALIZED (" query "), k AS (SELECT"            \
	"  array_agg(subject) AS subjects,"                           \
	"  array_agg(in_doubt_since) AS doubts FROM c)"               \
	" UPDATE tokenstore.account t SET"                            \
	" lease_until = " TS_NOW " + $3::int8 * interval '1 second'," \
	" lease_id = $4::int8,"                                       \
	" total_refresh_checks = t.total_refresh_checks + 1,"         \
	" in_doubt_since = CASE WHEN t.in_doubt_since = 'epoch'"      \
	"  THEN " TS_NOW " ELSE t.in_doubt_since END"                 \
	" FROM k CROSS JOIN LATERAL unnest(k.subjects, k.doubts)"     \
	"  AS before (subject, doubt)"                                \
	" WHERE t.subject = before.subject AND t.app_id = $2::int4"   \
	" RETURNING t.subject, t.refresh_ct, t.access_ct,"            \
	" " TS_EPOCH("t.expires_at") ", " TS_EPOCH(                   \
	    "before.doubt") ","                                       \
			    " t.grant_epoch, " TS_EPOCH(              \
				"t.due_at") ", t.rt_mac, t.slot"

/* give_back.c */

/* tokenstore_release_many() for claims that are known to be good. */
tokenstore_status ts_release_many(tokenstore *store,
    tokenstore_claim *const *claims, size_t count, tokenstore_error *err);

/* Refuses what is no claim, and makes the application known. */
tokenstore_status ts_begin_outcome(
    tokenstore *store, const tokenstore_claim *claim, tokenstore_error *err);

/* For the SET of an UPDATE: ends the lease if its id is `id`. */
#define TS_END_LEASE(id)                          \
	" lease_until = CASE WHEN lease_id = " id \
	"  THEN 'epoch' ELSE lease_until END,"    \
	" lease_id = CASE WHEN lease_id = " id "  THEN 0 ELSE lease_id END"

#endif
