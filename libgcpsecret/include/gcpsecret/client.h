/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_CLIENT_H
#define GCPSECRET_CLIENT_H

#include <gcpsecret/error.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A connection to Secret Manager.
 *
 * Thread safety: one thread at a time per client; different clients are
 * independent, even when they share credentials.  gcpsecret_client_cancel()
 * alone may be called from any thread or from a signal handler.  A program with
 * threads calls curl_global_init() in main() before it starts them.
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
 * call.  gcpsecret_credentials(7) has the details.
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
 * endpoint: default https://secretmanager.googleapis.com, and for a regional
 *	secret its region's host; one that is set serves both.  Plain http is
 *	accepted for loopback only; credentials are sent all the same.
 * ca_file: PEM bundle instead of the system's.
 * proxy: URL of an HTTP proxy, for https alone.  Default: none, whatever the
 *	environment says.
 * user_agent: default "libgcpsecret/VERSION".
 * quota_project: who pays for calls of Secret Manager.  Default:
 *	GOOGLE_CLOUD_QUOTA_PROJECT, then the credentials; else the secret's
 *	project.
 */
GCPSECRET_API gcpsecret_status gcpsecret_client_set_endpoint(
    gcpsecret_client *client, const char *url, gcpsecret_error *err);
GCPSECRET_API gcpsecret_status gcpsecret_client_set_ca_file(
    gcpsecret_client *client, const char *path, gcpsecret_error *err);
GCPSECRET_API gcpsecret_status gcpsecret_client_set_proxy(
    gcpsecret_client *client, const char *url, gcpsecret_error *err);
GCPSECRET_API gcpsecret_status gcpsecret_client_set_user_agent(
    gcpsecret_client *client, const char *user_agent, gcpsecret_error *err);
GCPSECRET_API gcpsecret_status gcpsecret_client_set_quota_project(
    gcpsecret_client *client, const char *project, gcpsecret_error *err);

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

/*
 * Which requests to Secret Manager are sent again at all.  Google's own clients
 * repeat ACCESS alone, after a failure of the network, "unavailable" (HTTP 503,
 * or a 502 or 504 from something in between) and RATE_LIMIT; that is the
 * default.  Requests for tokens are always repeated.
 *
 * WRITE never does a thing twice:
 *	enabling, disabling and destroying a version is repeated as reads are,
 *	since the second time changes nothing;
 *	so is what is changed or deleted with an etag: at worst CONFLICT is
 *	returned for a change that was made;
 *	other writes are repeated after RATE_LIMIT, and when certainly nothing
 *	was sent;
 *	adding a version, only when certainly nothing was sent.
 */
typedef enum gcpsecret_retry {
	GCPSECRET_RETRY_ACCESS = 1, /* reading a payload */
	GCPSECRET_RETRY_READ = 2,   /* reading anything else */
	GCPSECRET_RETRY_WRITE = 4,  /* creating, changing, deleting */
	GCPSECRET_RETRY_SERVER = 8  /* of these, also after any other 5xx */
} gcpsecret_retry;

/* `mask` of gcpsecret_retry; bits that are none of these are ignored. */
GCPSECRET_API void gcpsecret_client_set_retry_on(
    gcpsecret_client *client, unsigned mask);

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

/* The calendar that dates tokens.  `fn` NULL: the system's. */
GCPSECRET_API void gcpsecret_client_set_clock(
    gcpsecret_client *client, gcpsecret_clock_fn fn, void *ctx);

/* Milliseconds from any moment on, which never go back. */
typedef int64_t (*gcpsecret_steady_fn)(void *ctx);

/* The clock that ages tokens; deadlines keep to the system's.  `fn` NULL:
 * CLOCK_BOOTTIME.  Clients that share credentials need the same one. */
GCPSECRET_API void gcpsecret_client_set_steady_clock(
    gcpsecret_client *client, gcpsecret_steady_fn fn, void *ctx);

/* Makes the running call, and every later one, fail with CANCELED.  There is no
 * way back: free the client. */
GCPSECRET_API void gcpsecret_client_cancel(gcpsecret_client *client);

#ifdef __cplusplus
}
#endif

#endif
