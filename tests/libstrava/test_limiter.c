/* SPDX-License-Identifier: MIT */

/*
 * The limiter, against a Strava that counts: by hand, in a simulation of many
 * windows, shared, and from many threads.
 */

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <strava/strava.h>
#include <string.h>

#include "test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define NOON INT64_C(1795435200) /* 2026-11-23, 12:00:00 UTC */
#define MIDNIGHT (NOON + INT64_C(43200))

static const strava_rate_limit nothing = { .short_limit = -1,
	.short_used = -1,
	.daily_limit = -1,
	.daily_used = -1,
	.read_short_limit = -1,
	.read_short_used = -1,
	.read_daily_limit = -1,
	.read_daily_used = -1 };

static int64_t
clock_of(void *ctx)
{
	return *(const int64_t *)ctx;
}

/* A limiter whose clock is *now. */
static strava_limiter *
limiter_at(int64_t *now, strava_limiter_options options)
{
	strava_limiter *limiter;

	options.clock = clock_of;
	options.clock_ctx = now;
	assert_int_equal(
	    strava_limiter_new(&options, &limiter, NULL), STRAVA_OK);
	return limiter;
}

/* What most tests have before them: a limiter of a new application. */
struct desk {
	int64_t               now;
	strava_limiter       *limiter;
	strava_limiter_ticket ticket;
	strava_rate_limit     told;
	strava_error          err;
};

static int
sit_down(void **state)
{
	static struct desk desk;

	desk = (struct desk){ .now = NOON + 300, .told = nothing };
	desk.limiter = limiter_at(&desk.now, (strava_limiter_options){ 0 });
	*state = &desk;
	return 0;
}

static int
stand_up(void **state)
{
	strava_limiter_free(((struct desk *)*state)->limiter);
	return 0;
}
#define at_desk(test) cmocka_unit_test_setup_teardown(test, sit_down, stand_up)

/* Seconds to wait; 0: let go, with *ticket. */
static int64_t
ask(strava_limiter *limiter, strava_call_kind kind, strava_priority priority,
    strava_limiter_ticket *ticket)
{
	strava_error  err;
	strava_status status =
	    strava_limiter_ask(limiter, kind, priority, ticket, &err);

	if (status == STRAVA_OK)
		return 0;
	assert_int_equal(status, STRAVA_ERR_RATE_LIMIT);
	assert_int_equal(err.status, STRAVA_ERR_RATE_LIMIT);
	assert_int_equal(err.http_status, 0);
	assert_true(err.retry_after_s > 0);
	return err.retry_after_s;
}

/* A read for somebody who waits, which there is room for. */
static void
let_go(strava_limiter *limiter, strava_limiter_ticket *ticket)
{
	assert_int_equal(
	    ask(limiter, STRAVA_CALL_READ, STRAVA_INTERACTIVE, ticket), 0);
}

/* How many calls are let go, one after the other, up to `most`. */
static int
spend(strava_limiter *limiter, strava_call_kind kind, strava_priority priority,
    int most)
{
	strava_limiter_ticket ticket;

	for (int n = 0; n < most; n++) {
		if (ask(limiter, kind, priority, &ticket) > 0)
			return n;
		strava_limiter_done(
		    limiter, &ticket, STRAVA_CALL_ANSWERED, NULL);
	}
	return most;
}

static int
spend_reads(strava_limiter *limiter)
{
	return spend(limiter, STRAVA_CALL_READ, STRAVA_INTERACTIVE, 100000);
}

/* One call that is told something. */
static void
be_told(
    strava_limiter *limiter, strava_call_end end, const strava_rate_limit *told)
{
	strava_limiter_ticket ticket;

	let_go(limiter, &ticket);
	strava_limiter_done(limiter, &ticket, end, told);
}

static strava_limiter_usage
usage_of(strava_limiter *limiter)
{
	strava_limiter_usage usage;

	strava_limiter_usage_get(limiter, &usage);
	return usage;
}

/* --- budgets and windows --- */

static void
a_new_application_may_read_a_hundred_times(void **state)
{
	struct desk         *d = *state;
	strava_limiter_usage usage = usage_of(d->limiter);

	assert_true(usage.rate.short_limit == 200);
	assert_true(usage.rate.daily_limit == 2000);
	assert_true(usage.rate.read_short_limit == 100);
	assert_true(usage.rate.read_daily_limit == 1000);
	assert_true(usage.rate.short_used == 0 && usage.in_flight == 0);
	assert_int_equal(usage.shared, STRAVA_UNSET);
	assert_int_equal(spend_reads(d->limiter), 100);
	usage = usage_of(d->limiter);
	assert_true(usage.rate.short_used == 100);
	assert_true(usage.rate.read_daily_used == 100);
	assert_true(usage.short_ends_at == NOON + 905);
	assert_true(usage.daily_ends_at == MIDNIGHT + 5);
}

static void
an_upload_counts_in_the_overall_budget_alone(void **state)
{
	struct desk         *d = *state;
	strava_limiter_usage usage;

	assert_int_equal(spend_reads(d->limiter), 100);
	assert_int_equal(
	    spend(d->limiter, STRAVA_CALL_UPLOAD, STRAVA_INTERACTIVE, 1000),
	    100);
	usage = usage_of(d->limiter);
	assert_true(usage.rate.short_used == 200);
	assert_true(usage.rate.read_short_used == 100);
}

static void
a_refusal_says_how_long_and_why(void **state)
{
	struct desk *d = *state;

	assert_int_equal(spend_reads(d->limiter), 100);
	assert_int_equal(strava_limiter_ask(d->limiter, STRAVA_CALL_READ,
			     STRAVA_INTERACTIVE, &d->ticket, &d->err),
	    STRAVA_ERR_RATE_LIMIT);
	assert_true(d->err.retry_after_s == 605);
	assert_string_equal(d->err.message,
	    "the 15-minute read budget is used up: 605 s to wait");
	/* What was refused was not counted. */
	assert_true(usage_of(d->limiter).rate.read_short_used == 100);
	assert_int_equal(strava_limiter_ask(d->limiter, STRAVA_CALL_READ,
			     STRAVA_INTERACTIVE, &d->ticket, NULL),
	    STRAVA_ERR_RATE_LIMIT);
	d->now += 604;
	assert_true(ask(d->limiter, STRAVA_CALL_READ, STRAVA_INTERACTIVE,
			&d->ticket) == 1);
	d->now += 1;
	assert_int_equal(spend_reads(d->limiter), 100);
}

static void
the_day_ends_at_midnight(void **state)
{
	int64_t         now = NOON + 300;
	strava_limiter *limiter = limiter_at(
	    &now, (strava_limiter_options){ .read_daily_limit = 250 });
	strava_limiter_ticket ticket;
	strava_error          err;

	(void)state;
	assert_int_equal(spend_reads(limiter), 100);
	now += 900;
	assert_int_equal(spend_reads(limiter), 100);
	now += 900;
	assert_int_equal(spend_reads(limiter), 50);
	assert_int_equal(strava_limiter_ask(limiter, STRAVA_CALL_READ,
			     STRAVA_INTERACTIVE, &ticket, &err),
	    STRAVA_ERR_RATE_LIMIT);
	assert_true(err.retry_after_s == MIDNIGHT + 5 - now);
	assert_non_null(strstr(err.message, "the daily read budget"));
	now = MIDNIGHT + 4;
	assert_int_equal(spend_reads(limiter), 0);
	now = MIDNIGHT + 5;
	assert_int_equal(spend_reads(limiter), 100);
	strava_limiter_free(limiter);
}

static void
the_longest_wait_is_told(void **state)
{
	struct desk *d = *state;

	d->told.daily_used = 2000;
	d->told.read_short_used = 100;
	be_told(d->limiter, STRAVA_CALL_ANSWERED, &d->told);
	assert_int_equal(strava_limiter_ask(d->limiter, STRAVA_CALL_READ,
			     STRAVA_INTERACTIVE, &d->ticket, &d->err),
	    STRAVA_ERR_RATE_LIMIT);
	assert_true(d->err.retry_after_s == MIDNIGHT + 5 - d->now);
	assert_non_null(strstr(d->err.message, "the daily budget"));
}

static void
the_reserve_is_for_who_waits(void **state)
{
	static const struct {
		int percent, background;
	} rows[] = { { 0, 80 }, { 1, 99 }, { 99, 1 }, { 50, 50 }, { -1, 100 } };
	int64_t               now = NOON + 300;
	strava_limiter_ticket ticket;
	strava_error          err;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		strava_limiter *limiter =
		    limiter_at(&now, (strava_limiter_options){
					 .reserve_percent = rows[i].percent });

		assert_int_equal(
		    spend(limiter, STRAVA_CALL_READ, STRAVA_BACKGROUND, 1000),
		    rows[i].background);
		assert_int_equal(strava_limiter_ask(limiter, STRAVA_CALL_READ,
				     STRAVA_BACKGROUND, &ticket, &err),
		    STRAVA_ERR_RATE_LIMIT);
		assert_true((strstr(err.message, "kept for interactive") !=
				NULL) == (rows[i].percent >= 0));
		assert_int_equal(
		    spend_reads(limiter), 100 - rows[i].background);
		strava_limiter_free(limiter);
	}
}

static void
somebody_who_waits_may_spend_all_and_leaves_the_reserve_last(void **state)
{
	struct desk *d = *state;

	assert_int_equal(
	    spend(d->limiter, STRAVA_CALL_READ, STRAVA_INTERACTIVE, 75), 75);
	assert_int_equal(
	    spend(d->limiter, STRAVA_CALL_READ, STRAVA_BACKGROUND, 100), 5);
	assert_int_equal(spend_reads(d->limiter), 20);
}

/* --- what is in flight --- */

static void
calls_in_flight_count(void **state)
{
	int64_t         now = NOON + 300;
	strava_limiter *limiter =
	    limiter_at(&now, (strava_limiter_options){ .read_short_limit = 3 });
	strava_limiter_ticket tickets[4];

	(void)state;
	for (int i = 0; i < 3; i++)
		let_go(limiter, &tickets[i]);
	assert_true(usage_of(limiter).in_flight == 3);
	assert_true(ask(limiter, STRAVA_CALL_READ, STRAVA_INTERACTIVE,
			&tickets[3]) > 0);
	strava_limiter_done(limiter, &tickets[0], STRAVA_CALL_ANSWERED, NULL);
	assert_true(usage_of(limiter).in_flight == 2);
	assert_true(usage_of(limiter).rate.read_short_used == 3);
	/* A ticket that was never filled, and one that ended, change nothing. */
	strava_limiter_done(limiter, &tickets[0], STRAVA_CALL_UNSENT, NULL);
	strava_limiter_done(limiter, &tickets[3], STRAVA_CALL_UNSENT, NULL);
	assert_true(usage_of(limiter).in_flight == 2);
	assert_true(usage_of(limiter).rate.read_short_used == 3);
	strava_limiter_free(limiter);
}

static void
a_call_that_never_left_is_given_back(void **state)
{
	struct desk *d = *state;

	for (int i = 0; i < 5000; i++) {
		let_go(d->limiter, &d->ticket);
		strava_limiter_done(
		    d->limiter, &d->ticket, STRAVA_CALL_UNSENT, NULL);
	}
	assert_true(usage_of(d->limiter).rate.daily_used == 0);
	assert_true(usage_of(d->limiter).rate.read_short_used == 0);
	/* In the next window, too, and in the next day. */
	d->now = MIDNIGHT - 60;
	let_go(d->limiter, &d->ticket);
	d->now = MIDNIGHT + 60;
	assert_true(usage_of(d->limiter).rate.read_short_used == 1);
	assert_true(usage_of(d->limiter).rate.read_daily_used == 1);
	strava_limiter_done(d->limiter, &d->ticket, STRAVA_CALL_UNSENT, NULL);
	assert_true(usage_of(d->limiter).rate.read_short_used == 0);
	assert_true(usage_of(d->limiter).rate.read_daily_used == 0);
}

static void
a_call_over_the_end_of_a_window_counts_in_both(void **state)
{
	struct desk          *d = *state;
	strava_limiter_ticket over, before, close;

	d->now = NOON + 890;
	let_go(d->limiter, &before);
	strava_limiter_done(d->limiter, &before, STRAVA_CALL_ANSWERED, NULL);
	let_go(d->limiter, &over);
	let_go(d->limiter, &close);
	/* Strava's clock may be five seconds ahead. */
	d->now = NOON + 895;
	strava_limiter_done(d->limiter, &close, STRAVA_CALL_ANSWERED, NULL);
	d->now = NOON + 904;
	assert_true(usage_of(d->limiter).rate.read_short_used == 3);
	d->now = NOON + 905;
	assert_true(usage_of(d->limiter).rate.read_short_used == 2);
	assert_true(usage_of(d->limiter).rate.read_daily_used == 3);
	assert_true(usage_of(d->limiter).in_flight == 0);
	strava_limiter_done(d->limiter, &over, STRAVA_CALL_ANSWERED, NULL);
	assert_true(usage_of(d->limiter).rate.read_short_used == 2);
}

static void
a_call_whose_process_died_is_gone_after_the_next_window(void **state)
{
	struct desk *d = *state;

	for (int i = 0; i < 40; i++)
		let_go(d->limiter, &d->ticket);
	d->now += 900;
	assert_int_equal(spend_reads(d->limiter), 60);
	assert_true(usage_of(d->limiter).in_flight == 0);
	d->now += 900;
	assert_int_equal(spend_reads(d->limiter), 100);
}

static void
an_idle_window_forgets_what_was_in_flight(void **state)
{
	struct desk *d = *state;

	let_go(d->limiter, &d->ticket);
	d->now += 1800;
	assert_true(usage_of(d->limiter).rate.read_short_used == 0);
	assert_true(usage_of(d->limiter).rate.read_daily_used == 1);
}

/* --- what Strava tells --- */

static void
usage_that_is_told_only_grows(void **state)
{
	struct desk *d = *state;

	d->told.read_short_used = 90;
	d->told.daily_used = 700;
	be_told(d->limiter, STRAVA_CALL_ANSWERED, &d->told);
	d->told.read_short_used = 5;
	d->told.daily_used = 3;
	be_told(d->limiter, STRAVA_CALL_ANSWERED, &d->told);
	assert_true(usage_of(d->limiter).rate.read_short_used == 91);
	assert_true(usage_of(d->limiter).rate.daily_used == 701);
	assert_true(usage_of(d->limiter).rate.short_used == 2);
	assert_int_equal(spend_reads(d->limiter), 9);
}

static void
limits_are_taken_as_told(void **state)
{
	struct desk *d = *state;

	d->told.read_short_limit = 200;
	d->told.short_limit = 400;
	be_told(d->limiter, STRAVA_CALL_ANSWERED, &d->told);
	assert_int_equal(
	    spend(d->limiter, STRAVA_CALL_READ, STRAVA_INTERACTIVE, 119), 119);
	d->told.read_short_limit = 121;
	be_told(d->limiter, STRAVA_CALL_ANSWERED, &d->told);
	assert_int_equal(spend_reads(d->limiter), 0);
	/* They stay in the next window. */
	d->now += 900;
	assert_int_equal(spend_reads(d->limiter), 121);
}

static void
numbers_that_make_no_sense_shut_nobody_out(void **state)
{
	struct desk *d = *state;

	d->told.short_limit = 0;
	d->told.read_short_limit = -5;
	d->told.short_used = INT64_MIN;
	d->told.daily_limit = INT64_MAX;
	be_told(d->limiter, STRAVA_CALL_ANSWERED, &d->told);
	be_told(d->limiter, STRAVA_CALL_ANSWERED, &nothing);
	assert_int_equal(spend_reads(d->limiter), 98);
	d->told.read_short_used = INT64_MAX;
	d->now += 900;
	be_told(d->limiter, STRAVA_CALL_ANSWERED, &d->told);
	assert_int_equal(spend_reads(d->limiter), 0);
	d->now += 900;
	assert_int_equal(spend_reads(d->limiter), 100);
}

static void
an_answer_that_comes_late_says_nothing_of_the_new_window(void **state)
{
	struct desk          *d = *state;
	strava_limiter_ticket ticket, next;

	d->now = MIDNIGHT - 60;
	d->told.read_short_used = 100;
	d->told.read_daily_used = 1000;
	let_go(d->limiter, &ticket);
	d->now = MIDNIGHT + 5;
	strava_limiter_done(d->limiter, &ticket, STRAVA_CALL_LIMITED, &d->told);
	let_go(d->limiter, &next);
	assert_true(usage_of(d->limiter).rate.read_daily_used == 2);
	/* Of the day it does say something, when that is the same. */
	d->now += 900;
	strava_limiter_done(d->limiter, &next, STRAVA_CALL_ANSWERED, &d->told);
	assert_true(usage_of(d->limiter).rate.read_short_used == 1);
	assert_int_equal(spend_reads(d->limiter), 0);
}

static void
a_429_without_a_reason_ends_the_window(void **state)
{
	struct desk *d = *state;

	be_told(d->limiter, STRAVA_CALL_LIMITED, NULL);
	assert_int_equal(spend_reads(d->limiter), 0);
	assert_int_equal(
	    spend(d->limiter, STRAVA_CALL_UPLOAD, STRAVA_INTERACTIVE, 7), 7);
	d->now += 900;
	/* Headers that say there is room are no reason. */
	d->told.read_short_limit = 100;
	d->told.read_short_used = 12;
	be_told(d->limiter, STRAVA_CALL_LIMITED, &d->told);
	assert_int_equal(spend_reads(d->limiter), 0);
	d->now += 900;
	assert_int_equal(spend_reads(d->limiter), 100);
}

static void
a_429_of_an_upload_ends_the_window_for_all(void **state)
{
	struct desk *d = *state;

	assert_int_equal(
	    ask(d->limiter, STRAVA_CALL_UPLOAD, STRAVA_INTERACTIVE, &d->ticket),
	    0);
	strava_limiter_done(d->limiter, &d->ticket, STRAVA_CALL_LIMITED, NULL);
	assert_int_equal(spend_reads(d->limiter), 0);
	assert_int_equal(
	    spend(d->limiter, STRAVA_CALL_UPLOAD, STRAVA_INTERACTIVE, 7), 0);
}

static void
a_429_for_the_day_is_not_laid_to_the_window(void **state)
{
	struct desk *d = *state;

	d->told.read_daily_used = 1001;
	be_told(d->limiter, STRAVA_CALL_LIMITED, &d->told);
	assert_true(usage_of(d->limiter).rate.read_short_used == 1);
	assert_true(ask(d->limiter, STRAVA_CALL_READ, STRAVA_INTERACTIVE,
			&d->ticket) == MIDNIGHT + 5 - d->now);
}

/* --- clocks --- */

static void
a_clock_that_goes_back_shuts_nobody_out(void **state)
{
	struct desk *d = *state;

	d->now = NOON + 905;
	assert_int_equal(spend_reads(d->limiter), 100);
	/* A little: still the same window ... */
	d->now = NOON + 900;
	assert_int_equal(spend_reads(d->limiter), 0);
	assert_true(usage_of(d->limiter).short_ends_at == NOON + 1805);
	d->now = NOON + 1805;
	assert_int_equal(spend_reads(d->limiter), 100);
	/* ... a lot: the clock was wrong, but the day is the same. */
	d->now = NOON - 3600;
	assert_int_equal(spend_reads(d->limiter), 100);
	assert_true(usage_of(d->limiter).rate.read_daily_used == 300);
	d->now = NOON - INT64_C(315360000);
	assert_int_equal(spend_reads(d->limiter), 100);
	assert_true(usage_of(d->limiter).rate.read_daily_used == 100);
}

static void
any_time_is_borne(void **state)
{
	struct desk         *d = *state;
	static const int64_t times[] = { INT64_MIN, -1, 0, 4, 5, 904, 905, NOON,
		INT64_MAX - 1, INT64_MAX, INT64_MIN, NOON };
	strava_limiter_ticket tickets[COUNT(times)];

	d->now = 0;
	for (size_t i = 0; i < COUNT(times); i++) {
		d->now = times[i];
		ask(d->limiter, STRAVA_CALL_READ, STRAVA_INTERACTIVE,
		    &tickets[i]);
	}
	for (size_t i = 0; i < COUNT(times); i++) {
		d->now = times[i];
		strava_limiter_done(
		    d->limiter, &tickets[i], STRAVA_CALL_LIMITED, &nothing);
	}
	d->now = NOON + 1800;
	assert_int_equal(spend_reads(d->limiter), 100);
}

/* --- a Strava that counts --- */

/* xorshift: the same sequence on every machine. */
static uint64_t
draw(uint64_t *seed, uint64_t below)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed % below;
}

struct counter {
	int64_t window, day;
	int64_t used[2][2]; /* overall and read; short and daily */
};

static const int64_t limits[2][2] = { { 200, 2000 }, { 100, 1000 } };

/* Counts a call that arrives now; false when that is beyond a limit. */
static bool
count_call(struct counter *c, int64_t now, bool read)
{
	bool within = true;

	if (c->window != now / 900)
		c->used[0][0] = c->used[1][0] = 0;
	if (c->day != now / 86400)
		c->used[0][1] = c->used[1][1] = 0;
	c->window = now / 900;
	c->day = now / 86400;
	for (int i = 0; i <= read; i++)
		for (int span = 0; span < 2; span++)
			within &= ++c->used[i][span] <= limits[i][span];
	return within;
}

static strava_rate_limit
told_by(const struct counter *c)
{
	return (strava_rate_limit){ .short_limit = limits[0][0],
		.daily_limit = limits[0][1],
		.read_short_limit = limits[1][0],
		.read_daily_limit = limits[1][1],
		.short_used = c->used[0][0],
		.daily_used = c->used[0][1],
		.read_short_used = c->used[1][0],
		.read_daily_used = c->used[1][1] };
}

#define FLIGHTS 40
#define PROCESSES 3

enum leg { FREE, OUTBOUND, INBOUND };

struct flight {
	enum leg              leg;
	int64_t               due_ms; /* of the next leg's end */
	strava_limiter       *limiter;
	strava_limiter_ticket ticket;
	bool                  read, limited;
	strava_rate_limit     told;
	bool                  has_told;
};

/* Some processes that share a limiter's state, or do not, and a Strava. */
struct world {
	uint64_t             seed;
	int64_t              now_ms;
	int64_t              skew_s[PROCESSES], clocks[PROCESSES];
	strava_limiter      *limiters[PROCESSES];
	size_t               processes;
	struct counter       strava;
	struct flight        flights[FLIGHTS];
	size_t               flying;
	int64_t              let_go, refused, beyond;
	bool                 strangers; /* somebody else spends, too */

	strava_limiter_state kept; /* what they share */
	bool                 out_of_reach, busy;
};

static int
load(void *ctx, strava_limiter_state *state)
{
	struct world *w = ctx;

	if (w->out_of_reach)
		return -1;
	*state = w->kept;
	return 1;
}

static int
swap(void *ctx, const strava_limiter_state *expected,
    const strava_limiter_state *desired)
{
	struct world *w = ctx;

	if (w->out_of_reach)
		return -1;
	if (w->busy || memcmp(&w->kept, expected, sizeof(w->kept)) != 0)
		return 0;
	w->kept = *desired;
	return 1;
}

static void
world_start(struct world *w, uint64_t seed, size_t processes)
{
	strava_limiter_share share = { .load = load, .swap = swap, .ctx = w };

	*w = (struct world){ .seed = seed * 2654435761 + 1,
		.processes = processes };
	w->now_ms = (NOON + (int64_t)draw(&w->seed, 86400)) * 1000;
	for (size_t i = 0; i < processes; i++) {
		w->skew_s[i] = (int64_t)draw(&w->seed, 11) - 5;
		w->clocks[i] = w->now_ms / 1000 + w->skew_s[i];
		w->limiters[i] = limiter_at(&w->clocks[i],
		    (strava_limiter_options){
			.share = processes > 1 ? &share : NULL });
	}
}

static void
world_stop(struct world *w)
{
	for (size_t i = 0; i < w->processes; i++)
		strava_limiter_free(w->limiters[i]);
}

/* Milliseconds that a leg takes: mostly some, now and then minutes. */
static int64_t
latency_ms(struct world *w)
{
	if (draw(&w->seed, 50) == 0)
		return (int64_t)draw(&w->seed, 400000);
	return (int64_t)draw(&w->seed, draw(&w->seed, 5) == 0 ? 20000 : 400);
}

static void
take_off(struct world *w)
{
	size_t         who = draw(&w->seed, w->processes);
	bool           read = draw(&w->seed, 8) != 0;
	bool           waiting = draw(&w->seed, 3) == 0;
	struct flight *f = w->flights;

	while (f->leg != FREE)
		f++;
	if (ask(w->limiters[who], read ? STRAVA_CALL_READ : STRAVA_CALL_UPLOAD,
		waiting ? STRAVA_INTERACTIVE : STRAVA_BACKGROUND,
		&f->ticket) > 0) {
		w->refused++;
		return;
	}
	w->let_go++;
	f->limiter = w->limiters[who];
	f->read = read;
	f->leg = OUTBOUND;
	f->due_ms = w->now_ms + latency_ms(w);
	w->flying++;
}

/* Strava counts it, and answers with headers, some of them, or none. */
static void
arrive(struct world *w, struct flight *f)
{
	f->limited = !count_call(&w->strava, w->now_ms / 1000, f->read);
	w->beyond += f->limited;
	f->told = told_by(&w->strava);
	f->has_told = draw(&w->seed, 4) != 0;
	if (draw(&w->seed, 5) == 0)
		f->told.read_short_used = f->told.read_daily_used = -1;
	f->leg = INBOUND;
	f->due_ms = w->now_ms + latency_ms(w);
}

static void
land(struct world *w, struct flight *f)
{
	strava_call_end end =
	    f->limited ? STRAVA_CALL_LIMITED : STRAVA_CALL_ANSWERED;

	/* One in a thousand is forgotten: its process died. */
	if (draw(&w->seed, 1000) != 0)
		strava_limiter_done(
		    f->limiter, &f->ticket, end, f->has_told ? &f->told : NULL);
	f->leg = FREE;
	w->flying--;
}

/* The flight that is due next, if that is before `until_ms`. */
static struct flight *
next_flight(struct world *w, int64_t until_ms)
{
	struct flight *next = NULL;

	for (struct flight *f = w->flights; f < w->flights + FLIGHTS; f++) {
		if (f->leg != FREE && f->due_ms <= until_ms) {
			next = f;
			until_ms = f->due_ms;
		}
	}
	return next;
}

static void
world_move(struct world *w, int64_t to_ms)
{
	w->now_ms = to_ms;
	for (size_t i = 0; i < w->processes; i++)
		w->clocks[i] = to_ms / 1000 + w->skew_s[i];
}

/* Lets time pass up to the next question. */
static void
world_step(struct world *w)
{
	int64_t        until_ms = w->now_ms;
	struct flight *f;

	if (draw(&w->seed, 3) == 0)
		until_ms += (int64_t)draw(&w->seed, 20000);
	else if (draw(&w->seed, 40) == 0)
		until_ms += (int64_t)draw(&w->seed, 900000);
	while ((f = next_flight(w, until_ms)) != NULL) {
		world_move(w, f->due_ms);
		if (f->leg == OUTBOUND)
			arrive(w, f);
		else
			land(w, f);
	}
	world_move(w, until_ms);
	if (w->strangers && draw(&w->seed, 5) == 0)
		count_call(&w->strava, until_ms / 1000, true);
	if (w->flying < FLIGHTS)
		take_off(w);
	else
		world_move(w, until_ms + 1000);
}

/* Asks until `calls` were let go. */
static void
world_run(struct world *w, int64_t calls)
{
	int64_t start_ms = w->now_ms;

	for (int64_t n = 0; w->let_go < calls; n++) {
		assert_true(n < 200 * calls);
		world_step(w);
	}
	/* More than a tenth of the days' budget was of use. */
	assert_true(
	    w->let_go > (w->now_ms - start_ms) / 86400000 * limits[1][1] / 10);
}

static void
strava_never_counts_beyond_a_limit(void **state)
{
	struct world w;
	int64_t      refused = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		world_start(&w, seed, 1);
		world_run(&w, 5000);
		if (w.beyond != 0)
			fail_msg("seed %" PRIu64 ": %" PRId64 " calls beyond",
			    seed, w.beyond);
		refused += w.refused;
		world_stop(&w);
	}
	assert_true(refused > 10000);
}

static void
nor_when_processes_share_the_budgets(void **state)
{
	struct world w;

	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		world_start(&w, seed, PROCESSES);
		world_run(&w, 5000);
		if (w.beyond != 0)
			fail_msg("seed %" PRIu64 ": %" PRId64 " calls beyond",
			    seed, w.beyond);
		for (size_t i = 0; i < PROCESSES; i++)
			assert_int_equal(
			    usage_of(w.limiters[i]).shared, STRAVA_TRUE);
		world_stop(&w);
	}
}

/* What others spend is learnt from the headers, so that few calls are lost. */
static void
strangers_cost_few_calls(void **state)
{
	struct world w;

	(void)state;
	for (uint64_t seed = 1; seed <= 5; seed++) {
		world_start(&w, seed, 1);
		w.strangers = true;
		world_run(&w, 2000);
		assert_true(w.beyond < w.let_go / 20);
		world_stop(&w);
	}
}

/* Whenever background calls stop, the reserve of each budget is still there. */
static void
background_calls_leave_the_reserve(void **state)
{
	struct world          w;
	strava_limiter_ticket ticket;

	(void)state;
	world_start(&w, 7, 1);
	for (int i = 0; i < 20000; i++) {
		world_move(&w, w.now_ms + (int64_t)draw(&w.seed, 20000));
		if (ask(w.limiters[0],
			draw(&w.seed, 4) == 0 ? STRAVA_CALL_UPLOAD
					      : STRAVA_CALL_READ,
			STRAVA_BACKGROUND, &ticket) == 0)
			strava_limiter_done(
			    w.limiters[0], &ticket, STRAVA_CALL_ANSWERED, NULL);
		strava_rate_limit rate = usage_of(w.limiters[0]).rate;

		assert_true(rate.short_used <= 160);
		assert_true(rate.daily_used <= 1600);
		assert_true(rate.read_short_used <= 80);
		assert_true(rate.read_daily_used <= 800);
	}
	world_stop(&w);
}

/* --- sharing --- */

static void
two_that_share_spend_one_budget(void **state)
{
	struct world w;

	(void)state;
	world_start(&w, 1, 2);
	w.skew_s[0] = w.skew_s[1] = 0;
	world_move(&w, (NOON + 300) * 1000);
	assert_int_equal(
	    spend(w.limiters[0], STRAVA_CALL_READ, STRAVA_INTERACTIVE, 60), 60);
	assert_true(usage_of(w.limiters[1]).rate.read_short_used == 60);
	assert_int_equal(spend_reads(w.limiters[1]), 40);
	assert_int_equal(spend_reads(w.limiters[0]), 0);
	world_stop(&w);
}

static void
a_foreign_state_is_an_empty_one(void **state)
{
	struct world          w;
	strava_limiter_ticket ticket;

	(void)state;
	world_start(&w, 1, 1);
	world_stop(&w);
	world_start(&w, 1, 2);
	assert_int_equal(
	    spend(w.limiters[0], STRAVA_CALL_READ, STRAVA_INTERACTIVE, 60), 60);
	for (size_t i = 0; i < COUNT(w.kept.opaque); i++) {
		strava_limiter_state whole = w.kept;

		w.kept.opaque[i] = UINT64_MAX - i;
		assert_true(ask(w.limiters[1], STRAVA_CALL_READ,
				STRAVA_INTERACTIVE, &ticket) >= 0);
		w.kept = whole;
	}
	memset(&w.kept, 0xff, sizeof(w.kept));
	assert_int_equal(spend_reads(w.limiters[1]), 100);
	memset(&w.kept, 0, sizeof(w.kept));
	assert_int_equal(spend_reads(w.limiters[0]), 100);
	world_stop(&w);
}

static void
out_of_reach_each_goes_on_alone_and_says_so(void **state)
{
	struct world          w;
	strava_limiter_ticket before, alone;

	(void)state;
	world_start(&w, 1, 2);
	w.skew_s[0] = w.skew_s[1] = 0;
	world_move(&w, (NOON + 300) * 1000);
	assert_int_equal(
	    spend(w.limiters[1], STRAVA_CALL_READ, STRAVA_INTERACTIVE, 50), 50);
	let_go(w.limiters[0], &before);
	w.out_of_reach = true;
	/* What was last seen stands. */
	assert_int_equal(
	    spend(w.limiters[0], STRAVA_CALL_READ, STRAVA_INTERACTIVE, 20), 20);
	assert_int_equal(usage_of(w.limiters[0]).shared, STRAVA_FALSE);
	assert_true(usage_of(w.limiters[0]).rate.read_short_used == 71);
	strava_limiter_done(w.limiters[0], &before, STRAVA_CALL_ANSWERED, NULL);
	let_go(w.limiters[0], &alone);
	/* And is added when the place is back. */
	w.out_of_reach = false;
	strava_limiter_done(w.limiters[0], &alone, STRAVA_CALL_ANSWERED, NULL);
	assert_int_equal(usage_of(w.limiters[0]).shared, STRAVA_TRUE);
	assert_true(usage_of(w.limiters[1]).rate.read_short_used == 72);
	/* Once: what the other gives back then is not taken again. */
	let_go(w.limiters[1], &before);
	assert_true(usage_of(w.limiters[0]).rate.read_short_used == 73);
	strava_limiter_done(w.limiters[1], &before, STRAVA_CALL_UNSENT, NULL);
	assert_true(usage_of(w.limiters[0]).rate.read_short_used == 72);
	assert_int_equal(spend_reads(w.limiters[1]), 28);
	world_stop(&w);
}

static void
a_place_that_is_always_changed_meanwhile_is_out_of_reach(void **state)
{
	struct world w;

	(void)state;
	world_start(&w, 1, 2);
	w.busy = true;
	assert_int_equal(spend_reads(w.limiters[0]), 100);
	assert_int_equal(
	    spend(w.limiters[0], STRAVA_CALL_UPLOAD, STRAVA_INTERACTIVE, 1), 1);
	assert_int_equal(usage_of(w.limiters[1]).shared, STRAVA_TRUE);
	assert_true(usage_of(w.limiters[1]).rate.short_used == 0);
	world_stop(&w);
}

/* --- threads --- */

#define THREADS 8

struct crowd {
	strava_limiter      *limiters[THREADS];
	size_t               next;
	int64_t              now;
	atomic_int           let_go;

	pthread_mutex_t      lock;
	strava_limiter_state kept;
};

struct member {
	struct crowd   *crowd;
	strava_limiter *limiter;
};

static int
crowd_load(void *ctx, strava_limiter_state *state)
{
	struct crowd *c = ctx;

	pthread_mutex_lock(&c->lock);
	*state = c->kept;
	pthread_mutex_unlock(&c->lock);
	return 1;
}

static int
crowd_swap(void *ctx, const strava_limiter_state *expected,
    const strava_limiter_state *desired)
{
	struct crowd *c = ctx;
	bool          same;

	pthread_mutex_lock(&c->lock);
	same = memcmp(&c->kept, expected, sizeof(c->kept)) == 0;
	if (same)
		c->kept = *desired;
	pthread_mutex_unlock(&c->lock);
	return same;
}

/* Calls without rest until it is refused ten times. */
static void *
crowd_member(void *ctx)
{
	struct member        *m = ctx;
	strava_limiter_ticket ticket;
	strava_limiter_usage  usage;
	int                   refused = 0;

	while (refused < 10) {
		if (strava_limiter_ask(m->limiter, STRAVA_CALL_READ,
			STRAVA_INTERACTIVE, &ticket, NULL) != STRAVA_OK) {
			refused++;
			continue;
		}
		atomic_fetch_add(&m->crowd->let_go, 1);
		strava_limiter_usage_get(m->limiter, &usage);
		strava_limiter_done(
		    m->limiter, &ticket, STRAVA_CALL_ANSWERED, &nothing);
	}
	return NULL;
}

/* How many calls eight threads get out of a budget of 500. */
static int
crowd_spends(bool one_limiter)
{
	struct crowd           c = { .now = NOON + 300 };
	strava_limiter_share   share = { crowd_load, crowd_swap, &c };
	strava_limiter_options options = { .short_limit = 500,
		.read_short_limit = 500,
		.share = one_limiter ? NULL : &share };
	struct member          members[THREADS];
	pthread_t              threads[THREADS];

	assert_int_equal(pthread_mutex_init(&c.lock, NULL), 0);
	for (size_t i = 0; i < THREADS; i++) {
		if (i == 0 || !one_limiter)
			c.limiters[i] = limiter_at(&c.now, options);
		members[i] =
		    (struct member){ &c, c.limiters[one_limiter ? 0 : i] };
	}
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, crowd_member,
				     &members[i]),
		    0);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_true(usage_of(c.limiters[0]).in_flight == 0);
	for (size_t i = 0; i < THREADS; i++)
		strava_limiter_free(c.limiters[i]);
	pthread_mutex_destroy(&c.lock);
	return atomic_load(&c.let_go);
}

static void
threads_spend_a_limiter_to_the_last_call(void **state)
{
	(void)state;
	assert_int_equal(crowd_spends(true), 500);
}

static void
so_do_limiters_that_share(void **state)
{
	(void)state;
	assert_int_equal(crowd_spends(false), 500);
}

/* --- contract --- */

static void
options_out_of_contract_are_refused(void **state)
{
	static const strava_limiter_share half[] = { { load, NULL, NULL },
		{ NULL, swap, NULL } };
	const strava_limiter_options      rows[] = { { .short_limit = -1 },
		     { .daily_limit = INT64_MIN },
		     { .read_short_limit = 1000000001 },
		     { .read_daily_limit = INT64_MAX }, { .reserve_percent = -2 },
		     { .reserve_percent = 100 }, { .share = &half[0] },
		     { .share = &half[1] } };
	strava_limiter                   *limiter;
	strava_error                      err;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		limiter = (void *)&err; /* not NULL */
		assert_int_equal(strava_limiter_new(&rows[i], &limiter, &err),
		    STRAVA_ERR_ARGUMENT);
		assert_null(limiter);
	}
	assert_int_equal(
	    strava_limiter_new(NULL, NULL, &err), STRAVA_ERR_ARGUMENT);
	strava_limiter_free(NULL);
}

static void
arguments_out_of_contract_are_refused(void **state)
{
	strava_limiter       *limiter;
	strava_limiter_ticket ticket;
	strava_limiter_usage  usage;
	strava_error          err;

	(void)state;
	assert_int_equal(strava_limiter_new(NULL, &limiter, &err), STRAVA_OK);
	assert_int_equal(strava_limiter_ask(NULL, STRAVA_CALL_READ,
			     STRAVA_INTERACTIVE, &ticket, &err),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(strava_limiter_ask(limiter, STRAVA_CALL_READ,
			     STRAVA_INTERACTIVE, NULL, &err),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(strava_limiter_ask(limiter, (strava_call_kind)2,
			     STRAVA_INTERACTIVE, &ticket, &err),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(strava_limiter_ask(limiter, STRAVA_CALL_READ,
			     (strava_priority)2, &ticket, &err),
	    STRAVA_ERR_ARGUMENT);
	strava_limiter_done(limiter, &ticket, STRAVA_CALL_LIMITED, NULL);
	strava_limiter_done(limiter, NULL, STRAVA_CALL_LIMITED, NULL);
	strava_limiter_done(NULL, &ticket, STRAVA_CALL_LIMITED, NULL);
	strava_limiter_usage_get(NULL, &usage);
	strava_limiter_usage_get(limiter, NULL);
	/* The real clock. */
	assert_int_equal(strava_limiter_ask(limiter, STRAVA_CALL_READ,
			     STRAVA_INTERACTIVE, &ticket, &err),
	    STRAVA_OK);
	strava_limiter_done(limiter, &ticket, STRAVA_CALL_ANSWERED, NULL);
	strava_limiter_free(limiter);
}

static void
a_state_is_small(void **state)
{
	(void)state;
	assert_true(sizeof(strava_limiter_state) <= 256);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		at_desk(a_new_application_may_read_a_hundred_times),
		at_desk(an_upload_counts_in_the_overall_budget_alone),
		at_desk(a_refusal_says_how_long_and_why),
		cmocka_unit_test(the_day_ends_at_midnight),
		at_desk(the_longest_wait_is_told),
		cmocka_unit_test(the_reserve_is_for_who_waits),
		at_desk(
		    somebody_who_waits_may_spend_all_and_leaves_the_reserve_last),
		cmocka_unit_test(calls_in_flight_count),
		at_desk(a_call_that_never_left_is_given_back),
		at_desk(a_call_over_the_end_of_a_window_counts_in_both),
		at_desk(
		    a_call_whose_process_died_is_gone_after_the_next_window),
		at_desk(an_idle_window_forgets_what_was_in_flight),
		at_desk(usage_that_is_told_only_grows),
		at_desk(limits_are_taken_as_told),
		at_desk(numbers_that_make_no_sense_shut_nobody_out),
		at_desk(
		    an_answer_that_comes_late_says_nothing_of_the_new_window),
		at_desk(a_429_without_a_reason_ends_the_window),
		at_desk(a_429_of_an_upload_ends_the_window_for_all),
		at_desk(a_429_for_the_day_is_not_laid_to_the_window),
		at_desk(a_clock_that_goes_back_shuts_nobody_out),
		at_desk(any_time_is_borne),
		cmocka_unit_test(strava_never_counts_beyond_a_limit),
		cmocka_unit_test(nor_when_processes_share_the_budgets),
		cmocka_unit_test(strangers_cost_few_calls),
		cmocka_unit_test(background_calls_leave_the_reserve),
		cmocka_unit_test(two_that_share_spend_one_budget),
		cmocka_unit_test(a_foreign_state_is_an_empty_one),
		cmocka_unit_test(out_of_reach_each_goes_on_alone_and_says_so),
		cmocka_unit_test(
		    a_place_that_is_always_changed_meanwhile_is_out_of_reach),
		cmocka_unit_test(threads_spend_a_limiter_to_the_last_call),
		cmocka_unit_test(so_do_limiters_that_share),
		cmocka_unit_test(options_out_of_contract_are_refused),
		cmocka_unit_test(arguments_out_of_contract_are_refused),
		cmocka_unit_test(a_state_is_small),
	};

	return cmocka_run_group_tests_name(
	    "libstrava limiter", tests, NULL, NULL);
}
