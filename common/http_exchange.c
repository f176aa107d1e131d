/* SPDX-License-Identifier: MIT */

/* One exchange: what libcurl asks and tells, and what came of it. */

#include <string.h>

#include "http_internal.h"

static const struct {
	CURLcode          code;
	enum http_outcome outcome;
} outcomes[] = {
	{ CURLE_OK, HTTP_ANSWERED },
	{ CURLE_OUT_OF_MEMORY, HTTP_NOMEM },
	{ CURLE_URL_MALFORMAT, HTTP_ARGUMENT },
	{ CURLE_UNSUPPORTED_PROTOCOL, HTTP_ARGUMENT },
	{ CURLE_COULDNT_RESOLVE_PROXY, HTTP_CONNECT },
	{ CURLE_COULDNT_RESOLVE_HOST, HTTP_CONNECT },
	{ CURLE_COULDNT_CONNECT, HTTP_CONNECT },
	{ CURLE_PROXY, HTTP_CONNECT },
	{ CURLE_SSL_CONNECT_ERROR, HTTP_TLS },
	{ CURLE_PEER_FAILED_VERIFICATION, HTTP_TLS },
	{ CURLE_SSL_CACERT_BADFILE, HTTP_TLS },
	{ CURLE_SSL_CERTPROBLEM, HTTP_TLS },
	{ CURLE_SSL_CIPHER, HTTP_TLS },
	{ CURLE_SSL_ISSUER_ERROR, HTTP_TLS },
	{ CURLE_SSL_INVALIDCERTSTATUS, HTTP_TLS },
	{ CURLE_OPERATION_TIMEDOUT, HTTP_TIMEOUT },
	{ CURLE_ABORTED_BY_CALLBACK, HTTP_CANCELED },
	{ CURLE_FILESIZE_EXCEEDED, HTTP_TOO_LARGE },
};

static size_t
on_body(char *data, size_t size, size_t n, void *ctx)
{
	struct http_exchange *x = ctx;
	struct buf           *body = &x->response->body;
	size_t                len = size * n, room = body->max - body->len;

	/* What fits is kept: it may be worth salvaging. */
	x->too_large = len > room;
	x->no_memory = !buf_add(body, data, x->too_large ? room : len);
	return x->too_large || x->no_memory ? 0 : len;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Moves *text and gives the length that is left without space around it. */
static size_t
trim(const char **text, size_t len)
{
	for (; len > 0 && is_space(**text); len--)
		++*text;
	while (len > 0 && is_space((*text)[len - 1]))
		len--;
	return len;
}

/* Keeps one line; what is no header (a folded line, say) is passed over. */
static bool
keep_header(struct http_response *response, const char *line, size_t len)
{
	const char *colon = memchr(line, ':', len), *value;
	size_t      name_len, value_len;

	if (colon == NULL)
		return true;
	name_len = (size_t)(colon - line);
	value = colon + 1;
	value_len = trim(&value, len - name_len - 1);
	if (!http_is_token(line, name_len) ||
	    !http_is_line(value, value_len, true))
		return true;
	return http_response_put_header(
	    response, line, name_len, value, value_len);
}

/* libcurl gives one line a call: status, "Name: value\r\n", at last "\r\n". */
static size_t
on_header(char *line, size_t size, size_t n, void *ctx)
{
	struct http_exchange *x = ctx;
	size_t                len = size * n;

	x->header_bytes += len;
	if (x->header_bytes > HTTP_HEADERS_MAX) {
		x->too_large = true;
		return 0;
	}
	if (len >= 5 && memcmp(line, "HTTP/", 5) == 0) {
		/* What came before belonged to an interim answer. */
		buf_clear(&x->response->headers);
		x->headers_done = false;
		x->answered = true;
	} else if (len <= 2) {
		x->headers_done = true;
	} else if (!x->headers_done && !keep_header(x->response, line, len)) {
		x->no_memory = true;
		return 0;
	}
	return len;
}

/*
 * libcurl asks on each connection before it sends.  Of itself it would send a
 * request again, even a POST, when a connection that it used before turns out to
 * be dead; here it may only if not a byte of the request had left.
 */
static int
on_send(void *ctx, char *ip, char *local_ip, int port, int local_port)
{
	struct http_exchange *x = ctx;
	long                  sent = 0;

	(void)ip, (void)local_ip, (void)port, (void)local_port;
	curl_easy_getinfo(x->easy, CURLINFO_REQUEST_SIZE, &sent);
	x->lost = sent > 0;
	return x->lost ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

/* libcurl asks at least once a second. */
static int
on_progress(
    void *ctx, curl_off_t dt, curl_off_t dn, curl_off_t ut, curl_off_t un)
{
	const struct http_exchange *x = ctx;

	(void)dt, (void)dn, (void)ut, (void)un;
	return http_is_canceled(x->http);
}

/* "Name: value", with a value: libcurl takes "Name:" as "do not send". */
static bool
is_header(const char *header)
{
	const char *colon = strchr(header, ':');

	return colon != NULL && colon[1] != '\0' &&
	       http_is_token(header, (size_t)(colon - header)) &&
	       http_is_line(header, strlen(header), false);
}

/* What is wrong with a request; NULL when nothing is. */
static const char *
fault_of(const struct http *http, const struct http_request *request,
    enum http_scheme scheme)
{
	if (!http_is_token(request->method, strlen(request->method)))
		return "the method is not a word";
	if (!http_is_url_text(request->url))
		return "the URL holds a character that must be escaped";
	if (scheme == SCHEME_BAD)
		return "not a URL of https without user information";
	if (scheme == SCHEME_HTTP && !request->plain_ok)
		return "plain http is only for this machine: use https";
	if ((request->certificate != NULL) !=
	    (request->certificate_key != NULL))
		return "a certificate and its key belong together";
	if (request->certificate != NULL && scheme != SCHEME_HTTPS)
		return "a certificate is shown over https only";
	if (!http_is_line(http->user_agent, strlen(http->user_agent), false))
		return "the user agent holds a control character";
	if (request->basic != NULL &&
	    !http_is_line(request->basic, strlen(request->basic), false))
		return "the credentials hold a control character";
	for (const char *const *h = request->headers; h != NULL && *h; h++)
		if (!is_header(*h))
			return "a header is not \"Name: value\" on one line";
	return NULL;
}

/*
 * Why it failed, in one line.  Some of libcurl's reasons quote the URL, whose
 * query is none of a log's business.
 */
static void
explain(struct http_response *response, const char *reason)
{
	size_t i, most = sizeof(response->message) - 1;

	for (i = 0; i < most && reason[i] != '\0' && reason[i] != '?'; i++) {
		response->message[i] = reason[i];
		if (!http_is_line(reason + i, 1, false))
			response->message[i] = ' ';
	}
	response->message[i] = '\0';
}

static enum http_outcome
outcome_of(CURLcode code, const struct http_exchange *x)
{
	enum http_outcome outcome = HTTP_BROKEN;

	if (x->too_large)
		return HTTP_TOO_LARGE;
	if (x->no_memory)
		return HTTP_NOMEM;
	if (x->lost)
		return HTTP_BROKEN;
	for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++)
		if (outcomes[i].code == code)
			outcome = outcomes[i].outcome;
	/* libcurl takes a head that was cut short for a whole one. */
	if (outcome == HTTP_ANSWERED && !x->headers_done)
		return HTTP_BROKEN;
	/* These promise that nothing was sent. */
	if (x->response->sent &&
	    (outcome == HTTP_ARGUMENT || outcome == HTTP_CONNECT ||
		outcome == HTTP_TLS))
		return HTTP_BROKEN;
	return outcome;
}

/* What is to be said about an outcome that is no answer. */
static const char *
reason_of(
    const struct http_exchange *x, CURLcode code, enum http_outcome outcome)
{
	static const char *const own[] = {
		[HTTP_NOMEM] = "out of memory",
		[HTTP_TIMEOUT] = NULL,
		[HTTP_CANCELED] = "canceled",
		[HTTP_TOO_LARGE] = "the answer is larger than allowed",
	};

	if ((size_t)outcome < sizeof(own) / sizeof(own[0]) &&
	    own[outcome] != NULL)
		return own[outcome];
	if (code == CURLE_OK)
		return "the answer was cut short";
	if (x->lost)
		return "the connection was lost after the request had left";
	return x->reason[0] != '\0' ? x->reason : curl_easy_strerror(code);
}

void
http_exchange_conclude(struct http_exchange *x, CURLcode code)
{
	struct http_response *response = x->response;
	curl_off_t            pretransfer_us = 0;
	long                  status = 0;

	curl_easy_getinfo(
	    x->easy, CURLINFO_PRETRANSFER_TIME_T, &pretransfer_us);
	curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
	response->sent = x->answered || pretransfer_us > 0;
	response->status = status >= 200 ? (int)status : 0;
	x->outcome = outcome_of(code, x);
	if (x->outcome != HTTP_ANSWERED)
		explain(response, reason_of(x, code, x->outcome));
}

/* Nothing was sent and nothing will be. */
static bool
refuse(struct http_exchange *x, enum http_outcome outcome, const char *reason)
{
	explain(x->response, reason);
	x->outcome = outcome;
	return false;
}

#define SET(option, value) \
	(curl_easy_setopt(x->easy, CURLOPT_##option, value) == CURLE_OK)

static bool
set_callbacks(struct http_exchange *x)
{
	return SET(ERRORBUFFER, x->reason) && SET(WRITEFUNCTION, on_body) &&
	       SET(WRITEDATA, x) && SET(HEADERFUNCTION, on_header) &&
	       SET(HEADERDATA, x) && SET(XFERINFOFUNCTION, on_progress) &&
	       SET(XFERINFODATA, x) && SET(PRIVATE, x) &&
	       (!x->request->at_most_once ||
		   (SET(PREREQFUNCTION, on_send) && SET(PREREQDATA, x)));
}

#undef SET

/* Thousands of requests in a row have the same URL. */
static enum http_scheme
scheme_of(struct http *http, const char *url)
{
	if (http->last_url == NULL || strcmp(http->last_url, url) != 0) {
		wipe_free(http->last_url);
		http->last_url = strdup(url);
		http->last_scheme = http_scheme_of(url);
	}
	return http->last_scheme;
}

bool
http_exchange_prepare(struct http_exchange *x)
{
	const struct http_request *request = x->request;
	enum http_scheme           scheme = scheme_of(x->http, request->url);
	const char                *fault;

	http_response_clear(x->response, request->body_max);
	if ((fault = fault_of(x->http, request, scheme)) != NULL)
		return refuse(x, HTTP_ARGUMENT, fault);
	if (request->timeout_ms <= 0)
		return refuse(x, HTTP_TIMEOUT, "no time is left");
	if (http_is_canceled(x->http))
		return refuse(x, HTTP_CANCELED, "canceled");
	if (!http_list_headers(&x->headers, request->headers) ||
	    !http_set_options(x, scheme != SCHEME_HTTPS) || !set_callbacks(x))
		return refuse(x, HTTP_NOMEM, "out of memory");
	return true;
}

void
http_exchange_forget(struct http_exchange *x)
{
	for (struct curl_slist *l = x->headers; l != NULL; l = l->next)
		wipe(l->data, strlen(l->data));
	curl_slist_free_all(x->headers);
	/* Leaves no pointer into the request behind; the handle keeps what
	 * libcurl learnt. */
	curl_easy_reset(x->easy);
}
