/* SPDX-License-Identifier: MIT */

/* Login to the database with tokens of Google's: a server that wants a password,
 * and the sandbox as the metadata server that gives it. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "clock.h"
#include "members.h"
#include "once.h"
#include "test.h"
#include "visitor.h"

#define USER "web@sandbox-project.iam"
#define METADATA_CALL "GET /computeMetadata/v1/{*}"
#define HOUR_S INT64_C(3600)
#define NO_TOKEN "no password for the server: Google gave no token: "
#define WAIT_MS 60000
#define POOL 3

static struct world world;
static int64_t      moved_ms; /* how far the steady clock was moved */

/* The access token that the machine's account gets now. */
static void
take_token(char token[2048])
{
	struct visitor      machine;
	struct json_object *answer;
	const char         *page;
	char                base[64];

	snprintf(base, sizeof(base), "http://127.0.0.1:%d", world.sandbox_port);
	visitor_start(&machine, base);
	machine.extra_header = "Metadata-Flavor: Google";
	assert_int_equal(
	    visitor_get(&machine,
		"/computeMetadata/v1/instance/service-accounts/default/token"
		"?scopes=https://www.googleapis.com/auth/sqlservice.login"),
	    200);
	page = visitor_page(&machine);
	answer = members_parse(page, strlen(page));
	snprintf(token, 2048, "%s", members_get_string(answer, "access_token"));
	json_object_put(answer);
	visitor_end(&machine);
}

static void
set_password(const char *password)
{
	char sql[2304];

	snprintf(sql, sizeof(sql), "ALTER ROLE \"" USER "\" PASSWORD '%s'",
	    password);
	postgres_sql(world.postgres, sql);
}

/* What Cloud SQL does by asking Google. */
static void
accept_the_token_of_now(void)
{
	char token[2048];

	take_token(token);
	set_password(token);
}

static void
break_connections(void)
{
	postgres_sql(world.postgres,
	    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
	    " WHERE usename = '" USER "'");
}

static int
start(void **state)
{
	char host[64];

	(void)state;
	world_start(&world, "apps.iam_login", 0);
	postgres_sql(
	    world.postgres, "CREATE ROLE \"" USER "\" LOGIN IN ROLE app");
	/* For the backends in this process, which has no other thread yet. */
	snprintf(host, sizeof(host), "127.0.0.1:%d", world.sandbox_port);
	/* NOLINTBEGIN(concurrency-mt-unsafe) */
	setenv("GCE_METADATA_HOST", host, 1);
	setenv("SECRET_MANAGER_EMULATOR_HOST", host, 1);
	setenv("CLOUDSDK_CONFIG", world.logs, 1);
	unsetenv("GOOGLE_APPLICATION_CREDENTIALS");
	/* NOLINTEND(concurrency-mt-unsafe) */
	return 0;
}

static int
end(void **state)
{
	(void)state;
	world_end(&world);
	return 0;
}

static int
enter(void **state)
{
	(void)state;
	world_tell(&world, "/_control/faults", "[]");
	world_tell(
	    &world, "/_control/google", "{\"account\":true,\"flavor\":true}");
	accept_the_token_of_now();
	return 0;
}

static void
login_environment(struct environment *env)
{
	char text[512];

	world_environment(&world, env);
	snprintf(text, sizeof(text), "%s user=" USER,
	    postgres_conninfo(world.postgres));
	environment_set(env, "DATABASE_URL", text);
	environment_set(env, "DATABASE_IAM_AUTH", "1");
	snprintf(text, sizeof(text), "127.0.0.1:%d", world.sandbox_port);
	environment_set(env, "GCE_METADATA_HOST", text);
}

static void
load(struct settings *settings)
{
	struct environment env;
	char               message[1024];

	login_environment(&env);
	if (!settings_load(
		settings, PROGRAM_WEB, env.items, message, sizeof(message)))
		fail_msg("%s", message);
	environment_free(&env);
}

static int64_t
steady_ms(void *ctx)
{
	(void)ctx;
	return clock_steady_ms() + moved_ms;
}

static struct backend *
join(const struct settings *settings)
{
	char            message[512];
	struct backend *backend =
	    backend_new(settings, "test", message, sizeof(message));

	assert_non_null(backend);
	gcpsecret_client_set_steady_clock(backend->google, steady_ms, NULL);
	return backend;
}

/* Both connections of a backend work. */
static void
assert_logs_in(struct backend *backend)
{
	tokenstore_error err;
	struct pg_error  pg_err;
	int64_t          now;

	if (tokenstore_now(backend->store, &now, &err) != TOKENSTORE_OK)
		fail_msg("%s", err.message);
	if (pg_run(backend->pg, "SELECT 1", NULL, 0, NULL, &pg_err) != PG_OK)
		fail_msg("%s", pg_err.message);
}

static void
assert_fails(struct backend *backend, tokenstore_status status,
    enum pg_class kind, const char *why)
{
	tokenstore_error err;
	struct pg_error  pg_err;
	int64_t          now;

	assert_int_equal(tokenstore_now(backend->store, &now, &err), status);
	if (strstr(err.message, why) == NULL)
		fail_msg("\"%s\" is not in: %s", why, err.message);
	assert_int_equal(
	    pg_run(backend->pg, "SELECT 1", NULL, 0, NULL, &pg_err), kind);
	if (strstr(pg_err.message, why) == NULL)
		fail_msg("\"%s\" is not in: %s", why, pg_err.message);
}

/* Runs a program to its end; `logged` NULL: it does not matter. */
static void
run(const char *const argv[], int code, const char *logged)
{
	struct environment env;
	struct process     process;

	login_environment(&env);
	world_run(&world, &process, argv, &env);
	environment_free(&env);
	assert_true(process_wait(&process, WAIT_MS));
	if (logged != NULL)
		assert_logged(&process, logged);
	assert_int_equal(process.code, code);
	process_free(&process);
}

/* The web app makes its tables, and its own connection works. */
static void
serve_once(void)
{
	struct environment env;
	struct process     process;
	struct visitor     probe;
	char               port[16], base[64];

	snprintf(port, sizeof(port), "%d", free_port());
	snprintf(base, sizeof(base), "http://127.0.0.1:%s", port);
	login_environment(&env);
	environment_unset(&env, "INVOKER_AUTH");
	environment_set(&env, "PORT", port);
	environment_set(&env, "BASE_URL", base);
	world_run(&world, &process,
	    (const char *const[]){ PATH_STRAVA_WEB, NULL }, &env);
	environment_free(&env);
	assert_true(
	    process_await(&process, process.out, "listening on", WAIT_MS));
	visitor_start(&probe, base);
	assert_int_equal(visitor_get(&probe, "/ready"), 200);
	visitor_end(&probe);
	assert_int_equal(process_end(&process), 0);
	process_free(&process);
}

static const char *const once_argv[] = { PATH_UPDATE_TOKENS, "--once", NULL };
static const char *const check_update[] = { PATH_UPDATE_TOKENS, "--check",
	NULL };
static const char *const check_web[] = { PATH_STRAVA_WEB, "--check", NULL };

static void
the_programs_log_in_with_a_token(void **state)
{
	(void)state;
	run(once_argv, 0, NULL);
	serve_once();
	run(check_update, 0, NULL);
	run(check_web, 0, NULL);
	assert_string_equal(
	    postgres_value(world.postgres,
		"SELECT string_agg(DISTINCT schemaname, ' ' ORDER BY "
		"schemaname)"
		" FROM pg_tables WHERE tableowner = '" USER "'"),
	    "tokenstore web");
}

static void
a_token_that_the_server_refuses_is_a_denial(void **state)
{
	struct settings settings;
	struct backend *backend;

	(void)state;
	set_password("another");
	load(&settings);
	backend = join(&settings);
	assert_fails(backend, TOKENSTORE_ERR_DENIED, PG_DENIED,
	    "password authentication failed for user \"" USER "\"");
	accept_the_token_of_now();
	assert_logs_in(backend);
	backend_free(backend);
	settings_free(&settings);
	set_password("another");
	run(check_update, 1, "password authentication failed");
	run(check_web, 1, "password authentication failed");
}

static void
without_a_token_the_connection_fails_and_says_why(void **state)
{
	static const struct {
		const char *path, *body, *why;
	} troubles[] = {
		{ "/_control/faults",
		    "[{\"path\":\"/computeMetadata\","
		    "\"action\":\"drop-before\"}]",
		    NO_TOKEN "the metadata server: Empty reply" },
		{ "/_control/google", "{\"flavor\":false}",
		    "is not the metadata server's" },
		{ "/_control/google", "{\"account\":false}",
		    NO_TOKEN "no service account is attached" },
	};
	struct settings settings;
	struct backend *backend;

	(void)state;
	load(&settings);
	for (size_t i = 0; i < COUNT(troubles); i++) {
		backend = join(&settings);
		world_tell(&world, troubles[i].path, troubles[i].body);
		assert_fails(backend, TOKENSTORE_ERR_CONNECTION, PG_CONNECTION,
		    troubles[i].why);
		run(check_update, 1, NO_TOKEN);
		enter(state);
		assert_logs_in(backend);
		backend_free(backend);
	}
	settings_free(&settings);
}

static void
a_new_connection_takes_the_token_of_its_time(void **state)
{
	struct settings settings;
	struct backend *backend;
	char            before[2048], after[2048];

	(void)state;
	load(&settings);
	backend = join(&settings);
	take_token(before);
	assert_logs_in(backend);
	world_advance(&world, HOUR_S);
	take_token(after);
	assert_string_not_equal(before, after);
	set_password(after);
	assert_logs_in(backend);
	break_connections();
	assert_fails(backend, TOKENSTORE_ERR_DENIED, PG_DENIED,
	    "password authentication failed");
	settings.clock_offset_s += HOUR_S;
	moved_ms += HOUR_S * 1000;
	assert_logs_in(backend);
	backend_free(backend);
	settings_free(&settings);
}

static void
the_backends_of_a_pool_share_a_token(void **state)
{
	struct settings settings;
	struct backend *backends[POOL];
	struct pool    *pool;
	char            message[512];
	int64_t         calls = world_calls(&world, METADATA_CALL);

	(void)state;
	load(&settings);
	pool = pool_new(&settings, "test", POOL, message, sizeof(message));
	assert_non_null(pool);
	for (int i = 0; i < POOL; i++) {
		backends[i] = pool_take(pool, 0);
		assert_non_null(backends[i]);
		assert_logs_in(backends[i]);
	}
	assert_int_equal(world_calls(&world, METADATA_CALL), calls + 1);
	for (int i = 0; i < POOL; i++)
		pool_give(pool, backends[i]);
	pool_free(pool);
	settings_free(&settings);
}

#define LOGIN_TEST(test) cmocka_unit_test_setup(test, enter)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LOGIN_TEST(the_programs_log_in_with_a_token),
		LOGIN_TEST(a_token_that_the_server_refuses_is_a_denial),
		LOGIN_TEST(without_a_token_the_connection_fails_and_says_why),
		LOGIN_TEST(a_new_connection_takes_the_token_of_its_time),
		LOGIN_TEST(the_backends_of_a_pool_share_a_token),
	};

	return cmocka_run_group_tests(tests, start, end);
}
