/* SPDX-License-Identifier: MIT */

/* What update_tokens says and does when something is wrong: its settings, its
 * secrets, its database, Strava.  Nothing may be lost. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "loopback.h"
#include "members.h"
#include "once.h"
#include "scene.h"
#include "test.h"

#define HALF_AN_HOUR 1800
#define WINDOW_S 900 /* of Strava's rate limit */
#define SPREAD_S 60  /* so that not all come back at once */

static void
begin(int count)
{
	enrol_due(&world, count, &enrolled);
}

/* With one setting changed (`value` NULL: left out) the program ends with that
 * code, and says so on stderr, but nothing on stdout. */
static void
ends(const char *option, const char *name, const char *value, int code,
    const char *wanted)
{
	struct environment env;
	struct process     process;
	char              *out;

	world_environment(&world, &env);
	if (value != NULL)
		environment_set(&env, name, value);
	else
		environment_unset(&env, name);
	world_run(&world, &process,
	    (const char *const[]){ PATH_UPDATE_TOKENS, option, NULL }, &env);
	environment_free(&env);
	assert_true(process_wait(&process, 60000));
	assert_logged(&process, wanted);
	assert_int_equal(process.code, code);
	out = process_out(&process);
	if (code == 2 || strcmp(option, "--check") == 0)
		assert_string_equal(out, "");
	free(out);
	process_free(&process);
}

static void
wrong_settings_end_with_two(void **state)
{
	static const struct {
		const char *name, *value, *wanted;
	} wrong[] = {
		{ "STRAVA_CLIENT_ID", NULL, "STRAVA_CLIENT_ID is missing" },
		{ "DATABASE_URL", NULL, "DATABASE_URL is missing" },
		{ "TOKEN_KEYS", NULL, "TOKEN_KEYS is missing" },
		{ "STRAVA_CLIENT_SECERT", "x",
		    "did you mean STRAVA_CLIENT_SECRET?" },
		{ "TOKEN_KEYS", WORLD_TOKEN_KEYS ",9:nonsense", "entry 2" },
		{ "PORT", "http", "PORT must" },
		{ "STRAVA_OAUTH_BASE", "http://strava.example.org",
		    "STRAVA_OAUTH_BASE must" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		ends("--once", wrong[i].name, wrong[i].value, 2,
		    wrong[i].wanted);
		ends("--check", wrong[i].name, wrong[i].value, 2,
		    wrong[i].wanted);
	}
	ends("--twice", "PORT", "8080", 2, "no such option: --twice");
}

static void
a_secret_that_cannot_be_had_ends_with_two(void **state)
{
	static const struct {
		const char *state, *wanted;
	} secrets[] = {
		{ "disabled", "STRAVA_CLIENT_SECRET could not be read" },
		{ "destroyed", "STRAVA_CLIENT_SECRET could not be read" },
		{ "denied", "roles/secretmanager.secretAccessor" },
		{ "corrupted", "STRAVA_CLIENT_SECRET could not be read" },
	};
	char body[256], reference[64];

	(void)state;
	for (size_t i = 0; i < COUNT(secrets); i++) {
		snprintf(body, sizeof(body),
		    "{\"project\":\"sandbox-project\",\"secret\":\"%s\","
		    "\"data\":\"%s\",\"state\":\"%s\"}",
		    secrets[i].state, WORLD_CLIENT_SECRET, secrets[i].state);
		world_tell(&world, "/_control/secrets", body);
		snprintf(
		    reference, sizeof(reference), "sm://%s", secrets[i].state);
		ends("--once", "STRAVA_CLIENT_SECRET", reference, 2,
		    secrets[i].wanted);
	}
	ends("--once", "STRAVA_CLIENT_SECRET", "sm://nowhere", 2,
	    "STRAVA_CLIENT_SECRET could not be read");
	ends("--once", "STRAVA_CLIENT_SECRET", "sm://not a name", 2,
	    "STRAVA_CLIENT_SECRET could not be read");
}

static void
secrets_are_read_from_secret_manager(void **state)
{
	struct environment env;
	struct process     process;

	(void)state;
	begin(1);
	world_tell(&world, "/_control/secrets",
	    "{\"project\":\"sandbox-project\",\"secret\":\"client-secret\","
	    "\"data\":\"" WORLD_CLIENT_SECRET "\\n\"}");
	world_tell(&world, "/_control/secrets",
	    "{\"project\":\"sandbox-project\",\"secret\":\"keys\","
	    "\"data\":\"" WORLD_TOKEN_KEYS "\"}");
	world_environment(&world, &env);
	environment_set(&env, "STRAVA_CLIENT_SECRET", "sm://client-secret");
	environment_set(&env, "TOKEN_KEYS", "sm://sandbox-project/keys#1");
	once_start(&world, &process, &env);
	environment_free(&env);
	assert_int_equal(once_wait(&process, 0).refreshed, 1);
	process_free(&process);
}

static void
a_database_that_is_not_there_ends_with_one(void **state)
{
	char conninfo[128];

	(void)state;
	snprintf(conninfo, sizeof(conninfo),
	    "host=127.0.0.1 port=%d dbname=app user=app", free_port());
	ends("--once", "DATABASE_URL", conninfo, 1, "database: ");
	ends("--check", "DATABASE_URL", conninfo, 1, "database: ");
}

static void
a_wrong_password_ends_with_one(void **state)
{
	const char *right = postgres_conninfo(world.postgres);
	char        conninfo[512];

	(void)state;
	postgres_sql(world.postgres,
	    "CREATE ROLE guarded LOGIN PASSWORD 'right-password'");
	snprintf(conninfo, sizeof(conninfo),
	    "%.*s user=guarded password=wrong-password",
	    (int)(strstr(right, " user=") - right), right);
	ends("--once", "DATABASE_URL", conninfo, 1, "password");
}

static void
a_check_says_what_is_fine_and_what_is_missing(void **state)
{
	struct process process;
	char          *out;

	(void)state;
	world_new_database(&world);
	ends("--check", "PORT", "8080", 1, "tables are missing");
	begin(1);
	world_run(&world, &process,
	    (const char *const[]){ PATH_UPDATE_TOKENS, "--check", NULL }, NULL);
	assert_true(process_wait(&process, 30000));
	assert_int_equal(process.code, 0);
	out = process_out(&process);
	assert_non_null(strstr(out, "as they should be"));
	free(out);
	process_free(&process);
	ends("--check", "TOKEN_KEYS",
	    "8:YW5vdGhlciBrZXkgdGhhdCBvcGVucyBub3RoaW5nISE=", 1, "database: ");
}

/* D-30, PG-9: the same keys under another id: nothing can be opened, and nothing is
 * changed. */
static void
a_missing_key_changes_nothing(void **state)
{
	struct environment env;
	struct process     process;
	struct report      report;

	(void)state;
	begin(3);
	world_environment(&world, &env);
	environment_set(&env, "TOKEN_KEYS",
	    "8:YW5vdGhlciBrZXkgdGhhdCBvcGVucyBub3RoaW5nISE=");
	once_start(&world, &process, &env);
	environment_free(&env);
	report = once_wait(&process, 1);
	assert_int_equal(report.failed, 3);
	assert_logged(&process, "is a key missing in TOKEN_KEYS?");
	process_free(&process);
	world_advance(&world, HALF_AN_HOUR);
	assert_int_equal(once(&world, 0).refreshed, 3);
	assert_int_equal(enrolled_compare(&world, &enrolled), 0);
}

static void
a_wrong_client_secret_flags_nobody(void **state)
{
	struct environment env;
	struct process     process;
	struct report      report;
	tokenstore_stats   stats;

	(void)state;
	begin(3);
	world_environment(&world, &env);
	environment_set(&env, "STRAVA_CLIENT_SECRET", "wr0ng-client-secret");
	once_start(&world, &process, &env);
	environment_free(&env);
	report = once_wait(&process, 1);
	assert_int_equal(report.due, 0);
	assert_logged(&process, "Strava refuses this application");
	process_free(&process);
	stats = enrolled_stats(&world);
	assert_int_equal(stats.active, 3);
	assert_int_equal(stats.due, 3);
	assert_int_equal(stats.leased, 0);
	assert_int_equal(stats.in_doubt, 0);
	assert_int_equal(once(&world, 0).refreshed, 3);
}

static void
strava_out_of_reach_leaves_no_doubt(void **state)
{
	struct environment env;
	struct process     process;
	char               base[64];

	(void)state;
	begin(2);
	world_environment(&world, &env);
	snprintf(base, sizeof(base), "http://127.0.0.1:%d/oauth", free_port());
	environment_set(&env, "STRAVA_OAUTH_BASE", base);
	once_start(&world, &process, &env);
	environment_free(&env);
	assert_int_equal(once_wait(&process, 1).deferred, 2);
	process_free(&process);
	assert_int_equal(enrolled_stats(&world).in_doubt, 0);
	world_advance(&world, HALF_AN_HOUR);
	assert_int_equal(once(&world, 0).refreshed, 2);
	assert_int_equal(enrolled_compare(&world, &enrolled), 0);
}

/* An answer that breaks off behind the refresh token still gives it up. */
static void
a_cut_answer_gives_its_refresh_token(void **state)
{
	static const struct loopback_answer cut[] = { {
	    .raw = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
		   "Content-Length: 500\r\n\r\n"
		   "{\"token_type\":\"Bearer\","
		   "\"refresh_token\":\"salvaged-from-a-cut-answer\","
		   "\"access_tok",
	    .close = true,
	} };
	struct loopback   *peer = loopback_start(cut, COUNT(cut));
	struct environment env;
	struct process     process;
	char              *token;

	(void)state;
	begin(1);
	world_environment(&world, &env);
	environment_set(&env, "STRAVA_OAUTH_BASE", loopback_url(peer));
	once_start(&world, &process, &env);
	environment_free(&env);
	assert_int_equal(once_wait(&process, 1).deferred, 1);
	assert_logged(&process, "salvaged");
	process_free(&process);
	assert_int_equal(loopback_count(peer), 1);
	loopback_stop(peer);
	token = enrolled_refresh_token(&world, enrolled.ids[0]);
	assert_string_equal(token, "salvaged-from-a-cut-answer");
	free(token);
}

/* When the only athlete is due, in seconds since the epoch. */
static long long
due_at(void)
{
	return strtoll(postgres_value(world.postgres,
			   "SELECT floor(extract(epoch FROM due_at))::bigint"
			   " FROM tokenstore.account"),
	    NULL, 10);
}

static long long
now_s(void)
{
	return (long long)time(NULL) + world.clock_s;
}

static long long
next_window(long long at)
{
	return at - at % WINDOW_S + WINDOW_S;
}

static void
suffer_429(const struct loopback_answer *answer)
{
	struct loopback   *peer = loopback_start(answer, 1);
	struct environment env;
	struct process     process;

	world_environment(&world, &env);
	environment_set(&env, "STRAVA_OAUTH_BASE", loopback_url(peer));
	once_start(&world, &process, &env);
	environment_free(&env);
	assert_int_equal(once_wait(&process, 0).rate_limited, 1);
	process_free(&process);
	assert_int_equal(loopback_count(peer), 1);
	loopback_stop(peer);
}

/* F-57, F-58: with and without a usable word of Strava about it. */
static void
a_rate_limit_lasts_for_a_window_or_as_strava_says(void **state)
{
	static const struct {
		struct loopback_answer answer;
		long long              wait_s; /* -1: to the next window */
	} waits[] = {
		{ { .status = 429 }, -1 },
		{ { .status = 429, .headers = "Retry-After: 1800\r\n" }, 1800 },
		{ { .status = 429, .headers = "Retry-After: 1000000000\r\n" },
		    86400 },
		{ { .status = 429,
		      .headers = "Retry-After: 99999999999999999999999\r\n" },
		    86400 },
		{ { .status = 429, .headers = "Retry-After: -1\r\n" }, -1 },
		{ { .status = 429, .headers = "Retry-After: soon\r\n" }, -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(waits); i++) {
		long long before, after, wait_s = waits[i].wait_s;

		begin(1);
		before = now_s();
		suffer_429(&waits[i].answer);
		after = now_s();
		if (wait_s >= 0) {
			before += wait_s;
			after += wait_s;
		} else {
			before = next_window(before);
			after = next_window(after);
		}
		if (due_at() < before || due_at() > after + SPREAD_S)
			fail_msg("wait %zu: %lld, not %lld to %lld", i,
			    due_at(), before, after + SPREAD_S);
	}
}

/* What one answer of Strava leads to. */
struct answer {
	const char *action;
	int64_t     due, rate_limited, deferred, refreshed;
	int         code;
	bool        spent; /* Strava may have handed out another token */
	bool        doubt;
};

static void
one_answer(const struct answer *answer)
{
	char             faults[128];
	char            *before, *after;
	struct report    report;
	tokenstore_stats stats;

	begin(1);
	before = enrolled_refresh_token(&world, enrolled.ids[0]);
	snprintf(faults, sizeof(faults),
	    "[{\"path\":\"/oauth/token\",\"action\":\"%s\"}]", answer->action);
	world_tell(&world, "/_control/faults", faults);
	report = once(&world, answer->code);
	assert_int_equal(report.due, answer->due);
	assert_int_equal(report.rate_limited, answer->rate_limited);
	assert_int_equal(report.deferred, answer->deferred);
	assert_int_equal(report.refreshed, answer->refreshed);
	assert_int_equal(report.failed + report.revoked, 0);
	stats = enrolled_stats(&world);
	assert_int_equal(stats.active, 1);
	assert_int_equal(stats.leased, 0);
	assert_int_equal(stats.in_doubt, answer->doubt);
	after = enrolled_refresh_token(&world, enrolled.ids[0]);
	if (!answer->spent)
		assert_string_equal(after, before);
	free(after);
	free(before);
	world_tell(&world, "/_control/faults", "[]");
	world_advance(&world, HALF_AN_HOUR);
	report = once(&world, 0);
	if (!answer->spent)
		assert_int_equal(report.refreshed, 1);
	assert_int_equal(enrolled_compare(&world, &enrolled), report.revoked);
}

static void
whatever_strava_answers_nothing_is_lost(void **state)
{
	static const struct answer answers[] = {
		{ "status:401", 0, 0, 0, 0, 1, false, false },
		{ "status:403", 0, 0, 0, 0, 1, false, false },
		{ "status:404", 0, 0, 0, 0, 1, false, false },
		{ "status:400", 1, 0, 1, 0, 1, false, false },
		{ "status:429", 1, 1, 0, 0, 0, false, false },
		{ "rate-limit", 1, 1, 0, 0, 0, false, false },
		{ "status:500", 1, 0, 1, 0, 1, false, true },
		{ "status:502", 1, 0, 1, 0, 1, false, true },
		{ "status:302", 1, 0, 1, 0, 1, false, true },
		{ "drop-before", 1, 0, 1, 0, 1, false, true },
		{ "drop-after", 1, 0, 1, 0, 1, true, true },
		{ "truncate", 1, 0, 1, 0, 1, true, true },
		{ "garbage", 1, 0, 1, 0, 1, true, true },
		{ "delay:1500", 1, 0, 0, 1, 0, true, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(answers); i++) {
		print_message("%s\n", answers[i].action);
		one_answer(&answers[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_settings_end_with_two),
		cmocka_unit_test(a_secret_that_cannot_be_had_ends_with_two),
		cmocka_unit_test(secrets_are_read_from_secret_manager),
		cmocka_unit_test(a_database_that_is_not_there_ends_with_one),
		cmocka_unit_test(a_wrong_password_ends_with_one),
		cmocka_unit_test(a_check_says_what_is_fine_and_what_is_missing),
		cmocka_unit_test(a_missing_key_changes_nothing),
		cmocka_unit_test(a_wrong_client_secret_flags_nobody),
		cmocka_unit_test(strava_out_of_reach_leaves_no_doubt),
		cmocka_unit_test(a_cut_answer_gives_its_refresh_token),
		cmocka_unit_test(
		    a_rate_limit_lasts_for_a_window_or_as_strava_says),
		cmocka_unit_test(whatever_strava_answers_nothing_is_lost),
	};

	return cmocka_run_group_tests_name(
	    "apps faults", tests, scene_open, scene_close);
}
