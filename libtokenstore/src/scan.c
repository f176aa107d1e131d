/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "internal.h"

/*
 * Accounts are claimed slot by slot, in each slot the longest due first.  A
 * store remembers where it stopped: the slot, and the due time of the last
 * account claimed there.  Going on from that mark instead of the slot's
 * beginning matters when some forgotten transaction keeps PostgreSQL from
 * removing dead index entries, since those pile up at the beginning.  The mark
 * is given up when the slot is finished, so what was passed over is found the
 * next time round.
 *
 * One statement goes through several slots, and stops where it has enough.  Where
 * little is due it would go through all of them, but walk past all that is dead:
 * so it takes twice as many slots as the one before if that was quick, and half as
 * many if it was slow.
 */

#define LIMIT_MAX 10000
#define UNREADABLE_MAX 256 /* then a key is wrong: look no further */
#define SLEEP_MAX 1000     /* accounts put to sleep by one statement */
#define QUICK_MS 100       /* for what a statement looks through */
#define SLOTS_SIZE ((size_t)TS_SLOTS * 3 + 2) /* "{1,2,...}" */
#define TIME_MIN INT64_C(-62135596800)        /* the beginning of the year 1 */
#define TIME_MIN_SQL "-62135596800"
#define YEARS_MAX_S INT64_C(315360000)

/* How long those who use their accounts are not looked at again when none of
 * them was due: a claim for the others then costs one round, not two. */
#define REST_MS INT64_C(60000)

/* Whose accounts: everybody's, or one of two halves. */
enum group { ANY, USED, IDLE };

/* clang-format off */

/* Of an account: did the person use it lately?  A parameter says since when. */
#define IS_USED(seconds) \
	"last_used_at >= " TS_NOW " - " seconds "::int8 * interval '1 second'"

/* Of an idle one: is it early to keep it alive?  What is in doubt is settled
 * first. */
#define RESTS(seconds) \
	"in_doubt_since = 'epoch' AND updated_at >" \
	" " TS_NOW " - " seconds "::int8 * interval '1 second'"

/*
 * 5 slots, 6 mark in the first, 7 limit, 8 group, 9 used within, 10 keep alive.
 * The limit inside lets the planner take the rows of a slot by the index, in
 * their order; none is locked that the one outside does not ask for.  The mark is
 * compared together with the subject for the planner's sake: between two bounds
 * of the due time alone it would expect few rows, and sort all of the slot.
 */
static const char claim_slots[] = TS_CLAIM(
    "SELECT a.subject, a.in_doubt_since"
    " FROM unnest($5::int2[]) WITH ORDINALITY AS s (slot, nth)"
    " CROSS JOIN LATERAL ("
    TS_CLAIMABLE(" AND slot = s.slot AND due_at <= " TS_NOW
	" AND (due_at, subject) >="
	"  (to_timestamp(CASE s.nth WHEN 1 THEN $6::int8"
	"   ELSE " TIME_MIN_SQL " END), '')"
	" AND CASE $8::int4 WHEN 0 THEN true WHEN 1 THEN " IS_USED("$9")
	"  ELSE NOT (" IS_USED("$9") ") AND NOT (" RESTS("$10") ") END"
	" ORDER BY due_at LIMIT $7::int4")
    ") AS a LIMIT $7::int4");

/*
 * Idle accounts that are due before their time: not to meet them again in every
 * round, they become due when they are to be kept alive.  Whoever comes back
 * earlier is served by a claim on the one account.
 */
static const char put_to_sleep[] =
    "WITH c AS MATERIALIZED (SELECT a.subject, a.app_id"
    "  FROM unnest($3::int2[]) AS s (slot) CROSS JOIN LATERAL ("
    "   SELECT subject, app_id FROM tokenstore.account"
    "   WHERE app_id = $2::int4 AND state = 0 AND lease_until < " TS_NOW
    "   AND slot = s.slot AND due_at <= " TS_NOW
    "   AND NOT (" IS_USED("$4") ") AND " RESTS("$5")
    "   ORDER BY due_at LIMIT $6::int4 FOR NO KEY UPDATE SKIP LOCKED)"
    "  AS a LIMIT $6::int4)"
    " UPDATE tokenstore.account t SET due_at = date_trunc('second',"
    "  t.updated_at + ($5::int8 + 1) * interval '1 second')"
    " FROM c WHERE t.subject = c.subject AND t.app_id = c.app_id";

/* clang-format on */

static int
compare_due(const void *a, const void *b)
{
	const struct ts_claim *x = *(struct ts_claim *const *)a;
	const struct ts_claim *y = *(struct ts_claim *const *)b;

	return (x->due_at > y->due_at) - (x->due_at < y->due_at);
}

struct round {
	tokenstore                     *store;
	const tokenstore_claim_options *options;
	struct ts_list                 *list;
	enum group                      group;
	int                             step; /* 1 or -1 */
};

/* The slot that comes `steps` after another one. */
static int
slot_after(const struct round *round, int slot, int steps)
{
	return (slot + steps * round->step + TS_SLOTS) % TS_SLOTS;
}

/* Some slots one after the other, as an array. */
static void
write_slots(
    const struct round *round, int slot, int count, char text[SLOTS_SIZE])
{
	size_t n = 0;

	for (int i = 0; i < count; i++)
		n += (size_t)snprintf(text + n, SLOTS_SIZE - n, "%c%d",
		    i == 0 ? '{' : ',', slot_after(round, slot, i));
	snprintf(text + n, SLOTS_SIZE - n, "}");
}

/* How many more are wanted; none also when too many do not open. */
static int64_t
wanted(const struct round *round)
{
	const tokenstore_claim_list *list = &round->list->shown;

	if (list->unreadable >= UNREADABLE_MAX)
		return 0;
	return round->options->limit -
	       (int64_t)(list->count - list->unreadable);
}

/* Moves a scan to the last account of a result that has all that was wanted; how
 * many slots that finishes. */
static int
advance(const struct round *round, struct ts_scan *scan,
    const struct pg_result *result)
{
	int64_t due_at, low = scan->low;
	int     slots, most = 0;

	for (int row = 0; row < pg_result_rows(result); row++) {
		slots = (int)pg_result_int(result, row, 8) - scan->slot;
		slots = (slots * round->step + TS_SLOTS) % TS_SLOTS;
		due_at = pg_result_int(result, row, 6);
		if (slots > most || (slots == most && due_at > low))
			low = due_at;
		if (slots > most)
			most = slots;
	}
	scan->slot = slot_after(round, scan->slot, most);
	scan->low = low;
	return most;
}

/* Looks through so many slots, for up to `limit` accounts. */
static tokenstore_status
run_claim(const struct round *round, const struct ts_scan *scan, int count,
    int64_t limit, struct pg_result **result, tokenstore_error *err)
{
	struct ts_params params = { .count = 0 };
	char             slots[SLOTS_SIZE];

	write_slots(round, scan->slot, count, slots);
	ts_add_int(&params, round->store->clock_offset_s);
	ts_add_int(&params, round->store->app_id);
	ts_add_int(&params, round->list->lease_s);
	ts_add_int(&params, round->list->lease_id);
	ts_add_text(&params, slots);
	ts_add_int(&params, scan->low > 0 ? scan->low : TIME_MIN);
	ts_add_int(&params, limit);
	ts_add_int(&params, round->group);
	ts_add_int(&params, round->options->used_within_s);
	ts_add_int(&params, round->options->keep_alive_s);
	return ts_run(round->store, claim_slots, &params, result, err);
}

/* Learns from a statement for `count` slots, which needed `done` of them. */
static void
learn_width(tokenstore *store, int64_t began_ms, int count, int done)
{
	if (clock_steady_ms() - began_ms >= QUICK_MS)
		store->width = store->width > 1 ? store->width / 2 : 1;
	else if (count == store->width && done == count)
		store->width = count < TS_SLOTS / 2 ? count * 2 : TS_SLOTS;
}

/* Claims in the slots that a scan comes to next.  *done: how many it finished. */
static tokenstore_status
claim_in_slots(const struct round *round, struct ts_scan *scan, int count,
    int *done, tokenstore_error *err)
{
	int64_t           limit = wanted(round), began_ms = clock_steady_ms();
	struct pg_result *result;
	tokenstore_status status;

	status = run_claim(round, scan, count, limit, &result, err);
	if (status == TOKENSTORE_ERR_TIMEOUT)
		round->store->width = 1;
	if (status != TOKENSTORE_OK)
		return status;
	if (pg_result_rows(result) == limit) {
		*done = advance(round, scan, result);
	} else {
		*done = count;
		scan->slot = slot_after(round, scan->slot, count);
		scan->low = 0;
	}
	learn_width(round->store, began_ms, count, *done);
	status = ts_list_add(round->store, round->list, result, err);
	pg_result_free(result);
	return status;
}

/* Puts to sleep who is idle in some slots, of many those in front. */
static tokenstore_status
sleep_in_slots(const struct round *round, int slot, int count, bool *many,
    tokenstore_error *err)
{
	struct ts_params  params = { .count = 0 };
	struct pg_result *result;
	tokenstore_status status;
	char              slots[SLOTS_SIZE];

	write_slots(round, slot, count, slots);
	ts_add_int(&params, round->store->clock_offset_s);
	ts_add_int(&params, round->store->app_id);
	ts_add_text(&params, slots);
	ts_add_int(&params, round->options->used_within_s);
	ts_add_int(&params, round->options->keep_alive_s);
	ts_add_int(&params, SLEEP_MAX);
	status =
	    ts_run_again(round->store, put_to_sleep, &params, &result, err);
	if (status != TOKENSTORE_OK)
		return status;
	*many = pg_result_affected(result) == SLEEP_MAX;
	pg_result_free(result);
	return TOKENSTORE_OK;
}

/* In the slots that a round finished.  Where there are many, each statement begins
 * a slot further, so that one slot does not keep the others from their turn. */
static tokenstore_status
sleep_behind(
    const struct round *round, int slot, int count, tokenstore_error *err)
{
	tokenstore_status status = TOKENSTORE_OK;
	bool              many = true;

	if (round->group != IDLE || round->options->keep_alive_s == 0)
		return TOKENSTORE_OK;
	for (int i = 0; i < count && many && status == TOKENSTORE_OK; i++)
		status = sleep_in_slots(
		    round, slot_after(round, slot, i), count - i, &many, err);
	return status;
}

/* Goes round all slots once. */
static tokenstore_status
go_round(const struct round *round, tokenstore_error *err)
{
	tokenstore       *store = round->store;
	struct ts_scan   *scan = &store->scans[round->group == IDLE];
	tokenstore_status status;
	int               slot, count, done;
	/* The first slot comes again when it was entered in its middle. */
	int left = TS_SLOTS + (scan->low > 0);

	while (left > 0 && wanted(round) > 0) {
		slot = scan->slot;
		count = left < store->width ? left : store->width;
		status = claim_in_slots(round, scan, count, &done, err);
		if (status == TOKENSTORE_OK)
			status = sleep_behind(round, slot, done, err);
		if (status != TOKENSTORE_OK)
			return status;
		left -= done;
	}
	if (left == 0 && round->group == USED)
		store->rest_until_ms = clock_steady_ms() + REST_MS;
	return TOKENSTORE_OK;
}

/*
 * Round by round until enough are claimed.  Only two rounds in opposite order
 * that find nothing mean that nothing is due: a row that somebody locks for a
 * moment is passed over, and some servers pass over more than that.
 */
static tokenstore_status
scan(struct round *round, tokenstore_error *err)
{
	static const enum group orders[3][2] = { { ANY, ANY }, { USED, IDLE },
		{ IDLE, USED } };
	bool                    alike = round->options->used_within_s == 0;
	bool resting = clock_steady_ms() < round->store->rest_until_ms;
	const enum group *order = orders[alike ? 0 : 1 + resting];
	tokenstore_status status = TOKENSTORE_OK;

	for (round->step = 1;
	     round->step >= -1 && round->list->shown.count == 0;
	     round->step -= 2)
		for (int g = 0; g < 2 - alike && status == TOKENSTORE_OK; g++) {
			round->group = order[g];
			status = go_round(round, err);
		}
	return status;
}

static tokenstore_status
check_options(const tokenstore_claim_options *options, tokenstore_error *err)
{
	if (options->limit < 1 || options->limit > LIMIT_MAX)
		return ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
		    "limit: must be from 1 to %d", LIMIT_MAX);
	if (options->used_within_s < 0 ||
	    options->used_within_s > YEARS_MAX_S || options->keep_alive_s < 0 ||
	    options->keep_alive_s > YEARS_MAX_S)
		return ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
		    "used_within_s and keep_alive_s: must be from 0 to ten "
		    "years");
	if (options->keep_alive_s > 0 && options->used_within_s == 0)
		return ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
		    "keep_alive_s: needs used_within_s");
	if (options->parts < 0 || options->parts > TS_SLOTS ||
	    options->part < 0 ||
	    options->part >= (options->parts > 0 ? options->parts : 1))
		return ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
		    "part: must be from 0 to below parts, which is at most %d",
		    TS_SLOTS);
	return ts_check_lease(options->lease_s, err);
}

/* Before the first claim of one program of several. */
static void
place(tokenstore *store, const tokenstore_claim_options *options)
{
	if (options->parts == 0 || store->placed)
		return;
	for (size_t i = 0; i < 2; i++)
		store->scans[i].slot =
		    options->part * TS_SLOTS / options->parts;
	store->placed = true;
}

tokenstore_status
tokenstore_claim_due(tokenstore *store, const tokenstore_claim_options *options,
    tokenstore_claim_list **out, tokenstore_error *err)
{
	struct round      round = { .store = store, .options = options };
	struct ts_list   *list;
	tokenstore_status status;

	if (store == NULL || options == NULL || out == NULL)
		return ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
		    "store, options and out: are required");
	*out = NULL;
	if ((status = check_options(options, err)) != TOKENSTORE_OK ||
	    (status = ts_know_app(store, err)) != TOKENSTORE_OK)
		return status;
	if ((list = ts_list_new(options->lease_s)) == NULL)
		return ts_no_memory(err);
	round.list = list;
	place(store, options);
	status = scan(&round, err);
	ts_list_finish(store, list);
	/* What was claimed before a failure is worth having. */
	if (status != TOKENSTORE_OK && list->shown.count == 0) {
		tokenstore_claim_list_free(&list->shown);
		return status;
	}
	if (list->shown.count > 1)
		qsort(list->items, list->shown.count, sizeof(*list->items),
		    compare_due);
	*out = &list->shown;
	return TOKENSTORE_OK;
}
