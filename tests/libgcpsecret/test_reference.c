/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "google.h"

static const struct {
	const char         *text;
	gcpsecret_reference parts;
} good[] = {
	{ "sm://s", { "", "", "s", "latest" } },
	{ "sm://s#3", { "", "", "s", "3" } },
	{ "sm://p/s", { "p", "", "s", "latest" } },
	{ "sm://p/s#prod", { "p", "", "s", "prod" } },
	{ "sm://projects/p/secrets/s", { "p", "", "s", "latest" } },
	{ "sm://projects/p/secrets/s/versions/3", { "p", "", "s", "3" } },
	{ "sm://projects/p/locations/l/secrets/s",
	    { "p", "l", "s", "latest" } },
	{ "sm://projects/p/locations/l/secrets/s/versions/prod",
	    { "p", "l", "s", "prod" } },
};

static const char *const bad[] = { "", "s", "sm://", "sm://p/", "sm://p/s#",
	"sm://p/s#0", "sm://p/..", "sm://a/b/c", "sm://projects/p/secrets/",
	"sm://projects/p/locations/l",
	"sm://projects/p/locations/l/secrets/s#3", "sm://locations/l/secrets/s",
	"http://p/s", "sm://p/s\n" };

static void
a_reference_is_taken_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		const gcpsecret_reference *want = &good[i].parts;
		gcpsecret_reference        got;

		memset(&got, 0x5a, sizeof(got));
		assert_int_equal(
		    gcpsecret_reference_parse(good[i].text, &got, NULL),
		    GCPSECRET_OK);
		assert_string_equal(got.project, want->project);
		assert_string_equal(got.location, want->location);
		assert_string_equal(got.secret, want->secret);
		assert_string_equal(got.version, want->version);
	}
}

static void
what_is_no_reference_is_refused_and_not_repeated(void **state)
{
	gcpsecret_reference got;
	gcpsecret_error     err;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		if (gcpsecret_reference_parse(bad[i], &got, &err) !=
		    GCPSECRET_ERR_ARGUMENT)
			fail_msg("\"%s\"", bad[i]);
		assert_true(strlen(err.message) > 20);
		assert_string_equal(got.secret, "");
	}
	assert_int_equal(
	    gcpsecret_reference_parse("sm://p4ss w0rd!", &got, &err),
	    GCPSECRET_ERR_ARGUMENT);
	assert_null(strstr(err.message, "p4ss"));
	assert_int_equal(gcpsecret_reference_parse(NULL, &got, &err),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(gcpsecret_reference_parse("sm://s", NULL, &err),
	    GCPSECRET_ERR_ARGUMENT);
}

static void
a_regional_reference_is_resolved(void **state)
{
	static const struct loopback_answer answer = { .status = 200,
		.body =
		    "{\"name\":\"projects/1/locations/l/secrets/s/versions/2\","
		    "\"payload\":{\"data\":\"" BASE64 "\"}}" };
	struct google                       g;

	(void)state;
	google_start(&g, &answer, 1);
	google_use_emulator(&g);
	assert_int_equal(
	    google_resolve(&g, "sm://projects/p/locations/l/secrets/s"),
	    GCPSECRET_OK);
	assert_string_equal(g.secret->data, PAYLOAD);
	assert_string_equal(loopback_request(g.peer, 0)->target,
	    "/v1/projects/p/locations/l/secrets/s/versions/latest:access");
	google_end(&g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reference_is_taken_apart),
		cmocka_unit_test(
		    what_is_no_reference_is_refused_and_not_repeated),
		cmocka_unit_test(a_regional_reference_is_resolved),
	};

	return cmocka_run_group_tests_name(
	    "libgcpsecret reference", tests, NULL, NULL);
}
