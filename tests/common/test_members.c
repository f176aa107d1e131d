/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "members.h"
#include "test.h"

struct ride {
	int64_t     id, moving_time, start;
	const char *name, *line;
	double      distance;
	bool        manual;
};

static const struct member ride_members[] = {
	MEMBER_REQUIRED(struct ride, id, put_int64, NULL, "id"),
	MEMBER(struct ride, name, put_string, NULL, "name"),
	MEMBER(struct ride, line, put_string, "map", "polyline"),
	MEMBER(struct ride, distance, put_double, NULL, "distance"),
	MEMBER(struct ride, moving_time, put_int64, NULL, "moving_time"),
	MEMBER(struct ride, manual, put_bool, NULL, "manual"),
	MEMBER(struct ride, start, put_time, NULL, "start_date"),
};

static struct json_object *
parse(const char *text)
{
	return members_parse(text, strlen(text));
}

static void
a_document_becomes_a_struct(void **state)
{
	struct json_object *document =
	    parse("{\"id\":9007199254740993,\"name\":\"Over the h\\u00fcll\","
		  "\"map\":{\"polyline\":\"abc\"},\"distance\":12.5,"
		  "\"moving_time\":19.0,\"manual\":true,"
		  "\"start_date\":\"2018-02-16T14:52:54Z\",\"new\":[1,{}]}");
	struct ride ride = { 0 };
	const char *missing = NULL;

	(void)state;
	assert_non_null(document);
	assert_true(members_decode(
	    document, ride_members, COUNT(ride_members), &ride, &missing));
	assert_int_equal(ride.id, 9007199254740993);
	assert_string_equal(ride.name, "Over the h\xc3\xbcll");
	assert_string_equal(ride.line, "abc");
	assert_true(ride.distance == 12.5);
	assert_int_equal(ride.moving_time, 19);
	assert_true(ride.manual);
	assert_int_equal(ride.start, 1518792774);
	json_object_put(document);
}

static void
odd_values_cost_themselves_only(void **state)
{
	struct json_object *document =
	    parse("{\"id\":7,\"name\":null,\"map\":[],\"distance\":\"12\","
		  "\"moving_time\":1.5,\"manual\":1,\"start_date\":\"today\"}");
	struct ride ride = { .name = "as it was", .moving_time = 3 };
	const char *missing = NULL;

	(void)state;
	assert_true(members_decode(
	    document, ride_members, COUNT(ride_members), &ride, &missing));
	assert_int_equal(ride.id, 7);
	assert_string_equal(ride.name, "as it was");
	assert_null(ride.line);
	assert_true(ride.distance == 0);
	assert_int_equal(ride.moving_time, 3);
	assert_false(ride.manual);
	assert_int_equal(ride.start, 0);
	json_object_put(document);
}

static void
a_required_member_is_named_when_it_is_missing(void **state)
{
	static const char *const texts[] = { "{}", "[]", "{\"id\":null}",
		"{\"id\":\"7\"}", "{\"id\":true}", "{\"id\":{}}" };
	struct ride              ride = { 0 };
	const char              *missing;

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct json_object *document = parse(texts[i]);

		missing = NULL;
		assert_non_null(document);
		assert_false(members_decode(document, ride_members,
		    COUNT(ride_members), &ride, &missing));
		assert_string_equal(missing, "id");
		json_object_put(document);
	}
}

/* What put_int64() makes of one number; false when it refuses it. */
static bool
read_int64(const char *number, int64_t *n)
{
	char                text[100];
	struct json_object *document;
	bool                good;

	snprintf(text, sizeof(text), "[%s]", number);
	document = parse(text);
	assert_non_null(document);
	good = put_int64(json_object_array_get_idx(document, 0), n);
	json_object_put(document);
	return good;
}

static void
integers_are_exact_or_refused(void **state)
{
	static const struct {
		const char *text;
		int64_t     n;
	} good[] = {
		{ "0", 0 },
		{ "-0", 0 },
		{ "-1", -1 },
		{ "9007199254740993", 9007199254740993 },
		{ "9223372036854775807", INT64_MAX },
		{ "-9223372036854775807", -INT64_MAX },
		{ "19.0", 19 },
		{ "1e3", 1000 },
		{ "-0.0", 0 },
		{ "9007199254740992.0", 9007199254740992 },
	};
	static const char *const bad[] = { "9223372036854775808",
		"18446744073709551615", "18446744073709551616",
		"99999999999999999999999", "-9223372036854775808",
		"-9223372036854775809", "-99999999999999999999", "1.5", "1e300",
		"1e999", "-1e999", "9007199254740994.0", "true", "\"12\"",
		"\"12abc\"", "[]", "{}" };
	int64_t                  n;

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		assert_true(read_int64(good[i].text, &n));
		assert_int_equal(n, good[i].n);
	}
	n = 42;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(read_int64(bad[i], &n));
	assert_int_equal(n, 42);
}

static void
a_double_is_finite(void **state)
{
	struct json_object *document =
	    parse("[1e999,-1e999,\"1\",true,null,2,2.5]");
	double d = 42;

	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_false(
		    put_double(json_object_array_get_idx(document, i), &d));
	assert_true(d == 42);
	assert_true(put_double(json_object_array_get_idx(document, 5), &d));
	assert_true(d == 2);
	assert_true(put_double(json_object_array_get_idx(document, 6), &d));
	assert_true(d == 2.5);
	json_object_put(document);
}

static void
a_string_with_a_nul_is_none(void **state)
{
	struct json_object *document =
	    parse("{\"token\":\"abc\\u0000def\",\"plain\":\"x\",\"n\":1}");

	(void)state;
	assert_non_null(document);
	assert_null(members_get_string(document, "token"));
	assert_null(members_get_string(document, "n"));
	assert_null(members_get_string(document, "absent"));
	assert_null(members_get_string(NULL, "token"));
	assert_string_equal(members_get_string(document, "plain"), "x");
	json_object_put(document);
}

static void
what_is_strict_json_is_read(void **state)
{
	static const char *const good[] = { "{}", "[]", " \t\r\n{ } \n",
		"\xef\xbb\xbf{}", "[1,-2,0.5,1e5,1E+5,1e-5,-0]",
		"[true,false,null,\"\"]", "{\"\":{\"\":[]}}",
		"[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDEB4\"]",
		"[\"\x7f \xc3\xa9 \xf0\x9f\x9a\xb4\"]",
		"{\"a\":{\"b\":1},\"b\":{\"b\":1}}" };

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		struct json_object *document = parse(good[i]);

		assert_non_null(document);
		json_object_put(document);
	}
}

static void
half_a_surrogate_pair_becomes_the_replacement_character(void **state)
{
	struct json_object *document =
	    parse("[{\"n\":\"a\\ud83d\"},{\"n\":\"\\udeb4b\"},"
		  "{\"n\":\"\\ud83dx\"},{\"n\":\"\\ud83d\\u0041\"}]");
	static const char *const names[] = { "a\xef\xbf\xbd",
		"\xef\xbf\xbd"
		"b",
		"\xef\xbf\xbdx",
		"\xef\xbf\xbd"
		"A" };

	(void)state;
	assert_non_null(document);
	for (size_t i = 0; i < COUNT(names); i++)
		assert_string_equal(
		    members_get_string(
			json_object_array_get_idx(document, i), "n"),
		    names[i]);
	json_object_put(document);
}

static void
what_json_c_would_let_through_is_refused(void **state)
{
	static const char *const bad[] = { "", " ", "nul", "null", "true", "12",
		"\"text\"",
		/* grammar */
		"{", "[", "[1", "{\"a\"", "{\"a\":", "{\"a\":1", "[1,]",
		"{\"a\":1,}", "[,1]", "{,}", "{\"a\" 1}", "{a:1}", "{1:1}",
		"{'a':1}", "{\"a\":'b'}", "[1] x", "[1][2]", "{}}", "[1 2]",
		"/* c */[1]", "[1 // c\n]", "\xef\xbb\xbf\xef\xbb\xbf{}",
		/* numbers */
		"[01]", "[-]", "[+1]", "[.5]", "[5.]", "[1e]", "[1e+]",
		"[0x10]", "[NaN]", "[Infinity]", "[-Infinity]", "[1_000]",
		/* words */
		"[True]", "[TRUE]", "[nulll]", "[undefined]",
		/* strings */
		"[\"a]", "[\"\n\"]", "[\"\x01\"]", "[\"\\x41\"]", "[\"\\u12\"]",
		"[\"\\u12g4\"]", "[\"\\ud83\"]", "[\"\\",
		/* UTF-8 */
		"[\"\xc0\xaf\"]", "[\"\xed\xa0\x80\"]",
		"[\"\xf5\x80\x80\x80\"]", "[\"\xff\"]", "[\"\xc3\"]",
		"{\"\xc0\x80\":1}",
		/* names */
		"{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":1}",
		"[{\"x\":{\"a\":1,\"b\":2,\"a\":1}}]" };

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		if (parse(bad[i]) != NULL)
			fail_msg("accepted: %s", bad[i]);
	assert_null(members_parse("{}\0", 3));
	assert_null(members_parse("[\"a\0b\"]", 7));
}

static void
nesting_ends_at_the_limit(void **state)
{
	char                text[80];
	struct json_object *document;

	(void)state;
	for (size_t depth = 30; depth <= 34; depth++) {
		memset(text, '[', depth);
		text[depth] = '1';
		memset(text + depth + 1, ']', depth);
		document = members_parse(text, 2 * depth + 1);
		if (depth <= 32)
			assert_non_null(document);
		else
			assert_null(document);
		json_object_put(document);
	}
}

static void
every_cut_of_a_document_is_refused(void **state)
{
	static const char text[] = "{\"a\":[1,2.5e1,true,null],\"b\":{\"c\":"
				   "\"\\u00e9\xc3\xa9\"}}";

	(void)state;
	for (size_t len = 0; len < sizeof(text) - 1; len++)
		assert_null(members_parse(text, len));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_document_becomes_a_struct),
		cmocka_unit_test(odd_values_cost_themselves_only),
		cmocka_unit_test(a_required_member_is_named_when_it_is_missing),
		cmocka_unit_test(integers_are_exact_or_refused),
		cmocka_unit_test(a_double_is_finite),
		cmocka_unit_test(a_string_with_a_nul_is_none),
		cmocka_unit_test(what_is_strict_json_is_read),
		cmocka_unit_test(
		    half_a_surrogate_pair_becomes_the_replacement_character),
		cmocka_unit_test(what_json_c_would_let_through_is_refused),
		cmocka_unit_test(nesting_ends_at_the_limit),
		cmocka_unit_test(every_cut_of_a_document_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
