/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "fake_transport.h"
#include "test.h"
#include "tolerance.h"

static void
gear_is_decoded(void **state)
{
	char        *text = fixture("gear.json");
	struct fake  fake;
	strava_gear *g, *again;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(200, text);
	assert_int_equal(
	    strava_gear_get(fake.client, "b16988545", &g, NULL), STRAVA_OK);
	free(text);
	assert_string_equal(fake.requests[0].url,
	    "https://www.strava.com/api/v3/gear/b16988545");
	assert_string_equal(g->id, "b16988545");
	assert_string_equal(g->name, "Canal bike");
	assert_string_equal(g->nickname, "Rusty");
	assert_true(g->distance_m == 388206);
	assert_true(g->converted_distance.value == 388.2);
	assert_int_equal(g->primary, STRAVA_TRUE);
	assert_int_equal(g->retired, STRAVA_FALSE);
	assert_int_equal(g->resource_state, STRAVA_RESOURCE_DETAIL);
	assert_string_equal(g->brand_name, "Own");
	assert_string_equal(g->model_name, "Two");
	assert_string_equal(g->description, "Rides well.");
	assert_int_equal(g->frame_type.value, STRAVA_FRAME_ROAD);
	assert_true(g->weight_kg.value == 9.5);
	assert_true(g->notification_distance.value == 804);
	assert_int_equal(strava_gear_parse(strava_gear_json(g),
			     strlen(strava_gear_json(g)), &again, NULL),
	    STRAVA_OK);
	assert_string_equal(again->id, g->id);
	strava_gear_free(again);
	strava_gear_free(g);
	fake_stop(&fake);
}

/* An id must not lead to another path. */
static void
an_id_is_letters_and_digits(void **state)
{
	static const char *const bad[] = { NULL, "", "..", ".", "b/1", "b1?x=1",
		"b%2e", "b 1", "b\xc3\xa9" };
	char                     id[66];
	struct fake              fake;
	strava_gear             *g;
	strava_error             err;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(200, "{\"id\":\"g1\"}");
	for (size_t i = 0; i < COUNT(bad); i++) {
		g = (strava_gear *)1;
		assert_int_equal(strava_gear_get(fake.client, bad[i], &g, &err),
		    STRAVA_ERR_ARGUMENT);
		assert_null(g);
	}
	assert_int_equal(strava_gear_get(fake.client, "g1", NULL, &err),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(fake.calls, 0);
	memset(id, '1', 65);
	id[65] = '\0';
	assert_int_equal(
	    strava_gear_get(fake.client, id, &g, &err), STRAVA_ERR_ARGUMENT);
	assert_int_equal(fake.calls, 0);
	id[64] = '\0';
	assert_int_equal(strava_gear_get(fake.client, id, &g, &err), STRAVA_OK);
	strava_gear_free(g);
	fake_stop(&fake);
}

static void
what_is_no_gear_is_a_format_error(void **state)
{
	static const char *const bodies[] = { NULL, "{}", "[]", "{\"id\":1}",
		"{\"id\":null}" };
	struct fake              fake;
	strava_gear             *g;
	strava_error             err;

	(void)state;
	fake_start(&fake);
	for (size_t i = 0; i < COUNT(bodies); i++) {
		fake.calls = 0;
		fake.answers[0] = fake_answer(200, bodies[i]);
		assert_int_equal(strava_gear_get(fake.client, "g1", &g, &err),
		    STRAVA_ERR_FORMAT);
		assert_null(g);
		assert_string_equal(err.message, "the answer is no gear");
	}
	assert_null(strava_gear_json(NULL));
	strava_gear_free(NULL);
	fake_stop(&fake);
}

static void
every_member_may_be_odd(void **state)
{
	(void)state;
	bears_everything(&sv_gear_model, "gear.json", NULL);
	skips_bad_items(&sv_gear_model, "gear.json", NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gear_is_decoded),
		cmocka_unit_test(an_id_is_letters_and_digits),
		cmocka_unit_test(what_is_no_gear_is_a_format_error),
		cmocka_unit_test(every_member_may_be_odd),
	};

	return cmocka_run_group_tests_name("libstrava gear", tests, NULL, NULL);
}
