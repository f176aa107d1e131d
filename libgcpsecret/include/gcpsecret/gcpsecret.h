/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_GCPSECRET_H
#define GCPSECRET_GCPSECRET_H

/*
 * Secrets out of Google Secret Manager, with Google's application default
 * credentials.  gcpsecret(3) is the guide.
 *
 *	gcpsecret_client *client;
 *	gcpsecret_secret *secret;
 *	gcpsecret_error   err;
 *
 *	if (gcpsecret_client_new(&client, &err) != GCPSECRET_OK ||
 *	    gcpsecret_access(client, "projects/my-project/secrets/strava-client-secret",
 *		&secret, &err) != GCPSECRET_OK)
 *		errx(1, "%s", err.message);
 *	... secret->data, secret->len ...
 *	gcpsecret_secret_free(secret);
 *	gcpsecret_client_free(client);
 *
 * Facts: cloud.google.com/secret-manager/docs/reference/rest and Google's
 * AIP-4110 to AIP-4115 on credentials.
 */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Marks a function as exported.  Everything else in the library is hidden. */
#ifndef GCPSECRET_API
#define GCPSECRET_API __attribute__((visibility("default")))
#endif

/* Marks a result that the caller must not ignore. */
#ifndef GCPSECRET_CHECK
#define GCPSECRET_CHECK __attribute__((warn_unused_result))
#endif

#define GCPSECRET_VERSION_MAJOR 0
#define GCPSECRET_VERSION_MINOR 1
#define GCPSECRET_VERSION_PATCH 0
#define GCPSECRET_VERSION "0.1.0"

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
	GCPSECRET_ERR_FORBIDDEN,   /* the account lacks a role */
	GCPSECRET_ERR_DISABLED,    /* the API is off in the project */
	GCPSECRET_ERR_NOT_FOUND,   /* no such secret or version */
	GCPSECRET_ERR_STATE,       /* the version is disabled or destroyed */
	GCPSECRET_ERR_REQUEST      /* Google refused it: any other 4xx */
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
	uint64_t         reserved[4];
	char             message[464];
} gcpsecret_error;

/* The name of a status, e.g. "forbidden".  Never NULL. */
GCPSECRET_API const char *gcpsecret_status_name(gcpsecret_status status);

/*
 * A connection to Secret Manager.
 *
 * Thread safety: one thread at a time per client; different clients are
 * independent.  gcpsecret_client_cancel() alone may be called from any thread or
 * from a signal handler.  A program with threads calls curl_global_init() in
 * main() before it starts them.
 *
 * The library starts no threads and writes nothing to stdout or stderr.  It
 * reads the environment in one place: to find credentials, as below.
 */
typedef struct gcpsecret_client gcpsecret_client;

/*
 * Makes a client.  Nothing is read or sent yet; the first call that needs it
 * looks for
 *
 * 1. SECRET_MANAGER_EMULATOR_HOST, "host:port" of an emulator: plain HTTP and
 *    no credentials at all; passed over when an endpoint is set below;
 * 2. the file named by GOOGLE_APPLICATION_CREDENTIALS; if it is set and the
 *    file is unusable the search ends with an error;
 * 3. gcloud's application_default_credentials.json, in $CLOUDSDK_CONFIG or
 *    ~/.config/gcloud; only if it is absent the search goes on;
 * 4. the metadata server, at GCE_METADATA_HOST if that is set, unless
 *    NO_GCE_CHECK is "true".
 *
 * What was found stays; a search that found nothing is repeated by the next
 * call.  Files of type service_account and authorized_user are understood.
 * gcpsecret_credentials(7) has the details.
 *
 * Fails with: ARGUMENT, NOMEM.
 */
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_client_new(
    gcpsecret_client **out, gcpsecret_error *err);

/* Wipes and frees; NULL is ignored. */
GCPSECRET_API void gcpsecret_client_free(gcpsecret_client *client);

/*
 * Settings, made before the first call.  Strings are copied, NULL brings back
 * the default.  Each fails with: ARGUMENT, NOMEM; a failure leaves the old
 * value.
 *
 * credentials_file: this file, and no search.
 * endpoint: default https://secretmanager.googleapis.com, and for a regional
 *	secret its region's host; one that is set serves both.  Plain http is
 *	accepted for loopback only; credentials are sent all the same.
 * token_url: where an authorized user's token is refreshed.  Default
 *	https://oauth2.googleapis.com/token; plain http for loopback only.
 * ca_file: PEM bundle instead of the system's.
 * proxy: URL of an HTTP proxy, for https alone.  Default: none, whatever the
 *	environment says.
 * user_agent: default "libgcpsecret/VERSION".
 */
GCPSECRET_API gcpsecret_status gcpsecret_client_set_credentials_file(
    gcpsecret_client *client, const char *path, gcpsecret_error *err);
GCPSECRET_API gcpsecret_status gcpsecret_client_set_endpoint(
    gcpsecret_client *client, const char *url, gcpsecret_error *err);
GCPSECRET_API gcpsecret_status gcpsecret_client_set_token_url(
    gcpsecret_client *client, const char *url, gcpsecret_error *err);
GCPSECRET_API gcpsecret_status gcpsecret_client_set_ca_file(
    gcpsecret_client *client, const char *path, gcpsecret_error *err);
GCPSECRET_API gcpsecret_status gcpsecret_client_set_proxy(
    gcpsecret_client *client, const char *url, gcpsecret_error *err);
GCPSECRET_API gcpsecret_status gcpsecret_client_set_user_agent(
    gcpsecret_client *client, const char *user_agent, gcpsecret_error *err);

/* The deadline of a whole call, token and repetitions included.  Default: 60 s.
 * Values below 1 bring the default back. */
GCPSECRET_API void gcpsecret_client_set_timeout_ms(
    gcpsecret_client *client, int64_t ms);

/*
 * How often a request, for a secret or for a token, is sent again after
 * NETWORK, SERVER or RATE_LIMIT: with growing random pauses, or after the pause
 * that Google asks for, and inside the deadline.  Default: 4; 0 is never.
 */
GCPSECRET_API void gcpsecret_client_set_retries(
    gcpsecret_client *client, int retries);

typedef enum gcpsecret_log_level {
	GCPSECRET_LOG_ERROR,
	GCPSECRET_LOG_INFO,
	GCPSECRET_LOG_DEBUG
} gcpsecret_log_level;

/* One message an exchange: method, host and path, status, milliseconds; and one
 * when credentials are found.  It has no newline and never holds a token, a
 * secret, a header or a body. */
typedef void (*gcpsecret_log_fn)(
    void *ctx, gcpsecret_log_level level, const char *message);

/* `fn` NULL: no log, the default. */
GCPSECRET_API void gcpsecret_client_set_log(gcpsecret_client *client,
    gcpsecret_log_fn fn, void *ctx, gcpsecret_log_level max);

/* Seconds since the epoch, UTC. */
typedef int64_t (*gcpsecret_clock_fn)(void *ctx);

/* The calendar that dates and ages tokens.  `fn` NULL: the system's. */
GCPSECRET_API void gcpsecret_client_set_clock(
    gcpsecret_client *client, gcpsecret_clock_fn fn, void *ctx);

/* Makes the running call, and every later one, fail with CANCELED.  There is no
 * way back: free the client. */
GCPSECRET_API void gcpsecret_client_cancel(gcpsecret_client *client);

/*
 * The project that calls without a project of their own mean: from
 * GOOGLE_CLOUD_PROJECT, GCLOUD_PROJECT, the credentials file, or the metadata
 * server.  *project_out belongs to the client.
 * Fails with: CREDENTIALS when none of them tells, and as every call does.
 */
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_project(
    gcpsecret_client *client, const char **project_out, gcpsecret_error *err);

/*
 * Where the credentials came from, for people: "service account x@y (FILE)",
 * "user x@y (FILE)", "metadata server at HOST", "emulator at HOST".  Belongs to
 * the client.
 * Fails with: CREDENTIALS, and as every call does.
 */
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_credentials_describe(
    gcpsecret_client *client, const char **text_out, gcpsecret_error *err);

/* One version's payload.  It may hold any byte; a NUL that `len` does not count
 * follows it. */
typedef struct gcpsecret_secret {
	const char *data;
	size_t      len;
	const char *version; /* "projects/123/secrets/s/versions/3": what was
			      * really read, with the project's number */
} gcpsecret_secret;

/*
 * Reads one version of a secret.
 *
 * `name` is one of
 *	projects/P/secrets/S				the latest version
 *	projects/P/secrets/S/versions/V			V: number, "latest", alias
 *	projects/P/locations/L/secrets/S[/versions/V]	a regional secret
 *
 * "latest" is the newest version whatever its state; no older one takes the
 * place of one that is disabled.
 *
 * P is the project's id or number.  The payload's CRC32C is verified if it has
 * one; on a mismatch the version is read once more.  On success *secret_out is
 * to be freed with gcpsecret_secret_free(); it does not need the client any
 * more.
 *
 * Worth acting on: FORBIDDEN (the message names the role and the account),
 * DISABLED (it names the page that switches the API on), NOT_FOUND, STATE.
 */
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_access(
    gcpsecret_client *client, const char *name, gcpsecret_secret **secret_out,
    gcpsecret_error *err);

/*
 * Reads what a reference stands for: "sm://PROJECT/SECRET#VERSION".  Version
 * and project may be left out ("sm://SECRET"): latest, gcpsecret_project().
 */
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_resolve(
    gcpsecret_client *client, const char *reference,
    gcpsecret_secret **secret_out, gcpsecret_error *err);

/* Wipes and frees; NULL is ignored. */
GCPSECRET_API void gcpsecret_secret_free(gcpsecret_secret *secret);

#ifdef __cplusplus
}
#endif
#endif
