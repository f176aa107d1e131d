/* SPDX-License-Identifier: MIT */
#include "status.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <time.h>

#include "budget.h"

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

static const struct {
	int64_t     window_s;
	const char *text;
} windows[] = {
	{ BUDGET_QUARTER_S, "budget, 15 min" },
	{ BUDGET_DAY_S, "budget, day" },
};

/* An empty one where nobody ever took anything. */
static tokenstore_budget_window
window_of(const tokenstore_budget *budget, int64_t window_s, int64_t now)
{
	for (size_t i = 0; i < budget->count; i++)
		if (budget->windows[i].window_s == window_s)
			return budget->windows[i];
	return (tokenstore_budget_window){ .window_s = window_s,
		.ends_at = now - now % window_s + window_s };
}

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
add_json_budget(struct buf *out, const tokenstore_budget *budget, int64_t now)
{
	tokenstore_budget_window w;

	buf_add_text(out, ",\"budget\":[");
	for (size_t i = 0; i < COUNT(windows); i++) {
		w = window_of(budget, windows[i].window_s, now);
		buf_addf(out,
		    "%s{\"window_s\":%" PRId64 ",\"ends_at\":%" PRId64
		    ",\"limit\":%" PRId64 ",\"used\":%" PRId64
		    ",\"pending\":%" PRId64 "}",
		    i > 0 ? "," : "", w.window_s, w.ends_at, w.limit, w.used,
		    w.pending);
	}
	buf_add_text(out, "]");
}

static void
write_json(const tokenstore_overview *overview, const tokenstore_budget *budget,
    struct buf *out)
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
	buf_add_text(out, "]");
	add_json_budget(out, budget, overview->at);
	buf_add_text(out, "}\n");
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
add_window(struct buf *out, const tokenstore_budget_window *w)
{
	if (w->used == 0 && w->pending == 0)
		buf_add_text(out, "nothing sent in this window");
	else
		buf_addf(
		    out, "%" PRId64 " of %" PRId64 " used", w->used, w->limit);
	if (w->pending > 0)
		buf_addf(out, ", %" PRId64 " pending", w->pending);
	buf_addf(out, ", ends %02d:%02d UTC\n", (int)(w->ends_at / 3600 % 24),
	    (int)(w->ends_at / 60 % 60));
}

static void
add_budget(struct buf *out, const tokenstore_budget *budget, int64_t now)
{
	tokenstore_budget_window w;

	for (size_t i = 0; i < COUNT(windows); i++) {
		w = window_of(budget, windows[i].window_s, now);
		buf_addf(out, "%-16s ", windows[i].text);
		add_window(out, &w);
	}
}

static void
write_text(const tokenstore_overview *overview, const tokenstore_budget *budget,
    struct buf *out)
{
	const tokenstore_ages *a;

	for (size_t i = 0; i < COUNT(times); i++)
		add_time(out, times[i].text, number_of(overview, &times[i]));
	for (size_t i = 0; i < COUNT(numbers); i++)
		buf_addf(out, "%-16s %" PRId64 "\n", numbers[i].text,
		    number_of(overview, &numbers[i]));
	add_budget(out, budget, overview->at);
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
status_write(const tokenstore_overview *overview,
    const tokenstore_budget *budget, bool as_json, struct buf *out)
{
	if (as_json)
		write_json(overview, budget, out);
	else
		write_text(overview, budget, out);
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
