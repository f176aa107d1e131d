/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "members.h"
#include "name.h"
#include "test.h"

#define A63 "a23456789012345678901234567890123456789012345678901234567890123"

/* A name and how it is spelled in full; NULL: it is refused. */
static const struct {
	const char *text, *full;
} names[] = {
	{ "projects/p/secrets/s", "projects/p/secrets/s/versions/latest" },
	{ "projects/123/secrets/S_-9",
	    "projects/123/secrets/S_-9/versions/latest" },
	{ "projects/my-p/secrets/s/versions/7",
	    "projects/my-p/secrets/s/versions/7" },
	{ "projects/p/secrets/s/versions/latest",
	    "projects/p/secrets/s/versions/latest" },
	{ "projects/p/secrets/s/versions/prod-eu_1",
	    "projects/p/secrets/s/versions/prod-eu_1" },
	{ "projects/p/secrets/s/versions/" A63,
	    "projects/p/secrets/s/versions/" A63 },
	{ "projects/p/secrets/s/versions/999999999999999999",
	    "projects/p/secrets/s/versions/999999999999999999" },
	{ "projects/p/locations/europe-west1/secrets/s",
	    "projects/p/locations/europe-west1/secrets/s/versions/latest" },
	{ "projects/p/locations/europe-west1/secrets/s/versions/3",
	    "projects/p/locations/europe-west1/secrets/s/versions/3" },
	{ "secrets/s", "secrets/s/versions/latest" },
	{ "secrets/s/versions/3", "secrets/s/versions/3" },
	{ "locations/l/secrets/s", "locations/l/secrets/s/versions/latest" },

	{ "", NULL },
	{ "s", NULL },
	{ "projects", NULL },
	{ "projects/", NULL },
	{ "projects/p", NULL },
	{ "projects/p/secrets", NULL },
	{ "projects/p/secrets/", NULL },
	{ "projects//secrets/s", NULL },
	{ "/projects/p/secrets/s", NULL },
	{ "projects/p/secrets/s/", NULL },
	{ "projects/p/secrets/s/versions", NULL },
	{ "projects/p/secrets/s/versions/", NULL },
	{ "projects/p/secrets/s/versions/0", NULL },
	{ "projects/p/secrets/s/versions/07", NULL },
	{ "projects/p/secrets/s/versions/-1", NULL },
	{ "projects/p/secrets/s/versions/1.5", NULL },
	{ "projects/p/secrets/s/versions/1a", NULL },
	{ "projects/p/secrets/s/versions/1/", NULL },
	{ "projects/p/secrets/s/versions/1:destroy", NULL },
	{ "projects/p/secrets/s/versions/_a", NULL },
	{ "projects/p/secrets/s/versions/" A63 "4", NULL },
	{ "projects/p/secrets/s/versions/9999999999999999999", NULL },
	{ "projects/p/secrets/..", NULL },
	{ "projects/p/secrets/.", NULL },
	{ "projects/p/secrets/a..b", NULL },
	{ "projects/p/secrets/a/../b", NULL },
	{ "projects/p/secrets/a%2Fb", NULL },
	{ "projects/p/secrets/a%00b", NULL },
	{ "projects/p/secrets/a:b", NULL },
	{ "projects/p/secrets/a b", NULL },
	{ "projects/p/secrets/a?b", NULL },
	{ "projects/p/secrets/a#b", NULL },
	{ "projects/p/secrets/a\nb", NULL },
	{ "projects/p/secrets/a\r\nHost: x", NULL },
	{ "projects/p/secrets/\xc3\xa4", NULL },
	{ "projects/../secrets/s", NULL },
	{ "projects/P/secrets/s", NULL },
	{ "projects/-p/secrets/s", NULL },
	{ "projects/a.b/secrets/s", NULL },
	{ "projects/a:b/secrets/s", NULL },
	{ "projects/a@b/secrets/s", NULL },
	{ "projects/" A63 "4/secrets/s", NULL },
	{ "projects/p/locations//secrets/s", NULL },
	{ "projects/p/locations/evil.example/secrets/s", NULL },
	{ "projects/p/locations/a@b/secrets/s", NULL },
	{ "projects/p/locations/1a/secrets/s", NULL },
	{ "projects/p/secrets/s/locations/l", NULL },
	{ "projects/p/versions/3", NULL },
	{ "versions/3", NULL },
	{ "secrets/s/secrets/s", NULL },
	{ "locations/l/projects/p/secrets/s", NULL },
	{ "projects/p/locations/l", NULL },
	{ "/secrets/s", NULL },
};

/* Names of the other forms. */
static const struct {
	const char    *text;
	enum name_form form;
	const char    *full; /* NULL: refused */
} forms[] = {
	{ NULL, NAME_PARENT, "" },
	{ "", NAME_PARENT, "" },
	{ "projects/p", NAME_PARENT, "projects/p" },
	{ "projects/p/locations/l", NAME_PARENT, "projects/p/locations/l" },
	{ "locations/l", NAME_PARENT, "locations/l" },
	{ "projects/p/", NAME_PARENT, NULL },
	{ "p", NAME_PARENT, NULL },
	{ "projects/p/secrets/s", NAME_PARENT, NULL },
	{ "projects/p/locations/l", NAME_LOCATION, "projects/p/locations/l" },
	{ "locations/l", NAME_LOCATION, "locations/l" },
	{ "projects/p", NAME_LOCATION, NULL },
	{ NULL, NAME_LOCATION, NULL },
	{ "projects/p/secrets/s", NAME_SECRET, "projects/p/secrets/s" },
	{ "locations/l/secrets/s", NAME_SECRET, "locations/l/secrets/s" },
	{ "projects/p/secrets/s/versions/1", NAME_SECRET, NULL },
	{ "projects/p", NAME_SECRET, NULL },
	{ NULL, NAME_SECRET, NULL },
	{ "secrets/s/versions/1", NAME_NUMBER, "secrets/s/versions/1" },
	{ "secrets/s/versions/latest", NAME_NUMBER, NULL },
	{ "secrets/s/versions/prod", NAME_NUMBER, NULL },
	{ "secrets/s", NAME_NUMBER, NULL },
};

/* What an answer calls itself, and whether that is what was asked. */
static const struct {
	const char *asked, *got;
	bool        answers;
} answers[] = {
	{ "projects/p/secrets/s/versions/3", "projects/1/secrets/s/versions/3",
	    true },
	{ "projects/1/secrets/s/versions/3", "projects/1/secrets/s/versions/3",
	    true },
	{ "projects/p/secrets/s", "projects/1/secrets/s/versions/3", true },
	{ "projects/p/secrets/s/versions/prod",
	    "projects/1/secrets/s/versions/3", true },
	{ "projects/p/secrets/s/versions/3", "projects/1/secrets/s/versions/4",
	    false },
	{ "projects/2/secrets/s", "projects/1/secrets/s/versions/3", false },
	{ "projects/p/secrets/s", "projects/1/secrets/t/versions/3", false },
	{ "projects/p/secrets/s", "projects/1/locations/l/secrets/s/versions/3",
	    false },
	{ "projects/p/locations/l/secrets/s",
	    "projects/1/locations/m/secrets/s/versions/3", false },
	{ "projects/p/secrets/s", "secrets/s/versions/3", false },
	{ "projects/p/secrets/s", "projects/1/secrets/s/versions/latest",
	    false },
	{ "projects/p/secrets/s", "projects/1/secrets/s", false },
	{ "projects/p/secrets/s", "", false },
};

static const struct {
	const char *text, *project, *secret, *version; /* NULL: refused */
} references[] = {
	{ "sm://p/s#3", "p", "s", "3" },
	{ "sm://p/s", "p", "s", "latest" },
	{ "sm://s#prod", "", "s", "prod" },
	{ "sm://s", "", "s", "latest" },
	{ "sm://42/S_#latest", "42", "S_", "latest" },
	{ "sm://projects/s", "projects", "s", "latest" },
	{ "sm://projects/p/secrets/s", "p", "s", "latest" },
	{ "sm://projects/p/secrets/s/versions/3", "p", "s", "3" },

	{ "", NULL, NULL, NULL },
	{ "s", NULL, NULL, NULL },
	{ "sm:", NULL, NULL, NULL },
	{ "sm://", NULL, NULL, NULL },
	{ "SM://s", NULL, NULL, NULL },
	{ "sm:///s", NULL, NULL, NULL },
	{ "sm://p/", NULL, NULL, NULL },
	{ "sm://p/#1", NULL, NULL, NULL },
	{ "sm://#1", NULL, NULL, NULL },
	{ "sm://s#", NULL, NULL, NULL },
	{ "sm://s#0", NULL, NULL, NULL },
	{ "sm://s#1#2", NULL, NULL, NULL },
	{ "sm://p/s/3", NULL, NULL, NULL },
	{ "sm://p/../s", NULL, NULL, NULL },
	{ "sm://p/s%2F#1", NULL, NULL, NULL },
	{ "sm://p/s:access", NULL, NULL, NULL },
	{ "sm://p/s?x=1", NULL, NULL, NULL },
	{ "sm://projects/p/s", NULL, NULL, NULL },
	{ "sm://projects/p/secrets/s#3", NULL, NULL, NULL },
	{ "sm://secrets/s/versions/3", NULL, NULL, NULL },
};

static void
names_are_checked_before_they_are_used(void **state)
{
	struct name     name;
	struct buf      full;
	gcpsecret_error err;

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		gcpsecret_status status =
		    gs_name_parse(names[i].text, NAME_VERSION, &name, &err);

		if ((status == GCPSECRET_OK) != (names[i].full != NULL))
			fail_msg("\"%s\"", names[i].text);
		if (status != GCPSECRET_OK) {
			assert_int_equal(status, GCPSECRET_ERR_ARGUMENT);
			assert_true(strlen(err.message) > 20);
			continue;
		}
		buf_init(&full, 1024);
		assert_true(gs_name_add(&full, &name));
		assert_string_equal(full.data, names[i].full);
		buf_free(&full);
	}
}

static void
each_call_takes_the_names_that_it_can_be_about(void **state)
{
	struct name     name;
	struct buf      full;
	gcpsecret_error err;

	(void)state;
	for (size_t i = 0; i < COUNT(forms); i++) {
		gcpsecret_status status =
		    gs_name_parse(forms[i].text, forms[i].form, &name, &err);

		if ((status == GCPSECRET_OK) != (forms[i].full != NULL))
			fail_msg("%zu: \"%s\"", i, forms[i].text);
		if (status != GCPSECRET_OK) {
			assert_int_equal(status, GCPSECRET_ERR_ARGUMENT);
			continue;
		}
		buf_init(&full, 1024);
		assert_true(gs_name_add(&full, &name));
		assert_string_equal(buf_text(&full), forms[i].full);
		buf_free(&full);
	}
}

static void
an_answer_is_about_what_was_asked(void **state)
{
	struct name asked;

	(void)state;
	for (size_t i = 0; i < COUNT(answers); i++) {
		assert_int_equal(
		    gs_name_parse(answers[i].asked, NAME_VERSION, &asked, NULL),
		    GCPSECRET_OK);
		if (gs_name_answers(answers[i].got, NAME_NUMBER, &asked) !=
		    answers[i].answers)
			fail_msg("%s: %s", answers[i].asked, answers[i].got);
	}
}

static void
an_alias_is_no_word_with_a_meaning(void **state)
{
	(void)state;
	assert_true(gs_name_is_alias("prod"));
	assert_true(gs_name_is_alias("new"));
	assert_false(gs_name_is_alias("latest"));
	assert_false(gs_name_is_alias("NEW"));
	assert_false(gs_name_is_alias("3"));
	assert_false(gs_name_is_alias(""));
}

static void
references_are_checked_before_they_are_used(void **state)
{
	struct name     name;
	gcpsecret_error err;

	(void)state;
	for (size_t i = 0; i < COUNT(references); i++) {
		gcpsecret_status status =
		    gs_name_parse_reference(references[i].text, &name, &err);

		if ((status == GCPSECRET_OK) != (references[i].secret != NULL))
			fail_msg("\"%s\"", references[i].text);
		if (status != GCPSECRET_OK) {
			assert_int_equal(status, GCPSECRET_ERR_ARGUMENT);
			continue;
		}
		assert_string_equal(name.project, references[i].project);
		assert_string_equal(name.location, "");
		assert_string_equal(name.secret, references[i].secret);
		assert_string_equal(name.version, references[i].version);
	}
}

static void
a_secret_id_has_255_characters_at_most(void **state)
{
	char        text[400] = "projects/p/secrets/";
	size_t      before = strlen(text);
	struct name name;

	(void)state;
	memset(text + before, 'x', 255);
	assert_int_equal(
	    gs_name_parse(text, NAME_VERSION, &name, NULL), GCPSECRET_OK);
	assert_int_equal(strlen(name.secret), 255);
	text[before + 255] = 'x';
	assert_int_equal(gs_name_parse(text, NAME_VERSION, &name, NULL),
	    GCPSECRET_ERR_ARGUMENT);
}

static void
a_secret_given_as_a_reference_is_not_repeated(void **state)
{
	struct name     name;
	gcpsecret_error err;

	(void)state;
	assert_int_equal(gs_name_parse_reference("p4ssw0rd", &name, &err),
	    GCPSECRET_ERR_ARGUMENT);
	assert_null(strstr(err.message, "p4ssw0rd"));
	assert_int_equal(gs_name_parse("p4ssw0rd", NAME_VERSION, &name, &err),
	    GCPSECRET_ERR_ARGUMENT);
	assert_null(strstr(err.message, "p4ssw0rd"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_checked_before_they_are_used),
		cmocka_unit_test(
		    each_call_takes_the_names_that_it_can_be_about),
		cmocka_unit_test(an_answer_is_about_what_was_asked),
		cmocka_unit_test(an_alias_is_no_word_with_a_meaning),
		cmocka_unit_test(references_are_checked_before_they_are_used),
		cmocka_unit_test(a_secret_id_has_255_characters_at_most),
		cmocka_unit_test(a_secret_given_as_a_reference_is_not_repeated),
	};

	return cmocka_run_group_tests_name(
	    "libgcpsecret name", tests, NULL, NULL);
}
