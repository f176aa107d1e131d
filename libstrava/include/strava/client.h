/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_CLIENT_H
#define STRAVA_CLIENT_H

#include <stddef.h>
#include <stdint.h>
#include <strava/error.h>
#include <strava/transport.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A connection to the Strava API.
 *
 * Thread safety: one thread at a time per client; different clients are
 * independent.  strava_client_cancel() alone may be called from any thread or
 * from a signal handler.  A program with threads calls curl_global_init() in
 * main() before it starts them.
 *
 * The library starts no threads, waits for no rate limit, reads no environment
 * variables and writes nothing to stdout or stderr.
 */
typedef struct strava_client strava_client;

/*
 * The budgets that Strava last told of.  Two budgets, both of the application
 * and shared by all its athletes: overall, and read (everything but uploads and
 * the creation of activities).  Each has a window of 15 minutes, which ends at
 * :00, :15, :30 and :45, and one of a day, which ends at 00:00 UTC.
 *
 * A number is -1 while unknown.  Strava leaves these headers out of many
 * answers and sometimes sends broken ones; such an answer changes nothing.
 */
typedef struct strava_rate_limit {
	int64_t  short_limit, short_used, daily_limit, daily_used;
	int64_t  read_short_limit, read_short_used;
	int64_t  read_daily_limit, read_daily_used;
	uint64_t reserved[8];
} strava_rate_limit;

typedef enum strava_log_level {
	STRAVA_LOG_ERROR,
	STRAVA_LOG_INFO,
	STRAVA_LOG_DEBUG
} strava_log_level;

/*
 * One message for each request: method, path without query, outcome, HTTP
 * status, milliseconds.  A success is INFO, a failure is ERROR; at DEBUG a
 * request is announced too, before it is sent.  A message has no newline and
 * never holds a token, a secret, a header or a body.
 */
typedef void (*strava_log_fn)(
    void *ctx, strava_log_level level, const char *message);

/* Seconds since the epoch, UTC. */
typedef int64_t (*strava_clock_fn)(void *ctx);

/* Fails with: ARGUMENT, NOMEM.  Does no I/O. */
STRAVA_API STRAVA_CHECK strava_status strava_client_new(
    strava_client **out, strava_error *err);

/* Wipes and frees; NULL is ignored. */
STRAVA_API void strava_client_free(strava_client *client);

/*
 * Settings.  Strings are copied, NULL brings back the default.  Each fails
 * with: ARGUMENT, NOMEM; a failure leaves the old value.
 *
 * access_token: sent with every API call, as a header.  Visible ASCII, at most
 *	1024 bytes.  Default: none, and API calls fail with UNAUTHORIZED.
 * api_base, oauth_base: default https://www.strava.com/api/v3 and
 *	https://www.strava.com/oauth.  Plain http is accepted for loopback only.
 *	They are two settings because Strava moves the API to a host of its own
 *	in 2027 and OAuth stays.
 * ca_file: PEM bundle instead of the system's.
 * proxy: URL of an HTTP proxy.  Default: none, whatever the environment says.
 * user_agent: default "libstrava/VERSION".
 */
STRAVA_API strava_status strava_client_set_access_token(
    strava_client *client, const char *access_token, strava_error *err);
STRAVA_API strava_status strava_client_set_api_base(
    strava_client *client, const char *url, strava_error *err);
STRAVA_API strava_status strava_client_set_oauth_base(
    strava_client *client, const char *url, strava_error *err);
STRAVA_API strava_status strava_client_set_ca_file(
    strava_client *client, const char *path, strava_error *err);
STRAVA_API strava_status strava_client_set_proxy(
    strava_client *client, const char *url, strava_error *err);
STRAVA_API strava_status strava_client_set_user_agent(
    strava_client *client, const char *user_agent, strava_error *err);

/*
 * The deadline of a whole call, repetitions included.  Default: 30 s.  Values
 * below 1 bring the default back.
 */
STRAVA_API void strava_client_set_timeout_ms(strava_client *client, int64_t ms);

/*
 * How often a request that may be carried out twice (a GET, and
 * strava_oauth_revoke()) is sent again after NETWORK or SERVER, with growing
 * random pauses or the one that Strava asks for, inside the deadline.  Default:
 * 2; 0 is never.  Every other request reaches Strava at most once.
 */
STRAVA_API void strava_client_set_retries(strava_client *client, int retries);

/* The struct is copied; its ctx must outlive `client`.  NULL: libcurl again. */
STRAVA_API void strava_client_set_transport(
    strava_client *client, const strava_transport *transport);

/* `fn` NULL: no log, the default. */
STRAVA_API void strava_client_set_log(
    strava_client *client, strava_log_fn fn, void *ctx, strava_log_level max);

/* The calendar from which waits for a rate limit are computed.  `fn` NULL: the
 * system's. */
STRAVA_API void strava_client_set_clock(
    strava_client *client, strava_clock_fn fn, void *ctx);

/*
 * Makes the running call, and every later one, fail with CANCELED as soon as
 * libcurl notices (within a second).  There is no way back: free the client.
 */
STRAVA_API void strava_client_cancel(strava_client *client);

/* The last known budgets. */
STRAVA_API void strava_client_rate_limit(
    const strava_client *client, strava_rate_limit *out);

#ifdef __cplusplus
}
#endif
#endif
