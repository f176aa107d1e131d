/* SPDX-License-Identifier: MIT */
#include "clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define SLICE_MS 50

int64_t
clock_utc_s(void *ctx)
{
	struct timespec t;

	/* time(2) may still tell the second before. */
	(void)ctx;
	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec;
}

int64_t
clock_steady_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t
clock_deadline_ms(int64_t timeout_ms)
{
	int64_t now_ms = clock_steady_ms();

	return timeout_ms < INT64_MAX - now_ms ? now_ms + timeout_ms
					       : INT64_MAX;
}

bool
clock_sleep_ms(int64_t ms, const atomic_bool *canceled)
{
	int64_t until = clock_steady_ms() + ms;

	for (;;) {
		int64_t         left = until - clock_steady_ms();
		struct timespec t = { 0 };

		if (canceled != NULL && atomic_load(canceled))
			return false;
		if (left <= 0)
			return true;
		t.tv_nsec = (long)(left < SLICE_MS ? left : SLICE_MS) * 1000000;
		nanosleep(&t, NULL);
	}
}

/* Days since the epoch of a civil date, proleptic Gregorian. */
static int64_t
days_from_civil(int64_t y, int64_t m, int64_t d)
{
	int64_t era, year_of_era, day_of_year;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	year_of_era = y - era * 400;
	day_of_year = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + year_of_era * 365 + year_of_era / 4 -
	       year_of_era / 100 + day_of_year - 719468;
}

static int64_t
days_in_month(int64_t y, int64_t m)
{
	return days_from_civil(m < 12 ? y : y + 1, m % 12 + 1, 1) -
	       days_from_civil(y, m, 1);
}

/* Reads `layout`, in which each 0 stands for a digit, into numbers. */
static const char *
read_numbers(const char *text, const char *layout, int64_t *numbers)
{
	for (; *layout != '\0'; layout++, text++) {
		if (*layout == '0') {
			if (*text < '0' || *text > '9')
				return NULL;
			*numbers = *numbers * 10 + (*text - '0');
		} else {
			if (*text != *layout)
				return NULL;
			numbers++;
		}
	}
	return text;
}

/* Reads "Z", "+01:00" or "-07:30" up to the end of the text. */
static bool
read_offset(const char *text, int64_t *offset_s)
{
	int64_t     n[2] = { 0 };
	int         sign = *text == '-' ? -1 : 1;
	const char *end;

	*offset_s = 0;
	if (strcmp(text, "Z") == 0)
		return true;
	if (*text != '+' && *text != '-')
		return false;
	end = read_numbers(text + 1, "00:00", n);
	*offset_s = sign * (n[0] * 3600 + n[1] * 60);
	return end != NULL && *end == '\0' && n[0] < 24 && n[1] < 60;
}

bool
clock_parse(const char *text, int64_t *utc_s)
{
	int64_t n[6] = { 0 }, offset_s;

	text = read_numbers(text, "0000-00-00T00:00:00", n);
	if (text == NULL || n[1] < 1 || n[1] > 12 || n[2] < 1 ||
	    n[2] > days_in_month(n[0], n[1]) || n[3] > 23 || n[4] > 59 ||
	    n[5] > 60)
		return false;
	if (*text == '.' && strspn(text + 1, "0123456789") > 0)
		text += 1 + strspn(text + 1, "0123456789");
	if (!read_offset(text, &offset_s))
		return false;
	*utc_s = days_from_civil(n[0], n[1], n[2]) * 86400 + n[3] * 3600 +
		 n[4] * 60 + n[5] - offset_s;
	return true;
}

void
clock_format(int64_t utc_s, char text[CLOCK_TEXT_SIZE])
{
	time_t    t = (time_t)utc_s;
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL ||
	    strftime(text, CLOCK_TEXT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		snprintf(text, CLOCK_TEXT_SIZE, "out of range");
}
