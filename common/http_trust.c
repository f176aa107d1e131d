/* SPDX-License-Identifier: MIT */

/*
 * Whose certificates are believed.  The system's authorities are there twice: in
 * a folder, where OpenSSL finds one by a hash of its name, and in a bundle, of
 * which all are read before the first connection, which takes as long as some
 * hundred requests.  So the folder comes first.  It may lack
 * what was put into the bundle alone, as is done in containers: a server that is
 * not trusted by the folder is asked again with the bundle, and so are all after
 * it.  Nothing was sent to it by then.
 */

#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <string.h>

#include "http_internal.h"

/* "5ed36f99.0" */
static bool
is_hash(const char *name)
{
	size_t digits = strspn(name, "0123456789abcdef");

	return digits == 8 && name[8] == '.' && isdigit((unsigned char)name[9]);
}

bool
http_is_hashed(const char *folder)
{
	DIR           *dir = opendir(folder);
	struct dirent *entry;
	bool           found = false;

	/* Nobody else reads this one.  NOLINTNEXTLINE(concurrency-mt-unsafe) */
	while (dir != NULL && !found && (entry = readdir(dir)) != NULL)
		found = is_hash(entry->d_name);
	if (dir != NULL)
		closedir(dir);
	return found;
}

void
http_find_trust(struct http *http)
{
	const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);

	http->ca_bundle = info->cainfo;
	/* Other libraries than OpenSSL read all that is in a folder. */
	if (info->cainfo != NULL && info->capath != NULL &&
	    info->ssl_version != NULL &&
	    strncmp(info->ssl_version, "OpenSSL/", 8) == 0 &&
	    http_is_hashed(info->capath))
		http->ca_folder = info->capath;
}

bool
http_set_trust(struct http_exchange *x)
{
	const struct http *http = x->http;
	const char        *bundle = http->ca_file;

	x->by_folder = bundle == NULL && http->ca_folder != NULL;
	if (bundle == NULL && !x->by_folder)
		bundle = http->ca_bundle;
	if (bundle == NULL && !x->by_folder)
		return true; /* libcurl has ways of its own */
	/* A folder beside the bundle would add trust that the caller did not
	 * ask for, and keep libcurl from reading the bundle just once. */
	return curl_easy_setopt(x->easy, CURLOPT_CAINFO, bundle) == CURLE_OK &&
	       curl_easy_setopt(x->easy, CURLOPT_CAPATH,
		   x->by_folder ? http->ca_folder : NULL) == CURLE_OK;
}

bool
http_trust_again(struct http_exchange *x, CURLcode code)
{
	CURLM     *multi = x->http->multi;
	curl_off_t took_us = 0;
	int64_t    left_ms;

	if (!x->by_folder || code != CURLE_PEER_FAILED_VERIFICATION)
		return false;
	x->http->ca_folder = NULL;
	curl_easy_getinfo(x->easy, CURLINFO_TOTAL_TIME_T, &took_us);
	left_ms = x->request->timeout_ms - took_us / 1000;
	if (left_ms <= 0)
		return false;
	curl_multi_remove_handle(multi, x->easy);
	return http_set_trust(x) &&
	       curl_easy_setopt(x->easy, CURLOPT_TIMEOUT_MS,
		   (long)(left_ms < LONG_MAX ? left_ms : LONG_MAX)) ==
		   CURLE_OK &&
	       curl_multi_add_handle(multi, x->easy) == CURLM_OK;
}
