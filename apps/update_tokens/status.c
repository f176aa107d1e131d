/* SPDX-License-Identifier: MIT */
#include "status.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <time.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TIME_SIZE 32

/* Where a number is in the overview, its name in JSON and for people. */
struct number {
	size_t      at;
	const char *name, *text;
};
#define NUMBER(member, text)                                         \
	{                                                            \
		offsetof(tokenstore_overview, member), #member, text \
	}

static const struct number numbers[] = {
	NUMBER(active, "active"),
	NUMBER(needs_consent, "need consent"),
	NUMBER(revoked, "revoked"),
	NUMBER(leased, "being refreshed"),
	NUMBER(unreadable, "key is missing"),
};

static const struct number ages[] = {
	NUMBER(due, "due"),
	NUMBER(in_doubt, "in doubt"),
	NUMBER(refused, "refused"),
	NUMBER(maybe_lost, "maybe lost"),
	NUMBER(never_had, "had no token"),
};

static const struct number times[] = {
	NUMBER(at, "now"),
	NUMBER(oldest_due_at, "oldest due"),
	NUMBER(last_refreshed_at, "last refresh"),
};

static int64_t
number_of(const tokenstore_overview *overview, const struct number *number)
{
	return *(const int64_t *)((const char *)overview + number->at);
}

static const tokenstore_ages *
ages_of(const tokenstore_overview *overview, const struct number *number)
{
	return (const void *)((const char *)overview + number->at);
}

static void
add_json_ages(struct buf *out, const char *name, const tokenstore_ages *a)
{
	buf_addf(out,
	    ",\"%s\":{\"total\":%" PRId64 ",\"under_5_min\":%" PRId64
	    ",\"under_1_h\":%" PRId64 ",\"under_6_h\":%" PRId64
	    ",\"under_1_d\":%" PRId64 ",\"older\":%" PRId64 "}",
	    name, a->total, a->under_5_min, a->under_1_h, a->under_6_h,
	    a->under_1_d, a->older);
}

static void
write_json(const tokenstore_overview *overview, struct buf *out)
{
	char begin = '{';

	for (size_t i = 0; i < COUNT(times); i++, begin = ',')
		buf_addf(out, "%c\"%s\":%" PRId64, begin, times[i].name,
		    number_of(overview, &times[i]));
	for (size_t i = 0; i < COUNT(numbers); i++)
		buf_addf(out, ",\"%s\":%" PRId64, numbers[i].name,
		    number_of(overview, &numbers[i]));
	for (size_t i = 0; i < COUNT(ages); i++)
		add_json_ages(out, ages[i].name, ages_of(overview, &ages[i]));
	buf_add_text(out, ",\"unreadable_keys\":[");
	for (size_t i = 0;
	     i < TOKENSTORE_OVERVIEW_KEYS && overview->unreadable_keys[i] != 0;
	     i++)
		buf_addf(out, "%s%" PRId32, i > 0 ? "," : "",
		    overview->unreadable_keys[i]);
	buf_add_text(out, "]}\n");
}

static void
add_time(struct buf *out, const char *text, int64_t utc_s)
{
	char      when[TIME_SIZE] = "never";
	time_t    t = utc_s;
	struct tm tm;

	if (utc_s != 0 && gmtime_r(&t, &tm) != NULL)
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S UTC", &tm);
	buf_addf(out, "%-16s %s\n", text, when);
}

static void
write_text(const tokenstore_overview *overview, struct buf *out)
{
	const tokenstore_ages *a;

	for (size_t i = 0; i < COUNT(times); i++)
		add_time(out, times[i].text, number_of(overview, &times[i]));
	for (size_t i = 0; i < COUNT(numbers); i++)
		buf_addf(out, "%-16s %" PRId64 "\n", numbers[i].text,
		    number_of(overview, &numbers[i]));
	buf_addf(out, "\n%-16s %9s %9s %9s %9s %9s %9s\n", "since", "all",
	    "< 5 min", "< 1 h", "< 6 h", "< 1 d", "older");
	for (size_t i = 0; i < COUNT(ages); i++) {
		a = ages_of(overview, &ages[i]);
		buf_addf(out,
		    "%-16s %9" PRId64 " %9" PRId64 " %9" PRId64 " %9" PRId64
		    " %9" PRId64 " %9" PRId64 "\n",
		    ages[i].text, a->total, a->under_5_min, a->under_1_h,
		    a->under_6_h, a->under_1_d, a->older);
	}
}

bool
status_write(const tokenstore_overview *overview, bool as_json, struct buf *out)
{
	if (as_json)
		write_json(overview, out);
	else
		write_text(overview, out);
	return buf_ok(out);
}

const char *
status_complaint(const tokenstore_overview *overview)
{
	const tokenstore_ages *due = &overview->due;

	if (overview->unreadable > 0)
		return "tokens are sealed under a key that TOKEN_KEYS lacks";
	if (due->under_6_h + due->under_1_d + due->older > 0)
		return "accounts are due for more than an hour";
	return NULL;
}
