/* SPDX-License-Identifier: MIT */
#include "origin.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

static const struct {
	const char *prefix;
	const char *own_port;
	bool        secure;
} schemes[] = {
	{ "https://", ":443", true },
	{ "http://", ":80", false },
};

static bool
is_host(const char *text)
{
	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++)
		if (!isalnum((unsigned char)*text) &&
		    strchr("-.:[]", *text) == NULL)
			return false;
	return true;
}

static void
drop_suffix(char *text, const char *suffix)
{
	size_t len = strlen(text), suffix_len = strlen(suffix);

	if (len > suffix_len && strcmp(text + len - suffix_len, suffix) == 0)
		text[len - suffix_len] = '\0';
}

bool
origin_parse(const char *url, struct origin *origin)
{
	size_t i, len, start;

	for (i = 0; i < sizeof(schemes) / sizeof(*schemes); i++)
		if (strncasecmp(
			url, schemes[i].prefix, strlen(schemes[i].prefix)) == 0)
			break;
	if (i == sizeof(schemes) / sizeof(*schemes))
		return false;
	start = strlen(schemes[i].prefix);
	len = start + strcspn(url + start, "/?#");
	if (len >= sizeof(origin->text))
		return false;
	for (size_t k = 0; k < len; k++)
		origin->text[k] = (char)tolower((unsigned char)url[k]);
	origin->text[len] = '\0';
	origin->secure = schemes[i].secure;
	origin->host = origin->text + start;
	drop_suffix(origin->text, schemes[i].own_port);
	return is_host(origin->host);
}
