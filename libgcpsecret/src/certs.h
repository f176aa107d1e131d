/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SRC_CERTS_H
#define GCPSECRET_SRC_CERTS_H

#include <pthread.h>

#include "internal.h"
#include "jwks.h"

/*
 * The keys that an issuer publishes, fetched when they are wanted.  For all
 * threads: one fetches, without the lock; the others go on with what is there,
 * or wait if that does not help them.
 */
struct certs {
	/* Of the thread that fetches, but for its clocks and its time-out,
	 * which stay and serve them all. */
	gcpsecret_client *client;
	char             *url;

	pthread_mutex_t   lock; /* for all that follows */
	pthread_cond_t    ended;
	bool              fetching;
	struct jwks       keys;      /* the last that could be read */
	int64_t           fetched_s; /* when they were asked for */
	int64_t           fresh_s;   /* how long they are good from then on */
	int64_t           tried_s;   /* when the last fetch ended */
	gcpsecret_error   failure;   /* of the last fetch; status OK: none */
};

/* Takes the client over and copies the URL.  False when memory is short;
 * gs_certs_free() ends it in any case. */
bool gs_certs_init(
    struct certs *certs, gcpsecret_client *client, const char *url);
void gs_certs_free(struct certs *certs);

/*
 * The key of that name, to be ended with EVP_PKEY_free(); `kid` NULL: any, to
 * have good keys at hand.  Fails with IDENTITY when there is none of that name,
 * and with what keeps it from finding out.
 */
gcpsecret_status gs_certs_find(
    struct certs *certs, const char *kid, EVP_PKEY **key, gcpsecret_error *err);

#endif
