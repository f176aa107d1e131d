/* SPDX-License-Identifier: MIT */
#include "values.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "buf.h"
#include "http.h"
#include "log.h"
#include "members.h"
#include "pg.h"
#include "settings.h"

#define KEY_BYTES 32
#define KEYS_MAX 16
#define ENTRY_MAX 512
#define LIMIT_MAX INT64_C(1000000000)

#define DIGITS "0123456789"

static bool
refuse(char why[VALUE_WHY_SIZE], const char *reason)
{
	snprintf(why, VALUE_WHY_SIZE, "%s", reason);
	return false;
}

static bool
copy(const char *text, size_t len, void *at, char why[VALUE_WHY_SIZE])
{
	char *copied = strndup(text, len);

	if (copied == NULL)
		return refuse(why, "could not be read: out of memory");
	*(char **)at = copied;
	return true;
}

/*
 * Reads the decimal number of `len` bytes: digits alone, no sign, no leading
 * zero, at most `most`.
 */
static bool
number(const char *text, size_t len, int64_t most, int64_t *out)
{
	int64_t n = 0;

	if (len == 0 || (len > 1 && *text == '0'))
		return false;
	for (; len > 0; len--, text++) {
		int digit = *text - '0';

		if (digit < 0 || digit > 9 || digit > most ||
		    n > (most - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	*out = n;
	return true;
}

bool
value_switch(const char *text, void *at, char why[VALUE_WHY_SIZE])
{
	return number(text, strlen(text), 1, at) ||
	       refuse(why, "must be 1 or 0");
}

bool
value_port(const char *text, void *at, char why[VALUE_WHY_SIZE])
{
	int64_t n;

	if (!number(text, strlen(text), 65535, &n) || n == 0)
		return refuse(why, "must be a number from 1 to 65535");
	*(int64_t *)at = n;
	return true;
}

bool
value_seconds(const char *text, void *at, char why[VALUE_WHY_SIZE])
{
	bool    negative = *text == '-';
	int64_t n;

	/* A century is enough and cannot overflow any sum of times. */
	text += negative;
	if (!number(text, strlen(text), INT64_C(3155760000), &n))
		return refuse(why, "must be a whole number of seconds");
	*(int64_t *)at = negative ? -n : n;
	return true;
}

bool
value_deadline(const char *text, void *at, char why[VALUE_WHY_SIZE])
{
	int64_t n;

	/* Below that, one slow request alone could take longer. */
	if (!number(text, strlen(text), 3600, &n) || n < 140)
		return refuse(
		    why, "must be a number of seconds from 140 to 3600");
	*(int64_t *)at = n;
	return true;
}

bool
value_in_flight(const char *text, void *at, char why[VALUE_WHY_SIZE])
{
	int64_t n;

	if (!number(text, strlen(text), 64, &n) || n == 0)
		return refuse(why, "must be a number from 1 to 64");
	*(int64_t *)at = n;
	return true;
}

bool
value_days(const char *text, void *at, char why[VALUE_WHY_SIZE])
{
	int64_t n;

	if (!number(text, strlen(text), 3650, &n))
		return refuse(why, "must be a number of days from 0 to 3650");
	*(int64_t *)at = n;
	return true;
}

bool
value_percent(const char *text, void *at, char why[VALUE_WHY_SIZE])
{
	int64_t n;

	if (!number(text, strlen(text), 100, &n))
		return refuse(why, "must be a number from 0 to 100");
	*(int64_t *)at = n;
	return true;
}

bool
value_limits(const char *text, void *at, char why[VALUE_WHY_SIZE])
{
	size_t  first = strcspn(text, ",");
	int64_t limits[2];

	if (text[first] != ',' || !number(text, first, LIMIT_MAX, &limits[0]) ||
	    !number(text + first + 1, strlen(text + first + 1), LIMIT_MAX,
		&limits[1]) ||
	    limits[0] == 0 || limits[1] == 0)
		return refuse(why,
		    "must be two numbers above 0 with a comma between: the "
		    "requests in 15 minutes and in a day");
	memcpy(at, limits, sizeof(limits));
	return true;
}

/* As many tasks as the token store has groups of accounts. */
bool
value_task(const char *text, void *at, char why[VALUE_WHY_SIZE])
{
	int64_t n;

	if (!number(text, strlen(text), 64, &n))
		return refuse(why, "must be a number from 0 to 64");
	*(int64_t *)at = n;
	return true;
}

static bool
word(const char *text, const char *const *words, size_t count, int64_t *at)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(text, words[i]) == 0) {
			*at = (int64_t)i;
			return true;
		}
	return false;
}

bool
value_invoker(const char *text, void *at, char why[VALUE_WHY_SIZE])
{
	static const char *const words[] = {
		[INVOKER_VERIFY] = "verify",
		[INVOKER_PLATFORM] = "platform",
		[INVOKER_OFF] = "off",
	};

	return word(text, words, COUNT(words), at) ||
	       refuse(why, "must be verify, platform or off");
}

bool
value_log_format(const char *text, void *at, char why[VALUE_WHY_SIZE])
{
	static const char *const words[] = {
		[LOG_TEXT] = "text",
		[LOG_JSON] = "json",
	};

	return word(text, words, COUNT(words), at) ||
	       refuse(why, "must be json or text");
}

bool
value_line(const char *text, void *at, char why[VALUE_WHY_SIZE])
{
	for (const char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return refuse(
			    why, "must be one line without control characters");
	return copy(text, strlen(text), at, why);
}

bool
value_visible(const char *text, void *at, char why[VALUE_WHY_SIZE])
{
	for (const char *p = text; *p != '\0'; p++)
		if (*p <= ' ' || *p >= 0x7f)
			return refuse(why, "must be visible ASCII characters "
					   "without a space");
	return copy(text, strlen(text), at, why);
}

bool
value_client_id(const char *text, void *at, char why[VALUE_WHY_SIZE])
{
	int64_t n;

	if (!number(text, strlen(text), INT64_MAX, &n) || n == 0)
		return refuse(why, "must be a decimal number");
	return copy(text, strlen(text), at, why);
}

/* At most `most` entries by commas, each of which is what `is` says. */
static bool
entries(const char *text, bool (*is)(const char *, size_t), int most,
    const char *what, char why[VALUE_WHY_SIZE])
{
	size_t len;

	for (int n = 1; n <= most; n++) {
		len = strcspn(text, ",");
		if (!is(text, len)) {
			snprintf(why, VALUE_WHY_SIZE,
			    "must be %s, comma separated: entry %d is not one",
			    what, n);
			return false;
		}
		if (text[len] == '\0')
			return true;
		text += len + 1;
	}
	snprintf(why, VALUE_WHY_SIZE, "must be at most %d %s", most, what);
	return false;
}

static bool
is_athlete(const char *text, size_t len)
{
	int64_t n;

	return number(text, len, INT64_MAX, &n) && n != 0;
}

bool
value_athletes(const char *text, void *at, char why[VALUE_WHY_SIZE])
{
	return (*text == '\0' ||
		   entries(text, is_athlete, INT_MAX, "athlete ids", why)) &&
	       copy(text, strlen(text), at, why);
}

bool
value_scope(const char *text, void *at, char why[VALUE_WHY_SIZE])
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz_:";
	const char       *p = text;
	size_t            len;

	for (;;) {
		len = strspn(p, letters);
		if (len == 0 || (p[len] != ',' && p[len] != '\0'))
			return refuse(why,
			    "must be scopes of Strava, comma separated, such "
			    "as read,activity:read_all");
		if (p[len] == '\0')
			return copy(text, strlen(text), at, why);
		p += len + 1;
	}
}

static bool
is_audience(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] <= ' ' || text[i] > '~' || text[i] == '"' ||
		    text[i] == '\\')
			return false;
	return len > 0 && len <= ENTRY_MAX;
}

static bool
is_email(const char *text, size_t len)
{
	const char *at = memchr(text, '@', len);

	return is_audience(text, len) && at != NULL && at > text &&
	       at + 1 < text + len;
}

bool
value_audiences(const char *text, void *at, char why[VALUE_WHY_SIZE])
{
	return entries(text, is_audience, VALUE_LIST_MAX, "audiences", why) &&
	       copy(text, strlen(text), at, why);
}

bool
value_emails(const char *text, void *at, char why[VALUE_WHY_SIZE])
{
	return entries(
		   text, is_email, VALUE_LIST_MAX, "e-mail addresses", why) &&
	       copy(text, strlen(text), at, why);
}

/* Reads "id:base64" of `len` bytes; NULL or what is wrong with it. */
static const char *
key_fault(const char *text, size_t len, int64_t *id)
{
	const char *colon = memchr(text, ':', len);
	struct buf  key;
	bool        ok;

	if (colon == NULL)
		return "is not id:base64";
	if (!number(text, (size_t)(colon - text), INT32_MAX, id) || *id == 0)
		return "has no id from 1 to 2147483647";
	buf_init(&key, KEY_BYTES);
	ok = base64_decode(&key, colon + 1, len - (size_t)(colon + 1 - text),
		 BASE64_STANDARD) &&
	     key.len == KEY_BYTES;
	buf_free(&key);
	return ok ? NULL
		  : "is not 32 bytes in base64 (openssl rand -base64 32)";
}

bool
value_keys(const char *text, void *at, char why[VALUE_WHY_SIZE])
{
	int64_t     ids[KEYS_MAX];
	const char *p = text, *fault;
	size_t      len;

	for (size_t n = 0; n < KEYS_MAX; n++) {
		len = strcspn(p, ",");
		fault = key_fault(p, len, &ids[n]);
		for (size_t i = 0; fault == NULL && i < n; i++)
			if (ids[i] == ids[n])
				fault = "has the id of an earlier one";
		if (fault != NULL) {
			snprintf(why, VALUE_WHY_SIZE,
			    "must be keys id:base64, comma separated: entry "
			    "%zu %s",
			    n + 1, fault);
			return false;
		}
		if (p[len] == '\0')
			return copy(text, strlen(text), at, why);
		p += len + 1;
	}
	return refuse(why, "has more than 16 keys");
}

bool
value_conninfo(const char *text, void *at, char why[VALUE_WHY_SIZE])
{
	char reason[VALUE_WHY_SIZE - 16];

	if (!pg_check_conninfo(text, reason, sizeof(reason))) {
		snprintf(why, VALUE_WHY_SIZE, "is of no use: %s", reason);
		return false;
	}
	return copy(text, strlen(text), at, why);
}

bool
value_base(const char *text, void *at, char why[VALUE_WHY_SIZE])
{
	size_t len = strlen(text);

	if (!http_url_is_base(text, false))
		return refuse(why,
		    "must be an https:// URL without query and user name "
		    "(http:// for this machine only)");
	while (text[len - 1] == '/')
		len--;
	return copy(text, len, at, why);
}

bool
value_origin(const char *text, void *at, char why[VALUE_WHY_SIZE])
{
	static const char authority[] =
	    "abcdefghijklmnopqrstuvwxyz" DIGITS "-.:[]";
	const char *host = strstr(text, "://");
	size_t      len;

	if (host == NULL || !http_url_is_base(text, false))
		goto refused;
	host += 3;
	len = strspn(host, authority);
	if (len == 0 || (host[len] != '\0' && strcmp(host + len, "/") != 0))
		goto refused;
	return copy(text, (size_t)(host - text) + len, at, why);
refused:
	return refuse(why,
	    "must be scheme, host and port alone, in lower case, such as "
	    "https://rides.example.org (http:// for this machine only)");
}
