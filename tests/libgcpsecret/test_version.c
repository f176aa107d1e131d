/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "google.h"

#define S "projects/p/secrets/s"
#define V(n, state)                                                            \
	"{\"name\":\"projects/1/secrets/s/versions/" n "\",\"state\":\"" state \
	"\",\"etag\":\"\\\"e" n                                                \
	"\\\"\",\"createTime\":\"2027-01-15T08:00:00Z\"}"
#define STORED(n, data)                                \
	"{\"name\":\"projects/1/secrets/s/versions/" n \
	"\",\"payload\":{\"data\":\"" data "\"}}"
#define KEY "projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1"

static void
start(struct google *g, const struct loopback_answer *script, size_t count)
{
	google_start(g, script, count);
	google_use_emulator(g);
}

static void
a_version_is_read_with_all_that_it_has(void **state)
{
	static const struct loopback_answer answer = { .status = 200,
		.body = "{\"name\":\"projects/1/secrets/s/versions/12\","
			"\"createTime\":\"2027-01-15T08:00:00Z\","
			"\"destroyTime\":\"2027-01-15T08:00:01Z\","
			"\"state\":\"DESTROYED\",\"replicationStatus\":"
			"{\"automatic\":{\"customerManagedEncryption\":"
			"{\"kmsKeyVersionName\":\"" KEY "\"}}},"
			"\"etag\":\"\\\"1\\\"\","
			"\"clientSpecifiedPayloadChecksum\":true,"
			"\"scheduledDestroyTime\":\"2027-01-15T08:00:02Z\","
			"\"customerManagedEncryption\":{\"kmsKeyVersionName\":"
			"\"" KEY "\"}}" };
	gcpsecret_version                  *v;
	struct google                       g;

	(void)state;
	start(&g, &answer, 1);
	assert_int_equal(
	    gcpsecret_version_get(g.client, S, &v, &g.err), GCPSECRET_OK);
	assert_string_equal(
	    loopback_request(g.peer, 0)->target, "/v1/" S "/versions/latest");
	assert_string_equal(v->name, "projects/1/secrets/s/versions/12");
	assert_int_equal(v->number, 12);
	assert_int_equal(v->state, GCPSECRET_VERSION_DESTROYED);
	assert_int_equal(v->create_time, 1800000000);
	assert_int_equal(v->destroy_time, 1800000001);
	assert_int_equal(v->scheduled_destroy_time, 1800000002);
	assert_string_equal(v->etag, "\"1\"");
	assert_true(v->client_checksum);
	assert_string_equal(v->kms_key, KEY);
	assert_true(v->replication->automatic);
	assert_string_equal(v->replication->kms_key, KEY);
	assert_string_equal(gcpsecret_version_json(v), answer.body);
	gcpsecret_version_free(v);
	google_end(&g);
}

static const struct {
	const char             *json;
	gcpsecret_version_state state;
} states[] = {
	{ "\"ENABLED\"", GCPSECRET_VERSION_ENABLED },
	{ "\"DISABLED\"", GCPSECRET_VERSION_DISABLED },
	{ "\"DESTROYED\"", GCPSECRET_VERSION_DESTROYED },
	{ "1", GCPSECRET_VERSION_ENABLED },
	{ "2", GCPSECRET_VERSION_DISABLED },
	{ "3", GCPSECRET_VERSION_DESTROYED },
	{ "\"STATE_UNSPECIFIED\"", GCPSECRET_VERSION_UNKNOWN },
	{ "\"LATER\"", GCPSECRET_VERSION_UNKNOWN },
	{ "\"\"", GCPSECRET_VERSION_UNKNOWN },
	{ "0", GCPSECRET_VERSION_UNKNOWN },
	{ "4", GCPSECRET_VERSION_UNKNOWN },
	{ "-1", GCPSECRET_VERSION_UNKNOWN },
	{ "[]", GCPSECRET_VERSION_UNKNOWN },
	{ "null", GCPSECRET_VERSION_UNKNOWN },
};

static void
a_state_comes_by_name_or_by_number(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(states); i++) {
		char                   body[128];
		struct loopback_answer answer = { .status = 200, .body = body };
		gcpsecret_version     *v;
		struct google          g;

		snprintf(body, sizeof(body),
		    "{\"name\":\"projects/1/secrets/s/versions/1\","
		    "\"state\":%s}",
		    states[i].json);
		start(&g, &answer, 1);
		assert_int_equal(
		    gcpsecret_version_get(g.client, S, &v, NULL), GCPSECRET_OK);
		assert_int_equal(v->state, states[i].state);
		gcpsecret_version_free(v);
		google_end(&g);
	}
}

static void
a_payload_may_hold_any_byte(void **state)
{
	static const struct loopback_answer answer = { .status = 200,
		.body = V("1", "ENABLED") };
	struct google                       g;

	(void)state;
	start(&g, &answer, 1);
	assert_int_equal(
	    gcpsecret_version_add(g.client, S, "\0\xff\n", 3, NULL, &g.err),
	    GCPSECRET_OK);
	assert_holds(loopback_request(g.peer, 0)->body, "\"data\":\"AP8K\"}}");
	google_end(&g);
}

static void
a_payload_has_1_to_65536_bytes(void **state)
{
	static const struct loopback_answer answer = { .status = 200,
		.body = V("1", "ENABLED") };
	char                               *data = calloc(1, 65537);
	struct google                       g;

	(void)state;
	assert_non_null(data);
	start(&g, &answer, 1);
	assert_int_equal(
	    gcpsecret_version_add(g.client, S, data, 65537, NULL, &g.err),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(
	    gcpsecret_version_add(g.client, S, data, 0, NULL, &g.err),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(
	    gcpsecret_version_add(g.client, S, NULL, 1, NULL, &g.err),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(loopback_count(g.peer), 0);
	assert_int_equal(
	    gcpsecret_version_add(g.client, S, data, 65536, NULL, &g.err),
	    GCPSECRET_OK);
	assert_int_equal(loopback_request(g.peer, 0)->body_len,
	    strlen("{\"payload\":{\"dataCrc32c\":\"\",\"data\":\"\"}}") +
		87384 +
		strcspn(loopback_request(g.peer, 0)->body +
			    strlen("{\"payload\":{\"dataCrc32c\":\""),
		    "\""));
	google_end(&g);
	free(data);
}

static void
a_payload_that_google_repeats_is_in_no_message(void **state)
{
	static const struct loopback_answer echo = { .status = 400,
		.body = "{\"error\":{\"status\":\"INVALID_ARGUMENT\","
			"\"message\":\"bad value at payload: " BASE64 "\"}}" };
	struct google                       g;

	(void)state;
	start(&g, &echo, 1);
	assert_int_equal(
	    gcpsecret_version_add(g.client, S, PAYLOAD, 7, NULL, &g.err),
	    GCPSECRET_ERR_REQUEST);
	/* google_end() searches it. */
	google_remember(&g, &g.err, GCPSECRET_ERR_REQUEST);
	google_end(&g);
}

static void
a_version_is_changed_by_its_number_alone(void **state)
{
	static const char *const            names[] = { S, S "/versions/latest",
			   S "/versions/prod", S "/versions/0" };
	static const struct loopback_answer unused = { .status = 500 };
	struct google                       g;

	(void)state;
	start(&g, &unused, 1);
	for (size_t i = 0; i < COUNT(names); i++) {
		assert_int_equal(gcpsecret_version_destroy(
				     g.client, names[i], NULL, NULL, &g.err),
		    GCPSECRET_ERR_ARGUMENT);
		assert_int_equal(gcpsecret_version_disable(
				     g.client, names[i], NULL, NULL, &g.err),
		    GCPSECRET_ERR_ARGUMENT);
	}
	assert_int_equal(gcpsecret_version_enable(g.client, S "/versions/1",
			     "an etag", NULL, &g.err),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(gcpsecret_version_get(g.client, S, NULL, &g.err),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(loopback_count(g.peer), 0);
	google_end(&g);
}

/* What Google does not allow, with and without an etag. */
static const struct {
	const char      *etag, *message;
	gcpsecret_status status;
} refusals[] = {
	{ NULL, "Secret Version [x] is in DESTROYED state.",
	    GCPSECRET_ERR_STATE },
	{ "\"1\"", "Secret Version [x] is in DESTROYED state.",
	    GCPSECRET_ERR_STATE },
	{ "\"1\"", "The etag provided does not match.",
	    GCPSECRET_ERR_CONFLICT },
	{ "\"1\"", "It is not what it was.", GCPSECRET_ERR_CONFLICT },
	{ NULL, "It is not what it was.", GCPSECRET_ERR_STATE },
};

static void
a_stale_etag_is_told_from_a_wrong_state(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(refusals); i++) {
		char                   body[160];
		struct loopback_answer no = { .status = 400, .body = body };
		struct google          g;

		snprintf(body, sizeof(body),
		    "{\"error\":{\"status\":\"FAILED_PRECONDITION\","
		    "\"message\":\"%s\"}}",
		    refusals[i].message);
		start(&g, &no, 1);
		assert_int_equal(
		    gcpsecret_version_enable(g.client, S "/versions/1",
			refusals[i].etag, NULL, &g.err),
		    refusals[i].status);
		assert_holds(g.err.message, refusals[i].message);
		google_end(&g);
	}
}

static void
the_newest_enabled_version_has_the_highest_number(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200,
		    .body = "{\"versions\":[" V("9", "DESTROYED") "," V(
			"8", "DISABLED") "," V("3", "ENABLED") "],"
							       "\"nextPageToken"
							       "\":\"t\"}" },
		{ .status = 200,
		    .body = "{\"versions\":[" V("7", "ENABLED") "," V(
			"5", "ENABLED") "]}" },
	};
	gcpsecret_version *v;
	struct google      g;

	(void)state;
	start(&g, script, COUNT(script));
	assert_int_equal(
	    gcpsecret_version_newest_enabled(g.client, S, &v, &g.err),
	    GCPSECRET_OK);
	assert_int_equal(v->number, 7);
	assert_string_equal(v->etag, "\"e7\"");
	assert_string_equal(gcpsecret_version_json(v), V("7", "ENABLED"));
	gcpsecret_version_free(v);
	google_end(&g);
}

static void
without_an_enabled_version_there_is_no_newest(void **state)
{
	static const char *const bodies[] = { "{}",
		"{\"versions\":[" V("9", "DESTROYED") "]}" };

	(void)state;
	for (size_t i = 0; i < COUNT(bodies); i++) {
		struct loopback_answer answer = { .status = 200,
			.body = bodies[i] };
		gcpsecret_version     *v;
		struct google          g;

		start(&g, &answer, 1);
		assert_int_equal(
		    gcpsecret_version_newest_enabled(g.client, S, &v, &g.err),
		    GCPSECRET_ERR_STATE);
		assert_null(v);
		assert_int_equal(
		    gcpsecret_version_newest_enabled(g.client, S, NULL, &g.err),
		    GCPSECRET_ERR_ARGUMENT);
		google_end(&g);
	}
}

#define FORMER                                                           \
	"{\"versions\":[" V("5", "ENABLED") "," V("4", "ENABLED") "," V( \
	    "3", "DISABLED") "," V("2",                                  \
	    "DESTROYED") ","                                             \
			 "{\"name\":\"projects/1/secrets/s/versions/"    \
			 "1\",\"state\":"                                \
			 "\"DISABLED\",\"scheduledDestroyTime\":"        \
			 "\"2027-01-15T08:00:02Z\"}]}"

static const struct loopback_answer rotation[] = {
	{ .status = 200, .body = V("5", "ENABLED") },
	{ .status = 200, .body = STORED("5", BASE64) },
	{ .status = 200, .body = FORMER },
	{ .status = 200, .body = V("4", "DISABLED") },
	{ .status = 200, .body = V("3", "DESTROYED") },
};

static const struct {
	gcpsecret_former former;
	size_t           requests;
	const char      *fourth, *fifth;
} rotations[] = {
	{ GCPSECRET_FORMER_KEEP, 2, NULL, NULL },
	{ GCPSECRET_FORMER_DISABLE, 4, "/v1/" S "/versions/4:disable", NULL },
	{ GCPSECRET_FORMER_DESTROY, 5, "/v1/" S "/versions/4:destroy",
	    "/v1/" S "/versions/3:destroy" },
};

static void
a_rotation_retires_the_former_versions_last(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rotations); i++) {
		gcpsecret_version *v;
		struct google      g;

		start(&g, rotation, COUNT(rotation));
		assert_int_equal(gcpsecret_version_rotate(g.client, S, PAYLOAD,
				     7, rotations[i].former, &v, &g.err),
		    GCPSECRET_OK);
		assert_int_equal(v->number, 5);
		gcpsecret_version_free(v);
		assert_int_equal(loopback_count(g.peer), rotations[i].requests);
		assert_string_equal(loopback_request(g.peer, 0)->target,
		    "/v1/" S ":addVersion");
		assert_string_equal(loopback_request(g.peer, 1)->target,
		    "/v1/" S "/versions/5:access");
		if (rotations[i].fourth != NULL) {
			assert_string_equal(loopback_request(g.peer, 3)->target,
			    rotations[i].fourth);
			assert_string_equal(loopback_request(g.peer, 3)->body,
			    "{\"etag\":\"\\u0022e4\\u0022\"}");
		}
		if (rotations[i].fifth != NULL)
			assert_string_equal(loopback_request(g.peer, 4)->target,
			    rotations[i].fifth);
		google_end(&g);
	}
}

static void
a_rotation_that_cannot_be_verified_touches_nothing_else(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = V("5", "ENABLED") },
		{ .status = 200, .body = STORED("5", "YWJj") },
	};
	gcpsecret_version *v;
	struct google      g;

	(void)state;
	start(&g, script, COUNT(script));
	assert_int_equal(gcpsecret_version_rotate(g.client, S, PAYLOAD, 7,
			     GCPSECRET_FORMER_DESTROY, &v, &g.err),
	    GCPSECRET_ERR_CHECKSUM);
	assert_null(v);
	assert_int_equal(loopback_count(g.peer), 2);
	google_remember(&g, &g.err, GCPSECRET_ERR_CHECKSUM);
	assert_holds(g.err.message, "version 5 is in place, but: ");
	google_end(&g);
}

static void
a_rotation_that_fails_says_what_is_in_place(void **state)
{
	static const struct loopback_answer conflict[] = {
		{ .status = 200, .body = V("5", "ENABLED") },
		{ .status = 200, .body = STORED("5", BASE64) },
		{ .status = 200, .body = FORMER },
		{ .status = 409,
		    .body = "{\"error\":{\"status\":\"ABORTED\"}}" },
	};
	static const struct loopback_answer no = { .status = 404 };
	gcpsecret_version                  *v;
	struct google                       g;

	(void)state;
	start(&g, conflict, COUNT(conflict));
	assert_int_equal(gcpsecret_version_rotate(g.client, S, PAYLOAD, 7,
			     GCPSECRET_FORMER_DISABLE, &v, &g.err),
	    GCPSECRET_ERR_CONFLICT);
	assert_null(v);
	assert_int_equal(g.err.http_status, 409);
	assert_holds(g.err.message, "version 5 is in place, but: ");
	assert_holds(g.err.message, S "/versions/4");
	google_end(&g);

	start(&g, &no, 1);
	assert_int_equal(gcpsecret_version_rotate(g.client, S, PAYLOAD, 7,
			     GCPSECRET_FORMER_DISABLE, NULL, &g.err),
	    GCPSECRET_ERR_NOT_FOUND);
	assert_null(strstr(g.err.message, "in place"));
	assert_int_equal(gcpsecret_version_rotate(g.client, S, PAYLOAD, 7,
			     (gcpsecret_former)3, NULL, &g.err),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(gcpsecret_version_rotate(g.client, S, PAYLOAD, 0,
			     GCPSECRET_FORMER_KEEP, NULL, &g.err),
	    GCPSECRET_ERR_ARGUMENT);
	google_end(&g);
}

static void
no_version_is_freed_and_has_no_json(void **state)
{
	(void)state;
	gcpsecret_version_free(NULL);
	gcpsecret_version_each_free(NULL);
	assert_null(gcpsecret_version_json(NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_version_is_read_with_all_that_it_has),
		cmocka_unit_test(a_state_comes_by_name_or_by_number),
		cmocka_unit_test(a_payload_may_hold_any_byte),
		cmocka_unit_test(a_payload_has_1_to_65536_bytes),
		cmocka_unit_test(
		    a_payload_that_google_repeats_is_in_no_message),
		cmocka_unit_test(a_version_is_changed_by_its_number_alone),
		cmocka_unit_test(a_stale_etag_is_told_from_a_wrong_state),
		cmocka_unit_test(
		    the_newest_enabled_version_has_the_highest_number),
		cmocka_unit_test(without_an_enabled_version_there_is_no_newest),
		cmocka_unit_test(a_rotation_retires_the_former_versions_last),
		cmocka_unit_test(
		    a_rotation_that_cannot_be_verified_touches_nothing_else),
		cmocka_unit_test(a_rotation_that_fails_says_what_is_in_place),
		cmocka_unit_test(no_version_is_freed_and_has_no_json),
	};

	return cmocka_run_group_tests_name(
	    "libgcpsecret version", tests, NULL, NULL);
}
