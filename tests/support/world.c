/* SPDX-License-Identifier: MIT */
#include "world.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "http.h"
#include "test.h"

#define START_MS 20000
#define ASK_MS 30000

/* Makes LOGS_DIR/TEST/run-XXXXXX. */
static char *
make_logs(const char *test)
{
	char *path;

	if (mkdir(LOGS_DIR, 0700) != 0)
		assert_int_equal(errno, EEXIST);
	assert_true(asprintf(&path, "%s/%s", LOGS_DIR, test) > 0);
	if (mkdir(path, 0700) != 0)
		assert_int_equal(errno, EEXIST);
	free(path);
	assert_true(asprintf(&path, "%s/%s/run-XXXXXX", LOGS_DIR, test) > 0);
	assert_non_null(mkdtemp(path));
	return path;
}

/* Writes a file into the folder of the logs. */
static void
keep(const struct world *world, const char *name, const char *text)
{
	char *path;
	FILE *file;

	assert_true(asprintf(&path, "%s/%s", world->logs, name) > 0);
	file = fopen(path, "we");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
	free(path);
}

static void
start_sandbox(struct world *world, int athletes)
{
	struct environment env = { 0 };
	char               count[16], *secrets, *out;
	const char        *at;

	snprintf(count, sizeof(count), "%d", athletes);
	assert_true(asprintf(&secrets, "%s/sandbox.secrets", world->logs) > 0);
	process_start(&world->sandbox,
	    (const char *const[]){ PATH_SANDBOX, "--port", "0", "--athletes",
		count, "--seed", "1", "--secrets-file", secrets, NULL },
	    &env, world->logs, "sandbox");
	free(secrets);
	assert_true(process_await(&world->sandbox, world->sandbox.out,
	    "listening on http://127.0.0.1:", START_MS));
	out = process_out(&world->sandbox);
	at = strstr(out, "http://127.0.0.1:") + strlen("http://127.0.0.1:");
	world->sandbox_port = (int)strtol(at, NULL, 10);
	free(out);
}

void
world_start_on(struct world *world, const char *test, int athletes,
    struct postgres *postgres)
{
	*world = (struct world){ .postgres = postgres };
	world->logs = make_logs(test);
	keep(world, "world.secrets", WORLD_CLIENT_SECRET "\n" WORLD_KEY "\n");
	start_sandbox(world, athletes);
}

void
world_start(struct world *world, const char *test, int athletes)
{
	world_start_on(world, test, athletes, postgres_start());
}

static void
keep_database_log(const struct world *world)
{
	char *log;

	if (postgres_is_elsewhere(world->postgres))
		return;
	log = postgres_log(world->postgres);
	keep(world, "postgres.log", log);
	free(log);
}

void
world_end(struct world *world)
{
	keep_database_log(world);
	postgres_end(world->postgres);
	process_end(&world->sandbox);
	process_free(&world->sandbox);
	free(world->logs);
	*world = (struct world){ 0 };
}

void
world_new_database(struct world *world)
{
	postgres_new_database(world->postgres);
}

struct json_object *
world_ask(struct world *world, const char *path, const char *body)
{
	static const char *const json[] = { "Content-Type: application/json",
		NULL };
	char                     url[256];
	struct http_request      request = { .method = "GET",
		     .url = url,
		     .timeout_ms = ASK_MS,
		     .body_max = 1 << 24 };
	struct http_response     response;
	struct http             *http = http_new("world", NULL);
	struct json_object      *answer;

	if (body != NULL) {
		request.method = "POST";
		request.headers = json;
		request.body = body;
		request.body_len = strlen(body);
	}
	snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", world->sandbox_port,
	    path);
	assert_non_null(http);
	http_response_init(&response);
	assert_int_equal(http_send(http, &request, &response), HTTP_ANSWERED);
	if (response.status != 200)
		fail_msg("%s: %d %s", path, response.status,
		    buf_text(&response.body));
	answer = json_tokener_parse(buf_text(&response.body));
	http_response_free(&response);
	http_free(http);
	return answer;
}

void
world_tell(struct world *world, const char *path, const char *body)
{
	json_object_put(world_ask(world, path, body));
}

void
world_advance(struct world *world, int64_t seconds)
{
	char body[64];

	snprintf(
	    body, sizeof(body), "{\"advance_s\":%lld}", (long long)seconds);
	world_tell(world, "/_control/clock", body);
	world->clock_s += seconds;
}

int64_t
world_calls(struct world *world, const char *call)
{
	struct json_object *state = world_ask(world, "/_control/state", NULL);
	struct json_object *calls, *count;
	int64_t             n = 0;

	if (json_object_object_get_ex(state, "calls", &calls) &&
	    json_object_object_get_ex(calls, call, &count))
		n = json_object_get_int64(count);
	json_object_put(state);
	return n;
}

void
world_environment(const struct world *world, struct environment *env)
{
	char base[64], text[32];

	*env = (struct environment){ 0 };
	environment_set(
	    env, "DATABASE_URL", postgres_conninfo(world->postgres));
	environment_set(env, "TOKEN_KEYS", WORLD_TOKEN_KEYS);
	environment_set(env, "STRAVA_CLIENT_ID", WORLD_CLIENT_ID);
	environment_set(env, "STRAVA_CLIENT_SECRET", WORLD_CLIENT_SECRET);
	snprintf(base, sizeof(base), "http://127.0.0.1:%d/oauth",
	    world->sandbox_port);
	environment_set(env, "STRAVA_OAUTH_BASE", base);
	snprintf(base, sizeof(base), "http://127.0.0.1:%d/api/v3",
	    world->sandbox_port);
	environment_set(env, "STRAVA_API_BASE", base);
	snprintf(base, sizeof(base), "127.0.0.1:%d", world->sandbox_port);
	environment_set(env, "SECRET_MANAGER_EMULATOR_HOST", base);
	environment_set(env, "GOOGLE_CLOUD_PROJECT", "sandbox-project");
	snprintf(text, sizeof(text), "%lld", (long long)world->clock_s);
	environment_set(env, "CLOCK_OFFSET_S", text);
	environment_set(env, "INVOKER_AUTH", "off");
	/* No test waits for a budget but those that are about it. */
	environment_set(env, "STRAVA_LIMITS", "1000000,100000000");
}

void
world_run(struct world *world, struct process *process,
    const char *const argv[], const struct environment *env)
{
	struct environment own;
	const char        *slash = strrchr(argv[0], '/');
	char               name[64];

	if (env == NULL)
		world_environment(world, &own);
	snprintf(name, sizeof(name), "%03u-%s", ++world->programs,
	    slash != NULL ? slash + 1 : argv[0]);
	process_start(
	    process, argv, env != NULL ? env : &own, world->logs, name);
	if (env == NULL)
		environment_free(&own);
}
