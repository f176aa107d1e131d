/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "internal.h"
#include "test.h"

static void
every_status_has_a_name(void **state)
{
	(void)state;
	for (int s = STRAVA_OK; s <= STRAVA_ERR_REQUEST; s++)
		assert_string_not_equal(
		    strava_status_name((strava_status)s), "unknown status");
	assert_string_equal(
	    strava_status_name(STRAVA_ERR_RATE_LIMIT), "rate limited");
	assert_string_equal(
	    strava_status_name((strava_status)999), "unknown status");
	assert_string_equal(
	    strava_status_name((strava_status)-1), "unknown status");
}

static void
a_failure_fills_the_whole_error(void **state)
{
	strava_error err;

	(void)state;
	memset(&err, 0xff, sizeof(err));
	assert_int_equal(
	    sv_fail(&err, STRAVA_ERR_TLS, "%s %d", "no", 7), STRAVA_ERR_TLS);
	assert_int_equal(err.status, STRAVA_ERR_TLS);
	assert_int_equal(err.http_status, 0);
	assert_int_equal(err.in_doubt, 0);
	assert_true(err.retry_after_s == -1);
	assert_true(err.reserved[2] == 0);
	assert_string_equal(err.message, "no 7");
	assert_int_equal(sv_fail(NULL, STRAVA_ERR_TLS, "x"), STRAVA_ERR_TLS);
}

static void
a_message_is_one_line_of_text(void **state)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{ "a\r\nb\tc\x7f", "a  b c " },
		{ "\x1b[31m", " [31m" },
		{ "caf\xc3\xa9", "caf\xc3\xa9" },
		{ "\xe2\x82\xac \xf0\x9f\x9a\xb4",
		    "\xe2\x82\xac \xf0\x9f\x9a\xb4" },
		{ "\xc2\x85|\xc2\x9b|\xc2\xa0", "  |  |\xc2\xa0" },
		{ "\xff|\xc3|\xc0\xaf|\xed\xa0\x80", "?|?|??|???" },
		{ "\xf4\x90\x80\x80|\xf5\x80", "????|??" },
	};
	strava_error err;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		sv_fail(&err, STRAVA_ERR_FORMAT, "%s", rows[i].text);
		assert_string_equal(err.message, rows[i].message);
	}
}

/* Cut to size, and never in the middle of a character. */
static void
a_long_message_is_cut(void **state)
{
	char         text[1000];
	strava_error err;

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text + sizeof(err.message) - 2, "\xc3\xa9", 2);
	text[sizeof(text) - 1] = '\0';
	sv_fail(&err, STRAVA_ERR_FORMAT, "%s", text);
	assert_int_equal(strlen(err.message), sizeof(err.message) - 1);
	assert_int_equal(err.message[sizeof(err.message) - 2], '?');
}

static void
a_secret_is_visible_ascii(void **state)
{
	char text[SECRET_MAX + 2];

	(void)state;
	assert_true(sv_is_secret("!"));
	assert_true(sv_is_secret("abc~"));
	assert_false(sv_is_secret(""));
	assert_false(sv_is_secret("a b"));
	assert_false(sv_is_secret("a\n"));
	assert_false(sv_is_secret("\x7f"));
	assert_false(sv_is_secret("\xc3\xa9"));
	memset(text, 'x', sizeof(text));
	text[SECRET_MAX] = '\0';
	assert_true(sv_is_secret(text));
	text[SECRET_MAX] = 'x';
	text[SECRET_MAX + 1] = '\0';
	assert_false(sv_is_secret(text));
	assert_true(sv_is_line("a b", 3));
	assert_false(sv_is_line("a bc", 3));
	assert_false(sv_is_line("", 3));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_status_has_a_name),
		cmocka_unit_test(a_failure_fills_the_whole_error),
		cmocka_unit_test(a_message_is_one_line_of_text),
		cmocka_unit_test(a_long_message_is_cut),
		cmocka_unit_test(a_secret_is_visible_ascii),
	};

	return cmocka_run_group_tests_name(
	    "libstrava error", tests, NULL, NULL);
}
