/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "internal.h"

#define VERSION UINT64_C(0x73766c696d000001) /* "svlim", 1 */
#define NUMBER_MAX 1000000000                /* of calls */
#define TIME_MAX (INT64_C(1) << 53)
#define TRIES 32
#define RESERVE_PERCENT 20

/*
 * Windows are counted in quarter hours since the epoch and begin MARGIN_S later
 * than Strava's.  Two margins before they end, Strava may have begun its next
 * one: whatever is in flight from then on counts in both.
 */
#define WINDOW_S 900
#define WINDOWS_OF_DAY 96
#define MARGIN_S 5

enum { SHORT, DAILY, SPANS };
enum { OVERALL, READ, BUDGETS };

struct budget {
	int64_t limit[SPANS]; /* 0: not told yet */
	int64_t used[SPANS];  /* those in flight included */
	int64_t in_flight;
	int64_t late; /* ended when Strava may have begun the next window */
};

struct account {
	uint64_t      version;
	int64_t       window;
	struct budget budgets[BUDGETS];
};
_Static_assert(sizeof(struct account) <= sizeof(strava_limiter_state),
    "an account fits into the state");

struct strava_limiter {
	pthread_mutex_t      lock;
	int64_t              limits[BUDGETS][SPANS]; /* until told */
	int64_t              reserve_percent;
	strava_clock_fn      clock;
	void                *clock_ctx;
	strava_limiter_share share;   /* load NULL: none */
	struct account       account; /* as it last was */
	bool                 ahead;   /* `account` was not stored */
	strava_tri           shared;
};

/* Where the numbers are that Strava tells. */
static const struct {
	int    budget, span;
	size_t limit, used;
} told_numbers[] = {
	{ OVERALL, SHORT, offsetof(strava_rate_limit, short_limit),
	    offsetof(strava_rate_limit, short_used) },
	{ OVERALL, DAILY, offsetof(strava_rate_limit, daily_limit),
	    offsetof(strava_rate_limit, daily_used) },
	{ READ, SHORT, offsetof(strava_rate_limit, read_short_limit),
	    offsetof(strava_rate_limit, read_short_used) },
	{ READ, DAILY, offsetof(strava_rate_limit, read_daily_limit),
	    offsetof(strava_rate_limit, read_daily_used) },
};

static const char *const budget_names[BUDGETS][SPANS] = {
	{ "15-minute", "daily" },
	{ "15-minute read", "daily read" },
};

static int64_t
larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t
smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* --- time --- */

static int64_t
now_of(const strava_limiter *limiter)
{
	int64_t now = limiter->clock(limiter->clock_ctx);

	return larger(MARGIN_S, smaller(now, TIME_MAX));
}

static int64_t
window_at(int64_t now)
{
	return (now - MARGIN_S) / WINDOW_S;
}

static int64_t
day_of(int64_t window)
{
	return window / WINDOWS_OF_DAY;
}

static int64_t
end_of(int64_t window, int span)
{
	if (span == DAILY)
		window = day_of(window) * WINDOWS_OF_DAY + WINDOWS_OF_DAY - 1;
	return (window + 1) * WINDOW_S + MARGIN_S;
}

/* May Strava's clock be in the window after this one? */
static bool
is_late(int64_t window, int64_t now)
{
	return now >= end_of(window, SHORT) - (int64_t)2 * MARGIN_S;
}

/* --- an account --- */

static struct account
new_account(int64_t now)
{
	return (struct account){ .version = VERSION, .window = window_at(now) };
}

/*
 * Turns to the window of `now`.  One window ahead of it may be another process,
 * whose clock is a little faster; more than that is a clock that was wrong.
 */
static void
turn(struct account *a, int64_t now)
{
	int64_t window = window_at(now), step = window - a->window, carried;
	bool    new_day = day_of(window) != day_of(a->window);

	if (step == 0 || step == -1)
		return;
	for (struct budget *b = a->budgets; b < a->budgets + BUDGETS; b++) {
		carried =
		    step == 1 ? smaller(b->late + b->in_flight, NUMBER_MAX) : 0;
		b->used[SHORT] = carried;
		if (new_day)
			b->used[DAILY] = carried;
		b->in_flight = b->late = 0;
	}
	a->window = window;
}

static bool
is_number(int64_t n)
{
	return n >= 0 && n <= NUMBER_MAX;
}

static bool
makes_sense(const struct account *a)
{
	bool ok = a->version == VERSION && a->window >= 0 &&
		  a->window <= TIME_MAX / WINDOW_S;

	for (const struct budget *b = a->budgets; b < a->budgets + BUDGETS;
	     b++) {
		ok = ok && is_number(b->in_flight) && is_number(b->late);
		for (int span = 0; span < SPANS; span++)
			ok = ok && is_number(b->limit[span]) &&
			     is_number(b->used[span]);
	}
	return ok;
}

/* Adds what was learnt while the place was out of reach. */
static void
add_own(struct account *a, const struct account *own)
{
	for (int i = 0; i < BUDGETS; i++) {
		struct budget       *b = &a->budgets[i];
		const struct budget *o = &own->budgets[i];

		if (a->window == own->window)
			b->used[SHORT] = larger(b->used[SHORT], o->used[SHORT]);
		if (day_of(a->window) == day_of(own->window))
			b->used[DAILY] = larger(b->used[DAILY], o->used[DAILY]);
	}
}

/* The last of a kind's budgets; all kinds count in the first. */
static int
last_budget(strava_call_kind kind)
{
	return kind == STRAVA_CALL_READ ? READ : OVERALL;
}

/* --- changes --- */

/* Carried out on an account; false when it leaves that as it was.  It may be
 * carried out again, on another account, and then counts only once. */
typedef bool (*change_fn)(
    const strava_limiter *limiter, struct account *a, void *ctx);

static struct account
account_in(const strava_limiter *limiter, const strava_limiter_state *state,
    int64_t now)
{
	struct account a;

	memcpy(&a, state, sizeof(a));
	if (!makes_sense(&a))
		a = new_account(now);
	turn(&a, now);
	if (limiter->ahead)
		add_own(&a, &limiter->account);
	return a;
}

/* Carries it out on the account that is shared; false when that is out of
 * reach. */
static bool
change_shared(strava_limiter *l, int64_t now, change_fn change, void *ctx)
{
	strava_limiter_state seen, wanted;
	struct account       a;
	int                  swapped = 0;

	for (int i = 0; i < TRIES && swapped == 0; i++) {
		if (l->share.load(l->share.ctx, &seen) != 1)
			return false;
		a = account_in(l, &seen, now);
		if (!change(l, &a, ctx)) {
			l->account = a;
			return true;
		}
		memset(&wanted, 0, sizeof(wanted));
		memcpy(&wanted, &a, sizeof(a));
		swapped = l->share.swap(l->share.ctx, &seen, &wanted);
	}
	if (swapped != 1)
		return false;
	l->account = a;
	l->ahead = false;
	return true;
}

static void
carry_out(strava_limiter *l, int64_t now, change_fn change, void *ctx)
{
	turn(&l->account, now);
	if (l->share.load == NULL) {
		change(l, &l->account, ctx);
	} else if (change_shared(l, now, change, ctx)) {
		l->shared = STRAVA_TRUE;
	} else {
		l->shared = STRAVA_FALSE;
		l->ahead |= change(l, &l->account, ctx);
	}
}

/* --- asking --- */

struct question {
	strava_call_kind kind;
	strava_priority  priority;
	int64_t          now;

	/* The answer; wait_s 0: go. */
	int64_t     window, wait_s;
	const char *name; /* of the budget to wait for */
	bool        reserved;
};

static int64_t
limit_of(const strava_limiter *l, const struct account *a, int budget, int span)
{
	int64_t told = a->budgets[budget].limit[span];

	return told != 0 ? told : l->limits[budget][span];
}

/* Has this budget no room?  Then it is waited for, unless another is longer. */
static void
look_at(const strava_limiter *l, const struct account *a, int budget, int span,
    struct question *q)
{
	int64_t limit = limit_of(l, a, budget, span), keep = 0, wait_s;
	int64_t used = a->budgets[budget].used[span];

	if (q->priority == STRAVA_BACKGROUND)
		keep = limit * l->reserve_percent / 100;
	if (used < limit - keep)
		return;
	wait_s = larger(end_of(a->window, span) - q->now, 1);
	if (wait_s <= q->wait_s)
		return;
	q->wait_s = wait_s;
	q->name = budget_names[budget][span];
	q->reserved = used < limit;
}

static bool
let_go(const strava_limiter *l, struct account *a, void *ctx)
{
	struct question *q = ctx;

	q->wait_s = 0;
	q->window = a->window;
	for (int i = 0; i <= last_budget(q->kind); i++)
		for (int span = 0; span < SPANS; span++)
			look_at(l, a, i, span, q);
	if (q->wait_s > 0)
		return false;
	for (int i = 0; i <= last_budget(q->kind); i++) {
		a->budgets[i].used[SHORT]++;
		a->budgets[i].used[DAILY]++;
		a->budgets[i].in_flight++;
	}
	return true;
}

strava_status
strava_limiter_ask(strava_limiter *limiter, strava_call_kind kind,
    strava_priority priority, strava_limiter_ticket *ticket, strava_error *err)
{
	struct question q = { .kind = kind, .priority = priority };

	if (limiter == NULL || ticket == NULL)
		return sv_fail_argument(err, "limiter or ticket is NULL");
	*ticket = (strava_limiter_ticket){ .window = -1 };
	if ((size_t)kind > STRAVA_CALL_UPLOAD ||
	    (size_t)priority > STRAVA_BACKGROUND)
		return sv_fail_argument(
		    err, "there is no such kind of call, or priority");
	pthread_mutex_lock(&limiter->lock);
	q.now = now_of(limiter);
	carry_out(limiter, q.now, let_go, &q);
	pthread_mutex_unlock(&limiter->lock);
	if (q.wait_s > 0) {
		sv_fail(err, STRAVA_ERR_RATE_LIMIT,
		    "the %s budget is used up%s: %" PRId64 " s to wait", q.name,
		    q.reserved ? ", but for what is kept for interactive calls"
			       : "",
		    q.wait_s);
		if (err != NULL)
			err->retry_after_s = q.wait_s;
		return STRAVA_ERR_RATE_LIMIT;
	}
	ticket->window = q.window;
	ticket->kind = kind;
	return STRAVA_OK;
}

/* --- the end of a call --- */

struct ending {
	strava_limiter_ticket    ticket;
	strava_call_end          end;
	const strava_rate_limit *told; /* NULL: nothing */
	int64_t                  now;
};

/* One call less of those that were let go. */
static void
take_back(struct budget *b, bool of_window, bool of_day)
{
	b->used[SHORT] = larger(b->used[SHORT] - of_window, 0);
	b->used[DAILY] = larger(b->used[DAILY] - of_day, 0);
}

/* A call of the window before is no longer in flight here: it was carried over
 * as one that counts. */
static void
land(struct account *a, const struct ending *e)
{
	int64_t age = a->window - e->ticket.window;
	bool of_day = age == 1 || day_of(a->window) == day_of(e->ticket.window);

	for (int i = 0; i <= last_budget(e->ticket.kind); i++) {
		struct budget *b = &a->budgets[i];

		if (age == 0)
			b->in_flight = larger(b->in_flight - 1, 0);
		if (e->end == STRAVA_CALL_UNSENT)
			take_back(b, age == 0 || age == 1, of_day);
		else if (age == 0 && is_late(a->window, e->now))
			b->late = smaller(b->late + 1, NUMBER_MAX);
	}
}

static int64_t
told_number(const strava_rate_limit *told, size_t offset)
{
	int64_t n;

	memcpy(&n, (const char *)told + offset, sizeof(n));
	return smaller(n, NUMBER_MAX);
}

/* Which window an answer speaks of is sure only if the call began in it.  A
 * limit of nothing would never let a call go that could tell another one. */
static void
learn(struct account *a, const struct ending *e)
{
	bool    of_span[SPANS] = { a->window == e->ticket.window,
		   day_of(a->window) == day_of(e->ticket.window) };
	int64_t limit, used;

	for (size_t i = 0; i < COUNT(told_numbers); i++) {
		struct budget *b = &a->budgets[told_numbers[i].budget];
		int            span = told_numbers[i].span;

		limit = told_number(e->told, told_numbers[i].limit);
		used = told_number(e->told, told_numbers[i].used);
		if (limit > 0)
			b->limit[span] = limit;
		if (of_span[span])
			b->used[span] = larger(b->used[span], used);
	}
}

static bool
end_call(const strava_limiter *l, struct account *a, void *ctx)
{
	const struct ending *e = ctx;
	struct question      q = { .kind = e->ticket.kind, .now = e->now };
	int                  budget = last_budget(e->ticket.kind);
	int64_t             *used = &a->budgets[budget].used[SHORT];

	land(a, e);
	if (e->told != NULL)
		learn(a, e);
	if (e->end != STRAVA_CALL_LIMITED || a->window != e->ticket.window)
		return true;
	for (int i = 0; i <= budget; i++)
		for (int span = 0; span < SPANS; span++)
			look_at(l, a, i, span, &q);
	if (q.wait_s == 0)
		*used = larger(*used, limit_of(l, a, budget, SHORT));
	return true;
}

void
strava_limiter_done(strava_limiter *limiter, strava_limiter_ticket *ticket,
    strava_call_end end, const strava_rate_limit *told)
{
	struct ending e = { .end = end, .told = told };

	if (limiter == NULL || ticket == NULL || ticket->window < 0)
		return;
	e.ticket = *ticket;
	*ticket = (strava_limiter_ticket){ .window = -1 };
	pthread_mutex_lock(&limiter->lock);
	e.now = now_of(limiter);
	carry_out(limiter, e.now, end_call, &e);
	pthread_mutex_unlock(&limiter->lock);
}

/* --- the limiter itself --- */

static bool
look_only(const strava_limiter *l, struct account *a, void *ctx)
{
	(void)l;
	*(struct account *)ctx = *a;
	return false;
}

void
strava_limiter_usage_get(strava_limiter *limiter, strava_limiter_usage *out)
{
	struct account a;

	if (limiter == NULL || out == NULL)
		return;
	*out = (strava_limiter_usage){ 0 };
	pthread_mutex_lock(&limiter->lock);
	carry_out(limiter, now_of(limiter), look_only, &a);
	for (size_t i = 0; i < COUNT(told_numbers); i++) {
		int     budget = told_numbers[i].budget;
		int     span = told_numbers[i].span;
		int64_t limit = limit_of(limiter, &a, budget, span);

		memcpy((char *)&out->rate + told_numbers[i].limit, &limit,
		    sizeof(limit));
		memcpy((char *)&out->rate + told_numbers[i].used,
		    &a.budgets[budget].used[span], sizeof(int64_t));
	}
	out->in_flight = a.budgets[OVERALL].in_flight;
	out->short_ends_at = end_of(a.window, SHORT);
	out->daily_ends_at = end_of(a.window, DAILY);
	out->shared = limiter->shared;
	pthread_mutex_unlock(&limiter->lock);
}

/* What is wrong with the options, or NULL. */
static const char *
fault_of(const strava_limiter_options *o)
{
	if (!is_number(o->short_limit) || !is_number(o->daily_limit) ||
	    !is_number(o->read_short_limit) || !is_number(o->read_daily_limit))
		return "a limit is negative, or above 1000000000";
	if (o->reserve_percent < -1 || o->reserve_percent > 99)
		return "reserve_percent is 1 to 99, 0 for 20, or -1 for none";
	if (o->share != NULL &&
	    (o->share->load == NULL || o->share->swap == NULL))
		return "share has no load or no swap";
	return NULL;
}

static void
set(strava_limiter *l, const strava_limiter_options *o)
{
	l->limits[OVERALL][SHORT] = o->short_limit > 0 ? o->short_limit : 200;
	l->limits[OVERALL][DAILY] = o->daily_limit > 0 ? o->daily_limit : 2000;
	l->limits[READ][SHORT] =
	    o->read_short_limit > 0 ? o->read_short_limit : 100;
	l->limits[READ][DAILY] =
	    o->read_daily_limit > 0 ? o->read_daily_limit : 1000;
	if (o->reserve_percent == 0)
		l->reserve_percent = RESERVE_PERCENT;
	else if (o->reserve_percent > 0)
		l->reserve_percent = o->reserve_percent;
	l->clock = o->clock != NULL ? o->clock : clock_utc_s;
	l->clock_ctx = o->clock_ctx;
	if (o->share != NULL)
		l->share = *o->share;
	l->account = new_account(now_of(l));
}

strava_status
strava_limiter_new(const strava_limiter_options *options, strava_limiter **out,
    strava_error *err)
{
	static const strava_limiter_options defaults = { 0 };
	strava_limiter                     *l;
	const char                         *fault;

	if (out != NULL)
		*out = NULL;
	if (out == NULL)
		return sv_fail_argument(err, "out is NULL");
	if (options == NULL)
		options = &defaults;
	if ((fault = fault_of(options)) != NULL)
		return sv_fail_argument(err, fault);
	if ((l = calloc(1, sizeof(*l))) == NULL)
		return sv_fail_memory(err);
	if (pthread_mutex_init(&l->lock, NULL) != 0) {
		free(l);
		return sv_fail_memory(err);
	}
	set(l, options);
	*out = l;
	return STRAVA_OK;
}

void
strava_limiter_free(strava_limiter *limiter)
{
	if (limiter == NULL)
		return;
	pthread_mutex_destroy(&limiter->lock);
	free(limiter);
}
