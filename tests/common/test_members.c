/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"
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

/* Two names of one thing: the row that comes later wins, whatever the order of
 * the members, and only if its member is of use. */
static void
a_later_row_wins(void **state)
{
	static const struct member sports[] = {
		MEMBER(struct ride, name, put_string, NULL, "type"),
		MEMBER(struct ride, name, put_string, NULL, "sport_type"),
	};
	static const struct {
		const char *text, *name;
	} rides[] = {
		{ "{\"type\":\"Ride\",\"sport_type\":\"Gravel\"}", "Gravel" },
		{ "{\"sport_type\":\"Gravel\",\"type\":\"Ride\"}", "Gravel" },
		{ "{\"sport_type\":null,\"type\":\"Ride\"}", "Ride" },
		{ "{\"sport_type\":7,\"type\":\"Ride\"}", "Ride" },
		{ "{\"type\":\"Ride\"}", "Ride" },
		{ "{\"sport_type\":\"Gravel\"}", "Gravel" },
		{ "{}", NULL },
	};
	const char *missing;

	(void)state;
	for (size_t i = 0; i < COUNT(rides); i++) {
		struct json_object *document = parse(rides[i].text);
		struct ride         ride = { 0 };

		assert_true(members_decode(
		    document, sports, COUNT(sports), &ride, &missing));
		if (rides[i].name == NULL)
			assert_null(ride.name);
		else
			assert_string_equal(ride.name, rides[i].name);
		json_object_put(document);
	}
}

#define KEYS 16

struct numbers {
	int64_t n[KEYS];
};

/* The lower half is in the object "a", the rest in none. */
static struct member
row_of(size_t key)
{
	static const char *const keys[KEYS] = { "k0", "k1", "k2", "k3", "k4",
		"k5", "k6", "k7", "k8", "k9", "k10", "k11", "k12", "k13", "k14",
		"k15" };

	return (struct member){ key < KEYS / 2 ? "a" : NULL, keys[key],
		put_int64, key * sizeof(int64_t), false };
}

static unsigned
draw(unsigned *seed, unsigned below)
{
	*seed = *seed * 1103515245U + 12345U;
	return (*seed >> 16) % below;
}

static void
shuffle(size_t *keys, unsigned *seed)
{
	for (size_t i = 0; i < KEYS; i++)
		keys[i] = i;
	for (size_t i = KEYS - 1; i > 0; i--) {
		size_t j = draw(seed, (unsigned)i + 1), key = keys[i];

		keys[i] = keys[j];
		keys[j] = key;
	}
}

/* Adds the members of one half, some null, some missing, and some others. */
static void
write_half(struct buf *text, const size_t *keys, bool lower, int64_t *expected,
    unsigned *seed)
{
	for (size_t i = 0; i < KEYS; i++) {
		if ((keys[i] < KEYS / 2) != lower)
			continue;
		buf_addf(text, "\"x%zu\":%zu,", i, i);
		expected[keys[i]] = -1;
		switch (draw(seed, 5)) {
		case 0: break;
		case 1: buf_addf(text, "\"k%zu\":null,", keys[i]); break;
		default:
			expected[keys[i]] = draw(seed, 1000);
			buf_addf(text, "\"k%zu\":%d,", keys[i],
			    (int)expected[keys[i]]);
		}
	}
}

static void
rows_and_members_may_stand_in_any_order(void **state)
{
	struct member       rows[KEYS];
	struct numbers      numbers;
	struct json_object *document;
	struct buf          text;
	int64_t             expected[KEYS];
	size_t              keys[KEYS];
	const char         *missing;
	unsigned            seed = 1;

	(void)state;
	buf_init(&text, 4096);
	for (int round = 0; round < 500; round++) {
		shuffle(keys, &seed);
		buf_clear(&text);
		buf_add_text(&text, "{");
		write_half(&text, keys, false, expected, &seed);
		buf_add_text(&text, "\"a\":{");
		write_half(&text, keys, true, expected, &seed);
		buf_add_text(&text, "\"z\":0},\"z\":0}");
		document = parse(buf_text(&text));
		assert_non_null(document);
		if (round % 2 == 0)
			shuffle(keys, &seed);
		for (size_t i = 0; i < KEYS; i++) {
			rows[i] = row_of(keys[i]);
			numbers.n[i] = -1;
		}
		assert_true(
		    members_decode(document, rows, KEYS, &numbers, &missing));
		assert_memory_equal(numbers.n, expected, sizeof(expected));
		json_object_put(document);
	}
	buf_free(&text);
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
		{ "-9223372036854775808", INT64_MIN },
		{ "19.0", 19 },
		{ "1e3", 1000 },
		{ "-0.0", 0 },
		{ "9007199254740992.0", 9007199254740992 },
	};
	static const char *const bad[] = { "9223372036854775808",
		"18446744073709551615", "18446744073709551616",
		"99999999999999999999999", "-9223372036854775809",
		"-99999999999999999999", "1.5", "1e300", "1e999", "-1e999",
		"9007199254740994.0", "true", "\"12\"", "\"12abc\"", "[]",
		"{}" };
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
	errno = 0;
	assert_null(members_parse(NULL, 0));
	assert_int_equal(errno, EINVAL);
	assert_null(members_parse("\xef\xbb\xbf", 3));
	assert_null(members_parse("\xef\xbb", 2));
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
		cmocka_unit_test(a_later_row_wins),
		cmocka_unit_test(rows_and_members_may_stand_in_any_order),
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
