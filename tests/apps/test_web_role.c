/* SPDX-License-Identifier: MIT */

/*
 * The programs under the roles of libtokenstore, which have the least that each
 * needs.  The web app may not read refresh tokens: it shows what it can with
 * the access tokens that are stored, and leaves their renewal to update_tokens.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fresh.h"
#include "once.h"
#include "stage.h"
#include "test.h"

#define SIX_HOURS 21600

static const char as_web[] = "tokenstore_web";
static const char as_function[] = "tokenstore_function";
static const char as_both[] = "web_that_refreshes";

/* Starts the app anew, with the clock of now. */
static void
restart(const char *role)
{
	char conninfo[POSTGRES_CONNINFO_SIZE];

	postgres_conninfo_as(web.world.postgres, role, conninfo);
	strava_web_restart(&web, "DATABASE_URL", conninfo);
}

/* As docs/deploy.md says: the owner makes the tables and the roles. */
static int
open_with_roles(void **state)
{
	stage_open(state);
	world_new_database(&web.world);
	once(&web.world, 0);
	postgres_make_roles(web.world.postgres);
	postgres_sql(web.world.postgres,
	    "CREATE SCHEMA web AUTHORIZATION tokenstore_web;"
	    "CREATE ROLE web_that_refreshes;"
	    "GRANT tokenstore_web, tokenstore_function TO web_that_refreshes");
	restart(as_web);
	return 0;
}

static void
as(struct environment *env, const char *role)
{
	char conninfo[POSTGRES_CONNINFO_SIZE];

	postgres_conninfo_as(web.world.postgres, role, conninfo);
	world_environment(&web.world, env);
	environment_set(env, "DATABASE_URL", conninfo);
}

/* The scheduled run. */
static struct report
refresh_all(void)
{
	struct environment env;
	struct process     process;
	struct report      report;

	as(&env, as_function);
	once_start(&web.world, &process, &env);
	environment_free(&env);
	report = once_wait(&process, 0);
	process_free(&process);
	return report;
}

/* How often the running app has logged that. */
static int
logged(const char *text)
{
	char *log = process_err(&web.process);
	int   n = 0;

	for (const char *at = log; (at = strstr(at, text)) != NULL; at++)
		n++;
	free(log);
	return n;
}

static const char *
accounts(void)
{
	return postgres_value(
	    web.world.postgres, "SELECT count(*) FROM tokenstore.account");
}

/* The page for a token that ended, and nothing of why in it. */
static void
check_renewing(const char *page)
{
	assert_int_equal(visitor_get(&anna, page), 503);
	assert_true(visitor_says(&anna, "is being renewed"));
	assert_true(visitor_says(&anna, "come back in a few minutes"));
	assert_string_equal(visitor_header(&anna, "Retry-After"), "300");
	assert_false(visitor_says(&anna, "atabase"));
	assert_false(visitor_says(&anna, "denied"));
}

static void
a_token_is_shown_to_its_end_and_then_awaited(void **state)
{
	int64_t calls;

	(void)state;
	strava_web_connect(&web, &anna, 0);
	world_advance(&web.world, SIX_HOURS - 200);
	restart(as_web);
	calls = stage_token_calls();
	assert_int_equal(visitor_get(&anna, "/activity"), 200);
	assert_int_equal(visitor_get(&anna, "/profile"), 200);
	assert_int_equal(logged("may not refresh"), 1);

	/* It ends, in an account that nobody had used for long. */
	world_advance(&web.world, 300);
	restart(as_web);
	postgres_sql(web.world.postgres,
	    "UPDATE tokenstore.account SET last_used_at = 'epoch',"
	    " due_at = now() + interval '90 days'");
	for (int i = 0; i < 3; i++) {
		check_renewing("/activity");
		check_renewing("/profile");
	}
	assert_int_equal(logged("may not refresh"), 1);
	assert_int_equal(logged("permission denied"), 1);
	assert_string_equal(
	    postgres_value(web.world.postgres,
		"SELECT lease_id || ':' || (last_used_at > now())"
		" FROM tokenstore.account"),
	    "0:true");
	assert_int_equal(stage_token_calls(), calls);
	assert_int_equal(refresh_all().refreshed, 1);
	assert_int_equal(visitor_get(&anna, "/activity"), 200);
}

static void
with_both_roles_it_is_renewed_on_demand(void **state)
{
	int64_t calls;

	(void)state;
	strava_web_connect(&web, &anna, 0);
	world_advance(&web.world, SIX_HOURS + 60);
	restart(as_both);
	calls = stage_token_calls();
	assert_int_equal(visitor_get(&anna, "/activity"), 200);
	assert_int_equal(stage_token_calls(), calls + 1);
	assert_int_equal(logged("may not refresh"), 0);
	assert_int_equal(
	    strava_web_post(&anna, "/profile", "/deauthorize"), 303);
	restart(as_web);
}

static void
a_token_that_strava_refuses_early_is_due_at_once(void **state)
{
	(void)state;
	strava_web_connect(&web, &anna, 0);
	/* So late that Strava hands out another one, so early that no run would
	 * by itself. */
	world_advance(&web.world, SIX_HOURS - 3000);
	restart(as_web);
	postgres_sql(web.world.postgres,
	    "UPDATE tokenstore.account SET due_at = expires_at");
	assert_int_equal(refresh_all().refreshed, 0);
	world_tell(&web.world, "/_control/faults",
	    "[{\"path\":\"/api/v3\",\"action\":\"status:401\",\"times\":1}]");
	check_renewing("/profile");
	/* Nobody asks Strava again with what was refused. */
	check_renewing("/profile");
	assert_int_equal(refresh_all().refreshed, 1);
	assert_int_equal(visitor_get(&anna, "/profile"), 200);
}

static void
disconnecting_works_while_the_token_is_good(void **state)
{
	(void)state;
	strava_web_connect(&web, &anna, 0);
	assert_int_equal(
	    strava_web_post(&anna, "/profile", "/deauthorize"), 303);
	assert_string_equal(accounts(), "0");
}

/* Only a refresh tells whether a refused access token was the grant's end. */
static void
a_withdrawal_at_strava_is_believed_after_the_next_run(void **state)
{
	struct environment env;
	struct settings    settings;
	struct backend    *backend;
	struct fresh_error error;
	char               text[512];
	int64_t            athlete = strava_web_athlete(&web, 0);

	(void)state;
	strava_web_connect(&web, &anna, 0);
	snprintf(text, sizeof(text), "{\"athlete\":%lld}", (long long)athlete);
	world_tell(&web.world, "/_control/revoke", text);
	as(&env, as_web);
	assert_true(settings_load(
	    &settings, PROGRAM_WEB, env.items, text, sizeof(text)));
	environment_free(&env);
	backend = backend_new(&settings, "test", text, sizeof(text));
	assert_non_null(backend);
	assert_int_equal(fresh_forget(backend, athlete, &error), FRESH_LATER);
	assert_string_equal(accounts(), "1");
	assert_int_equal(refresh_all().revoked, 1);
	assert_int_equal(fresh_forget(backend, athlete, &error), FRESH_OK);
	assert_string_equal(accounts(), "0");
	backend_free(backend);
	settings_free(&settings);
}

static void
check_ends(const char *program, const char *role, const char *keys, int code,
    const char *says)
{
	struct environment env;
	struct process     process;
	char              *out, *err;

	as(&env, role);
	if (strcmp(program, PATH_STRAVA_WEB) == 0)
		environment_unset(&env, "INVOKER_AUTH");
	environment_set(&env, "TOKEN_KEYS", keys);
	world_run(&web.world, &process,
	    (const char *const[]){ program, "--check", NULL }, &env);
	environment_free(&env);
	assert_true(process_wait(&process, 20000));
	out = process_out(&process);
	err = process_err(&process);
	if (process.code != code || strstr(code == 0 ? out : err, says) == NULL)
		fail_msg(
		    "%s: exit code %d: %s%s", role, process.code, out, err);
	free(out);
	free(err);
	process_free(&process);
}

static void
each_program_checks_itself_under_its_role(void **state)
{
	static const struct {
		const char *program, *role;
	} cases[] = {
		{ PATH_STRAVA_WEB, as_web },
		{ PATH_UPDATE_TOKENS, as_function },
	};

	(void)state;
	strava_web_connect(&web, &anna, 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		check_ends(cases[i].program, cases[i].role, WORLD_TOKEN_KEYS, 0,
		    "as they should be");
		check_ends(cases[i].program, cases[i].role, "8:" WORLD_KEY, 1,
		    "under the key 7");
		check_ends(cases[i].program, cases[i].role,
		    "7:YW5vdGhlciBrZXkgdGhhdCBvcGVucyBub3RoaW5nISE=", 1,
		    "the key 7 of the keyring does not open");
	}
}

#define STAGE_TEST(f) \
	cmocka_unit_test_setup_teardown(f, stage_enter, stage_leave)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STAGE_TEST(a_token_is_shown_to_its_end_and_then_awaited),
		STAGE_TEST(with_both_roles_it_is_renewed_on_demand),
		STAGE_TEST(a_token_that_strava_refuses_early_is_due_at_once),
		STAGE_TEST(disconnecting_works_while_the_token_is_good),
		STAGE_TEST(
		    a_withdrawal_at_strava_is_believed_after_the_next_run),
		STAGE_TEST(each_program_checks_itself_under_its_role),
	};

	return cmocka_run_group_tests_name(
	    "apps.web_role", tests, open_with_roles, stage_close);
}
