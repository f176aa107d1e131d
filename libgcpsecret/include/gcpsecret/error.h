/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_ERROR_H
#define GCPSECRET_ERROR_H

#include <gcpsecret/api.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The outcome of a call.  Each value answers one question: what should the
 * caller do now?  New values may be added at the end; treat an unknown one as
 * GCPSECRET_ERR_SERVER.
 */
typedef enum gcpsecret_status {
	GCPSECRET_OK = 0,

	/* Fix the program. */
	GCPSECRET_ERR_ARGUMENT, /* an argument is out of contract */
	GCPSECRET_ERR_NOMEM,    /* out of memory */

	/* Try again later. */
	GCPSECRET_ERR_NETWORK,  /* no HTTP answer: no name, no connection */
	GCPSECRET_ERR_TLS,      /* the server's certificate is not trusted */
	GCPSECRET_ERR_TIMEOUT,  /* the deadline passed */
	GCPSECRET_ERR_CANCELED, /* gcpsecret_client_cancel() was called */
	GCPSECRET_ERR_SERVER,   /* Google failed: 5xx */
	GCPSECRET_ERR_FORMAT,   /* the answer was not what the API documents */
	GCPSECRET_ERR_CHECKSUM, /* the payload does not match its CRC32C */
	GCPSECRET_ERR_RATE_LIMIT, /* wait error.retry_after_s, if it is known */

	/* The operator has to act; the message says what to do. */
	GCPSECRET_ERR_CREDENTIALS, /* none found, or a file is unusable */
	GCPSECRET_ERR_REFUSED,     /* Google does not accept the credentials */
	GCPSECRET_ERR_FORBIDDEN,   /* the account may not do this */
	GCPSECRET_ERR_DISABLED,    /* the API is off in the project */
	GCPSECRET_ERR_NOT_FOUND,   /* no such secret or version */
	GCPSECRET_ERR_STATE,       /* the version is disabled or destroyed */
	GCPSECRET_ERR_REQUEST,     /* Google refused it: any other 4xx */

	/* Read again what is there, then decide. */
	GCPSECRET_ERR_EXISTS,   /* the secret to be created exists */
	GCPSECRET_ERR_CONFLICT, /* somebody was faster: the etag is old */

	/* Whoever called must be turned away. */
	GCPSECRET_ERR_IDENTITY /* an ID token does not prove who calls */
} gcpsecret_status;

/*
 * What went wrong, in detail.  Lives in the caller (on the stack, usually) and
 * needs no initialisation and no cleanup.  A function writes it if and only if
 * it does not return GCPSECRET_OK; every function takes NULL for "not
 * interested".
 *
 * The message is one line of printable ASCII, in English; it never holds a
 * token, a key or a secret.
 */
typedef struct gcpsecret_error {
	gcpsecret_status status;        /* equal to the value returned */
	int              http_status;   /* 0 when no HTTP answer arrived */
	int64_t          retry_after_s; /* to wait, or -1 when unknown */
	int              attempts;      /* requests that were sent for it */
	int              reserved_int;
	uint64_t         reserved[4];
	char             message[464];

	/* What Google's answer named, else "": the reason of its ErrorInfo
	 * ("SERVICE_DISABLED"), the permission that lacks, and the page that
	 * switches a disabled API on.  Of an ID token the reason may be
	 * "SIGNATURE_REMOVED_BY_GOOGLE". */
	char reason[64];
	char permission[128];
	char activation_url[312];
} gcpsecret_error;

/* The name of a status, e.g. "forbidden".  Never NULL. */
GCPSECRET_API const char *gcpsecret_status_name(gcpsecret_status status);

#ifdef __cplusplus
}
#endif

#endif
