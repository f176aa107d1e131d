/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fake_transport.h"
#include "test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const strava_strength_set bench = { .exercise_type =
					       "BARBELL_BENCH_PRESS" };

/* The least that is a session. */
static strava_strength
session(void)
{
	return (strava_strength){ .start_time = 1779379200,
		.elapsed_time_s = 3600,
		.sets = &bench,
		.set_count = 1 };
}

static void
a_session_with_all_there_is_becomes_json(void **state)
{
	static const strava_strength_set sets[] = {
		{ .exercise_type = "BARBELL_BENCH_PRESS",
		    .repetitions = { true, 8 },
		    .weight_kg = { true, 61.25 },
		    .start_time = 1779379260 },
		{ .exercise_type = "PLANK", .duration_s = { true, 90.5 } },
		{ .exercise_type = "X3_21S", .repetitions = { true, 0 } },
	};
	static const int64_t       times[] = { 0, 1, 60 };
	static const int64_t       beats[] = { 90, 0, 120 };
	static const unsigned char active[] = { 1, 0, 7 };
	const strava_strength      s = { .start_time = 1779379200,
		     .utc_offset_s = -25200,
		     .elapsed_time_s = 3600,
		     .sets = sets,
		     .set_count = 3,
		     .active_time_s = { true, 1800 },
		     .total_calories_kcal = { true, 312.5 },
		     .creator = "My \"App\" \\ \xc3\xa9\n",
		     .sample_count = 3,
		     .time_s = times,
		     .active = active,
		     .heartrate_bpm = beats };
	char                      *text;

	(void)state;
	assert_int_equal(strava_strength_json(&s, &text, NULL), STRAVA_OK);
	assert_string_equal(text,
	    "{\"version\":\"1.0\",\"start_time\":\"2026-05-21T16:00:00Z\","
	    "\"utc_offset\":-25200,\"elapsed_time\":3600,"
	    "\"active_time\":1800,\"total_calories\":312.5,"
	    "\"creator\":{\"name\":"
	    "\"My \\u0022App\\u0022 \\u005c \xc3\xa9\\u000a\"},"
	    "\"sets\":[{\"exercise_type\":\"BARBELL_BENCH_PRESS\","
	    "\"repetitions\":8,\"weight\":61.25,"
	    "\"start_time\":\"2026-05-21T16:01:00Z\"},"
	    "{\"exercise_type\":\"PLANK\",\"duration\":90.5},"
	    "{\"exercise_type\":\"X3_21S\",\"repetitions\":0}],"
	    "\"streams\":{\"time\":[0,1,60],\"active\":[true,false,true],"
	    "\"heartrate\":[90,0,120]}}");
	strava_string_free(text);
}

static void
what_is_not_said_is_not_written(void **state)
{
	static const int64_t times[] = { 5 };
	strava_strength      s = session();
	char                *text;

	(void)state;
	assert_int_equal(strava_strength_json(&s, &text, NULL), STRAVA_OK);
	assert_string_equal(text,
	    "{\"version\":\"1.0\",\"start_time\":\"2026-05-21T16:00:00Z\","
	    "\"utc_offset\":0,\"elapsed_time\":3600,"
	    "\"sets\":[{\"exercise_type\":\"BARBELL_BENCH_PRESS\"}]}");
	strava_string_free(text);
	s.sample_count = 1;
	s.time_s = times;
	assert_int_equal(strava_strength_json(&s, &text, NULL), STRAVA_OK);
	assert_non_null(strstr(text, ",\"streams\":{\"time\":[5]}}"));
	strava_string_free(text);
}

static void
a_session_can_be_uploaded(void **state)
{
	strava_strength s = session();
	struct fake     fake;
	strava_upload  *upload;
	char           *text;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(201, "{\"id\":1}");
	assert_int_equal(strava_strength_json(&s, &text, NULL), STRAVA_OK);
	assert_int_equal(strava_upload_create(fake.client,
			     &(strava_upload_file){ .data = text,
				 .len = strlen(text),
				 .data_type = "json",
				 .sport_type = "WeightTraining" },
			     &upload, NULL),
	    STRAVA_OK);
	assert_non_null(strstr(fake.requests[0].body, text));
	assert_non_null(strstr(fake.requests[0].body, "WeightTraining"));
	strava_upload_free(upload);
	strava_string_free(text);
	fake_stop(&fake);
}

static void
refuses(const strava_strength *s)
{
	char        *text = (char *)1;
	strava_error err;

	assert_int_equal(
	    strava_strength_json(s, &text, &err), STRAVA_ERR_ARGUMENT);
	assert_null(text);
	assert_true(strlen(err.message) > 0);
}

static void
accepts(const strava_strength *s)
{
	char *text;

	assert_int_equal(strava_strength_json(s, &text, NULL), STRAVA_OK);
	strava_string_free(text);
}

static void
names_of_exercises_are_checked(void **state)
{
	static const char *const bad[] = { NULL, "", "_", "bench_press",
		"BENCH PRESS", "BENCH__PRESS", "_BENCH", "BENCH_", "B\"",
		"B\xc3\x84R" };
	static const char *const good[] = { "A", "1", "PUSH_UP" };
	char                     name[66];
	strava_strength_set      set = { 0 };
	strava_strength          s = session();

	(void)state;
	s.sets = &set;
	for (size_t i = 0; i < COUNT(bad); i++) {
		set.exercise_type = bad[i];
		refuses(&s);
	}
	for (size_t i = 0; i < COUNT(good); i++) {
		set.exercise_type = good[i];
		accepts(&s);
	}
	memset(name, 'A', 65);
	name[65] = '\0';
	set.exercise_type = name;
	refuses(&s);
	name[64] = '\0';
	accepts(&s);
}

static void
a_set_out_of_contract_is_refused(void **state)
{
	static const strava_strength_set bad[] = {
		{ .exercise_type = "A", .repetitions = { true, -1 } },
		{ .exercise_type = "A", .weight_kg = { true, -0.5 } },
		{ .exercise_type = "A", .weight_kg = { true, NAN } },
		{ .exercise_type = "A", .weight_kg = { true, INFINITY } },
		{ .exercise_type = "A", .weight_kg = { true, 1.1e9 } },
		{ .exercise_type = "A", .duration_s = { true, -1 } },
		{ .exercise_type = "A", .start_time = -1 },
		{ .exercise_type = "A", .start_time = INT64_MAX },
	};
	strava_strength s = session();

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		s.sets = &bad[i];
		refuses(&s);
	}
}

static void
a_session_out_of_contract_is_refused(void **state)
{
	static const int64_t  below[] = { 0, -1 }, fine[] = { 0, 1 };
	const strava_strength good = session();
	strava_strength       s[16];
	size_t                n = 0;
	char                  creator[257];

	(void)state;
	memset(creator, 'x', 256);
	creator[256] = '\0';
	for (size_t i = 0; i < COUNT(s); i++)
		s[i] = good;
	s[n++].start_time = 0;
	s[n++].start_time = -1;
	s[n++].start_time = INT64_C(253402300800);
	s[n++].utc_offset_s = -43201;
	s[n++].utc_offset_s = 50401;
	s[n++].elapsed_time_s = 0;
	s[n++].active_time_s = (strava_opt_int){ true, -1 };
	s[n++].total_calories_kcal = (strava_opt_double){ true, -1 };
	s[n++].total_calories_kcal = (strava_opt_double){ true, NAN };
	s[n++].creator = creator;
	s[n++].creator = "\xff";
	s[n++].sets = NULL;
	s[n++].set_count = 0;
	s[n++].sample_count = 2;
	s[n].sample_count = 2;
	s[n++].time_s = below;
	s[n].sample_count = 2;
	s[n].time_s = fine;
	s[n++].heartrate_bpm = below;
	assert_int_equal(n, COUNT(s));
	for (size_t i = 0; i < n; i++)
		refuses(&s[i]);
	refuses(NULL);
	assert_int_equal(
	    strava_strength_json(&good, NULL, NULL), STRAVA_ERR_ARGUMENT);

	s[0] = good;
	s[0].utc_offset_s = -43200;
	creator[255] = '\0';
	s[0].creator = creator;
	accepts(&s[0]);
	s[0].utc_offset_s = 50400;
	accepts(&s[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_session_with_all_there_is_becomes_json),
		cmocka_unit_test(what_is_not_said_is_not_written),
		cmocka_unit_test(a_session_can_be_uploaded),
		cmocka_unit_test(names_of_exercises_are_checked),
		cmocka_unit_test(a_set_out_of_contract_is_refused),
		cmocka_unit_test(a_session_out_of_contract_is_refused),
	};

	return cmocka_run_group_tests_name(
	    "libstrava strength", tests, NULL, NULL);
}
