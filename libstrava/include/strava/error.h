/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_ERROR_H
#define STRAVA_ERROR_H

#include <stdint.h>
#include <strava/api.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The outcome of a call.  Each value answers one question: what should the
 * caller do now?  New values may be added at the end; treat an unknown one as
 * STRAVA_ERR_SERVER.
 */
typedef enum strava_status {
	STRAVA_OK = 0,

	/* Fix the program. */
	STRAVA_ERR_ARGUMENT, /* an argument is out of contract; nothing sent */
	STRAVA_ERR_NOMEM,    /* out of memory */

	/* Try again later; error.in_doubt: Strava may have acted already. */
	STRAVA_ERR_NETWORK,  /* no HTTP answer: DNS, connect, connection lost */
	STRAVA_ERR_TLS,      /* the server's certificate is not trusted */
	STRAVA_ERR_TIMEOUT,  /* the deadline passed */
	STRAVA_ERR_CANCELED, /* strava_client_cancel() was called */
	STRAVA_ERR_SERVER,   /* Strava failed: 5xx */
	STRAVA_ERR_FORMAT, /* the answer was not what the API documents, or too
			      * large */
	STRAVA_ERR_RATE_LIMIT, /* wait error.retry_after_s: 429 */

	/* The athlete has to act. */
	STRAVA_ERR_UNAUTHORIZED, /* the access token is expired or withdrawn:
				  * refresh once; if that fails, ask for
				  * consent */
	STRAVA_ERR_SCOPE, /* the grant lacks a scope, named in the message: ask
			   * for consent with that scope; a refresh is no use */
	STRAVA_ERR_REVOKED, /* the refresh token is dead: ask for consent */
	STRAVA_ERR_CODE,    /* the authorization code is used, stale or not this
			  * application's: start again at the authorize URL */

	/* The operator has to act; stop calling. */
	STRAVA_ERR_APPLICATION, /* client id or secret is wrong */
	STRAVA_ERR_INACTIVE, /* Strava switched the application off: its owner's
			      * subscription lapsed */

	/* The request was refused; repeating it is no use. */
	STRAVA_ERR_FORBIDDEN, /* 403 of any other kind */
	STRAVA_ERR_NOT_FOUND, /* 404: not there, or private */
	STRAVA_ERR_REQUEST    /* any other 4xx */
} strava_status;

/*
 * What went wrong, in detail.  Lives in the caller (on the stack, usually) and
 * needs no initialisation and no cleanup.  A function writes it if and only if
 * it does not return STRAVA_OK; every function takes NULL for "not interested".
 *
 * The message is one line, in English, without control characters, and never
 * holds a token, a code or a secret.
 */
typedef struct strava_error {
	strava_status status;        /* equal to the value returned */
	int           http_status;   /* 0 when no HTTP answer arrived */
	int64_t       retry_after_s; /* seconds to wait, or -1 when unknown */

	/*
	 * 1: the request was sent and no usable answer came back, so Strava may
	 * have done what was asked.  0: it certainly has not.  After a refresh
	 * that is in doubt the old refresh token may be dead; see
	 * strava_oauth_refresh().
	 */
	int      in_doubt;
	int      reserved_int;
	uint64_t reserved[3];
	char     message[464];
} strava_error;

/* The name of a status, e.g. "rate limited".  Never NULL. */
STRAVA_API const char *strava_status_name(strava_status status);

#ifdef __cplusplus
}
#endif
#endif
