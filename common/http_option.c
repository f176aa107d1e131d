/* SPDX-License-Identifier: MIT */

/* Every option of libcurl that an exchange has is set here and nowhere else. */

#include <limits.h>
#include <string.h>
#include <strings.h>

#include "http_internal.h"

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
#if LIBCURL_VERSION_NUM >= 0x075700
	/* A name server that is silent must not outlast the deadline. */
	{ CURLOPT_QUICK_EXIT, 1 },
#endif
};

/* What differs between two kinds of exchange. */
struct choice {
	CURLoption option;
	long       yes, no;
};

/*
 * The peer must see the request at most once: on_send() in http_exchange.c holds
 * that.  No connection that idled for long is used, since such a one may be dead
 * and would leave the request in doubt.
 */
#define IDLE_MAX_S 10
#define IDLE_DEFAULT_S 118
static const struct choice once[] = {
	{ CURLOPT_MAXAGE_CONN, IDLE_MAX_S, IDLE_DEFAULT_S },
	/* An answer that stalls is given up early, save one that holds
	 * something the peer will not say again. */
	{ CURLOPT_LOW_SPEED_LIMIT, 0, 30 },
	{ CURLOPT_LOW_SPEED_TIME, 0, 10 },
};

/*
 * One exchange at a time on a connection, for requests of `at_most_once`, so
 * that a connection that breaks leaves one in doubt and no more; and without
 * TLS, where nobody offers HTTP/2.  Others wait to learn whether they can share.
 */
static const struct choice one_by_one[] = {
	{ CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1, CURL_HTTP_VERSION_2TLS },
	{ CURLOPT_PIPEWAIT, 0, 1 },
};

/* A connection, or a TLS session that is taken up again, stays with the
 * certificate that it began with, also for a request that has another or none. */
static const struct choice alone[] = {
	{ CURLOPT_FRESH_CONNECT, 1, 0 },
	{ CURLOPT_FORBID_REUSE, 1, 0 },
	{ CURLOPT_SSL_SESSIONID_CACHE, 0, 1 },
};

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
bool
http_list_headers(struct curl_slist **list, const char *const *headers)
{
	if (!append(list, "Expect:") || (!has_header(headers, "Content-Type") &&
					    !append(list, "Content-Type:")))
		return false;
	for (; headers != NULL && *headers != NULL; headers++)
		if (!append(list, *headers))
			return false;
	return true;
}

#define SET(option, value) \
	(curl_easy_setopt(easy, CURLOPT_##option, value) == CURLE_OK)

static bool
choose(CURL *easy, const struct choice *choices, size_t count, bool yes)
{
	for (size_t i = 0; i < count; i++)
		if (curl_easy_setopt(easy, choices[i].option,
			yes ? choices[i].yes : choices[i].no) != CURLE_OK)
			return false;
	return true;
}

#define CHOOSE(choices, yes) \
	choose(easy, choices, sizeof(choices) / sizeof((choices)[0]), yes)

static bool
set_tables(CURL *easy, const struct http_request *request, bool plain)
{
	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		if (curl_easy_setopt(easy, always[i].option, always[i].value) !=
		    CURLE_OK)
			return false;
	return CHOOSE(once, request->at_most_once) &&
	       CHOOSE(alone, request->certificate != NULL) &&
	       CHOOSE(one_by_one, request->at_most_once || plain);
}

/* The way there. */
static bool
set_route(CURL *easy, const struct http *http, bool plain)
{
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

/* Bytes that libcurl reads where they are; it never writes them. */
static struct curl_blob
blob_of(const char *text)
{
	struct curl_blob blob = { .len = strlen(text),
		.flags = CURL_BLOB_NOCOPY };

	memcpy(&blob.data, &text, sizeof(blob.data));
	return blob;
}

static bool
set_certificate(CURL *easy, const struct http_request *request)
{
	struct curl_blob certificate, key;

	if (request->certificate == NULL)
		return true;
	certificate = blob_of(request->certificate);
	key = blob_of(request->certificate_key);
	/* A passphrase, if an empty one: libcrypto would ask the terminal. */
	return SET(SSLCERT_BLOB, &certificate) && SET(SSLCERTTYPE, "PEM") &&
	       SET(SSLKEY_BLOB, &key) && SET(SSLKEYTYPE, "PEM") &&
	       SET(KEYPASSWD, "");
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
    const struct http_request *request, const struct curl_slist *headers,
    size_t body_max)
{
	int64_t timeout_ms =
	    request->timeout_ms < LONG_MAX ? request->timeout_ms : LONG_MAX;

	return SET(URL, request->url) && set_body(easy, request) &&
	       SET(CUSTOMREQUEST, request->method) &&
	       SET(HTTPHEADER, headers) && SET(USERAGENT, http->user_agent) &&
	       SET(USERPWD, request->basic) &&
	       SET(ACCEPT_ENCODING, request->compressed ? "gzip" : NULL) &&
	       SET(TIMEOUT_MS, (long)timeout_ms) && SET(SHARE, http->share) &&
	       SET(MAXFILESIZE_LARGE, (curl_off_t)body_max);
}

#undef SET

bool
http_set_options(struct http_exchange *x, bool plain)
{
	return set_tables(x->easy, x->request, plain) && http_set_trust(x) &&
	       set_route(x->easy, x->http, plain) &&
	       set_certificate(x->easy, x->request) &&
	       set_request(x->easy, x->http, x->request, x->headers,
		   x->response->body.max);
}
