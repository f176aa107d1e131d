/* SPDX-License-Identifier: MIT */

/* Connect, "give me a token that works", disconnect: against PostgreSQL and the
 * sandbox. */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <strava/athlete.h>

#include "enrolled.h"
#include "fresh.h"
#include "members.h"
#include "test.h"
#include "visitor.h"

#define SCOPE "read,activity:read_all,profile:read_all"
#define SIX_HOURS 21600
#define THREADS 4

static struct world    world;
static struct enrolled enrolled;

static int
start(void **state)
{
	(void)state;
	world_start(&world, "apps.fresh", 3);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	world_end(&world);
	return 0;
}

/* A program's view of the world as it is now. */
struct program_side {
	struct settings settings;
	struct backend *backend;
};

static void
join(struct program_side *side)
{
	struct environment env;
	char               message[1024];

	world_environment(&world, &env);
	if (!settings_load(&side->settings, PROGRAM_WEB, env.items, message,
		sizeof(message)))
		fail_msg("%s", message);
	environment_free(&env);
	side->backend =
	    backend_new(&side->settings, "test", message, sizeof(message));
	assert_non_null(side->backend);
	assert_int_equal(
	    backend_prepare(side->backend, message, sizeof(message)),
	    TOKENSTORE_OK);
}

static void
leave(struct program_side *side)
{
	backend_free(side->backend);
	settings_free(&side->settings);
}

static void
begin(int count)
{
	enrol(&world, count, &enrolled);
}

/* The token in the backend opens the athlete's own page. */
static void
assert_works(struct backend *backend, int64_t athlete_id)
{
	strava_athlete *athlete;
	strava_error    err;

	if (strava_athlete_get(backend->strava, &athlete, &err) != STRAVA_OK)
		fail_msg("%s", err.message);
	assert_int_equal(athlete->id, athlete_id);
	strava_athlete_free(athlete);
}

static int64_t
first_athlete(void)
{
	struct json_object *state = world_ask(&world, "/_control/state", NULL);
	struct json_object *first =
	    json_object_array_get_idx(members_get(state, "athletes"), 0);
	int64_t id = 0;

	assert_true(put_int64(members_get(first, "id"), &id));
	json_object_put(state);
	return id;
}

/* Consents at the sandbox; the code is to be freed. */
static char *
consent(int64_t athlete_id, const char *scope)
{
	struct visitor athlete;
	char           base[64], form[160];
	const char    *location, *at;
	char          *code;

	snprintf(base, sizeof(base), "http://127.0.0.1:%d", world.sandbox_port);
	snprintf(form, sizeof(form), "athlete=%lld&scope=%s&decision=authorize",
	    (long long)athlete_id, scope);
	visitor_start(&athlete, base);
	assert_int_equal(
	    visitor_post(&athlete,
		"/oauth/authorize?client_id=" WORLD_CLIENT_ID
		"&redirect_uri=http%3A%2F%2Flocalhost%2Fexchange_token"
		"&response_type=code&state=s&scope=" SCOPE,
		form),
	    303);
	location = visitor_header(&athlete, "Location");
	assert_non_null(location);
	at = strstr(location, "code=");
	assert_non_null(at);
	at += strlen("code=");
	code = strndup(at, strcspn(at, "&"));
	visitor_end(&athlete);
	return code;
}

static void
withdraw_at_strava(int64_t athlete_id)
{
	char body[64];

	snprintf(
	    body, sizeof(body), "{\"athlete\":%lld}", (long long)athlete_id);
	world_tell(&world, "/_control/revoke", body);
}

static void
a_code_becomes_an_account(void **state)
{
	struct program_side side;
	struct fresh_error  error;
	int64_t             athlete_id, id = first_athlete();
	char               *code;

	(void)state;
	begin(0);
	join(&side);
	code = consent(id, SCOPE);
	assert_int_equal(
	    fresh_connect(side.backend, code, SCOPE, &athlete_id, &error),
	    FRESH_OK);
	assert_int_equal(athlete_id, id);
	assert_int_equal(fresh_token(side.backend, id, &error), FRESH_OK);
	assert_works(side.backend, id);

	/* A second time the code is no good. */
	assert_int_equal(
	    fresh_connect(side.backend, code, SCOPE, &athlete_id, &error),
	    FRESH_CODE);
	assert_int_equal(athlete_id, 0);
	free(code);
	leave(&side);
}

static void
a_grant_that_lacks_a_scope_is_given_back(void **state)
{
	static const char *const lists[][2] = {
		{ "read", "read" },
		{ "read", SCOPE }, /* the redirect was tampered with */
		{ SCOPE, "read,profile:read_all" },
	};
	struct program_side side;
	struct fresh_error  error;
	int64_t             athlete_id, id = first_athlete();
	char               *code;

	(void)state;
	begin(0);
	join(&side);
	for (size_t i = 0; i < COUNT(lists); i++) {
		code = consent(id, lists[i][0]);
		assert_int_equal(fresh_connect(side.backend, code, lists[i][1],
				     &athlete_id, &error),
		    FRESH_SCOPE);
		assert_non_null(strstr(error.message, "activity:read_all"));
		assert_int_equal(athlete_id, 0);
		assert_string_equal(
		    enrolled_strava_side(&world, id).refresh_token, "");
		free(code);
	}
	assert_int_equal(enrolled_stats(&world).active, 0);
	leave(&side);
}

static void
a_token_with_life_left_is_used_as_it_is(void **state)
{
	struct program_side side;
	struct fresh_error  error;

	(void)state;
	begin(1);
	world_advance(&world, SIX_HOURS - 600);
	join(&side);
	assert_int_equal(
	    fresh_token(side.backend, enrolled.ids[0], &error), FRESH_OK);
	assert_works(side.backend, enrolled.ids[0]);
	assert_int_equal(
	    enrolled_strava_side(&world, enrolled.ids[0]).token_posts, 0);
	leave(&side);
}

static void
a_token_that_ran_out_is_refreshed_first(void **state)
{
	struct program_side side;
	struct fresh_error  error;

	(void)state;
	begin(1);
	world_advance(&world, SIX_HOURS + 60);
	join(&side);
	assert_int_equal(
	    fresh_token(side.backend, enrolled.ids[0], &error), FRESH_OK);
	assert_works(side.backend, enrolled.ids[0]);
	assert_int_equal(
	    fresh_token(side.backend, enrolled.ids[0], &error), FRESH_OK);
	assert_int_equal(
	    enrolled_strava_side(&world, enrolled.ids[0]).token_posts, 1);
	assert_int_equal(enrolled_compare(&world, &enrolled), 0);
	leave(&side);
}

static void *
ask_for_token(void *arg)
{
	struct program_side *side = arg;
	struct fresh_error   error;

	if (fresh_token(side->backend, enrolled.ids[0], &error) == FRESH_OK)
		return side;
	return NULL;
}

static void
many_who_ask_at_once_cost_one_refresh(void **state)
{
	struct program_side sides[THREADS];
	pthread_t           threads[THREADS];
	void               *result;

	(void)state;
	begin(1);
	world_advance(&world, SIX_HOURS + 60);
	world_tell(&world, "/_control/faults",
	    "[{\"path\":\"/oauth/token\",\"action\":\"delay:700\"}]");
	for (size_t i = 0; i < THREADS; i++) {
		join(&sides[i]);
		assert_int_equal(
		    pthread_create(&threads[i], NULL, ask_for_token, &sides[i]),
		    0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &result);
		assert_non_null(result);
		assert_works(sides[i].backend, enrolled.ids[0]);
		leave(&sides[i]);
	}
	assert_int_equal(
	    enrolled_strava_side(&world, enrolled.ids[0]).token_posts, 1);
}

static void
a_refused_access_token_is_not_given_out_again(void **state)
{
	struct program_side side;
	struct fresh_error  error;

	(void)state;
	begin(2);
	world_advance(&world, SIX_HOURS - 1800);
	join(&side);
	assert_int_equal(
	    fresh_token(side.backend, enrolled.ids[0], &error), FRESH_OK);
	assert_int_equal(
	    fresh_token_again(side.backend, enrolled.ids[0], &error), FRESH_OK);
	assert_works(side.backend, enrolled.ids[0]);
	assert_int_equal(
	    enrolled_strava_side(&world, enrolled.ids[0]).refreshes, 1);

	/* Withdrawn at Strava: the stored token looks good and is not. */
	assert_int_equal(
	    fresh_token(side.backend, enrolled.ids[1], &error), FRESH_OK);
	withdraw_at_strava(enrolled.ids[1]);
	assert_int_equal(
	    fresh_token_again(side.backend, enrolled.ids[1], &error),
	    FRESH_CONSENT);
	assert_int_equal(
	    fresh_token(side.backend, enrolled.ids[1], &error), FRESH_CONSENT);
	leave(&side);
}

static void
the_old_token_serves_while_strava_is_down(void **state)
{
	struct program_side side;
	struct fresh_error  error;
	int64_t             posts;

	(void)state;
	begin(1);
	world_advance(&world, SIX_HOURS - 200);
	world_tell(&world, "/_control/faults",
	    "[{\"path\":\"/oauth/token\",\"action\":\"status:503\"}]");
	join(&side);
	assert_int_equal(
	    fresh_token(side.backend, enrolled.ids[0], &error), FRESH_OK);
	assert_works(side.backend, enrolled.ids[0]);
	leave(&side);

	/* Once it has run out there is none, and nobody knocks in a row. */
	world_advance(&world, 300);
	join(&side);
	assert_int_equal(
	    fresh_token(side.backend, enrolled.ids[0], &error), FRESH_STRAVA);
	posts = enrolled_strava_side(&world, enrolled.ids[0]).token_posts;
	assert_int_equal(
	    fresh_token(side.backend, enrolled.ids[0], &error), FRESH_STRAVA);
	assert_true(error.retry_after_s > 0);
	assert_int_equal(
	    enrolled_strava_side(&world, enrolled.ids[0]).token_posts, posts);
	leave(&side);
}

static void
nobody_gets_a_token_without_an_account(void **state)
{
	struct program_side side;
	struct fresh_error  error;

	(void)state;
	begin(0);
	join(&side);
	assert_int_equal(
	    fresh_token(side.backend, 12345, &error), FRESH_NOT_CONNECTED);
	assert_int_equal(
	    fresh_disconnect(side.backend, 12345, &error), FRESH_OK);
	leave(&side);
}

static void
disconnecting_ends_the_grant_and_forgets(void **state)
{
	struct program_side side;
	struct fresh_error  error;
	int64_t             id;

	(void)state;
	begin(3);
	join(&side);
	id = enrolled.ids[0];
	assert_int_equal(fresh_disconnect(side.backend, id, &error), FRESH_OK);
	assert_string_equal(enrolled_strava_side(&world, id).refresh_token, "");
	assert_int_equal(
	    fresh_token(side.backend, id, &error), FRESH_NOT_CONNECTED);

	/* Strava does not answer: nothing is forgotten. */
	id = enrolled.ids[1];
	world_tell(&world, "/_control/faults",
	    "[{\"path\":\"/oauth/revoke\",\"action\":\"status:503\"}]");
	assert_int_equal(
	    fresh_disconnect(side.backend, id, &error), FRESH_STRAVA);
	assert_int_equal(fresh_token(side.backend, id, &error), FRESH_OK);
	world_tell(&world, "/_control/faults", "[]");
	leave(&side);

	/* An access token that ran out ends nothing: a new one does. */
	world_advance(&world, SIX_HOURS + 60);
	join(&side);
	id = enrolled.ids[2];
	assert_int_equal(fresh_disconnect(side.backend, id, &error), FRESH_OK);
	assert_string_equal(enrolled_strava_side(&world, id).refresh_token, "");
	assert_int_equal(enrolled_stats(&world).active, 1);
	leave(&side);
}

/* The athlete connects in another browser. */
static void
connect_anew(int64_t athlete_id)
{
	struct program_side side;
	struct fresh_error  error;
	int64_t             connected;
	char               *code = consent(athlete_id, SCOPE);

	join(&side);
	assert_int_equal(
	    fresh_connect(side.backend, code, SCOPE, &connected, &error),
	    FRESH_OK);
	assert_int_equal(connected, athlete_id);
	leave(&side);
	free(code);
}

/* A refresh that began before the withdrawal, and its reply. */
struct late_refresh {
	struct program_side    side;
	tokenstore_claim_list *list;
	strava_token          *token;
};

static void
late_refresh_begin(struct late_refresh *late, int64_t athlete_id)
{
	char subject[24];

	join(&late->side);
	snprintf(subject, sizeof(subject), "%lld", (long long)athlete_id);
	assert_int_equal(tokenstore_claim_one(late->side.backend->store,
			     subject, 60, &late->list, NULL),
	    TOKENSTORE_OK);
	assert_int_equal(late->list->count, 1);
	assert_int_equal(
	    strava_oauth_refresh(late->side.backend->strava,
		&late->side.backend->app, late->list->items[0]->refresh_token,
		&late->token, NULL),
	    STRAVA_OK);
}

/* Whether the store took it. */
static int
late_refresh_end(struct late_refresh *late)
{
	const tokenstore_grant grant = {
		.access_token = late->token->access_token,
		.refresh_token = late->token->refresh_token,
		.expires_at = late->token->expires_at,
		.expires_in = late->token->expires_in,
	};
	int stored = -1;

	assert_int_equal(
	    tokenstore_save(late->side.backend->store, late->list->items[0],
		&grant, late->token->expires_at, &stored, NULL),
	    TOKENSTORE_OK);
	strava_token_free(late->token);
	tokenstore_claim_list_free(late->list);
	leave(&late->side);
	return stored;
}

/* What happens while a disconnect waits for Strava's answer, which is the moment
 * between its look at the account and its deletion. */
struct meanwhile {
	struct program_side *side; /* who disconnects */
	int64_t              athlete_id;
	bool                 before, after; /* a consent, and when */
	struct late_refresh *late;          /* ends after; NULL: none */
};

static strava_status
send_revocation(void *ctx, const strava_http_request *request,
    strava_http_response *response, strava_error *err)
{
	const struct meanwhile *meanwhile = ctx;

	(void)err;
	assert_non_null(strstr(request->url, "/oauth/revoke"));
	strava_client_set_transport(meanwhile->side->backend->strava, NULL);
	if (meanwhile->before)
		connect_anew(meanwhile->athlete_id);
	withdraw_at_strava(meanwhile->athlete_id);
	if (meanwhile->after)
		connect_anew(meanwhile->athlete_id);
	if (meanwhile->late != NULL)
		assert_int_equal(late_refresh_end(meanwhile->late), 1);
	strava_http_response_status(response, 200);
	return STRAVA_OK;
}

static enum fresh_status
disconnect_during(struct meanwhile *meanwhile)
{
	struct fresh_error error;
	enum fresh_status  status;

	strava_client_set_transport(meanwhile->side->backend->strava,
	    &(strava_transport){ send_revocation, meanwhile });
	status = fresh_disconnect(
	    meanwhile->side->backend, meanwhile->athlete_id, &error);
	if (status != FRESH_OK)
		assert_int_equal(error.status, status);
	return status;
}

static void
assert_forgotten(struct program_side *side, int64_t athlete_id)
{
	struct fresh_error error;

	assert_string_equal(
	    enrolled_strava_side(&world, athlete_id).refresh_token, "");
	assert_int_equal(fresh_token(side->backend, athlete_id, &error),
	    FRESH_NOT_CONNECTED);
}

static void
a_consent_after_a_disconnect_began_stays(void **state)
{
	struct program_side side;
	struct fresh_error  error;
	struct meanwhile    meanwhile = { .side = &side, .after = true };
	char               *stored;

	(void)state;
	begin(1);
	join(&side);
	meanwhile.athlete_id = enrolled.ids[0];
	assert_int_equal(disconnect_during(&meanwhile), FRESH_STANDS);

	stored = enrolled_refresh_token(&world, enrolled.ids[0]);
	assert_string_not_equal(stored, "");
	assert_string_equal(
	    enrolled_strava_side(&world, enrolled.ids[0]).refresh_token,
	    stored);
	free(stored);
	assert_int_equal(
	    fresh_token(side.backend, enrolled.ids[0], &error), FRESH_OK);
	assert_works(side.backend, enrolled.ids[0]);

	/* The next one ends it. */
	assert_int_equal(
	    fresh_disconnect(side.backend, enrolled.ids[0], &error), FRESH_OK);
	assert_forgotten(&side, enrolled.ids[0]);
	leave(&side);
}

static void
a_consent_that_a_disconnect_ended_is_forgotten_too(void **state)
{
	struct program_side side;
	struct meanwhile    meanwhile = { .side = &side, .before = true };

	(void)state;
	begin(1);
	join(&side);
	meanwhile.athlete_id = enrolled.ids[0];
	assert_int_equal(disconnect_during(&meanwhile), FRESH_OK);
	assert_forgotten(&side, enrolled.ids[0]);
	leave(&side);
}

static void
a_reply_that_comes_during_a_disconnect_keeps_nothing(void **state)
{
	struct program_side side;
	struct late_refresh late;
	struct meanwhile    meanwhile = { .side = &side, .late = &late };

	(void)state;
	begin(1);
	join(&side);
	meanwhile.athlete_id = enrolled.ids[0];
	late_refresh_begin(&late, enrolled.ids[0]);
	assert_int_equal(disconnect_during(&meanwhile), FRESH_OK);
	assert_forgotten(&side, enrolled.ids[0]);
	leave(&side);
}

static void
a_reply_that_comes_after_a_disconnect_brings_nothing_back(void **state)
{
	struct program_side side;
	struct late_refresh late;
	struct fresh_error  error;

	(void)state;
	begin(1);
	join(&side);
	late_refresh_begin(&late, enrolled.ids[0]);
	assert_int_equal(
	    fresh_disconnect(side.backend, enrolled.ids[0], &error), FRESH_OK);
	assert_int_equal(late_refresh_end(&late), 0);
	assert_forgotten(&side, enrolled.ids[0]);
	leave(&side);
}

static void
only_what_strava_refuses_is_forgotten(void **state)
{
	struct program_side side;
	struct fresh_error  error;
	int64_t             id;

	(void)state;
	begin(1);
	join(&side);
	id = enrolled.ids[0];
	assert_int_equal(fresh_forget(side.backend, id, &error), FRESH_STANDS);
	world_tell(&world, "/_control/faults",
	    "[{\"path\":\"/api/v3/athlete\",\"action\":\"status:404\"}]");
	assert_int_equal(fresh_forget(side.backend, id, &error), FRESH_STRAVA);
	world_tell(&world, "/_control/faults", "[]");
	withdraw_at_strava(id);
	assert_int_equal(fresh_forget(side.backend, id, &error), FRESH_OK);
	assert_forgotten(&side, id);
	assert_int_equal(
	    fresh_forget(side.backend, id, &error), FRESH_NOT_CONNECTED);
	leave(&side);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_code_becomes_an_account),
		cmocka_unit_test(a_grant_that_lacks_a_scope_is_given_back),
		cmocka_unit_test(a_token_with_life_left_is_used_as_it_is),
		cmocka_unit_test(a_token_that_ran_out_is_refreshed_first),
		cmocka_unit_test(many_who_ask_at_once_cost_one_refresh),
		cmocka_unit_test(a_refused_access_token_is_not_given_out_again),
		cmocka_unit_test(the_old_token_serves_while_strava_is_down),
		cmocka_unit_test(nobody_gets_a_token_without_an_account),
		cmocka_unit_test(disconnecting_ends_the_grant_and_forgets),
		cmocka_unit_test(a_consent_after_a_disconnect_began_stays),
		cmocka_unit_test(
		    a_consent_that_a_disconnect_ended_is_forgotten_too),
		cmocka_unit_test(
		    a_reply_that_comes_during_a_disconnect_keeps_nothing),
		cmocka_unit_test(
		    a_reply_that_comes_after_a_disconnect_brings_nothing_back),
		cmocka_unit_test(only_what_strava_refuses_is_forgotten),
	};

	return cmocka_run_group_tests_name("apps fresh", tests, start, end);
}
