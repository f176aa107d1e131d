/* SPDX-License-Identifier: MIT */
#ifndef TOKENSTORE_TOKENSTORE_H
#define TOKENSTORE_TOKENSTORE_H

/*
 * OAuth tokens in PostgreSQL, encrypted, one account for each person and
 * application.  Knows nothing of any provider; knows how not to lose a refresh
 * token when many processes refresh, log in and revoke at the same time.
 * tokenstore(3) is the guide, tokenstore_schema(7) describes the tables.
 *
 * The rule that keeps tokens safe: the store holds a set of refresh tokens for
 * each account, nearly always of one.  Every token that a provider hands out is
 * added; a token leaves the set only when a newer one came in exchange for it,
 * when the provider refused it, or when the person withdrew consent; of those
 * that more consents left over, the eight youngest are kept.  A claim keeps two
 * processes from refreshing one account at once; it makes things cheap, and
 * nothing depends on it for safety.
 */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Marks a function as exported.  Everything else in the library is hidden. */
#ifndef TOKENSTORE_API
#define TOKENSTORE_API __attribute__((visibility("default")))
#endif

/* Marks a result that the caller must not ignore. */
#ifndef TOKENSTORE_CHECK
#define TOKENSTORE_CHECK __attribute__((warn_unused_result))
#endif

#define TOKENSTORE_VERSION_MAJOR 0
#define TOKENSTORE_VERSION_MINOR 1
#define TOKENSTORE_VERSION_PATCH 0
#define TOKENSTORE_VERSION "0.1.0"

/*
 * The outcome of a call.  Each value answers one question: what should the
 * caller do now?  New values may be added at the end; treat an unknown one as
 * TOKENSTORE_ERR_DATABASE.
 */
typedef enum tokenstore_status {
	TOKENSTORE_OK = 0,

	/* Fix the program. */
	TOKENSTORE_ERR_ARGUMENT, /* an argument or option is out of contract */
	TOKENSTORE_ERR_NOMEM,    /* out of memory */

	/* Try again later. */
	TOKENSTORE_ERR_CONNECTION, /* no connection, or it broke */
	TOKENSTORE_ERR_TIMEOUT,    /* the database did not answer in time */
	TOKENSTORE_ERR_BUSY, /* too many connections, a lock, a conflict */
	TOKENSTORE_ERR_FULL, /* the server's disk or memory is full */

	/* The operator has to act. */
	TOKENSTORE_ERR_DENIED, /* wrong password, or a grant is missing */
	TOKENSTORE_ERR_SCHEMA, /* the tables are missing or older than this
				* library: tokenstore_migrate() */
	TOKENSTORE_ERR_NEWER,  /* the tables are newer: update the program */
	TOKENSTORE_ERR_KEY, /* a token was sealed under a key that is not in the
			     * keyring, or was tampered with; nothing changed */

	TOKENSTORE_ERR_NOT_FOUND, /* no such account */
	TOKENSTORE_ERR_DATABASE   /* any other error of PostgreSQL: sqlstate */
} tokenstore_status;

/*
 * What went wrong, in detail.  Lives in the caller (on the stack, usually) and
 * needs no initialisation and no cleanup.  A function writes it if and only if
 * it does not return TOKENSTORE_OK; every function takes NULL for "not
 * interested".
 *
 * The message is one line, in English, without control characters; it never
 * holds a token, a key, a password or data of a row.
 */
typedef struct tokenstore_error {
	tokenstore_status status;      /* equal to the value returned */
	char              sqlstate[8]; /* "" when PostgreSQL gave none */
	uint64_t          reserved[4];
	char              message[464];
} tokenstore_error;

/* The name of a status, e.g. "no connection".  Never NULL. */
TOKENSTORE_API const char *tokenstore_status_name(tokenstore_status status);

/*
 * A store.
 *
 * Thread safety: one thread at a time per store; different stores are
 * independent.
 *
 * The library starts no threads and writes nothing to stdout or stderr.  libpq
 * reads the PG* environment variables, as documented there.
 */
typedef struct tokenstore tokenstore;

/* Only read during tokenstore_open().  Members left zero take their default. */
typedef struct tokenstore_options {
	/* libpq URI or keyword string; NULL leaves everything to PG*.  sslmode
	 * must be verify-full unless the host is loopback or a unix socket. */
	const char *conninfo;
	const char *password; /* kept out of conninfo; NULL: none */

	/* The keyring, required: "id:base64", comma separated.  An id is a number
	 * from 1 to 2147483647, a key 32 bytes.  The first key seals, every key
	 * opens. */
	const char *keys;

	const char *provider;  /* required: "strava" */
	const char *client_id; /* required: the OAuth application */
	const char *actor;     /* required: who writes, e.g. "update_tokens" */

	int64_t     connect_timeout_ms; /* to one host; default 3000 */
	int64_t     call_timeout_ms;    /* connecting included; default 5000 */
	int64_t  clock_offset_s; /* added to the database's clock, for tests */
	uint64_t reserved[8];
} tokenstore_options;

/*
 * Checks the options and makes a store.  Connects to nothing: the first call
 * that needs the database does, and any later one after a connection broke.
 * Fails with: ARGUMENT (the message says which option, not its value), NOMEM.
 */
TOKENSTORE_API TOKENSTORE_CHECK tokenstore_status tokenstore_open(
    const tokenstore_options *options, tokenstore **out, tokenstore_error *err);

/* Wipes the keys and frees; NULL is ignored. */
TOKENSTORE_API void tokenstore_close(tokenstore *store);

/*
 * Creates the tables or brings them up to date.  Any number of programs may
 * call it at once; a database that is up to date is left alone.
 * Worth acting on: NEWER, DENIED.
 */
TOKENSTORE_API TOKENSTORE_CHECK tokenstore_status tokenstore_migrate(
    tokenstore *store, tokenstore_error *err);

/*
 * Is the store usable?  Connects, compares the schema's version, and looks for
 * accounts sealed under a key that the keyring lacks, or has wrong (KEY).  Reads
 * every account of the application: for start-up, not for each request.
 */
TOKENSTORE_API TOKENSTORE_CHECK tokenstore_status tokenstore_check(
    tokenstore *store, tokenstore_error *err);

/* What a provider handed out.  Filled by the caller, only read. */
typedef struct tokenstore_grant {
	const char *access_token;  /* NULL or "": none came with it */
	const char *refresh_token; /* required */
	int64_t     expires_at;    /* of the access token, epoch seconds */
	int64_t     expires_in;    /* as the provider said */
	const char *scope;         /* NULL: unknown; on a save: unchanged */
	uint64_t    reserved[4];
} tokenstore_grant;

/*
 * Keeps what a person's consent brought.  `subject` is the provider's id of the
 * person.  A new account is made, or the grant is added to the one that is
 * there; an older refresh token stays in the set until the provider refuses it.
 * Safe to repeat.
 */
TOKENSTORE_API TOKENSTORE_CHECK tokenstore_status tokenstore_put(
    tokenstore *store, const char *subject, const tokenstore_grant *grant,
    tokenstore_error *err);

typedef enum tokenstore_state {
	TOKENSTORE_ACTIVE = 0,
	TOKENSTORE_NEEDS_CONSENT = 1, /* the provider refused every token */
	TOKENSTORE_REVOKED = 2        /* the person withdrew consent */
} tokenstore_state;

/*
 * An account without its refresh tokens, which only claims carry.  Allocated
 * and owned by the library until tokenstore_account_free(), which wipes it.
 * Times are epoch seconds, 0 for never.
 */
typedef struct tokenstore_account {
	const char      *subject;
	tokenstore_state state;
	const char      *access_token; /* NULL when there is none */
	int64_t          expires_at, expires_in;
	const char      *scope;
	int64_t          due_at; /* when the next refresh is worth trying */
	int64_t leased_until;    /* somebody is refreshing it until then */
	int64_t in_doubt_since;  /* a refresh began and never reported back */
	int64_t created_at, updated_at, last_used_at, revoked_at;
	int64_t sequence; /* grows whenever a token is stored */
	int64_t total_refreshes, total_refresh_checks, failures;
	const char *last_refreshed_by;
	const char *last_error; /* a class such as "network", never a message */
} tokenstore_account;

/* Worth acting on: NOT_FOUND, KEY. */
TOKENSTORE_API TOKENSTORE_CHECK tokenstore_status tokenstore_get(
    tokenstore *store, const char *subject, tokenstore_account **out,
    tokenstore_error *err);
TOKENSTORE_API void tokenstore_account_free(tokenstore_account *account);

/* Notes that the person used the account now, which is what keeps it fresh. */
TOKENSTORE_API TOKENSTORE_CHECK tokenstore_status tokenstore_touch(
    tokenstore *store, const char *subject, tokenstore_error *err);

/*
 * A right to refresh one account, for as long as the lease runs.  Made by the
 * library and owned by the list it is in.
 */
typedef struct tokenstore_claim {
	const char *subject;
	const char *refresh_token;  /* spend this one */
	const char *access_token;   /* the one in the store; NULL: none */
	int64_t     expires_at;     /* of that access token */
	int64_t     in_doubt_since; /* an earlier refresh never reported back:
				     * this token may be dead; 0: none */
} tokenstore_claim;

typedef struct tokenstore_claim_list {
	size_t                   count;
	tokenstore_claim *const *items;
	size_t unreadable; /* accounts claimed that no key opens: left alone */
} tokenstore_claim_list;

/*
 * Claims up to `limit` accounts that are due: in each of 64 groups the longest
 * due first, the groups in turn.  No other process gets them before `lease_s`
 * seconds are over.  None due: an empty list.  Nothing is held in the meantime:
 * no transaction, no connection.
 *
 * For each claim spend its refresh token once, within the lease, and then call
 * exactly one of tokenstore_save(), tokenstore_refuse(), tokenstore_defer() or
 * tokenstore_release().  A process that dies in between leaves the account
 * to the next claim after the lease, with in_doubt_since set.
 *
 * *out is to be freed with tokenstore_claim_list_free(), which wipes it.
 */
TOKENSTORE_API TOKENSTORE_CHECK tokenstore_status tokenstore_claim_due(
    tokenstore *store, int limit, int64_t lease_s, tokenstore_claim_list **out,
    tokenstore_error *err);

/* The same for one account, due or not; an empty list when somebody else has it
 * or it is not active.  NOT_FOUND: no such account. */
TOKENSTORE_API TOKENSTORE_CHECK tokenstore_status tokenstore_claim_one(
    tokenstore *store, const char *subject, int64_t lease_s,
    tokenstore_claim_list **out, tokenstore_error *err);
TOKENSTORE_API void tokenstore_claim_list_free(tokenstore_claim_list *list);

/*
 * Stores what came in exchange for the claim's refresh token, even when the
 * lease is over; never in an account whose consent was withdrawn meanwhile.
 * `due_at` is when the next refresh is worth trying; without an access token the
 * stored one stays, and a minute from now is the latest.  Safe to repeat: do so
 * until it is OK, since a token that is not stored is lost.
 *
 * *stored_out, unless NULL: 0 when consent was withdrawn, else 1.
 */
TOKENSTORE_API TOKENSTORE_CHECK tokenstore_status tokenstore_save(
    tokenstore *store, const tokenstore_claim *claim,
    const tokenstore_grant *grant, int64_t due_at, int *stored_out,
    tokenstore_error *err);

/*
 * The provider said that the claim's refresh token is dead.  It leaves the set.
 * If the set holds another one, the claim is changed to it, *more_out is 1 and
 * the claim goes on with a lease that starts anew.  Else *more_out is 0 and the
 * claim is over: the account needs consent, unless it was revoked or claimed by
 * another process meanwhile.
 *
 * Worth acting on: KEY, nothing was changed since no key opens the other token.
 */
TOKENSTORE_API TOKENSTORE_CHECK tokenstore_status tokenstore_refuse(
    tokenstore *store, tokenstore_claim *claim, int *more_out,
    tokenstore_error *err);

/*
 * Gives the claim back without a new token, to be due again at `due_at`.
 * `in_doubt` 1 when the refresh token may have been spent.  `reason` is a short
 * class, never a message.
 */
TOKENSTORE_API TOKENSTORE_CHECK tokenstore_status tokenstore_defer(
    tokenstore *store, const tokenstore_claim *claim, int64_t due_at,
    int in_doubt, const char *reason, tokenstore_error *err);

/* Gives a claim back whose token was not spent: all is as if never claimed. */
TOKENSTORE_API TOKENSTORE_CHECK tokenstore_status tokenstore_release(
    tokenstore *store, const tokenstore_claim *claim, tokenstore_error *err);

/*
 * The person withdrew consent: wipes the tokens and leaves a mark, so that a
 * refresh under way cannot bring them back.  No account: OK.
 */
TOKENSTORE_API TOKENSTORE_CHECK tokenstore_status tokenstore_revoke(
    tokenstore *store, const char *subject, tokenstore_error *err);

/* Forgets an account and everything about it.  No account: OK. */
TOKENSTORE_API TOKENSTORE_CHECK tokenstore_status tokenstore_delete(
    tokenstore *store, const char *subject, tokenstore_error *err);

/* Counts over all accounts of the application. */
typedef struct tokenstore_stats {
	int64_t  active, needs_consent, revoked;
	int64_t  due;           /* active and due now */
	int64_t  leased;        /* somebody is refreshing them now */
	int64_t  in_doubt;      /* active, a refresh never reported back */
	int64_t  oldest_due_at; /* 0: none due */
	uint64_t reserved[8];
} tokenstore_stats;
TOKENSTORE_API TOKENSTORE_CHECK tokenstore_status tokenstore_stats_get(
    tokenstore *store, tokenstore_stats *out, tokenstore_error *err);

/* What the database's clock says, offset included, in epoch seconds: due times
 * are compared with this clock and no other. */
TOKENSTORE_API TOKENSTORE_CHECK tokenstore_status tokenstore_now(
    tokenstore *store, int64_t *out, tokenstore_error *err);

#ifdef __cplusplus
}
#endif
#endif
