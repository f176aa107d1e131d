/* SPDX-License-Identifier: MIT */
#ifndef TOKENSTORE_ERROR_H
#define TOKENSTORE_ERROR_H

#include <stdint.h>
#include <tokenstore/api.h>

#ifdef __cplusplus
extern "C" {
#endif

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

#ifdef __cplusplus
}
#endif

#endif
