/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "google.h"

#define LOCATION                                                          \
	"{\"name\":\"projects/1/locations/europe-west1\",\"locationId\":" \
	"\"europe-west1\",\"displayName\":\"Belgium\",\"labels\":"        \
	"{\"cloud.googleapis.com/region\":\"europe-west1\"}}"

static void
a_location_is_read_with_all_that_it_has(void **state)
{
	static const struct loopback_answer answer = { .status = 200,
		.body = LOCATION };
	struct google                       g;
	gcpsecret_location                 *location;

	(void)state;
	google_start(&g, &answer, 1);
	google_use_emulator(&g);
	assert_int_equal(
	    gcpsecret_location_get(g.client,
		"projects/p/locations/europe-west1", &location, &g.err),
	    GCPSECRET_OK);
	assert_string_equal(
	    location->name, "projects/1/locations/europe-west1");
	assert_string_equal(location->id, "europe-west1");
	assert_string_equal(location->display_name, "Belgium");
	assert_int_equal(location->labels->count, 1);
	assert_string_equal(
	    location->labels->items[0]->key, "cloud.googleapis.com/region");
	assert_string_equal(location->labels->items[0]->value, "europe-west1");
	assert_string_equal(gcpsecret_location_json(location), LOCATION);
	gcpsecret_location_free(location);
	google_end(&g);
}

static void
locations_are_listed_of_a_project_alone(void **state)
{
	static const struct loopback_answer unused = { .status = 200,
		.body = "{}" };
	struct google                       g;
	gcpsecret_location_each            *each;

	(void)state;
	google_start(&g, &unused, 1);
	google_use_emulator(&g);
	assert_int_equal(gcpsecret_location_each_new(g.client,
			     "projects/p/locations/l", NULL, &each, &g.err),
	    GCPSECRET_ERR_ARGUMENT);
	assert_null(each);
	google_end(&g);
}

static void
no_location_is_freed_and_has_no_json(void **state)
{
	(void)state;
	gcpsecret_location_free(NULL);
	gcpsecret_location_each_free(NULL);
	assert_null(gcpsecret_location_json(NULL));
	assert_int_equal(
	    gcpsecret_location_get(NULL, "locations/l", NULL, NULL),
	    GCPSECRET_ERR_ARGUMENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_location_is_read_with_all_that_it_has),
		cmocka_unit_test(locations_are_listed_of_a_project_alone),
		cmocka_unit_test(no_location_is_freed_and_has_no_json),
	};

	return cmocka_run_group_tests_name(
	    "libgcpsecret location", tests, NULL, NULL);
}
