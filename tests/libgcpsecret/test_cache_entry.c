/* SPDX-License-Identifier: MIT */

/* The places that names have in a cache. */

#include <stdio.h>

#include "cached.h"

static const struct loopback_answer good[] = { { .status = 200,
    .body = GOOD } };

static void
names_that_mean_the_same_share_a_place(void **state)
{
	static const char *const names[] = { NAME, (NAME "/versions/latest"),
		"sm://my-project/strava", "sm://strava", "sm://strava#latest" };
	struct cached            c;

	(void)state;
	cached_start(&c, good, 1, NULL);
	google_set("GOOGLE_CLOUD_PROJECT", "my-project");
	for (size_t i = 0; i < COUNT(names); i++)
		assert_int_equal(cached_get(&c, names[i]), GCPSECRET_OK);
	assert_int_equal(loopback_count(c.g.peer), 1);
	/* Another version is another place. */
	assert_int_equal(cached_get(&c, "sm://strava#7"), GCPSECRET_OK);
	assert_int_equal(loopback_count(c.g.peer), 2);
	assert_int_equal(cached_get(&c, NAME), GCPSECRET_OK);
	/* So is another project, and a region. */
	assert_int_equal(cached_get(&c, "sm://other/strava"), GCPSECRET_OK);
	assert_int_equal(loopback_count(c.g.peer), 3);
	assert_int_equal(
	    cached_get(&c,
		"projects/my-project/locations/europe-west1/secrets/strava"),
	    GCPSECRET_ERR_FORMAT);
	assert_int_equal(loopback_count(c.g.peer), 4);
	cached_end(&c);
}

static void
bad_names_are_refused_before_they_take_a_place(void **state)
{
	static const char *const names[] = { "", "x", "sm://", "sm://../x",
		"sm:///x", "sm://p/s#0", "projects//secrets/s",
		"projects/p/secrets/..", "projects/p/secrets/s/versions/",
		"projects/p/secrets/s\r\n", "SM://p/s" };
	static const gcpsecret_cache_options one = { .secrets_max = 1 };
	struct cached                        c;

	(void)state;
	cached_start(&c, good, 1, &one);
	assert_cached(&c, PAYLOAD, 1);
	for (size_t i = 0; i < COUNT(names); i++)
		assert_int_equal(
		    cached_get(&c, names[i]), GCPSECRET_ERR_ARGUMENT);
	assert_cached(&c, PAYLOAD, 1);
	cached_end(&c);
}

static void
a_reference_without_any_project_is_an_error(void **state)
{
	struct cached c;

	(void)state;
	cached_start(&c, good, 1, NULL);
	assert_int_equal(
	    cached_get(&c, "sm://strava"), GCPSECRET_ERR_CREDENTIALS);
	assert_int_equal(loopback_count(c.g.peer), 0);
	cached_end(&c);
}

static void
the_name_that_was_not_asked_for_longest_loses_its_place(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = BODY_OF("a") },
		{ .status = 200, .body = BODY_OF("b") },
		{ .status = 200, .body = BODY_OF("c") },
		{ .status = 200, .body = BODY_OF("b") },
		{ .status = 200, .body = BODY_OF("c") },
	};
	static const struct {
		const char *name;
		size_t      requests;
	} steps[] = {
		{ NAME_OF("a"), 1 },
		{ NAME_OF("b"), 2 },
		{ NAME_OF("a"), 2 },
		{ NAME_OF("c"), 3 }, /* takes b's place */
		{ NAME_OF("a"), 3 },
		{ NAME_OF("b"), 4 }, /* takes c's */
		{ NAME_OF("a"), 4 },
		{ NAME_OF("b"), 4 },
		{ NAME_OF("c"), 5 }, /* takes a's */
		{ NAME_OF("b"), 5 },
	};
	static const gcpsecret_cache_options two = { .secrets_max = 2 };
	struct cached                        c;

	(void)state;
	cached_start(&c, script, COUNT(script), &two);
	for (size_t i = 0; i < COUNT(steps); i++) {
		assert_int_equal(cached_get(&c, steps[i].name), GCPSECRET_OK);
		assert_int_equal(loopback_count(c.g.peer), steps[i].requests);
	}
	cached_end(&c);
}

static void
a_name_without_a_value_is_the_first_to_lose_its_place(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = BODY_OF("a") },
		{ .status = 404 },
		{ .status = 200, .body = BODY_OF("b") },
	};
	static const gcpsecret_cache_options two = { .secrets_max = 2 };
	struct cached                        c;

	(void)state;
	cached_start(&c, script, COUNT(script), &two);
	assert_int_equal(cached_get(&c, NAME_OF("a")), GCPSECRET_OK);
	assert_int_equal(
	    cached_get(&c, NAME_OF("none")), GCPSECRET_ERR_NOT_FOUND);
	assert_int_equal(cached_get(&c, NAME_OF("b")), GCPSECRET_OK);
	assert_int_equal(cached_get(&c, NAME_OF("a")), GCPSECRET_OK);
	assert_int_equal(cached_get(&c, NAME_OF("b")), GCPSECRET_OK);
	assert_int_equal(loopback_count(c.g.peer), 3);
	cached_end(&c);
}

static void
many_names_are_told_apart(void **state)
{
	enum { NAMES = 300 };
	static char                          bodies[NAMES][256];
	static struct loopback_answer        script[NAMES];
	static const gcpsecret_cache_options options = { .secrets_max = NAMES };
	char                                 name[64], version[64];
	struct cached                        c;

	(void)state;
	for (int i = 0; i < NAMES; i++) {
		snprintf(bodies[i], sizeof(bodies[i]),
		    "{\"name\":\"projects/1/secrets/s%d/versions/1\","
		    "\"payload\":{\"data\":\"" BASE64 "\"}}",
		    i);
		script[i] = (struct loopback_answer){ .status = 200,
			.body = bodies[i] };
	}
	cached_start(&c, script, NAMES, &options);
	for (int i = 0; i < 2 * NAMES; i++) {
		snprintf(name, sizeof(name), NAME_OF("s%d"), i % NAMES);
		snprintf(version, sizeof(version),
		    "projects/1/secrets/s%d/versions/1", i % NAMES);
		assert_int_equal(cached_get(&c, name), GCPSECRET_OK);
		assert_string_equal(c.g.secret->version, version);
	}
	assert_int_equal(loopback_count(c.g.peer), NAMES);
	cached_end(&c);
}

static void
what_is_forgotten_is_fetched_anew(void **state)
{
	static const char *const names[] = { NAME, (NAME "/versions/latest"),
		"sm://my-project/strava", "sm://strava" };
	static const char *const others[] = { (NAME "/versions/7"),
		"sm://other/strava", "sm://my-project/strav", "sm://strava#7",
		"projects/my-project/locations/europe-west1/secrets/strava", "",
		"sm://../x" };
	struct cached            c;

	(void)state;
	cached_start(&c, good, 1, NULL);
	for (size_t i = 0; i < COUNT(names); i++) {
		assert_cached(&c, PAYLOAD, i + 1);
		for (size_t k = 0; k < COUNT(others); k++)
			gcpsecret_cache_forget(c.cache, others[k]);
		assert_cached(&c, PAYLOAD, i + 1);
		gcpsecret_cache_forget(c.cache, names[i]);
	}
	assert_cached(&c, PAYLOAD, COUNT(names) + 1);
	cached_end(&c);
}

static void
a_reference_without_a_project_forgets_every_projects(void **state)
{
	struct cached c;

	(void)state;
	cached_start(&c, good, 1, NULL);
	for (size_t i = 1; i <= 2; i++) {
		assert_int_equal(
		    cached_get(&c, "sm://one/strava"), GCPSECRET_OK);
		assert_int_equal(
		    cached_get(&c, "sm://two/strava"), GCPSECRET_OK);
		assert_int_equal(loopback_count(c.g.peer), 2 * i);
		gcpsecret_cache_forget(c.cache, "sm://strava");
	}
	cached_end(&c);
}

/* A failure is forgotten with the name: the next call need not pause. */
static void
a_failure_may_be_forgotten_too(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 404 },
		{ .status = 200, .body = GOOD },
	};
	struct cached c;

	(void)state;
	cached_start(&c, script, COUNT(script), NULL);
	assert_uncached(&c, GCPSECRET_ERR_NOT_FOUND, 1);
	gcpsecret_cache_forget(c.cache, NAME);
	assert_cached(&c, PAYLOAD, 2);
	cached_end(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_that_mean_the_same_share_a_place),
		cmocka_unit_test(
		    bad_names_are_refused_before_they_take_a_place),
		cmocka_unit_test(a_reference_without_any_project_is_an_error),
		cmocka_unit_test(
		    the_name_that_was_not_asked_for_longest_loses_its_place),
		cmocka_unit_test(
		    a_name_without_a_value_is_the_first_to_lose_its_place),
		cmocka_unit_test(many_names_are_told_apart),
		cmocka_unit_test(what_is_forgotten_is_fetched_anew),
		cmocka_unit_test(
		    a_reference_without_a_project_forgets_every_projects),
		cmocka_unit_test(a_failure_may_be_forgotten_too),
	};

	return cmocka_run_group_tests_name(
	    "libgcpsecret cache entry", tests, NULL, NULL);
}
