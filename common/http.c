/* SPDX-License-Identifier: MIT */
#include <curl/curl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http_internal.h"

struct http {
	CURL              *easy; /* kept: it holds connections and caches */
	char              *user_agent, *ca_file, *proxy;
	const atomic_bool *canceled;
};

/* One exchange, as the callbacks of libcurl see it. */
struct transfer {
	struct http          *http;
	struct http_response *response;
	size_t                header_bytes;
	bool                  headers_done; /* what follows are trailers */
	bool                  answered;     /* a status line arrived */
	bool                  too_large, no_memory;
	char                  reason[CURL_ERROR_SIZE];
};

/*
 * What holds for every exchange.  SSLKEYLOGFILE is not among it: libcurl reads
 * that variable by itself and has no option against it, so programs remove it
 * from their environment before anything else.
 */
static const struct {
	CURLoption option;
	long       value;
} always[] = {
	{ CURLOPT_SSL_VERIFYPEER, 1 },
	{ CURLOPT_SSL_VERIFYHOST, 2 },
	{ CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2 },
	{ CURLOPT_FOLLOWLOCATION, 0 },
	{ CURLOPT_UNRESTRICTED_AUTH, 0 },
	{ CURLOPT_DISALLOW_USERNAME_IN_URL, 1 },
	{ CURLOPT_NETRC, CURL_NETRC_IGNORED },
	{ CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC },
	{ CURLOPT_HTTP09_ALLOWED, 0 },
	{ CURLOPT_SUPPRESS_CONNECT_HEADERS, 1 },
	{ CURLOPT_NOSIGNAL, 1 },
	{ CURLOPT_NOPROGRESS, 0 },
	{ CURLOPT_CONNECTTIMEOUT_MS, 5000 },
};

/* The peer must see the request once: see http.h. */
static const struct {
	CURLoption option;
	long       once, else_;
} once[] = {
	{ CURLOPT_FRESH_CONNECT, 1, 0 },
	{ CURLOPT_FORBID_REUSE, 1, 0 },
	{ CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1, CURL_HTTP_VERSION_2TLS },
	/* An answer that stalls is given up early, save one that holds
	 * something the peer will not say again. */
	{ CURLOPT_LOW_SPEED_LIMIT, 0, 30 },
	{ CURLOPT_LOW_SPEED_TIME, 0, 10 },
};

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

struct http *
http_new(const char *user_agent, const atomic_bool *canceled)
{
	struct http *http = calloc(1, sizeof(*http));

	if (http == NULL)
		return NULL;
	http->canceled = canceled;
	http->user_agent = strdup(user_agent);
	http->easy = curl_easy_init();
	if (http->user_agent == NULL || http->easy == NULL) {
		http_free(http);
		return NULL;
	}
	return http;
}

void
http_free(struct http *http)
{
	if (http == NULL)
		return;
	curl_easy_cleanup(http->easy);
	free(http->user_agent);
	free(http->ca_file);
	wipe_free(http->proxy); /* may hold a password */
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

static size_t
on_body(char *data, size_t size, size_t n, void *ctx)
{
	struct transfer *t = ctx;
	struct buf      *body = &t->response->body;
	size_t           len = size * n, room = body->max - body->len;

	/* What fits is kept: it may be worth salvaging. */
	t->too_large = len > room;
	t->no_memory = !buf_add(body, data, t->too_large ? room : len);
	return t->too_large || t->no_memory ? 0 : len;
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
	struct transfer *t = ctx;
	size_t           len = size * n;

	t->header_bytes += len;
	if (t->header_bytes > HTTP_HEADERS_MAX) {
		t->too_large = true;
		return 0;
	}
	if (len >= 5 && memcmp(line, "HTTP/", 5) == 0) {
		/* What came before belonged to an interim answer. */
		buf_clear(&t->response->headers);
		t->headers_done = false;
		t->answered = true;
	} else if (len <= 2) {
		t->headers_done = true;
	} else if (!t->headers_done && !keep_header(t->response, line, len)) {
		t->no_memory = true;
		return 0;
	}
	return len;
}

/* libcurl asks at least once a second. */
static int
on_progress(
    void *ctx, curl_off_t dt, curl_off_t dn, curl_off_t ut, curl_off_t un)
{
	const struct transfer *t = ctx;

	(void)dt, (void)dn, (void)ut, (void)un;
	return t->http->canceled != NULL && atomic_load(t->http->canceled);
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
fault_of(const struct http *http, const struct http_request *request)
{
	enum http_scheme scheme = http_scheme_of(request->url);

	if (!http_is_token(request->method, strlen(request->method)))
		return "the method is not a word";
	if (!http_is_url_text(request->url))
		return "the URL holds a character that must be escaped";
	if (scheme == SCHEME_BAD)
		return "not a URL of https without user information";
	if (scheme == SCHEME_HTTP && !request->plain_ok)
		return "plain http is only for this machine: use https";
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

static bool
has_header(const char *const *headers, const char *name)
{
	size_t len = strlen(name);

	for (; headers != NULL && *headers != NULL; headers++)
		if (strncasecmp(*headers, name, len) == 0 &&
		    (*headers)[len] == ':')
			return true;
	return false;
}

static bool
append(struct curl_slist **list, const char *text)
{
	struct curl_slist *longer = curl_slist_append(*list, text);

	if (longer != NULL)
		*list = longer;
	return longer != NULL;
}

/* The caller's headers, and none that libcurl would think up. */
static bool
list_headers(struct curl_slist **list, const char *const *headers)
{
	if (!append(list, "Expect:") || (!has_header(headers, "Content-Type") &&
					    !append(list, "Content-Type:")))
		return false;
	for (; headers != NULL && *headers != NULL; headers++)
		if (!append(list, *headers))
			return false;
	return true;
}

static void
free_headers(struct curl_slist *list)
{
	for (struct curl_slist *l = list; l != NULL; l = l->next)
		wipe(l->data, strlen(l->data));
	curl_slist_free_all(list);
}

#define SET(option, value) \
	(curl_easy_setopt(easy, CURLOPT_##option, value) == CURLE_OK)

static bool
set_always(CURL *easy, const struct http_request *request)
{
	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		if (curl_easy_setopt(easy, always[i].option, always[i].value) !=
		    CURLE_OK)
			return false;
	for (size_t i = 0; i < sizeof(once) / sizeof(once[0]); i++)
		if (curl_easy_setopt(easy, once[i].option,
			request->at_most_once ? once[i].once : once[i].else_) !=
		    CURLE_OK)
			return false;
	return true;
}

/* Whom to trust, and the way there. */
static bool
set_peer(CURL *easy, const struct http *http, bool plain)
{
	const char *ca_file = http->ca_file;

	if (ca_file == NULL)
		ca_file = curl_version_info(CURLVERSION_NOW)->cainfo;
	/* A directory beside the bundle would add trust that the caller did not
	 * ask for, and keep libcurl from caching the bundle. */
	if (ca_file != NULL && (!SET(CAINFO, ca_file) || !SET(CAPATH, NULL)))
		return false;
#if LIBCURL_VERSION_NUM >= 0x075500
	if (!SET(PROTOCOLS_STR, plain ? "http" : "https") ||
	    !SET(REDIR_PROTOCOLS_STR, "https"))
		return false;
#else
	if (!SET(PROTOCOLS, (long)(plain ? CURLPROTO_HTTP : CURLPROTO_HTTPS)) ||
	    !SET(REDIR_PROTOCOLS, (long)CURLPROTO_HTTPS))
		return false;
#endif
	/* Empty texts, lest libcurl look into the environment. */
	return SET(NOPROXY, "") &&
	       SET(PROXY, plain || http->proxy == NULL ? "" : http->proxy);
}

static bool
set_callbacks(CURL *easy, struct transfer *t)
{
	return SET(ERRORBUFFER, t->reason) && SET(WRITEFUNCTION, on_body) &&
	       SET(WRITEDATA, t) && SET(HEADERFUNCTION, on_header) &&
	       SET(HEADERDATA, t) && SET(XFERINFOFUNCTION, on_progress) &&
	       SET(XFERINFODATA, t);
}

static bool
set_body(CURL *easy, const struct http_request *request)
{
	if (strcmp(request->method, "HEAD") == 0)
		return SET(NOBODY, 1L);
	/* A method that usually has a body announces that this one is empty. */
	if (request->body == NULL &&
	    (strcmp(request->method, "GET") == 0 ||
		strcmp(request->method, "DELETE") == 0))
		return true;
	return SET(POSTFIELDSIZE_LARGE, (curl_off_t)request->body_len) &&
	       SET(POSTFIELDS, request->body != NULL ? request->body : "");
}

static bool
set_request(CURL *easy, const struct http *http,
    const struct http_request *request, struct curl_slist *headers,
    size_t body_max)
{
	int64_t timeout_ms =
	    request->timeout_ms < LONG_MAX ? request->timeout_ms : LONG_MAX;

	return SET(URL, request->url) && set_body(easy, request) &&
	       SET(CUSTOMREQUEST, request->method) &&
	       SET(HTTPHEADER, headers) && SET(USERAGENT, http->user_agent) &&
	       SET(USERPWD, request->basic) &&
	       SET(ACCEPT_ENCODING, request->compressed ? "gzip" : NULL) &&
	       SET(TIMEOUT_MS, (long)timeout_ms) &&
	       SET(MAXFILESIZE_LARGE, (curl_off_t)body_max);
}

#undef SET

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

/* Nothing was sent and nothing will be. */
static enum http_outcome
refuse(struct http_response *response, enum http_outcome outcome,
    const char *reason)
{
	explain(response, reason);
	return outcome;
}

static enum http_outcome
outcome_of(CURLcode code, const struct transfer *t)
{
	enum http_outcome outcome = HTTP_BROKEN;

	if (t->too_large)
		return HTTP_TOO_LARGE;
	if (t->no_memory)
		return HTTP_NOMEM;
	for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++)
		if (outcomes[i].code == code)
			outcome = outcomes[i].outcome;
	/* libcurl takes a head that was cut short for a whole one. */
	if (outcome == HTTP_ANSWERED && !t->headers_done)
		return HTTP_BROKEN;
	/* These promise that nothing was sent. */
	if (t->response->sent &&
	    (outcome == HTTP_ARGUMENT || outcome == HTTP_CONNECT ||
		outcome == HTTP_TLS))
		return HTTP_BROKEN;
	return outcome;
}

/* Writes down what happened. */
static enum http_outcome
conclude(CURL *easy, struct transfer *t, CURLcode code)
{
	static const char *const own[] = {
		[HTTP_NOMEM] = "out of memory",
		[HTTP_CANCELED] = "canceled",
		[HTTP_TOO_LARGE] = "the answer is larger than allowed",
	};
	struct http_response *response = t->response;
	enum http_outcome     outcome;
	curl_off_t            pretransfer_us = 0;
	long                  status = 0;

	curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &pretransfer_us);
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	response->sent = t->answered || pretransfer_us > 0;
	response->status = status >= 200 ? (int)status : 0;
	outcome = outcome_of(code, t);
	if (outcome == HTTP_ANSWERED)
		return outcome;
	if (own[outcome] != NULL)
		explain(response, own[outcome]);
	else if (code == CURLE_OK)
		explain(response, "the answer was cut short");
	else
		explain(response, t->reason[0] != '\0'
				      ? t->reason
				      : curl_easy_strerror(code));
	return outcome;
}

enum http_outcome
http_send(struct http *http, const struct http_request *request,
    struct http_response *response)
{
	struct transfer    t = { .http = http, .response = response };
	struct curl_slist *headers = NULL;
	enum http_outcome  outcome;
	const char        *fault;
	bool               plain;

	http_response_clear(response, request->body_max);
	if ((fault = fault_of(http, request)) != NULL)
		return refuse(response, HTTP_ARGUMENT, fault);
	if (request->timeout_ms <= 0)
		return refuse(response, HTTP_TIMEOUT, "no time is left");
	if (on_progress(&t, 0, 0, 0, 0) != 0)
		return refuse(response, HTTP_CANCELED, "canceled");

	plain = http_scheme_of(request->url) != SCHEME_HTTPS;
	if (!list_headers(&headers, request->headers) ||
	    !set_always(http->easy, request) ||
	    !set_peer(http->easy, http, plain) ||
	    !set_callbacks(http->easy, &t) ||
	    !set_request(
		http->easy, http, request, headers, response->body.max))
		outcome = refuse(response, HTTP_NOMEM, "out of memory");
	else
		outcome =
		    conclude(http->easy, &t, curl_easy_perform(http->easy));
	/* Leaves no pointer into this call behind; connections stay. */
	curl_easy_reset(http->easy);
	free_headers(headers);
	return outcome;
}
