/* SPDX-License-Identifier: MIT */
#include "strava_web.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

#define START_MS 20000
#define ATHLETES 4

static void
start_app(struct strava_web *web, const char *name, const char *value)
{
	struct environment env;
	char               port[16];

	world_environment(&web->world, &env);
	environment_unset(&env, "INVOKER_AUTH");
	snprintf(port, sizeof(port), "%d", web->port);
	environment_set(&env, "PORT", port);
	environment_set(&env, "BASE_URL", web->base);
	if (name != NULL)
		environment_set(&env, name, value);
	world_run(&web->world, &web->process,
	    (const char *const[]){ PATH_STRAVA_WEB, NULL }, &env);
	environment_free(&env);
	assert_true(process_await(
	    &web->process, web->process.out, "listening on", START_MS));
}

void
strava_web_start(struct strava_web *web, const char *test)
{
	memset(web, 0, sizeof(*web));
	world_start(&web->world, test, ATHLETES);
	world_new_database(&web->world);
	web->port = free_port();
	snprintf(
	    web->base, sizeof(web->base), "http://127.0.0.1:%d", web->port);
	start_app(web, NULL, NULL);
}

static void
end_app(struct strava_web *web)
{
	assert_int_equal(process_end(&web->process), 0);
	process_free(&web->process);
}

void
strava_web_end(struct strava_web *web)
{
	end_app(web);
	world_end(&web->world);
}

void
strava_web_restart(struct strava_web *web, const char *name, const char *value)
{
	end_app(web);
	start_app(web, name, value);
}

/* The n-th athlete of the sandbox's state, which the caller ends. */
static struct json_object *
nth(struct json_object *state, size_t n)
{
	struct json_object *athletes;

	assert_true(json_object_object_get_ex(state, "athletes", &athletes));
	return json_object_array_get_idx(athletes, n);
}

static int64_t
id_of(struct json_object *athlete)
{
	struct json_object *id;

	assert_true(json_object_object_get_ex(athlete, "id", &id));
	return json_object_get_int64(id);
}

int64_t
strava_web_athlete(struct strava_web *web, int number)
{
	struct json_object *state =
	    world_ask(&web->world, "/_control/state", NULL);
	int64_t id = id_of(nth(state, (size_t)number));

	json_object_put(state);
	return id;
}

char *
strava_web_grant(struct strava_web *web, int64_t athlete)
{
	struct json_object *state =
	    world_ask(&web->world, "/_control/state", NULL);
	struct json_object *token;
	char               *grant = NULL;

	for (size_t i = 0; i < ATHLETES; i++) {
		if (id_of(nth(state, i)) != athlete)
			continue;
		json_object_object_get_ex(
		    nth(state, i), "refresh_token", &token);
		grant =
		    strdup(token != NULL ? json_object_get_string(token) : "");
	}
	json_object_put(state);
	assert_non_null(grant);
	return grant;
}

void
strava_web_begin(struct visitor *visitor, char url[URL_SIZE])
{
	assert_int_equal(visitor_get(visitor, "/login"), 303);
	snprintf(url, URL_SIZE, "%s", visitor_header(visitor, "Location"));
	assert_non_null(strstr(url, "/oauth/authorize?"));
}

void
strava_web_consent(const struct strava_web *web, const char *url,
    const char *form, char path[URL_SIZE])
{
	struct visitor strava;
	const char    *location;

	visitor_start(&strava, web->base);
	assert_int_equal(visitor_post(&strava, url, form), 303);
	location = visitor_header(&strava, "Location");
	assert_non_null(location);
	assert_memory_equal(location, web->base, strlen(web->base));
	snprintf(path, URL_SIZE, "%s", location + strlen(web->base));
	visitor_end(&strava);
}

void
strava_web_begin_as(struct strava_web *web, struct visitor *visitor, int number,
    char path[URL_SIZE])
{
	char url[URL_SIZE], form[128];

	snprintf(form, sizeof(form), "athlete=%" PRId64 "&decision=authorize",
	    strava_web_athlete(web, number));
	strava_web_begin(visitor, url);
	strava_web_consent(web, url, form, path);
}

void
strava_web_connect(struct strava_web *web, struct visitor *visitor, int number)
{
	char path[URL_SIZE];

	strava_web_begin_as(web, visitor, number, path);
	assert_int_equal(visitor_get(visitor, path), 303);
	assert_string_equal(visitor_header(visitor, "Location"), "/activity");
}

void
strava_web_form_token(const struct visitor *visitor, char token[64])
{
	static const char mark[] = "name=\"form_token\" value=\"";
	const char       *at = strstr(visitor_page(visitor), mark);

	assert_non_null(at);
	at += strlen(mark);
	snprintf(token, 64, "%.*s", (int)strcspn(at, "\""), at);
}

int
strava_web_post(struct visitor *visitor, const char *from, const char *action)
{
	char token[64], form[128];

	assert_int_equal(visitor_get(visitor, from), 200);
	strava_web_form_token(visitor, token);
	snprintf(form, sizeof(form), "form_token=%s", token);
	return visitor_post(visitor, action, form);
}
