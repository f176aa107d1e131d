/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <curl/curl.h>
#include <string.h>
#include <strings.h>

#include "http_internal.h"

static bool
is_loopback_host(const char *host)
{
	struct in_addr v4;

	if (inet_pton(AF_INET, host, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	return strcmp(host, "[::1]") == 0 || strcasecmp(host, "localhost") == 0;
}

enum http_scheme
http_scheme_of(const char *url)
{
	CURLU           *parts = curl_url();
	char            *scheme = NULL, *host = NULL;
	const char      *behind = url + strcspn(url, ":");
	enum http_scheme answer = SCHEME_BAD;

	/* libcurl is content with one slash, or three. */
	if (strncmp(behind, "://", 3) != 0 || behind[3] == '/')
		goto out;
	if (parts == NULL ||
	    curl_url_set(parts, CURLUPART_URL, url, CURLU_DISALLOW_USER) !=
		CURLUE_OK ||
	    curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
	    curl_url_get(parts, CURLUPART_HOST, &host, 0) != CURLUE_OK)
		goto out;
	if (strcmp(scheme, "https") == 0)
		answer = SCHEME_HTTPS;
	else if (strcmp(scheme, "http") == 0)
		answer =
		    is_loopback_host(host) ? SCHEME_HTTP_LOOPBACK : SCHEME_HTTP;
out:
	curl_free(scheme);
	curl_free(host);
	curl_url_cleanup(parts);
	return answer;
}

bool
http_url_is_loopback(const char *url)
{
	return http_scheme_of(url) == SCHEME_HTTP_LOOPBACK;
}

bool
http_is_url_text(const char *url)
{
	for (; *url != '\0'; url++)
		if (*url <= ' ' || *url >= 0x7f)
			return false;
	return true;
}

bool
http_url_is_base(const char *url, bool plain_ok)
{
	enum http_scheme scheme = http_scheme_of(url);

	return http_is_url_text(url) && strpbrk(url, "?#") == NULL &&
	       (scheme == SCHEME_HTTPS || scheme == SCHEME_HTTP_LOOPBACK ||
		   (scheme == SCHEME_HTTP && plain_ok));
}
