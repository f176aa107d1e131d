/* SPDX-License-Identifier: MIT */
#include "invoker.h"

#include <gcpsecret/gcpsecret.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "log.h"
#include "values.h"

/* Below the grace at the end of the program, see signals.h. */
#define KEYS_MS 5000

struct invoker {
	const struct settings *settings;
	gcpsecret_verifier    *verifier; /* NULL: not our business */
};

/* The entries of a list by commas, in a copy of its text. */
struct list {
	char       *text;
	const char *entries[VALUE_LIST_MAX + 1];
};

/* False when out of memory. */
static bool
list_read(struct list *list, const char *text)
{
	char *rest;

	*list = (struct list){ .text = strdup(text) };
	rest = list->text;
	for (size_t i = 0; rest != NULL && i < VALUE_LIST_MAX; i++)
		list->entries[i] = strsep(&rest, ",");
	return list->text != NULL;
}

static int64_t
tell_time(void *ctx)
{
	const struct invoker *invoker = ctx;

	return backend_clock(invoker->settings);
}

static void
log_fetch(void *ctx, gcpsecret_log_level level, const char *message)
{
	(void)ctx;
	log_line(level == GCPSECRET_LOG_ERROR ? LOG_WARNING : LOG_DEBUG,
	    message, NULL);
}

static gcpsecret_status
make_verifier(struct invoker *invoker, gcpsecret_error *err)
{
	const struct settings *settings = invoker->settings;
	struct list            audiences, emails = { 0 };
	gcpsecret_status       status = GCPSECRET_ERR_NOMEM;

	snprintf(err->message, sizeof(err->message), "out of memory");
	if (list_read(&audiences, settings->invoker_audience) &&
	    list_read(&emails, settings->invoker_emails))
		status = gcpsecret_verifier_new(&invoker->verifier,
		    &(gcpsecret_verifier_options){
			.audiences = audiences.entries,
			.emails = emails.entries,
			.certs_url = settings->google_certs_url,
			.timeout_ms = KEYS_MS,
			.clock = tell_time,
			.clock_ctx = invoker,
			.log = log_fetch,
			.log_max = GCPSECRET_LOG_INFO },
		    err);
	free(audiences.text);
	free(emails.text);
	return status;
}

struct invoker *
invoker_new(const struct settings *settings, char *message, size_t message_size)
{
	struct invoker *invoker;
	gcpsecret_error err;

	if (settings->invoker_auth == INVOKER_VERIFY &&
	    (settings->invoker_audience == NULL ||
		settings->invoker_emails == NULL)) {
		snprintf(message, message_size,
		    "%s is missing: INVOKER_AUTH=verify, the default, needs "
		    "the audience and the accounts of the caller's ID token; "
		    "to listen without, set INVOKER_AUTH=platform where Cloud "
		    "Run's IAM checks the caller, or INVOKER_AUTH=off to serve "
		    "this machine only; --once needs none of them",
		    settings->invoker_audience == NULL ? "INVOKER_AUDIENCE"
						       : "INVOKER_EMAILS");
		return NULL;
	}
	if ((invoker = calloc(1, sizeof(*invoker))) == NULL) {
		snprintf(message, message_size, "out of memory");
		return NULL;
	}
	invoker->settings = settings;
	if (settings->invoker_auth == INVOKER_VERIFY &&
	    make_verifier(invoker, &err) != GCPSECRET_OK) {
		snprintf(message, message_size, "%s", err.message);
		free(invoker);
		return NULL;
	}
	return invoker;
}

void
invoker_free(struct invoker *invoker)
{
	if (invoker == NULL)
		return;
	gcpsecret_verifier_free(invoker->verifier);
	free(invoker);
}

bool
invoker_try(struct invoker *invoker, char *message, size_t message_size)
{
	gcpsecret_error err;

	if (invoker->verifier == NULL ||
	    gcpsecret_verifier_load(invoker->verifier, &err) == GCPSECRET_OK)
		return true;
	snprintf(message, message_size, "GOOGLE_CERTS_URL: %s", err.message);
	return false;
}

static void
log_refusal(const struct request *request, const gcpsecret_error *err)
{
	bool removed = strcmp(err->reason, "SIGNATURE_REMOVED_BY_GOOGLE") == 0;

	log_line(LOG_WARNING,
	    removed ? "caller refused: set INVOKER_AUTH=platform"
		    : "caller refused",
	    LOG_FIELDS(
		LOG_TEXT_FIELD("status", gcpsecret_status_name(err->status)),
		LOG_TEXT_FIELD("reason", err->message),
		LOG_TEXT_FIELD("peer", request_peer(request)),
		LOG_TEXT_FIELD("request_id", request_id(request))));
}

int
invoker_judge(struct invoker *invoker, const struct request *request)
{
	gcpsecret_identity *who;
	gcpsecret_error     err;
	gcpsecret_status    status;

	if (invoker->verifier == NULL)
		return 200;
	/* X-Serverless-Authorization is for the platform, which then leaves
	 * this one as it came. */
	status = gcpsecret_verifier_check_header(invoker->verifier,
	    request_header(request, "Authorization"), &who, &err);
	gcpsecret_identity_free(who);
	if (status != GCPSECRET_OK)
		log_refusal(request, &err);
	switch (status) {
	case GCPSECRET_OK: return 200;
	case GCPSECRET_ERR_IDENTITY: return 401;
	case GCPSECRET_ERR_FORBIDDEN: return 403;
	default: return 503;
	}
}
