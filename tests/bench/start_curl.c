/* SPDX-License-Identifier: MIT */

/* Makes the request of start_library with libcurl alone. */

#include <curl/curl.h>
#include <err.h>
#include <stdio.h>

#include "memory.h"

static size_t
on_body(char *data, size_t size, size_t n, void *ctx)
{
	(void)data, (void)ctx;
	return size * n;
}

int
main(int argc, char **argv)
{
	char               url[128];
	struct curl_slist *headers;
	CURL              *easy;

	if (argc != 2)
		errx(2, "usage: start_curl HOST:PORT");
	snprintf(url, sizeof(url),
	    "http://%s/v1/projects/my-project/secrets/bench/versions/latest:"
	    "access",
	    argv[1]);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	easy = curl_easy_init();
	headers = curl_slist_append(NULL, "Accept: application/json");
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	if (curl_easy_perform(easy) != CURLE_OK)
		errx(1, "no answer");
	curl_easy_cleanup(easy);
	curl_slist_free_all(headers);
	return memory_print();
}
