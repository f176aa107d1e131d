/* SPDX-License-Identifier: MIT */

/*
 * Fifty athletes, two listening update_tokens and one --once after the other, the
 * web app and its visitors, and everything goes wrong: programs are killed,
 * frozen beyond their leases and asked to end, the database crashes, links are
 * cut at any byte, athletes consent anew and withdraw consent.  The calendar is
 * moved so that tokens are due again and again.  In the end all heals, and the
 * store is compared with what Strava has.
 *
 * What is lost must be what died between Strava's answer and the commit, and
 * that must be flagged.  Each refresh token that passes a link is noted, so this
 * is known of each one.
 *
 * STORM_SECONDS is how long it lasts, STORM_SEED what is drawn.
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "callers.h"
#include "clock.h"
#include "guests.h"
#include "test.h"

#define ATHLETES 50
#define SECONDS 60
#define SIX_HOURS 21600
#define ROUND_MS 2000
#define TICK_MS 10
#define LONG_MS 5500    /* a call to the database ends after 5000 */
#define LINK_BYTES 3000 /* a link is cut below this, or not at all */

static struct storm {
	struct world   world;
	struct crew    crew;
	struct oracle  oracle;
	struct guests  guests;
	struct callers callers;
	struct lot     lot;
	int64_t        overlaps;

	/* When what comes next, on the steady clock. */
	int64_t kill_at, link_at, visit_at, withdraw_at, crash_at;

	/* How often it came. */
	struct {
		int rounds, kills, terms, freezes, cuts, holes, crashes,
		    outages;
		int withdrawals;
	} did;
} storm;

static uint64_t
draw(uint64_t below)
{
	return lot_draw(&storm.lot, below);
}

/* Is it time?  Then it is time again `least` to `most` milliseconds later. */
static bool
is_time(int64_t *at, int64_t least, int64_t most)
{
	int64_t now = clock_steady_ms();
	bool    first = *at == 0;

	if (now < *at)
		return false;
	*at = now + least + (int64_t)draw((uint64_t)(most - least));
	return !first;
}

/* The athlete withdraws consent on Strava's side. */
static void
withdraw(void)
{
	char body[64];

	snprintf(body, sizeof(body), "{\"athlete\":%s}",
	    oracle_subject(&storm.oracle, (int)draw(ATHLETES)));
	world_tell(&storm.world, "/_control/revoke", body);
	storm.did.withdrawals++;
}

static void
strike_a_program(void)
{
	struct hand *hand = &storm.crew.hands[draw(PLACES)];
	uint64_t     how = draw(10);

	if (hand->condition != UP)
		return;
	if (how < 6) {
		hand_kill(hand);
		storm.did.kills++;
	} else if (how < 8 || hand->place == WEB) {
		hand_ask_to_end(hand);
		storm.did.terms++;
	} else {
		hand_freeze(hand);
		storm.did.freezes++;
	}
}

static void
strike_a_link(void)
{
	struct hand      *hand = &storm.crew.hands[draw(PLACES)];
	struct proxy     *link = draw(2) == 0 ? hand->strava : hand->database;
	struct proxy_plan plan = { .act = PROXY_CUT,
		.within = LINK_BYTES,
		.seed = draw(UINT64_MAX),
		.times = 1 + (unsigned)draw(3),
		.delay_ms = link == hand->strava ? STRAVA_MS : 0 };

	/* What fell silent before is closed now. */
	crew_heal(&storm.crew);
	if (draw(5) == 0) {
		plan.act = PROXY_HOLE;
		plan.times = 1;
		storm.did.holes++;
	} else {
		storm.did.cuts++;
	}
	proxy_plan(link, &plan);
}

/* One time in two for longer than a call waits, so that what came from Strava
 * has to be stored again and again; but not while somebody is asked to end, who
 * may then give up. */
static void
crash_the_database(void)
{
	bool long_one = draw(2) == 0;

	for (int i = 0; i < PLACES; i++)
		long_one &= storm.crew.hands[i].condition != ENDING;
	postgres_crash(storm.world.postgres);
	clock_sleep_ms(long_one ? LONG_MS : (int64_t)draw(300), NULL);
	storm.did.outages += long_one;
	postgres_restart(storm.world.postgres);
	storm.did.crashes++;
}

static void
storm_for(int64_t ms)
{
	int64_t until = clock_steady_ms() + ms;

	while (clock_steady_ms() < until) {
		for (int i = 0; i < PLACES; i++)
			if (storm.crew.hands[i].condition == DOWN)
				hand_start(&storm.crew.hands[i]);
		callers_call(&storm.callers);
		callers_take(&storm.callers, TICK_MS);
		crew_look(&storm.crew);
		if (is_time(&storm.kill_at, 300, 2000))
			strike_a_program();
		if (is_time(&storm.link_at, 200, 900))
			strike_a_link();
		if (is_time(&storm.visit_at, 100, 400))
			guests_visit(&storm.guests);
		if (is_time(&storm.withdraw_at, 1500, 4000))
			withdraw();
		if (is_time(&storm.crash_at, 8000, 16000))
			crash_the_database();
	}
}

/* Everybody but the frozen ends, and no request is under way at Strava. */
static void
calm_down(void)
{
	crew_heal(&storm.crew);
	for (int i = 0; i < PLACES; i++) {
		struct hand *hand = &storm.crew.hands[i];

		if (hand->condition == UP && draw(4) == 0)
			hand_kill(hand);
		else if (hand->condition == UP)
			hand_ask_to_end(hand);
	}
	while (crew_is_busy(&storm.crew)) {
		callers_take(&storm.callers, TICK_MS);
		crew_look(&storm.crew);
	}
	callers_give_up(&storm.callers);
	while (oracle_strava_sum(&storm.oracle, "in_flight") > 0)
		clock_sleep_ms(TICK_MS, NULL);
}

/*
 * All are due, and the leases of the last round are over.  Whoever slept over
 * that wakes in the middle of the round, with a lease that is long over; only
 * then may two requests of one athlete meet.
 */
static void
one_round(void)
{
	bool    frozen[PLACES], any = false;
	int64_t overlaps;

	storm.did.rounds++;
	world_advance(&storm.world, SIX_HOURS);
	oracle_open(&storm.oracle);
	for (int i = 0; i < PLACES; i++)
		any |= frozen[i] = storm.crew.hands[i].condition == FROZEN;
	storm_for(ROUND_MS / 2);
	for (int i = 0; i < PLACES; i++)
		if (frozen[i])
			hand_thaw(&storm.crew.hands[i]);
	storm_for(ROUND_MS / 2);
	calm_down();
	overlaps = oracle_strava_sum(&storm.oracle, "overlaps");
	if (!any && overlaps != storm.overlaps)
		fail_msg("two requests of one athlete met, and nobody slept");
	storm.overlaps = overlaps;
}

static void
tell(void)
{
	print_message(
	    "seed %" PRIu64 ": %d rounds; %d kills, %d asked to end, %d "
	    "freezes; links cut %d times, silent %d times; %d crashes of the "
	    "database, %d of them long; %d visits, %d consents, %d "
	    "disconnects, %d withdrawals "
	    "at Strava; %lld reports added up; %lld refreshes, %lld overlaps\n",
	    storm.lot.seed, storm.did.rounds, storm.did.kills, storm.did.terms,
	    storm.did.freezes, storm.did.cuts, storm.did.holes,
	    storm.did.crashes, storm.did.outages, storm.guests.visits,
	    storm.guests.consents, storm.guests.disconnects,
	    storm.did.withdrawals,
	    (long long)storm.callers.reports + (long long)storm.crew.reports,
	    (long long)oracle_strava_sum(&storm.oracle, "refreshes"),
	    (long long)storm.overlaps);
}

static void
nothing_is_lost_silently(void **state)
{
	const char *seconds = secure_getenv("STORM_SECONDS");
	int64_t     s = seconds != NULL ? strtoll(seconds, NULL, 10) : SECONDS;
	int64_t     until = clock_steady_ms() + s * 1000;

	(void)state;
	print_message("STORM_SEED=%" PRIu64 " STORM_SECONDS=%lld\n",
	    storm.lot.seed, (long long)s);
	while (clock_steady_ms() < until)
		one_round();
	for (int i = 0; i < PLACES; i++)
		if (storm.crew.hands[i].condition == FROZEN)
			hand_kill(&storm.crew.hands[i]);
	world_advance(&storm.world, SIX_HOURS);
	oracle_open(&storm.oracle);
	oracle_judge_all(&storm.oracle);
	tell();
	oracle_tell(&storm.oracle);
}

static int
start(void **state)
{
	const char *seed = secure_getenv("STORM_SEED");

	(void)state;
	storm.lot.seed = seed != NULL ? strtoull(seed, NULL, 10)
				      : (uint64_t)clock_utc_s(NULL);
	world_start(&storm.world, "apps.storm", 0);
	crew_start(&storm.crew, &storm.world);
	storm.oracle =
	    (struct oracle){ .world = &storm.world, .crew = &storm.crew };
	enrol(&storm.world, ATHLETES, &storm.oracle.enrolled);
	guests_start(&storm.guests, &storm.oracle, &storm.lot);
	callers_start(&storm.callers, &storm.crew);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	callers_end(&storm.callers);
	guests_end(&storm.guests);
	oracle_close(&storm.oracle);
	crew_end(&storm.crew);
	world_end(&storm.world);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_lost_silently),
	};

	return cmocka_run_group_tests_name("apps storm", tests, start, end);
}
