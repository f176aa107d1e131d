/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "internal.h"

#define WINDOW_S 900
#define DAY_S 86400

/* A header holds the number of the 15-minute window and that of the day. */
static const struct {
	const char *name;
	size_t      short_offset, daily_offset;
} headers[] = {
	{ "X-RateLimit-Limit", offsetof(strava_rate_limit, short_limit),
	    offsetof(strava_rate_limit, daily_limit) },
	{ "X-RateLimit-Usage", offsetof(strava_rate_limit, short_used),
	    offsetof(strava_rate_limit, daily_used) },
	{ "X-ReadRateLimit-Limit",
	    offsetof(strava_rate_limit, read_short_limit),
	    offsetof(strava_rate_limit, read_daily_limit) },
	{ "X-ReadRateLimit-Usage", offsetof(strava_rate_limit, read_short_used),
	    offsetof(strava_rate_limit, read_daily_used) },
};

static int64_t *
number_at(strava_rate_limit *limit, size_t offset)
{
	return (int64_t *)(void *)((char *)limit + offset);
}

static int64_t
number_of(const strava_rate_limit *limit, size_t offset)
{
	int64_t number;

	memcpy(&number, (const char *)limit + offset, sizeof(number));
	return number;
}

void
sv_rate_limit_init(strava_rate_limit *limit)
{
	memset(limit, 0, sizeof(*limit));
	for (size_t i = 0; i < COUNT(headers); i++) {
		*number_at(limit, headers[i].short_offset) = -1;
		*number_at(limit, headers[i].daily_offset) = -1;
	}
}

/* One to nine digits, so that nothing overflows; NULL when there are none. */
static const char *
read_number(const char *text, int64_t *out)
{
	size_t digits;

	text += strspn(text, " ");
	digits = strspn(text, "0123456789");
	if (digits == 0 || digits > 9)
		return NULL;
	*out = 0;
	for (size_t i = 0; i < digits; i++)
		*out = *out * 10 + (text[i] - '0');
	text += digits;
	return text + strspn(text, " ");
}

/* "100,1000", nothing more and nothing less. */
static bool
read_pair(const char *text, int64_t *first, int64_t *second)
{
	return (text = read_number(text, first)) != NULL && *text == ',' &&
	       (text = read_number(text + 1, second)) != NULL && *text == '\0';
}

void
sv_rate_limit_told(
    const strava_http_response *response, strava_rate_limit *told)
{
	const char *value;
	int64_t     of_window, of_day;

	sv_rate_limit_init(told);
	for (size_t i = 0; i < COUNT(headers); i++) {
		value = http_response_header(&response->http, headers[i].name);
		if (value == NULL || !read_pair(value, &of_window, &of_day))
			continue;
		*number_at(told, headers[i].short_offset) = of_window;
		*number_at(told, headers[i].daily_offset) = of_day;
	}
}

void
sv_rate_limit_keep(strava_client *client, const strava_rate_limit *told)
{
	for (size_t i = 0; i < COUNT(headers); i++) {
		const size_t at[] = { headers[i].short_offset,
			headers[i].daily_offset };

		for (size_t k = 0; k < COUNT(at); k++) {
			int64_t number = number_of(told, at[k]);

			if (number < 0)
				continue;
			*number_at(&client->limit, at[k]) = number;
			client->limit_read_at = sv_now(client);
		}
	}
}

static bool
used_up(int64_t limit, int64_t used)
{
	return limit >= 0 && used >= limit;
}

/*
 * What was told yesterday says nothing about today.  Without a word about the
 * day it is the short window that ran out: it does so twenty times as often.
 */
int64_t
sv_rate_limit_wait_s(const strava_client *client)
{
	const strava_rate_limit *l = &client->limit;
	int64_t                  now = sv_now(client);
	bool                     day;

	day = now / DAY_S == client->limit_read_at / DAY_S &&
	      (used_up(l->daily_limit, l->daily_used) ||
		  used_up(l->read_daily_limit, l->read_daily_used));
	return day ? DAY_S - now % DAY_S : WINDOW_S - now % WINDOW_S;
}
