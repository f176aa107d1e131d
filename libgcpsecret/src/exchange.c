/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "client.h"
#include "exchange.h"
#include "retry.h"

#define BODY_MAX ((size_t)128 * 1024)

/* libcurl counts from another moment than we do: its timer may be early. */
#define TICK_MS 20

/*
 * Whom we talk to, and how long one try may take: well below the deadline of a
 * call, so that a lost packet costs a repetition and not the call.
 */
static const struct {
	const char *name;
	int64_t     try_ms;
} peers[] = {
	[PEER_API] = { "Secret Manager", 15000 },
	[PEER_TOKEN] = { "the token endpoint", 10000 },
	[PEER_KEY] = { "the token endpoint", 10000 },
	[PEER_METADATA] = { "the metadata server", 3000 },
	[PEER_STS] = { "the Security Token Service", 10000 },
	[PEER_IAM] = { "the IAM Credentials API", 10000 },
	[PEER_SUBJECT] = { "the source of the subject token", 10000 },
	[PEER_AWS] = { "the metadata service of AWS", 3000 },
	[PEER_CERTS] = { "the issuer's keys", 5000 },
};

/* What it means that no whole answer came. */
static const gcpsecret_status statuses[] = {
	[HTTP_ARGUMENT] = GCPSECRET_ERR_ARGUMENT,
	[HTTP_NOMEM] = GCPSECRET_ERR_NOMEM,
	[HTTP_CONNECT] = GCPSECRET_ERR_NETWORK,
	[HTTP_TLS] = GCPSECRET_ERR_TLS,
	[HTTP_TIMEOUT] = GCPSECRET_ERR_NETWORK,
	[HTTP_CANCELED] = GCPSECRET_ERR_CANCELED,
	[HTTP_BROKEN] = GCPSECRET_ERR_NETWORK,
	[HTTP_TOO_LARGE] = GCPSECRET_ERR_FORMAT,
};

const char *
gs_peer_name(enum peer peer)
{
	return peers[peer].name;
}

void
gs_exchange_init(struct exchange *x, enum peer peer, const char *url)
{
	memset(x, 0, sizeof(*x));
	x->peer = peer;
	x->request.method = "GET";
	x->request.url = url;
	x->request.body_max = BODY_MAX;
	http_response_init(&x->response);
}

void
gs_exchange_free(struct exchange *x)
{
	http_response_free(&x->response);
}

bool
gs_exchange_is_metadata(const struct http_response *response)
{
	const char *flavor = http_response_header(response, "Metadata-Flavor");

	return flavor != NULL && strcmp(flavor, "Google") == 0;
}

/* Names the host and the path, never the query. */
static void
log_exchange(gcpsecret_client *client, const struct exchange *x,
    enum http_outcome outcome, int64_t ms)
{
	const char *at = strstr(x->request.url, "://");
	int         len;

	at = at != NULL ? at + 3 : x->request.url;
	len = (int)strcspn(at, "?");
	if (outcome == HTTP_ANSWERED)
		gs_log(client, GCPSECRET_LOG_INFO,
		    "%s %.*s: %d, %" PRId64 " ms", x->request.method, len, at,
		    x->response.status, ms);
	else
		gs_log(client, GCPSECRET_LOG_INFO,
		    "%s %.*s: %s, %" PRId64 " ms", x->request.method, len, at,
		    x->response.message, ms);
}

enum http_outcome
gs_exchange_once(gcpsecret_client *client, struct exchange *x, int64_t most_ms)
{
	int64_t           start = clock_steady_ms();
	int64_t           left = client->deadline_ms - start;
	enum http_outcome outcome;

	x->request.timeout_ms = left < most_ms ? left : most_ms;
	outcome = http_send(client->http, &x->request, &x->response);
	log_exchange(client, x, outcome, clock_steady_ms() - start);
	return outcome;
}

/* Sends once and judges the answer. */
static gcpsecret_status
attempt(gcpsecret_client *client, struct exchange *x, gcpsecret_error *err)
{
	enum http_outcome outcome =
	    gs_exchange_once(client, x, peers[x->peer].try_ms);

	if (outcome == HTTP_TIMEOUT &&
	    clock_steady_ms() + TICK_MS >= client->deadline_ms)
		return gs_fail(err, GCPSECRET_ERR_TIMEOUT,
		    "%s: no answer within the deadline of the call",
		    gs_peer_name(x->peer));
	if (outcome != HTTP_ANSWERED)
		return gs_fail(err, statuses[outcome], "%s: %s",
		    gs_peer_name(x->peer), x->response.message);
	if (x->peer == PEER_METADATA && !gs_exchange_is_metadata(&x->response))
		return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
		    "the answer from %s is not the metadata server's: it lacks "
		    "\"Metadata-Flavor: Google\"",
		    client->credentials->found.base);
	if (x->response.status != 200)
		return gs_refusal(client, x, err);
	return GCPSECRET_OK;
}

static bool
may_repeat(const struct exchange *x, gcpsecret_status status)
{
	switch (status) {
	case GCPSECRET_ERR_NETWORK:
		return x->repeat == REPEAT_ANY ||
		       (x->repeat != REPEAT_NOT && !x->response.sent);
	case GCPSECRET_ERR_RATE_LIMIT:
		return x->repeat == REPEAT_ANY || x->repeat == REPEAT_REFUSED;
	case GCPSECRET_ERR_SERVER:
		return x->repeat == REPEAT_ANY && (x->busy || !x->only_busy);
	default: return false;
	}
}

/* Says how often it was tried. */
static void
add_tries(gcpsecret_error *err, int tries)
{
	char   text[32];
	size_t most, len = strlen(err->message);

	snprintf(text, sizeof(text), " (tried %d times)", tries);
	most = sizeof(err->message) - 1 - strlen(text);
	if (tries > 1)
		memcpy(err->message + (len < most ? len : most), text,
		    strlen(text) + 1);
}

gcpsecret_status
gs_exchange(gcpsecret_client *client, struct exchange *x, gcpsecret_error *err)
{
	gcpsecret_error  last;
	gcpsecret_status status;
	struct retry     retry;
	int              tries = 0;

	retry_start(
	    &retry, client->retries, client->deadline_ms, &client->canceled);
	do {
		last.retry_after_s = -1;
		status = attempt(client, x, &last);
		tries++;
	} while (
	    may_repeat(x, status) && retry_wait(&retry, last.retry_after_s));
	x->attempts += tries;
	if (status == GCPSECRET_OK)
		return GCPSECRET_OK;
	if (atomic_load(&client->canceled))
		return gs_fail(err, GCPSECRET_ERR_CANCELED, "canceled");
	add_tries(&last, tries);
	last.attempts = x->attempts;
	if (err != NULL)
		*err = last;
	return status;
}
