/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SRC_CLIENT_H
#define GCPSECRET_SRC_CLIENT_H

#include <stdatomic.h>

#include "clock.h"
#include "credentials.h"
#include "http.h"
#include "token.h"

struct gcpsecret_client {
	/* settings; a NULL text is the default */
	char               *credentials_file, *endpoint, *token_url;
	char               *ca_file, *proxy, *user_agent;
	char               *universe_domain;
	int64_t             timeout_ms;
	int                 retries;
	unsigned            retry_on; /* of gcpsecret_retry */
	bool                loopback; /* files may name plain http there */
	gcpsecret_log_fn    log;
	void               *log_ctx;
	gcpsecret_log_level log_max;
	gcpsecret_clock_fn  clock;
	void               *clock_ctx;

	/* the running call */
	atomic_bool  canceled;
	int64_t      deadline_ms; /* of the steady clock */
	struct http *http;

	/* found out, once */
	struct credentials credentials;
	struct token       token;
	char              *project;
	int64_t            no_metadata_until_ms; /* when a ping found nothing */
};

/* Starts a public call: checks the client and sets the deadline. */
gcpsecret_status gs_begin(gcpsecret_client *client, gcpsecret_error *err);

/* Hands one line to the log, if there is one that wants it. */
void gs_log(gcpsecret_client *client, gcpsecret_log_level level,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
