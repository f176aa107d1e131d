/* SPDX-License-Identifier: MIT */
#ifndef TOKENSTORE_STORE_H
#define TOKENSTORE_STORE_H

#include <stddef.h>
#include <stdint.h>
#include <tokenstore/api.h>
#include <tokenstore/error.h>

#ifdef __cplusplus
extern "C" {
#endif

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

/*
 * Writes the password of the database into `password`, NUL-terminated, and
 * returns 0; or returns -1 with one line of why there is none in `message`,
 * without secrets.  It is called for each new connection, in the thread that
 * uses the store; what it wrote is wiped afterwards.
 */
typedef int (*tokenstore_password_fn)(void *ctx, char *password,
    size_t password_size, char *message, size_t message_size);

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
	int64_t clock_offset_s; /* added to the database's clock, for tests */

	/* For passwords that end after a while, in place of `password`; NULL:
	 * none.  The context outlives the store. */
	tokenstore_password_fn password_fn;
	void                  *password_ctx;
	uint64_t               reserved[6];
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
 *
 * Refuses what would lose tokens: a server before PostgreSQL 12, an encoding
 * other than UTF8, a pooler that takes no transactions, and among tables that
 * are there one that is none, or has rules or BEFORE triggers (DATABASE), or
 * policies that hide rows from this role (DENIED).
 * Worth acting on: NEWER, DENIED, DATABASE.
 */
TOKENSTORE_API TOKENSTORE_CHECK tokenstore_status tokenstore_migrate(
    tokenstore *store, tokenstore_error *err);

/*
 * Is the store usable?  Connects, compares the schema's version, refuses what
 * tokenstore_migrate() refuses, and looks for accounts in a state that is none
 * (DATABASE) and for tokens sealed under a key that the keyring lacks, or has
 * wrong (KEY): which keys are in use is read from every account of the
 * application, and one token of each key is opened, an access token if there is
 * one.  For start-up, not for each request.
 *
 * A role that may not read refresh tokens is told what its rights allow: about
 * those tokens only which key their row names.
 */
TOKENSTORE_API TOKENSTORE_CHECK tokenstore_status tokenstore_check(
    tokenstore *store, tokenstore_error *err);

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
