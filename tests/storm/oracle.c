/* SPDX-License-Identifier: MIT */
#include "oracle.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "members.h"
#include "once.h"
#include "test.h"

#define RUN_MS 90000
#define OUTAGE_MS 120000

void
oracle_close(struct oracle *oracle)
{
	tokenstore_close(oracle->store);
	oracle->store = NULL;
}

void
oracle_open(struct oracle *oracle)
{
	oracle_close(oracle);
	oracle->store = enrolled_store(oracle->world);
}

const char *
oracle_subject(const struct oracle *oracle, int athlete)
{
	static char text[24];

	snprintf(text, sizeof(text), "%" PRId64, oracle->enrolled.ids[athlete]);
	return text;
}

tokenstore_state
oracle_state(struct oracle *oracle, int athlete)
{
	tokenstore_account *account;
	tokenstore_state    state = TOKENSTORE_REVOKED;
	tokenstore_error    err;
	tokenstore_status   status;
	int64_t             until = clock_steady_ms() + OUTAGE_MS;

	do
		status = tokenstore_get(oracle->store,
		    oracle_subject(oracle, athlete), &account, &err);
	while ((status == TOKENSTORE_ERR_CONNECTION ||
		   status == TOKENSTORE_ERR_TIMEOUT) &&
	       clock_steady_ms() < until && clock_sleep_ms(50, NULL));
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
explain(struct oracle *oracle, int athlete, const struct strava_side *side)
{
	struct tally *tally = &oracle->tally;
	enum place    place = ONCE;
	int64_t       ms = 0;

	if (side->refresh_used > 0)
		fail_msg("%s was flagged although the token was good %d times",
		    oracle_subject(oracle, athlete), (int)side->refresh_used);
	switch (crew_fate(oracle->crew, side->refresh_token, &ms, &place)) {
	case FATE_UNDELIVERED: tally->undelivered++; return;
	case FATE_DIED:
		tally->died++;
		if (ms > tally->latest_ms)
			tally->latest_ms = ms;
		return;
	case FATE_ASLEEP: return;
	case FATE_HELD: break;
	}
	if (place != WEB || !oracle->roles[athlete].told)
		fail_msg("%s: program %d had the token and lost it",
		    oracle_subject(oracle, athlete), (int)place);
	tally->told++;
}

void
oracle_look_at_flagged(struct oracle *oracle, int athlete)
{
	struct strava_side side =
	    enrolled_strava_side(oracle->world, oracle->enrolled.ids[athlete]);

	if (side.refresh_token[0] == '\0')
		oracle->tally.withdrawn++;
	else
		explain(oracle, athlete, &side);
}

int64_t
oracle_strava_sum(struct oracle *oracle, const char *key)
{
	struct json_object *state =
	    world_ask(oracle->world, "/_control/state", NULL);
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

/* Runs without faults until nothing is due; everybody is, used or not. */
static void
clean_runs(struct oracle *oracle)
{
	struct environment env;
	struct process     process;
	struct report      report;
	char              *text;
	int                runs = 0;

	world_environment(oracle->world, &env);
	environment_set(&env, "REFRESH_KEEP_ALIVE_DAYS", "0");
	do {
		assert_true(++runs < 20);
		once_start(oracle->world, &process, &env);
		assert_true(process_wait(&process, RUN_MS));
		text = process_out(&process);
		report = report_read(text);
		free(text);
		assert_int_equal(report.failed, 0);
		process_free(&process);
	} while (report.due > 0);
	environment_free(&env);
}

/* Is this among the refresh tokens that the store has of the athlete? */
static bool
holds(struct oracle *oracle, int athlete, const char *token)
{
	tokenstore_claim_list *list;
	tokenstore_error       err;
	bool                   found = false;
	int                    more = 1;

	if (tokenstore_claim_one(oracle->store, oracle_subject(oracle, athlete),
		120, &list, &err) != TOKENSTORE_OK)
		fail_msg("%s", err.message);
	while (list->count == 1 && more && !found) {
		found = strcmp(list->items[0]->refresh_token, token) == 0;
		if (!found && tokenstore_refuse(oracle->store, list->items[0],
				  &more, &err) != TOKENSTORE_OK)
			fail_msg("%s", err.message);
	}
	tokenstore_claim_list_free(list);
	return found;
}

/* I1, I2, I3 and I6 of one athlete. */
static void
judge(struct oracle *oracle, int athlete)
{
	struct strava_side side =
	    enrolled_strava_side(oracle->world, oracle->enrolled.ids[athlete]);
	tokenstore_state state = oracle_state(oracle, athlete);

	if (oracle->roles[athlete].disconnected && state == TOKENSTORE_ACTIVE)
		fail_msg("%s is back after the end",
		    oracle_subject(oracle, athlete));
	if (state == TOKENSTORE_ACTIVE) {
		if (!holds(oracle, athlete, side.refresh_token))
			fail_msg("%s: the store has another token than Strava",
			    oracle_subject(oracle, athlete));
	} else if (side.refresh_token[0] != '\0') {
		explain(oracle, athlete, &side);
	} else if (state == TOKENSTORE_NEEDS_CONSENT) {
		oracle->tally.withdrawn++;
	}
}

void
oracle_judge_all(struct oracle *oracle)
{
	clean_runs(oracle);
	for (size_t i = 0; i < oracle->enrolled.count; i++)
		judge(oracle, (int)i);
}

void
oracle_tell(const struct oracle *oracle)
{
	const struct tally *tally = &oracle->tally;

	print_message(
	    "nothing lost but what died between the reply and the commit, and "
	    "that is flagged and counted: %d answers never arrived, %d arrived "
	    "at a program that was killed (at most %lld ms later); of %d "
	    "consents the page said that they failed; %d athletes had "
	    "withdrawn\n",
	    tally->undelivered, tally->died, (long long)tally->latest_ms,
	    tally->told, tally->withdrawn);
}
