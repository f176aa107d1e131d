/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_VERIFIER_H
#define GCPSECRET_VERIFIER_H

#include <gcpsecret/client.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Tells who sent a request, by the ID token that Google signed for the caller:
 * a JSON Web Token in the header Authorization, as Cloud Scheduler, Cloud
 * Tasks, Pub/Sub and Eventarc send it.
 *
 *	const char *audiences[] = { "https://refresh.example.org", NULL };
 *	const char *emails[] = { "cron@p.iam.gserviceaccount.com", NULL };
 *
 *	gcpsecret_verifier_new(&verifier,
 *	    &(gcpsecret_verifier_options){ .audiences = audiences,
 *		.emails = emails }, &err);
 *	... for each request ...
 *	switch (gcpsecret_verifier_check_header(verifier, header, &who, &err)) {
 *	case GCPSECRET_OK: ... who->email has called; answer ...
 *	case GCPSECRET_ERR_IDENTITY: ... 401 ...
 *	case GCPSECRET_ERR_FORBIDDEN: ... 403 ...
 *	default: ... 503: Google's keys could not be fetched ...
 *	}
 *
 * Thread safety: one verifier serves all threads of a program.  Its functions
 * may be called at once, except that gcpsecret_verifier_free() comes last.  A
 * program with threads calls curl_global_init() in main() before it starts them.
 *
 * Facts: OpenID Connect Core, RFC 7515 to 7519 and 8725,
 * developers.google.com/identity/openid-connect/openid-connect, and on removed
 * signatures cloud.google.com/run/docs/troubleshooting.
 */
typedef struct gcpsecret_verifier gcpsecret_verifier;

/* What is accepted.  Only read during gcpsecret_verifier_new(), which copies
 * it; members left zero are the defaults.  Lists end with NULL. */
typedef struct gcpsecret_verifier_options {
	/* The audiences that the token may be made for, compared byte by byte:
	 * for Cloud Scheduler what its job calls --oidc-token-audience.  At
	 * least one. */
	const char *const *audiences;

	/* The accounts that may call.  At least one, unless any_account. */
	const char *const *emails;

	/* Who may have issued it.  Default: accounts.google.com with and
	 * without "https://". */
	const char *const *issuers;

	/* Where the issuer publishes its keys, as a JWK set.  Plain http for
	 * loopback only.  Default: https://www.googleapis.com/oauth2/v3/certs */
	const char *certs_url;

	const char *ca_file;    /* PEM bundle; default: the system's */
	const char *proxy;      /* URL of an HTTP proxy; default: none */
	int64_t     timeout_ms; /* to get keys; default: 10 s */

	/* The calendar that tokens are judged by, the clock that keys age by,
	 * and a log of what is fetched and of keys that are ignored.  Each may
	 * be called by any thread that is inside a check. */
	gcpsecret_clock_fn  clock;
	void               *clock_ctx;
	gcpsecret_steady_fn steady;
	void               *steady_ctx;
	gcpsecret_log_fn    log;
	void               *log_ctx;
	gcpsecret_log_level log_max;

	/* Accept a token of whatever account.  Anybody with a Google account
	 * can get one for any audience, so this proves nothing by itself: the
	 * caller has to look at the identity. */
	bool any_account;

	/* How far two clocks may be apart (default: 30 s), and how long a token
	 * may live (default: 3,700 s; Google's live for an hour).  A day at
	 * most. */
	int64_t  skew_s;
	int64_t  life_max_s;

	uint64_t reserved[4];
} gcpsecret_verifier_options;

/* Whom a token speaks for.  Allocated by the library until
 * gcpsecret_identity_free(); it does not need the verifier any more. */
typedef struct gcpsecret_identity {
	const char *subject;    /* the account's number, which never changes */
	const char *email;      /* NULL unless Google vouches for it */
	const char *audience;   /* which of those in the options */
	const char *issuer;     /* the same */
	int64_t     issued_at;  /* seconds since the epoch, UTC */
	int64_t     expires_at; /* the same */
} gcpsecret_identity;

/*
 * Makes a verifier.  Nothing is fetched yet.
 * Fails with: ARGUMENT, NOMEM.
 */
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_verifier_new(
    gcpsecret_verifier **out, const gcpsecret_verifier_options *options,
    gcpsecret_error *err);

/* NULL is ignored. */
GCPSECRET_API void gcpsecret_verifier_free(gcpsecret_verifier *verifier);

/*
 * Fetches the keys, unless those at hand are still good: to find out at start
 * whether they can be had, and to spare the first caller the wait.
 *
 * Worth acting on: NETWORK, TLS, TIMEOUT, SERVER and RATE_LIMIT (they cannot be
 * had now), FORMAT and REQUEST (certs_url names something else).
 */
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_verifier_load(
    gcpsecret_verifier *verifier, gcpsecret_error *err);

/*
 * Checks a token: that Google signed it (RS256), for one of the audiences, that
 * it is valid now, give or take skew_s, and that it speaks for one of the
 * accounts, with an address that Google vouches for.
 *
 * Keys are fetched when there are none, when the time that Google gives them is
 * over, and once a minute at most for a token whose key is unknown; when that
 * fails the last ones go on serving for a day.  One thread fetches, and others
 * wait only if they cannot go on without.
 *
 * On success *identity_out is to be freed with gcpsecret_identity_free().
 *
 * Worth acting on:
 *	IDENTITY	nothing is proven: answer 401.  Where error.reason is
 *			"SIGNATURE_REMOVED_BY_GOOGLE" Cloud Run has checked the
 *			caller itself, and no program behind it can do so again.
 *	FORBIDDEN	the account is proven and not one of the list, or Google
 *			does not vouch for its address: 403
 *	all others	as of gcpsecret_verifier_load(): answer 503
 */
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_verifier_check(
    gcpsecret_verifier *verifier, const char *token,
    gcpsecret_identity **identity_out, gcpsecret_error *err);

/*
 * The same for the value of a header Authorization, "Bearer TOKEN".  NULL is a
 * request without that header, and IDENTITY.
 */
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_verifier_check_header(
    gcpsecret_verifier *verifier, const char *authorization,
    gcpsecret_identity **identity_out, gcpsecret_error *err);

/* NULL is ignored. */
GCPSECRET_API void gcpsecret_identity_free(gcpsecret_identity *identity);

#ifdef __cplusplus
}
#endif

#endif
