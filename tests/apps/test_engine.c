/* SPDX-License-Identifier: MIT */

/* The refresh engine, one rule at a time, behind seams of its own: what it asks
 * of whom, in which order, and when it stops.  Whether anything is lost when all
 * goes wrong at once is the simulation's business. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "members.h"
#include "test.h"

#define ACCOUNTS 60
#define FLIGHTS 16
#define REPLY_MS 100
#define TAKEN_AT 77
#define UTC_S INT64_C(1700000000)

/* One account; the engine sees the claim. */
struct account {
	tokenstore_claim claim;
	char             subject[16], token[16];
};

struct list {
	tokenstore_claim_list shown;
	tokenstore_claim     *items[ACCOUNTS];
};

struct flight {
	void   *tag;
	int64_t over_ms;
};

/* A world in which everything goes well, unless a member says otherwise. */
static struct scene {
	int64_t           now_ms, claim_ms, save_ms; /* what those calls take */
	int               due, unreadable;
	int               well; /* requests that are granted, then comes ... */
	strava_status     answer; /* ... this, for ever; OK: no end */
	int               saves_failing;
	tokenstore_status save_ends; /* for each token */
	bool              withdrawn; /* nothing is stored, nobody is active */
	bool              more;      /* a refused token has a successor, once */
	struct account    accounts[ACCOUNTS];
	struct flight     flights[FLIGHTS];
	size_t            flying, flying_most;

	/* What was asked for. */
	int claimed, posts, saves, saved, refused, deferred, in_doubt;
	int released, revoked;
	int claims, limit_most, held_most;
	int first_limit, tokens_alive;

	/* The budget, if there is one. */
	bool                 counted, urgent;
	int64_t              budget, granted, sent, unsent, reports, limited;
	enum refresh_outcome last;
	atomic_bool          stop, hurry;
	int                  stop_after; /* posts; 0: never */
} scene;

static int64_t
steady_ms(void *ctx)
{
	(void)ctx;
	return scene.now_ms;
}

static int64_t
utc_s(void *ctx)
{
	(void)ctx;
	return UTC_S + scene.now_ms / 1000;
}

static void
sleep_ms(void *ctx, int64_t ms)
{
	(void)ctx;
	scene.now_ms += ms;
}

static strava_status
start(void *ctx, const char *refresh_token, void *tag, strava_error *err)
{
	(void)ctx, (void)refresh_token, (void)err;
	assert_true(scene.flying < FLIGHTS);
	scene.flights[scene.flying++] =
	    (struct flight){ tag, scene.now_ms + REPLY_MS };
	if (scene.flying > scene.flying_most)
		scene.flying_most = scene.flying;
	if (scene.claimed - scene.posts > scene.held_most)
		scene.held_most = scene.claimed - scene.posts;
	if (++scene.posts == scene.stop_after)
		atomic_store(&scene.stop, true);
	return STRAVA_OK;
}

static strava_token *
make_token(void)
{
	strava_token *token = calloc(1, sizeof(*token));

	token->access_token = "a-new-access-token";
	token->refresh_token = "a-new-refresh-token";
	token->expires_at = UTC_S + 21600;
	token->expires_in = 21600;
	scene.tokens_alive++;
	return token;
}

static bool
poll_one(void *ctx, int64_t wait_ms, struct engine_reply *reply)
{
	int64_t over_ms = scene.flights[0].over_ms;

	(void)ctx;
	assert_true(scene.flying > 0);
	if (over_ms > scene.now_ms && over_ms <= scene.now_ms + wait_ms)
		scene.now_ms = over_ms;
	if (over_ms > scene.now_ms)
		return false;
	*reply = (struct engine_reply){ .tag = scene.flights[0].tag };
	reply->err.retry_after_s = -1;
	if (scene.answer == STRAVA_OK || scene.well-- > 0) {
		reply->token = make_token();
	} else {
		reply->err.status = scene.answer;
		reply->err.in_doubt = scene.answer == STRAVA_ERR_SERVER;
		snprintf(reply->err.message, sizeof(reply->err.message),
		    "as the scene wants");
	}
	memmove(scene.flights, scene.flights + 1,
	    --scene.flying * sizeof(scene.flights[0]));
	return true;
}

static strava_status
revoke(void *ctx, const char *token, strava_error *err)
{
	(void)ctx, (void)err;
	assert_string_equal(token, "a-new-refresh-token");
	scene.revoked++;
	return STRAVA_OK;
}

static void
free_token(void *ctx, strava_token *token)
{
	(void)ctx;
	scene.tokens_alive--;
	free(token);
}

static tokenstore_status
claim(void *ctx, int limit, tokenstore_claim_list **out, tokenstore_error *err)
{
	struct list *list = calloc(1, sizeof(*list));

	(void)ctx, (void)err;
	scene.now_ms += scene.claim_ms;
	if (scene.claims++ == 0)
		scene.first_limit = limit;
	if (limit > scene.limit_most)
		scene.limit_most = limit;
	list->shown.items = list->items;
	while (scene.claimed < scene.due && (int)list->shown.count < limit) {
		struct account *one = &scene.accounts[scene.claimed++];

		snprintf(
		    one->subject, sizeof(one->subject), "%d", scene.claimed);
		snprintf(one->token, sizeof(one->token), "r%d", scene.claimed);
		one->claim = (tokenstore_claim){ .subject = one->subject,
			.refresh_token = one->token };
		list->items[list->shown.count++] = &one->claim;
	}
	if (list->shown.count == 0)
		list->shown.unreadable = (size_t)scene.unreadable;
	*out = &list->shown;
	return TOKENSTORE_OK;
}

static tokenstore_status
save(
    void *ctx, tokenstore_save_item *items, size_t count, tokenstore_error *err)
{
	tokenstore_status status = scene.save_ends;

	(void)ctx;
	scene.now_ms += scene.save_ms;
	scene.saves++;
	if (scene.saves_failing > 0) {
		scene.saves_failing--;
		status = TOKENSTORE_ERR_CONNECTION;
	}
	for (size_t i = 0; i < count; i++) {
		items[i].status = status;
		items[i].stored = !scene.withdrawn;
		scene.saved += status == TOKENSTORE_OK && !scene.withdrawn;
	}
	if (status != TOKENSTORE_OK)
		*err = (tokenstore_error){ .status = status };
	return status;
}

static tokenstore_status
refuse(void *ctx, tokenstore_claim *one, int *more, tokenstore_error *err)
{
	(void)ctx, (void)one, (void)err;
	scene.refused++;
	*more = scene.more;
	scene.more = false;
	return TOKENSTORE_OK;
}

static tokenstore_status
defer(void *ctx, const tokenstore_deferral *items, size_t count,
    tokenstore_error *err)
{
	(void)ctx, (void)err;
	for (size_t i = 0; i < count; i++) {
		assert_true(items[i].due_at > UTC_S);
		scene.in_doubt += items[i].in_doubt;
	}
	scene.deferred += (int)count;
	return TOKENSTORE_OK;
}

static tokenstore_status
release(void *ctx, tokenstore_claim *const *claims, size_t count,
    tokenstore_error *err)
{
	(void)ctx, (void)claims, (void)err;
	scene.released += (int)count;
	return TOKENSTORE_OK;
}

static tokenstore_status
look(void *ctx, const char *subject, struct engine_account *out)
{
	(void)ctx, (void)subject;
	*out = (struct engine_account){ .active = false };
	return TOKENSTORE_OK;
}

static tokenstore_status
take(void *ctx, int64_t want, bool urgent, tokenstore_permit *out,
    tokenstore_error *err)
{
	(void)ctx, (void)err;
	scene.urgent = urgent;
	*out = (tokenstore_permit){ .taken_at = TAKEN_AT };
	out->granted = want < scene.budget ? want : scene.budget;
	if (out->granted < want)
		out->again_at = UTC_S + 900;
	scene.budget -= out->granted;
	scene.granted += out->granted;
	return TOKENSTORE_OK;
}

static tokenstore_status
learn(void *ctx, const struct engine_requests *requests, tokenstore_error *err)
{
	(void)ctx, (void)err;
	assert_int_equal(requests->taken_at, TAKEN_AT);
	scene.reports++;
	scene.sent += requests->sent;
	scene.unsent += requests->unsent;
	scene.limited += requests->limited != NULL;
	return TOKENSTORE_OK;
}

static tokenstore_status
now(void *ctx, int64_t *out)
{
	*out = utc_s(ctx);
	return TOKENSTORE_OK;
}

static void
free_claims(void *ctx, tokenstore_claim_list *list)
{
	(void)ctx;
	free(list);
}

static void
settled(void *ctx, const tokenstore_claim *one, enum refresh_outcome outcome,
    const strava_error *err)
{
	(void)ctx, (void)one, (void)err;
	scene.last = outcome;
}

static const struct engine_seams uncounted = {
	{ steady_ms, utc_s, sleep_ms, NULL },
	{ start, poll_one, revoke, free_token, NULL },
	{ claim, save, refuse, defer, release, look, NULL, NULL, now,
	    free_claims, NULL },
};

static const struct engine_seams counted = {
	{ steady_ms, utc_s, sleep_ms, NULL },
	{ start, poll_one, revoke, free_token, NULL },
	{ claim, save, refuse, defer, release, look, take, learn, now,
	    free_claims, NULL },
};

static const struct engine_seams *
seams(void)
{
	return scene.counted ? &counted : &uncounted;
}

/* The scene anew, with so many due. */
static void
set(int due)
{
	memset(&scene, 0, sizeof(scene));
	scene.now_ms = 1000;
	scene.due = due;
}

/* Plays it to the end. */
static struct refresh_report
play(struct engine_options options)
{
	struct refresh_report report = { 0 };
	struct engine        *engine;

	options.stop = &scene.stop;
	options.hurry = &scene.hurry;
	options.settled = settled;
	engine = engine_new(seams(), &options, &report);
	assert_non_null(engine);
	while (engine_step(engine))
		continue;
	engine_free(engine);
	assert_int_equal(scene.tokens_alive, 0);
	assert_int_equal(report.due, report.refreshed + report.unchanged +
					 report.revoked + report.failed +
					 report.deferred + report.rate_limited);
	return report;
}

static const struct engine_options usual = { 0 };

/* D-47 */
static void
it_begins_with_one_request_and_goes_on_with_eight(void **state)
{
	(void)state;
	set(60);
	assert_int_equal(play(usual).refreshed, 60);
	assert_int_equal(scene.first_limit, 1);
	assert_int_equal(scene.flying_most, ENGINE_IN_FLIGHT);
	assert_int_equal(scene.posts, 60);
	set(60);
	assert_int_equal(
	    play((struct engine_options){ .in_flight = 3 }).refreshed, 60);
	assert_int_equal(scene.flying_most, 3);
}

static void
claims_are_made_for_many_requests_at_once(void **state)
{
	(void)state;
	set(60);
	play(usual);
	assert_int_equal(scene.limit_most, ENGINE_IN_FLIGHT);
	assert_true(scene.held_most <= ENGINE_IN_FLIGHT);
	assert_true(scene.claims < 16);
}

static void
what_arrives_during_a_save_is_the_next_save(void **state)
{
	int quick;

	(void)state;
	set(60);
	play(usual);
	quick = scene.saves;
	set(60);
	scene.save_ms = INT64_C(2) * REPLY_MS;
	play(usual);
	assert_int_equal(scene.saved, 60);
	assert_true(scene.saves <= quick && scene.saves < 20);
}

static void
a_wrong_secret_is_met_by_one_athlete_alone(void **state)
{
	struct refresh_report report;

	(void)state;
	set(60);
	scene.answer = STRAVA_ERR_APPLICATION;
	report = play(usual);
	assert_int_equal(scene.posts, 1);
	assert_int_equal(scene.released, 1);
	assert_int_equal(report.due, 0);
	assert_string_equal(report.fault, "as the scene wants");
	assert_true(report.ours);
}

static void
a_refusal_of_another_kind_stands_aside(void **state)
{
	(void)state;
	set(60);
	scene.answer = STRAVA_ERR_FORBIDDEN;
	assert_int_equal(play(usual).due, 0);
	assert_int_equal(scene.posts, 1);
	assert_int_equal(scene.deferred, 1);
	assert_int_equal(scene.released, 0);
}

static void
when_too_many_are_refused_no_further_one_is_flagged(void **state)
{
	struct refresh_report report;

	(void)state;
	set(60);
	scene.well = 10;
	scene.answer = STRAVA_ERR_REVOKED;
	report = play(usual);
	assert_int_equal(report.refreshed, 10);
	assert_int_equal(report.revoked, 4);
	assert_int_equal(scene.refused, 4);
	assert_true(scene.posts > 14 && scene.posts < 30);
	assert_int_equal(report.deferred, scene.posts - 14);
	assert_int_equal(scene.deferred, report.deferred);
	assert_true(report.fault[0] != '\0');
	assert_true(report.ours);
}

static void
a_dead_token_makes_way_for_the_next_one_of_its_claim(void **state)
{
	(void)state;
	set(1);
	scene.answer = STRAVA_ERR_REVOKED;
	scene.more = true;
	assert_int_equal(play(usual).revoked, 1);
	assert_int_equal(scene.posts, 2);
	assert_int_equal(scene.refused, 2);
}

static void
after_a_rate_limit_nobody_is_asked(void **state)
{
	(void)state;
	set(60);
	scene.answer = STRAVA_ERR_RATE_LIMIT;
	assert_int_equal(play(usual).rate_limited, 60);
	assert_int_equal(scene.posts, 1);
	assert_int_equal(scene.deferred, 60);
	assert_int_equal(scene.in_doubt, 0);
}

static void
trouble_brings_it_back_to_one_request(void **state)
{
	struct refresh_report report;

	(void)state;
	set(60);
	scene.well = 20;
	scene.answer = STRAVA_ERR_SERVER;
	report = play(usual);
	assert_int_equal(report.refreshed, 20);
	assert_int_equal(report.deferred, 40);
	assert_int_equal(report.in_doubt, 40);
	assert_int_equal(scene.in_doubt, 40);
	assert_false(scene.flying > 0);
}

static void
a_token_is_saved_until_the_store_has_it_and_no_other_is_fetched(void **state)
{
	(void)state;
	set(5);
	scene.saves_failing = 20;
	assert_int_equal(play(usual).refreshed, 5);
	assert_true(scene.saves > 20 && scene.saves <= 25);
	assert_int_equal(scene.saved, 5);
	assert_true(scene.now_ms > 60000);
	set(5);
	scene.saves_failing = 20;
	atomic_store(&scene.hurry, true);
	assert_true(play(usual).failed > 0);
	assert_true(scene.saves <= 5);
}

static void
what_cannot_be_stored_is_said_to_be_lost(void **state)
{
	(void)state;
	set(1);
	scene.save_ends = TOKENSTORE_ERR_ARGUMENT;
	assert_int_equal(play(usual).failed, 1);
	assert_int_equal(scene.saves, 1);
}

static void
a_grant_that_was_withdrawn_meanwhile_is_ended(void **state)
{
	(void)state;
	set(1);
	scene.withdrawn = true;
	assert_int_equal(play(usual).revoked, 1);
	assert_int_equal(scene.revoked, 1);
	set(1);
	scene.save_ends = TOKENSTORE_ERR_NOT_FOUND;
	assert_int_equal(play(usual).revoked, 1);
	assert_int_equal(scene.revoked, 1);
}

/* FN-8 */
static void
asked_to_end_it_finishes_what_is_on_its_way(void **state)
{
	struct refresh_report report;

	(void)state;
	set(60);
	scene.stop_after = 20;
	report = play(usual);
	assert_int_equal(scene.posts, 20);
	assert_int_equal(report.refreshed, 20);
	assert_int_equal(scene.claimed - scene.released, 20);
	assert_string_equal(report.fault, "asked to end");
}

/* FN-4 */
static void
behind_the_deadline_it_claims_nothing(void **state)
{
	struct refresh_report report;

	(void)state;
	set(60);
	report = play((struct engine_options){
	    .in_flight = 1, .deadline_ms = 1000 + INT64_C(10) * REPLY_MS });
	assert_int_equal(report.due, 10);
	assert_int_equal(report.refreshed, 10);
	assert_int_equal(scene.claimed, 10);
	assert_string_equal(report.fault, "the time for one run is over");
	assert_false(report.ours);
}

static void
a_claim_that_took_too_long_is_not_spent(void **state)
{
	(void)state;
	set(60);
	scene.claim_ms = 20000;
	assert_int_equal(play(usual).due, 0);
	assert_int_equal(scene.posts, 0);
	assert_int_equal(scene.released, scene.claimed);
}

static void
accounts_that_no_key_opens_count_once(void **state)
{
	struct refresh_report report;

	(void)state;
	set(2);
	scene.unreadable = 3;
	report = play(usual);
	assert_int_equal(report.due, 5);
	assert_int_equal(report.failed, 3);
}

static void
one_claim_of_somebody_elses_making_is_settled_alone(void **state)
{
	const struct engine_options options = {
		.in_flight = 1, .held = 1, .settled = settled
	};
	struct refresh_report  report = { 0 };
	tokenstore_claim_list *list;
	struct engine         *engine;

	(void)state;
	set(60);
	scene.counted = true;
	assert_int_equal(claim(NULL, 1, &list, NULL), TOKENSTORE_OK);
	engine = engine_new(seams(), &options, &report);
	engine_adopt(engine, list, scene.now_ms);
	while (engine_step(engine))
		continue;
	engine_free(engine);
	assert_int_equal(scene.claimed, 1);
	assert_int_equal(scene.saved, 1);
	assert_int_equal(scene.last, REFRESH_DONE);
	/* It is urgent: sent although the budget is spent, and counted. */
	assert_true(scene.urgent);
	assert_int_equal(scene.granted, 0);
	assert_int_equal(scene.sent, 1);
}

/* As set(), and so many requests may be sent. */
static void
set_budget(int due, int64_t budget)
{
	set(due);
	scene.counted = true;
	scene.budget = budget;
}

static void
no_more_is_sent_than_the_budget_has(void **state)
{
	struct refresh_report report;

	(void)state;
	set_budget(60, 20);
	report = play(usual);
	assert_int_equal(scene.posts, 20);
	assert_int_equal(scene.claimed, 20);
	assert_int_equal(report.refreshed, 20);
	assert_int_equal(report.again_at, UTC_S + 900);
	assert_string_equal(report.fault, "");
	assert_int_equal(scene.sent, 20);
	assert_int_equal(scene.unsent, 0);
	assert_false(scene.urgent);
}

static void
without_a_budget_nothing_is_claimed(void **state)
{
	(void)state;
	set_budget(60, 0);
	assert_int_equal(play(usual).again_at, UTC_S + 900);
	assert_int_equal(scene.claimed, 0);
	assert_int_equal(scene.reports, 0);
}

static void
what_the_budget_granted_and_nobody_needed_is_given_back(void **state)
{
	(void)state;
	set_budget(10, 1000);
	assert_int_equal(play(usual).refreshed, 10);
	assert_int_equal(scene.sent, 10);
	assert_true(scene.unsent > 0);
	assert_int_equal(scene.sent + scene.unsent, scene.granted);
	assert_true(scene.reports < 5);
	set_budget(60, 1000);
	scene.stop_after = 20;
	play(usual);
	assert_int_equal(scene.sent, 20);
	assert_int_equal(scene.sent + scene.unsent, scene.granted);
}

static void
a_rate_limit_is_told_to_all_who_share_the_budget(void **state)
{
	(void)state;
	set_budget(60, 1000);
	scene.well = 10;
	scene.answer = STRAVA_ERR_RATE_LIMIT;
	play(usual);
	assert_true(scene.limited > 0);
	assert_int_equal(scene.sent, scene.posts);
	assert_int_equal(scene.sent + scene.unsent, scene.granted);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    it_begins_with_one_request_and_goes_on_with_eight),
		cmocka_unit_test(claims_are_made_for_many_requests_at_once),
		cmocka_unit_test(what_arrives_during_a_save_is_the_next_save),
		cmocka_unit_test(a_wrong_secret_is_met_by_one_athlete_alone),
		cmocka_unit_test(a_refusal_of_another_kind_stands_aside),
		cmocka_unit_test(
		    when_too_many_are_refused_no_further_one_is_flagged),
		cmocka_unit_test(
		    a_dead_token_makes_way_for_the_next_one_of_its_claim),
		cmocka_unit_test(after_a_rate_limit_nobody_is_asked),
		cmocka_unit_test(trouble_brings_it_back_to_one_request),
		cmocka_unit_test(
		    a_token_is_saved_until_the_store_has_it_and_no_other_is_fetched),
		cmocka_unit_test(what_cannot_be_stored_is_said_to_be_lost),
		cmocka_unit_test(a_grant_that_was_withdrawn_meanwhile_is_ended),
		cmocka_unit_test(asked_to_end_it_finishes_what_is_on_its_way),
		cmocka_unit_test(behind_the_deadline_it_claims_nothing),
		cmocka_unit_test(a_claim_that_took_too_long_is_not_spent),
		cmocka_unit_test(accounts_that_no_key_opens_count_once),
		cmocka_unit_test(
		    one_claim_of_somebody_elses_making_is_settled_alone),
		cmocka_unit_test(no_more_is_sent_than_the_budget_has),
		cmocka_unit_test(without_a_budget_nothing_is_claimed),
		cmocka_unit_test(
		    what_the_budget_granted_and_nobody_needed_is_given_back),
		cmocka_unit_test(
		    a_rate_limit_is_told_to_all_who_share_the_budget),
	};

	return cmocka_run_group_tests_name("apps engine", tests, NULL, NULL);
}
