/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "http_internal.h"

#define SLICE_MS 50 /* how late a cancellation may be noticed */

/* Connections that wait for the next requests; else libcurl keeps four for each
 * request that is under way, and closes good ones when those get fewer. */
#define IDLE_MOST 256L

struct http *
http_new(const char *user_agent, const atomic_bool *canceled)
{
	struct http *http = calloc(1, sizeof(*http));

	if (http == NULL)
		return NULL;
	http->canceled = canceled;
	http->user_agent = strdup(user_agent);
	http_find_trust(http);
	http->multi = curl_multi_init();
	http->share = curl_share_init();
	if (http->user_agent == NULL || http->multi == NULL ||
	    http->share == NULL ||
	    curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, IDLE_MOST) !=
		CURLM_OK ||
	    curl_share_setopt(http->share, CURLSHOPT_SHARE,
		CURL_LOCK_DATA_SSL_SESSION) != CURLSHE_OK) {
		http_free(http);
		return NULL;
	}
	return http;
}

static void
free_exchange(struct http_exchange *x)
{
	curl_easy_cleanup(x->easy);
	free(x);
}

static struct http_exchange *
pop(struct http_exchange **list)
{
	struct http_exchange *x = *list;

	if (x != NULL)
		*list = x->next;
	return x;
}

static void
push(struct http_exchange **list, struct http_exchange *x)
{
	x->next = *list;
	*list = x;
}

static void
take_out(struct http_exchange **list, const struct http_exchange *x)
{
	while (*list != NULL && *list != x)
		list = &(*list)->next;
	if (*list != NULL)
		*list = x->next;
}

void
http_free(struct http *http)
{
	struct http_exchange *x;

	if (http == NULL)
		return;
	while (
	    (x = http->running != NULL ? http->running : http->ended) != NULL)
		http_end(x);
	while ((x = pop(&http->spare)) != NULL)
		free_exchange(x);
	curl_multi_cleanup(http->multi);
	curl_share_cleanup(http->share);
	free(http->user_agent);
	free(http->ca_file);
	wipe_free(http->proxy); /* may hold a password */
	wipe_free(http->last_url);
	free(http);
}

static bool
replace(char **text, const char *with)
{
	char *copy = with != NULL ? strdup(with) : NULL;

	if (with != NULL && copy == NULL)
		return false;
	wipe_free(*text);
	*text = copy;
	return true;
}

bool
http_set_ca_file(struct http *http, const char *path)
{
	return replace(&http->ca_file, path);
}

bool
http_set_proxy(struct http *http, const char *url)
{
	return replace(&http->proxy, url);
}

bool
http_is_canceled(const struct http *http)
{
	return http->canceled != NULL && atomic_load(http->canceled);
}

/* A blank exchange with a handle; NULL when out of memory. */
static struct http_exchange *
make_exchange(struct http *http)
{
	struct http_exchange *x = pop(&http->spare);
	CURL                 *easy = x != NULL ? x->easy : curl_easy_init();

	if (x == NULL)
		x = malloc(sizeof(*x));
	if (easy == NULL || x == NULL) {
		curl_easy_cleanup(easy);
		free(x);
		return NULL;
	}
	*x = (struct http_exchange){ .http = http, .easy = easy };
	return x;
}

struct http_exchange *
http_start(struct http *http, const struct http_request *request,
    struct http_response *response, void *tag)
{
	struct http_exchange *x = make_exchange(http);

	if (x == NULL)
		return NULL;
	x->request = request;
	x->response = response;
	x->tag = tag;
	if (!http_exchange_prepare(x)) {
		push(&http->ended, x);
	} else if (curl_multi_add_handle(http->multi, x->easy) != CURLM_OK) {
		http_exchange_forget(x);
		push(&http->spare, x);
		return NULL;
	} else {
		push(&http->running, x);
	}
	return x;
}

/* Takes a running exchange out of libcurl's hands. */
static void
stop(struct http_exchange *x, CURLcode code)
{
	http_exchange_conclude(x, code);
	curl_multi_remove_handle(x->http->multi, x->easy);
	take_out(&x->http->running, x);
	push(&x->http->ended, x);
}

/* Lets libcurl work and gathers what has ended. */
static void
perform(struct http *http)
{
	struct http_exchange *x;
	CURLMsg              *message;
	int                   n;

	if (http_is_canceled(http))
		while (http->running != NULL)
			stop(http->running, CURLE_ABORTED_BY_CALLBACK);
	curl_multi_perform(http->multi, &n);
	while ((message = curl_multi_info_read(http->multi, &n)) != NULL) {
		CURLcode code = message->data.result;

		curl_easy_getinfo(
		    message->easy_handle, CURLINFO_PRIVATE, (char **)&x);
		if (!http_trust_again(x, code))
			stop(x, code);
	}
}

struct http_exchange *
http_wait(struct http *http, int64_t timeout_ms)
{
	int64_t until = clock_deadline_ms(timeout_ms), left;

	for (;;) {
		if (http->ended == NULL)
			perform(http);
		left = until - clock_steady_ms();
		if (http->ended != NULL || left <= 0 || http_is_canceled(http))
			return http->ended;
		curl_multi_poll(http->multi, NULL, 0,
		    (int)(left < SLICE_MS ? left : SLICE_MS), NULL);
	}
}

void *
http_tag(const struct http_exchange *exchange)
{
	return exchange->tag;
}

enum http_outcome
http_end(struct http_exchange *exchange)
{
	struct http      *http = exchange->http;
	enum http_outcome outcome;

	for (const struct http_exchange *r = http->running; r != NULL;
	     r = r->next)
		if (r == exchange) {
			stop(exchange, CURLE_OPERATION_TIMEDOUT);
			break;
		}
	outcome = exchange->outcome;
	take_out(&http->ended, exchange);
	http_exchange_forget(exchange);
	push(&http->spare, exchange);
	return outcome;
}

enum http_outcome
http_send(struct http *http, const struct http_request *request,
    struct http_response *response)
{
	struct http_exchange *x = http_start(http, request, response, NULL);

	if (x == NULL) {
		http_response_clear(response, request->body_max);
		return HTTP_NOMEM;
	}
	while (http_wait(http, INT_MAX) != x)
		;
	return http_end(x);
}
