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
#include <string.h>

#include "clock.h"
#include "crew.h"
#include "enrolled.h"
#include "members.h"
#include "once.h"
#include "test.h"
#include "visitor.h"

#define ATHLETES 50
#define VISITORS 8
#define CALLS 4 /* at once, two for each listener */
#define SECONDS 60
#define SIX_HOURS 21600
#define ROUND_MS 2000
#define TICK_MS 10
#define RUN_MS 90000
#define LONG_MS 5500    /* a call to the database ends after 5000 */
#define LINK_BYTES 3000 /* a link is cut below this, or not at all */

/* What the storm knows of an athlete beside what Strava and the store say. */
struct role {
	bool disconnected; /* the last that was done, with success */
	bool told;         /* the last consent failed, and the page said so */
};

struct guest {
	struct visitor visitor;
	int            athlete; /* -1: not signed in */
};

struct call {
	struct http_exchange *exchange; /* NULL: none under way */
	struct http_request   request;
	struct http_response  response;
	char                  url[64];
};

/* Why athletes had to consent again. */
struct tally {
	int     undelivered, died, withdrawn, told;
	int64_t latest_ms; /* between a delivery and the kill */
};

static struct storm {
	struct world    world;
	struct enrolled enrolled;
	struct crew     crew;
	struct role     roles[ATHLETES];
	struct guest    guests[VISITORS];
	struct http    *http;
	struct call     calls[CALLS];
	tokenstore     *store;
	uint64_t        seed, drawn;
	int64_t         reports, overlaps;
	struct tally    tally;

	/* When what comes next, on the steady clock. */
	int64_t kill_at, link_at, visit_at, withdraw_at, crash_at;

	/* How often it came. */
	struct {
		int rounds, kills, terms, freezes, cuts, holes, crashes,
		    outages;
		int consents, visits, disconnects, withdrawals;
	} did;
} storm;

static uint64_t
draw(uint64_t below)
{
	uint64_t z = storm.seed + ++storm.drawn * UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (z ^ z >> 31) % below;
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

static const char *
subject_of(int athlete)
{
	static char text[24];

	snprintf(text, sizeof(text), "%" PRId64, storm.enrolled.ids[athlete]);
	return text;
}

/* What the store says of an athlete: TOKENSTORE_REVOKED too when it does not
 * know one. */
static tokenstore_state
stored_state(int athlete)
{
	tokenstore_account *account;
	tokenstore_state    state = TOKENSTORE_REVOKED;
	tokenstore_error    err;
	tokenstore_status   status;

	status =
	    tokenstore_get(storm.store, subject_of(athlete), &account, &err);
	if (status == TOKENSTORE_OK) {
		state = account->state;
		tokenstore_account_free(account);
	} else if (status != TOKENSTORE_ERR_NOT_FOUND) {
		fail_msg("%s", err.message);
	}
	return state;
}

/*
 * Strava has a live refresh token of this athlete's, and the store has not: how
 * that came.  Anything but the four reasons ends the test.
 */
static void
explain(int athlete, const struct strava_side *side)
{
	struct tally *tally = &storm.tally;
	enum place    place = ONCE;
	int64_t       ms = 0;

	if (side->refresh_used > 0)
		fail_msg("%s was flagged although the token was good %d times",
		    subject_of(athlete), (int)side->refresh_used);
	switch (crew_fate(&storm.crew, side->refresh_token, &ms, &place)) {
	case FATE_UNDELIVERED: tally->undelivered++; return;
	case FATE_DIED:
		tally->died++;
		if (ms > tally->latest_ms)
			tally->latest_ms = ms;
		return;
	case FATE_ASLEEP: return;
	case FATE_HELD: break;
	}
	if (place != WEB || !storm.roles[athlete].told)
		fail_msg("%s: program %d had the token and lost it",
		    subject_of(athlete), (int)place);
	tally->told++;
}

/* An athlete who cannot be refreshed any more, at some moment of the storm. */
static void
look_at_flagged(int athlete)
{
	struct strava_side side =
	    enrolled_strava_side(&storm.world, storm.enrolled.ids[athlete]);

	if (side.refresh_token[0] == '\0')
		storm.tally.withdrawn++;
	else
		explain(athlete, &side);
}

/* One that cannot be refreshed, if a few looks find any; else any. */
static int
choose_athlete(void)
{
	int athlete = 0;

	for (int i = 0; i < 12; i++) {
		athlete = (int)draw(ATHLETES);
		if (stored_state(athlete) != TOKENSTORE_ACTIVE)
			break;
	}
	return athlete;
}

static void
forget_guest(struct guest *guest)
{
	char base[64];

	visitor_end(&guest->visitor);
	snprintf(base, sizeof(base), "http://127.0.0.1:%d",
	    storm.crew.hands[WEB].port);
	visitor_start(&guest->visitor, base);
	guest->athlete = -1;
}

/* The athlete says yes on Strava's page, which no fault hits.  False when the
 * way there was cut; else *path is where Strava sends the browser back. */
static bool
consent(struct guest *guest, int athlete, char *path, size_t size)
{
	struct visitor strava;
	const char    *location;
	char           url[2048], form[128];
	bool           ok;

	if (visitor_try(&guest->visitor, "GET", "/login", NULL, NULL) != 303)
		return false;
	location = visitor_header(&guest->visitor, "Location");
	location = strstr(location, "/oauth/");
	assert_non_null(location);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d%s",
	    storm.world.sandbox_port, location);
	snprintf(form, sizeof(form), "athlete=%s&decision=authorize",
	    subject_of(athlete));
	visitor_start(&strava, guest->visitor.base);
	ok = visitor_post(&strava, url, form) == 303;
	assert_true(ok);
	location = strstr(visitor_header(&strava, "Location"), "/exchange");
	assert_non_null(location);
	snprintf(path, size, "%s", location);
	visitor_end(&strava);
	return true;
}

static void
sign_in(struct guest *guest)
{
	int  athlete = choose_athlete();
	char path[2048];
	int  status;

	forget_guest(guest);
	if (stored_state(athlete) == TOKENSTORE_NEEDS_CONSENT)
		look_at_flagged(athlete);
	if (!consent(guest, athlete, path, sizeof(path)))
		return;
	storm.did.consents++;
	storm.roles[athlete] = (struct role){ .told = true };
	status = visitor_try(&guest->visitor, "GET", path, NULL, NULL);
	if (status != 303)
		return;
	storm.roles[athlete].told = false;
	guest->athlete = athlete;
}

static void
sign_off(struct guest *guest)
{
	static const char field[] = "name=\"form_token\" value=\"";
	const char       *at;
	char              form[128];
	int               status, athlete = guest->athlete;

	if (visitor_try(&guest->visitor, "GET", "/", NULL, NULL) == 200 &&
	    (at = strstr(visitor_page(&guest->visitor), field)) != NULL) {
		at += strlen(field);
		snprintf(form, sizeof(form), "form_token=%.*s",
		    (int)strcspn(at, "\""), at);
		status = visitor_try(&guest->visitor, "POST", "/deauthorize",
		    "application/x-www-form-urlencoded", form);
		if (status == 303 &&
		    strstr(visitor_header(&guest->visitor, "Location"),
			"disconnected") != NULL) {
			storm.roles[athlete].disconnected = true;
			storm.did.disconnects++;
		}
	}
	forget_guest(guest);
}

/* Somebody comes: signs in, looks at a page, which may need a fresh token, or
 * takes the grant back. */
static void
visit(void)
{
	struct guest *guest = &storm.guests[draw(VISITORS)];

	storm.did.visits++;
	if (guest->athlete < 0)
		sign_in(guest);
	else if (draw(4) == 0)
		sign_off(guest);
	else if (visitor_try(&guest->visitor, "GET", "/activity", NULL, NULL) !=
		 200)
		forget_guest(guest);
}

/* The athlete withdraws consent on Strava's side. */
static void
withdraw(void)
{
	char body[64];

	snprintf(body, sizeof(body), "{\"athlete\":%s}",
	    subject_of((int)draw(ATHLETES)));
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

/* Keeps calling the listeners, both twice at once. */
static void
call_on(void)
{
	for (int i = 0; i < CALLS; i++) {
		struct call *call = &storm.calls[i];
		struct hand *hand =
		    &storm.crew.hands[i % 2 == 0 ? LISTENER : OTHER_LISTENER];

		if (call->exchange != NULL || hand->condition != UP)
			continue;
		snprintf(call->url, sizeof(call->url), "http://127.0.0.1:%d/",
		    hand->port);
		call->request = (struct http_request){ .method = "POST",
			.url = call->url,
			.body = "",
			.timeout_ms = RUN_MS };
		call->exchange = http_start(
		    storm.http, &call->request, &call->response, call);
		assert_non_null(call->exchange);
	}
}

/* Takes what was answered; a report adds up whatever happened. */
static void
take_answers(int64_t timeout_ms)
{
	struct http_exchange *exchange;
	struct call          *call;
	const char           *text;

	while ((exchange = http_wait(storm.http, timeout_ms)) != NULL) {
		call = http_tag(exchange);
		call->exchange = NULL;
		if (http_end(exchange) != HTTP_ANSWERED)
			continue;
		text = buf_text(&call->response.body);
		assert_true(call->response.status == 200 ||
			    call->response.status == 503);
		if (strstr(text, "run_id") != NULL) {
			report_read(text);
			storm.reports++;
		}
		timeout_ms = 0;
	}
}

static void
give_up_calls(void)
{
	for (int i = 0; i < CALLS; i++) {
		if (storm.calls[i].exchange != NULL)
			http_end(storm.calls[i].exchange);
		storm.calls[i].exchange = NULL;
	}
}

/* Sums a number over all athletes of the sandbox. */
static int64_t
strava_sum(const char *key)
{
	struct json_object *state =
	    world_ask(&storm.world, "/_control/state", NULL);
	struct json_object *athletes = members_get(state, "athletes");
	int64_t             sum = 0, n;

	for (size_t i = 0; i < json_object_array_length(athletes); i++)
		if (put_int64(members_get(
				  json_object_array_get_idx(athletes, i), key),
			&n))
			sum += n;
	json_object_put(state);
	return sum;
}

static void
storm_for(int64_t ms)
{
	int64_t until = clock_steady_ms() + ms;

	while (clock_steady_ms() < until) {
		for (int i = 0; i < PLACES; i++)
			if (storm.crew.hands[i].condition == DOWN)
				hand_start(&storm.crew.hands[i]);
		call_on();
		take_answers(TICK_MS);
		crew_look(&storm.crew);
		if (is_time(&storm.kill_at, 300, 2000))
			strike_a_program();
		if (is_time(&storm.link_at, 200, 900))
			strike_a_link();
		if (is_time(&storm.visit_at, 100, 400))
			visit();
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
	bool busy = true;

	crew_heal(&storm.crew);
	for (int i = 0; i < PLACES; i++) {
		struct hand *hand = &storm.crew.hands[i];

		if (hand->condition == UP && draw(4) == 0)
			hand_kill(hand);
		else if (hand->condition == UP)
			hand_ask_to_end(hand);
	}
	while (busy) {
		take_answers(TICK_MS);
		crew_look(&storm.crew);
		busy = false;
		for (int i = 0; i < PLACES; i++)
			busy |= storm.crew.hands[i].condition == UP ||
				storm.crew.hands[i].condition == ENDING;
	}
	give_up_calls();
	while (strava_sum("in_flight") > 0)
		clock_sleep_ms(TICK_MS, NULL);
}

static void
open_store(void)
{
	tokenstore_close(storm.store);
	storm.store = enrolled_store(&storm.world);
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
	open_store();
	for (int i = 0; i < PLACES; i++)
		any |= frozen[i] = storm.crew.hands[i].condition == FROZEN;
	storm_for(ROUND_MS / 2);
	for (int i = 0; i < PLACES; i++)
		if (frozen[i])
			hand_thaw(&storm.crew.hands[i]);
	storm_for(ROUND_MS / 2);
	calm_down();
	overlaps = strava_sum("overlaps");
	if (!any && overlaps != storm.overlaps)
		fail_msg("two requests of one athlete met, and nobody slept");
	storm.overlaps = overlaps;
}

/* Runs without faults until nothing is due. */
static void
clean_runs(void)
{
	struct process process;
	struct report  report;
	char          *text;
	int            runs = 0;

	do {
		assert_true(++runs < 20);
		once_start(&storm.world, &process, NULL);
		assert_true(process_wait(&process, RUN_MS));
		text = process_out(&process);
		report = report_read(text);
		free(text);
		assert_int_equal(report.failed, 0);
		process_free(&process);
	} while (report.due > 0);
}

/* Is this among the refresh tokens that the store has of the athlete? */
static bool
holds(int athlete, const char *token)
{
	tokenstore_claim_list *list;
	tokenstore_error       err;
	bool                   found = false;
	int                    more = 1;

	if (tokenstore_claim_one(storm.store, subject_of(athlete), 120, &list,
		&err) != TOKENSTORE_OK)
		fail_msg("%s", err.message);
	while (list->count == 1 && more && !found) {
		found = strcmp(list->items[0]->refresh_token, token) == 0;
		if (!found && tokenstore_refuse(storm.store, list->items[0],
				  &more, &err) != TOKENSTORE_OK)
			fail_msg("%s", err.message);
	}
	tokenstore_claim_list_free(list);
	return found;
}

/* I1, I2, I3 and I6 of one athlete. */
static void
judge(int athlete)
{
	struct strava_side side =
	    enrolled_strava_side(&storm.world, storm.enrolled.ids[athlete]);
	tokenstore_state state = stored_state(athlete);

	if (storm.roles[athlete].disconnected && state == TOKENSTORE_ACTIVE)
		fail_msg("%s is back after the end", subject_of(athlete));
	if (state == TOKENSTORE_ACTIVE) {
		if (!holds(athlete, side.refresh_token))
			fail_msg("%s: the store has another token than Strava",
			    subject_of(athlete));
	} else if (side.refresh_token[0] != '\0') {
		explain(athlete, &side);
	} else if (state == TOKENSTORE_NEEDS_CONSENT) {
		storm.tally.withdrawn++;
	}
}

static void
tell(void)
{
	const struct tally *tally = &storm.tally;

	print_message(
	    "seed %" PRIu64 ": %d rounds; %d kills, %d asked to end, %d "
	    "freezes; links cut %d times, silent %d times; %d crashes of the "
	    "database, %d of them long; %d visits, %d consents, %d "
	    "disconnects, %d withdrawals "
	    "at Strava; %lld reports added up; %lld refreshes, %lld overlaps\n",
	    storm.seed, storm.did.rounds, storm.did.kills, storm.did.terms,
	    storm.did.freezes, storm.did.cuts, storm.did.holes,
	    storm.did.crashes, storm.did.outages, storm.did.visits,
	    storm.did.consents, storm.did.disconnects, storm.did.withdrawals,
	    (long long)storm.reports + (long long)storm.crew.reports,
	    (long long)strava_sum("refreshes"), (long long)storm.overlaps);
	print_message(
	    "nothing lost but what died between the reply and the commit, and "
	    "that is flagged and counted: %d answers never arrived, %d arrived "
	    "at a program that was killed (at most %lld ms later); of %d "
	    "consents the page said that they failed; %d athletes had "
	    "withdrawn\n",
	    tally->undelivered, tally->died, (long long)tally->latest_ms,
	    tally->told, tally->withdrawn);
}

static void
nothing_is_lost_silently(void **state)
{
	const char *seconds = secure_getenv("STORM_SECONDS");
	int64_t     s = seconds != NULL ? strtoll(seconds, NULL, 10) : SECONDS;
	int64_t     until = clock_steady_ms() + s * 1000;

	(void)state;
	print_message("STORM_SEED=%" PRIu64 " STORM_SECONDS=%lld\n", storm.seed,
	    (long long)s);
	while (clock_steady_ms() < until)
		one_round();
	for (int i = 0; i < PLACES; i++)
		if (storm.crew.hands[i].condition == FROZEN)
			hand_kill(&storm.crew.hands[i]);
	world_advance(&storm.world, SIX_HOURS);
	open_store();
	clean_runs();
	for (int i = 0; i < ATHLETES; i++)
		judge(i);
	tell();
}

static int
start(void **state)
{
	const char *seed = secure_getenv("STORM_SEED");

	(void)state;
	storm.seed = seed != NULL ? strtoull(seed, NULL, 10)
				  : (uint64_t)clock_utc_s(NULL);
	world_start(&storm.world, "apps.storm", 0);
	enrol(&storm.world, ATHLETES, &storm.enrolled);
	crew_start(&storm.crew, &storm.world);
	storm.http = http_new("storm", NULL);
	assert_non_null(storm.http);
	for (int i = 0; i < CALLS; i++)
		http_response_init(&storm.calls[i].response);
	for (int i = 0; i < VISITORS; i++) {
		visitor_start(&storm.guests[i].visitor, "");
		storm.guests[i].athlete = -1;
	}
	return 0;
}

static int
end(void **state)
{
	(void)state;
	give_up_calls();
	for (int i = 0; i < VISITORS; i++)
		visitor_end(&storm.guests[i].visitor);
	for (int i = 0; i < CALLS; i++)
		http_response_free(&storm.calls[i].response);
	http_free(storm.http);
	tokenstore_close(storm.store);
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
