/* SPDX-License-Identifier: MIT */

/*
 * No allocation that fails costs more than the call: see starve.h.  Every
 * exported function is in a task, or cannot allocate.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_transport.h"
#include "loopback.h"
#include "starve.h"
#include "test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const strava_app app = { .client_id = "42", .client_secret = "s3cret" };

#define GRANT                                                  \
	"{\"access_token\":\"ACC\",\"refresh_token\":\"REF\"," \
	"\"expires_at\":1795440600,\"athlete\":{\"id\":7}}"

static const struct starve_task *const *const groups[] = { memory_client,
	memory_oauth, memory_activity, memory_segment, memory_geo };

/* Not in a task: what ends something, and what has json-c write a text, which
 * is NULL when that has no memory. */
static const char *const endings[] = { "_free", "_json" };

/* Nor what takes no memory: it fills what the caller brings, or looks up. */
static const char *const frugal[] = { "strava_batch_pending",
	"strava_batch_stop", "strava_client_cancel", "strava_client_rate_limit",
	"strava_client_set_clock", "strava_client_set_limiter",
	"strava_client_set_log", "strava_client_set_retries",
	"strava_client_set_timeout_ms", "strava_client_set_transport",
	"strava_duration_text", "strava_geo_bounds", "strava_geo_distance_m",
	"strava_geo_length_m", "strava_geo_nearest",
	"strava_http_response_sent", "strava_http_response_status",
	"strava_limiter_ask", "strava_limiter_done", "strava_limiter_usage_get",
	"strava_outcome_of", "strava_pace_text", "strava_scope_has",
	"strava_scope_name", "strava_scope_parse", "strava_sport_activity_type",
	"strava_sport_at", "strava_sport_known",
	"strava_sport_of_activity_type", "strava_status_name",
	"strava_time_is_hidden", "strava_time_text", "strava_timezone_parse",
	"strava_unit_system_of", "strava_units_convert",
	"strava_units_of_speed", "strava_webhook_event_check",
	"strava_webhook_event_key", "strava_webhook_handshake_answer",
	"strava_webhook_signature_check", "strava_webhook_signature_name" };

static bool
ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

static bool
is_frugal(const char *name)
{
	for (size_t i = 0; i < COUNT(frugal); i++)
		if (strcmp(name, frugal[i]) == 0)
			return true;
	return false;
}

static bool
is_in_a_task(const char *name)
{
	const struct starve_task *task;
	char                      call[128];

	snprintf(call, sizeof(call), "%s(", name);
	for (size_t g = 0; g < COUNT(groups); g++)
		for (size_t i = 0; (task = groups[g][i]) != NULL; i++)
			if (strstr(task->calls, call) != NULL)
				return true;
	return false;
}

/* What is wrong about an export, or NULL. */
static const char *
fault_of(const char *name)
{
	bool tested = is_in_a_task(name);

	if (is_frugal(name))
		return tested ? "is in a task, and in frugal[]" : NULL;
	for (size_t i = 0; i < COUNT(endings); i++)
		if (ends_with(name, endings[i]))
			return NULL;
	return tested ? NULL : "is in no task";
}

static void
every_export_is_in_a_task(void **state)
{
	char   name[128];
	FILE  *list = fopen(SOURCE_DIR "/libstrava/exports.txt", "r");
	size_t faults = 0, known = 0;

	(void)state;
	assert_non_null(list);
	while (fgets(name, sizeof(name), list) != NULL) {
		name[strcspn(name, "\n")] = '\0';
		known += is_frugal(name);
		if (fault_of(name) != NULL) {
			print_error("%s %s\n", name, fault_of(name));
			faults++;
		}
	}
	fclose(list);
	assert_int_equal(faults, 0);
	assert_int_equal(known, COUNT(frugal)); /* none that is gone */
}

static void
starve_group(const struct starve_task *const *tasks)
{
	for (size_t i = 0; tasks[i] != NULL; i++)
		starve(tasks[i]);
}

static void
clients_survive_every_failure(void **state)
{
	(void)state;
	starve_group(memory_client);
}

static void
grants_and_webhooks_survive_every_failure(void **state)
{
	(void)state;
	starve_group(memory_oauth);
}

static void
activities_survive_every_failure(void **state)
{
	(void)state;
	starve_group(memory_activity);
}

static void
segments_and_uploads_survive_every_failure(void **state)
{
	(void)state;
	starve_group(memory_segment);
}

static void
lines_survive_every_failure(void **state)
{
	(void)state;
	starve_group(memory_geo);
}

/* One call over libcurl.  True when there are not that many allocations. */
static bool
get_by_wire(const char *url, long n, bool for_good)
{
	strava_client *client;
	strava_gear   *gear = NULL;
	strava_status  status;

	starve_begin(n, for_good);
	status = strava_client_new(&client, NULL);
	if (status == STRAVA_OK)
		status = strava_client_set_api_base(client, url, NULL);
	if (status == STRAVA_OK)
		status = strava_client_set_access_token(client, "T", NULL);
	if (status == STRAVA_OK)
		status = strava_gear_get(client, "b1", &gear, NULL);
	if (status == STRAVA_OK)
		assert_string_equal(gear->id, "b1");
	else
		assert_int_equal(status, STRAVA_ERR_NOMEM);
	strava_gear_free(gear);
	strava_client_free(client);
	return !starve_end();
}

static void
the_wire_survives_every_failure(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = "{\"id\":\"b1\"}" },
	};
	struct loopback *peer = loopback_start(script, 1);
	long             n;

	(void)state;
	for (int for_good = 0; for_good < 2; for_good++) {
		n = 0;
		while (!get_by_wire(loopback_url(peer), n, for_good))
			n++;
		assert_true(n > 0);
	}
	loopback_stop(peer);
}

/* Whatever failed behind it: once a request is out, Strava may have acted. */
static void
a_creation_without_memory_may_be_in_doubt(void **state)
{
	static const strava_activity_draft draft = { .name = "n",
		.sport_type = "Run",
		.start_time_local = 1,
		.elapsed_time_s = 1 };
	struct fake                        fake;
	strava_activity                   *activity;
	strava_error                       err = { 0 };
	strava_status                      status = STRAVA_ERR_NOMEM;
	int                                doubts = 0;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(201, "{\"id\":1}");
	for (long n = 0; status != STRAVA_OK; n++) {
		fake.calls = 0;
		starve_begin(n, false);
		status = strava_activity_create(
		    fake.client, &draft, &activity, &err);
		starve_end();
		strava_activity_free(activity);
		if (status != STRAVA_OK) {
			assert_int_equal(err.in_doubt, fake.calls > 0);
			doubts += err.in_doubt;
		}
	}
	assert_true(doubts > 0);
	fake_stop(&fake);
}

/* A refusal is told as well as it can be: with less detail at worst. */
static void
a_refusal_is_told_without_memory_too(void **state)
{
	struct fake     fake;
	strava_athlete *athlete;
	strava_error    err;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(404, "{\"message\":\"gone\"}");
	starve_begin(-1, false);
	assert_int_equal(strava_athlete_get(fake.client, &athlete, &err),
	    STRAVA_ERR_NOT_FOUND);
	starve_begin(starve_made() - 1, false); /* the text of the message */
	assert_int_equal(strava_athlete_get(fake.client, &athlete, &err),
	    STRAVA_ERR_NOT_FOUND);
	assert_true(starve_end());
	assert_string_equal(err.message, "not found (HTTP 404)");
	fake_stop(&fake);
}

static void
remember(struct fake *fake)
{
	(void)fake;
	starve_begin(-1, false);
}

/* From the moment a token request has left, nothing can fail for memory. */
static void
a_token_reply_costs_no_allocation(void **state)
{
	struct fake   fake;
	strava_token *token;

	(void)state;
	fake_start(&fake);
	fake.on_send = remember;
	fake.answers[0] = (struct fake_answer){ .http_status = 200,
		.body = GRANT,
		.headers = { "X-RateLimit-Usage", "1,2", "Content-Type",
		    "application/json" } };
	assert_int_equal(
	    strava_oauth_refresh(fake.client, &app, "old", &token, NULL),
	    STRAVA_OK);
	assert_int_equal(starve_made(), 0);
	strava_token_free(token);
	fake_stop(&fake);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_export_is_in_a_task),
		cmocka_unit_test(clients_survive_every_failure),
		cmocka_unit_test(grants_and_webhooks_survive_every_failure),
		cmocka_unit_test(activities_survive_every_failure),
		cmocka_unit_test(segments_and_uploads_survive_every_failure),
		cmocka_unit_test(lines_survive_every_failure),
		cmocka_unit_test(the_wire_survives_every_failure),
		cmocka_unit_test(a_creation_without_memory_may_be_in_doubt),
		cmocka_unit_test(a_refusal_is_told_without_memory_too),
		cmocka_unit_test(a_token_reply_costs_no_allocation),
	};

	return cmocka_run_group_tests_name(
	    "libstrava memory", tests, NULL, NULL);
}
