/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SRC_CLIENT_H
#define GCPSECRET_SRC_CLIENT_H

#include <stdatomic.h>

#include "clock.h"
#include "credentials.h"
#include "http.h"
#include "token.h"

#define GS_TIMEOUT_MS 60000

struct gcpsecret_client {
	/* settings; a NULL text is the default */
	char               *endpoint, *ca_file, *proxy, *user_agent;
	char               *quota_project;
	int64_t             timeout_ms;
	int                 retries;
	unsigned            retry_on; /* of gcpsecret_retry */
	gcpsecret_log_fn    log;
	void               *log_ctx;
	gcpsecret_log_level log_max;
	gcpsecret_clock_fn  clock;
	void               *clock_ctx;
	gcpsecret_steady_fn steady; /* ages tokens */
	void               *steady_ctx;

	/* the running call */
	atomic_bool         canceled;
	int64_t             deadline_ms; /* of the real steady clock */
	struct http        *http;

	struct credentials *credentials; /* maybe shared */
	char               *project;     /* found out, once */
};

/* The steady clock of tokens; `ctx` is ignored. */
int64_t gs_steady_ms(void *ctx);

/* Starts a public call: checks the client and sets the deadline. */
gcpsecret_status gs_begin(gcpsecret_client *client, gcpsecret_error *err);

/* Hands one line to the log, if there is one that wants it. */
void gs_log(gcpsecret_client *client, gcpsecret_log_level level,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
