/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "json.h"
#include "test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TEXT_MAX 16777216

/* Where a value may stand: what is true of the value is true of the whole. */
static const char *const places[][2] = { { "[", "]" }, { "[0,", "]" },
	{ "[", ",0]" }, { "{\"k\":", "}" }, { "{\"j\":[{\"k\":", "}]}" },
	{ " \t\r\n[ ", "\n] " } };

/* Values that json-c reads in the same way. */
static const char *const good[] = {
	/* numbers */
	"0", "1", "-1", "10", "123456789", "9007199254740991",
	"9007199254740993", "-9007199254740993", "9223372036854775807",
	"-9223372036854775807", "-9223372036854775808", "0.0", "-0.0", "0.5",
	"1.0", "1.50", "-12.25", "0e0", "0E0", "0e+0", "0e-0", "0.0e0", "1e5",
	"1E5", "1e+5", "1E+5", "1e-5", "1e00", "1e+0005", "12.5e-1", "0.1",
	"1e22", "1e23", "-1e23", "1.5e300", "5e-324", "1e-400", "1e999",
	"-1e999", "2.2250738585072011e-308", "1.7976931348623157e308",
	"100000000000000000000000.5", "0.00000000000000000000000000000001",
	"9007199254740993.0", "3.141592653589793238462643383279502884",
	/* words */
	"true", "false", "null",
	/* strings */
	"\"\"", "\"a\"", "\"1234567\"", "\"12345678\"", "\"123456789\"",
	"\"1234567890123456\"", "\" \"", "\"null\"", "\"{}[],:\"", "\"//\"",
	"\"'\"", "\"\x7f\"", "\"\\\"\"", "\"\\\\\"", "\"\\/\"", "\"\\b\"",
	"\"\\f\"", "\"\\n\"", "\"\\r\"", "\"\\t\"", "\"a\\nb\"",
	"\"\\\\\\\\\\\"\"", "\"1234567\\n1234567\\n\"", "\"\\u0041\"",
	"\"\\u00e9\"", "\"\\u00E9\"", "\"\\u20ac\"", "\"\\uFFFF\"",
	"\"\\u007f\\u0080\\u07ff\\u0800\"", "\"\\ud83d\\udeb4\"",
	"\"\\uD800\\uDC00\"", "\"\\uDBFF\\uDFFF\"", "\"\\ud83d\"",
	"\"\\udeb4\"", "\"\\ud83dx\"", "\"\\ud83d\\n\"", "\"\\ud83d\\u0041\"",
	"\"\\udeb4\\ud83d\"", "\"\\u0000\"", "\"a\\u0000b\"", "\"\xc2\x80\"",
	"\"\xc3\xa9\"", "\"\xdf\xbf\"", "\"\xe0\xa0\x80\"", "\"\xe2\x82\xac\"",
	"\"\xed\x9f\xbf\"", "\"\xee\x80\x80\"", "\"\xef\xbf\xbf\"",
	"\"\xef\xbb\xbf\"", "\"\xf0\x90\x80\x80\"", "\"\xf0\x9f\x9a\xb4\"",
	"\"\xf4\x8f\xbf\xbf\"",
	"\"caf\xc3\xa9 au lait, s'il vous pla\xc3\xaet\"",
	/* arrays and objects */
	"[]", "{}", "[ ]", "{ }", "[\n]", "{\t}", "[[]]", "[{}]", "[[],[[]]]",
	"[1,\"2\",null,true]", "[ 1 , 2 ]", "{\"\":0}", "{\"a\":1}",
	"{ \"a\" : 1 }", "{\"a\":{}}", "{\"a\":[]}", "{\"a\":1,\"b\":2}",
	"{\"a\":null,\"b\":null}", "{\"a\":{\"a\":{\"a\":1}}}",
	"{\"a\":1,\"A\":2,\"a \":3,\"aa\":4}", "{\"\\u0061\":1,\"b\":2}",
	"{\"\\n\":1,\"\\\\n\":2}", "{\"e\":1,\"\xc3\xa9\":2}",
	"{\"\\ud83d\\udeb4\":1}", "[{\"a\":1},{\"a\":1}]",
	"{\"a\":[{\"b\":1}],\"b\":{\"a\":1}}"
};

/* Values that are none, or that json-c cannot hold. */
static const char *const bad[] = {
	/* numbers */
	"-", "+1", "01", "00", "-01", "-00", "--1", "+-1", "1-", "1+1", ".5",
	"-.5", "5.", "5.e1", "0.e1", "1e", "1E", "1e+", "1e-", "0e", "0e+",
	"1e1.5", "1e1e1", "1e+-1", "1.2.3", "0x10", "0b1", "1_000", "1 000",
	"1a", "1f", "1L", "-a", "-e1", "e5", "E", "Infinity", "-Infinity",
	"+Infinity", "NaN", "-NaN", "nan", "inf", "-inf", "\xd9\xa1",
	"\xef\xbc\x91", "1\xef\xbc\x91", "1.\xef\xbc\x91", "1e\xef\xbc\x91",
	/* words */
	"True", "TRUE", "tru", "truee", "true1", "t", "f", "n", "fals", "False",
	"nul", "nulll", "nullnull", "Null", "nil", "None", "undefined", "a",
	"true false", "true\"\"",
	/* strings */
	"\"", "\"a", "a\"", "\"\\\"", "'a'", "`a`", "\"a\"b", "\"a\"\"b\"",
	"a\"b\"", "\"\\a\"", "\"\\v\"", "\"\\0\"", "\"\\x41\"", "\"\\'\"",
	"\"\\ \"", "\"\\U0041\"", "\"\\u\"", "\"\\u1\"", "\"\\u12\"",
	"\"\\u123\"", "\"\\u123g\"", "\"\\ug123\"", "\"\\u 123\"",
	"\"\\u+123\"", "\"\\u-123\"", "\"\\u0x1\"", "\"\\u{41}\"",
	"\"\\ud83d\\u\"", "\"\\ud83d\\u12\"", "\"\\ud83d\\\"", "\"\\ud83d\\x\"",
	"\"\\\xc3\xa9\"", "\"\t\"", "\"\n\"", "\"\r\"", "\"\x01\"", "\"\x1f\"",
	"\"1234567\x1f\"", "\"12345678\x1f\"", "\"\\\n\"",
	/* UTF-8 */
	"\"\x80\"", "\"\xbf\"", "\"a\x80\"", "\"\xc0\x80\"", "\"\xc0\xaf\"",
	"\"\xc1\xbf\"", "\"\xc2\"", "\"\xc2g\"", "\"\xc3\xa9\xa9\"",
	"\"\xe0\x80\x80\"", "\"\xe0\x9f\xbf\"", "\"\xe2\x82\"", "\"\xe2g\"",
	"\"\xed\xa0\x80\"", "\"\xed\xbf\xbf\"", "\"\xed\xa0\xbd\xed\xba\xb4\"",
	"\"\xf0\x80\x80\x80\"", "\"\xf0\x8f\xbf\xbf\"", "\"\xf0\x9f\x9a\"",
	"\"\xf4\x90\x80\x80\"", "\"\xf5\x80\x80\x80\"",
	"\"\xf8\x88\x80\x80\x80\"", "\"\xfe\"", "\"\xff\"", "\"caf\xe9\"",
	"\xc3\xa9", "\xef\xbb\xbf\x31", "\xc2\xa0\x31",
	/* arrays and objects */
	"[1,]", "[,1]", "[,]", "[1,,2]", "[1 2]", "[1;2]", "[1:2]", "[\"a\":1]",
	"(1)", "<1>", "[1}", "{\"a\":1]", "[", "{", "[[]", "{\"a\":{}",
	"{\"a\"}", "{\"a\":}", "{:1}", "{\"a\":1,}", "{,\"a\":1}", "{,}",
	"{\"a\":1,,\"b\":2}", "{\"a\" 1}", "{\"a\"=1}", "{\"a\"::1}",
	"{\"a\":1 \"b\":2}", "{\"a\":1;\"b\":2}", "{\"a\":1:2}", "{a:1}",
	"{'a':1}", "{1:1}", "{null:1}", "{[]:1}", "{{}:1}", "{\"a\",\"b\"}",
	"{\"\n\":1}", "{\"\\x\":1}", "{\"\xc0\x80\":1}", "{\"a:1}",
	/* comments */
	"/**/1", "1/**/", "//\n1", "#\n1", "1//", "[1,/**/2]", "{//\n}",
	/* white space of others */
	"\v1", "\f1", "1\f", "\xe2\x80\xa8\x31",
	/* a name twice */
	"{\"a\":1,\"a\":1}", "{\"a\":1,\"b\":2,\"a\":3}", "{\"\":1,\"\":2}",
	"{\"a\":{},\"a\":null}", "{\"a\":null,\"a\":null}",
	"{\"a\":1,\"\\u0061\":2}", "{\"\\u0061\":1,\"a\":2}",
	"{\"\\u00e9\":1,\"\xc3\xa9\":2}", "{\"\\/\":1,\"/\":2}",
	"{\"\\ud83d\\udeb4\":1,\"\xf0\x9f\x9a\xb4\":2}",
	"{\"\\ud83d\":1,\"\\udeb4\":2}", "{\"x\":{\"a\":1,\"a\":2}}",
	"{\"a\":{\"a\":1},\"b\":0,\"a\":2}",
	/* a name that json-c would cut short */
	"{\"\\u0000\":1}", "{\"a\\u0000b\":1}"
};

/* Whole documents. */
static const char *const good_documents[] = { "{}", "[]", " {}", "{} ",
	"\t[\n]\r\n", "[1]", "{\"a\":1}", "[[[[[[[[[[]]]]]]]]]]" };
static const char *const bad_documents[] = { "", " ", "\n", "null", "true", "1",
	"-1", "1.5", "\"text\"", "\"", "nul", "[", "]", "{", "}", "[1", "[1,",
	"{\"", "{\"a", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "[]]",
	"[}", "{]", "{}}", "[][]", "{}{}", "[] []", "[],[]", "[],", ",[]",
	"[]x", "x[]", "[]\"", "[]1", "[]//", "/**/[]", "[]\xc2\xa0",
	"\xef\xbb\xbf[]", "[]\xef\xbb\xbf", "\xff\xfe[", ";", "<a></a>", "a=b",
	"undefined", "[]\v" };

/* Reads a block of just that size, so that reading beyond it is noticed. */
static struct json_object *
read_block(const char *text, size_t len)
{
	char               *block = malloc(len > 0 ? len : 1);
	struct json_object *document;

	assert_non_null(block);
	memcpy(block, text, len);
	errno = 0;
	document = json_read(block, len);
	if (document == NULL)
		assert_int_equal(errno, EINVAL);
	free(block);
	return document;
}

static struct json_object *
read_text(const char *text)
{
	return read_block(text, strlen(text));
}

static const char *
written(struct json_object *document)
{
	return json_object_to_json_string_ext(
	    document, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}

/* The value of an array with one number. */
static double
read_double(const char *number)
{
	char                text[2048];
	struct json_object *document;
	double              d;

	snprintf(text, sizeof(text), "[%s]", number);
	document = read_text(text);
	assert_non_null(document);
	d = json_object_get_double(json_object_array_get_idx(document, 0));
	json_object_put(document);
	return d;
}

/* Bit by bit: 0 is not -0. */
static bool
is_same(double a, double b)
{
	uint64_t x, y;

	memcpy(&x, &a, sizeof(x));
	memcpy(&y, &b, sizeof(y));
	return x == y;
}

/* xorshift64: the same everywhere. */
static uint64_t
draw(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* json-c's own reader makes the same of it, in the same order. */
static void
assert_as_tokener(struct json_object *document, const char *text, size_t len)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object  *other;

	assert_non_null(tokener);
	json_tokener_set_flags(
	    tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	other = json_tokener_parse_ex(tokener, text, (int)len);
	if (other == NULL || !json_object_equal(document, other) ||
	    strcmp(written(document), written(other)) != 0)
		fail_msg(
		    "json-c reads it in another way: %.*s", (int)len, text);
	json_object_put(other);
	json_tokener_free(tokener);
}

static void
what_is_json_is_read_as_json_c_reads_it(void **state)
{
	char                text[256];
	struct json_object *document;

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		for (size_t j = 0; j < COUNT(places); j++) {
			snprintf(text, sizeof(text), "%s%s%s", places[j][0],
			    good[i], places[j][1]);
			if ((document = read_text(text)) == NULL)
				fail_msg("refused: %s", text);
			assert_as_tokener(document, text, strlen(text));
			json_object_put(document);
		}
	}
	for (size_t i = 0; i < COUNT(good_documents); i++) {
		document = read_text(good_documents[i]);
		assert_non_null(document);
		json_object_put(document);
	}
}

static void
what_is_no_json_is_refused(void **state)
{
	char text[256];

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		for (size_t j = 0; j < COUNT(places); j++) {
			snprintf(text, sizeof(text), "%s%s%s", places[j][0],
			    bad[i], places[j][1]);
			if (read_text(text) != NULL)
				fail_msg("accepted: %s", text);
		}
	}
	for (size_t i = 0; i < COUNT(bad_documents); i++)
		if (read_text(bad_documents[i]) != NULL)
			fail_msg("accepted: %s", bad_documents[i]);
}

static void
a_raw_nul_is_refused_wherever_it_stands(void **state)
{
	static const char text[] = "{\"a\":[1,\"bcdefghijk\",true]}";
	char              copy[sizeof(text)];

	(void)state;
	for (size_t i = 0; i <= sizeof(text) - 1; i++) {
		memcpy(copy, text, i);
		copy[i] = '\0';
		memcpy(copy + i + 1, text + i, sizeof(text) - 1 - i);
		assert_null(read_block(copy, sizeof(text)));
	}
}

static void
every_cut_is_refused(void **state)
{
	static const char text[] =
	    "{\"a\":[1,-2.5e+10,true,false,null,{},[]],\"\\u00e9\\n\":{\"c\":"
	    "\"\\ud83d\\udeb4\xf0\x9f\x9a\xb4\"}}";
	struct json_object *document = read_text(text);

	(void)state;
	assert_non_null(document);
	json_object_put(document);
	for (size_t len = 0; len < sizeof(text) - 1; len++)
		assert_null(read_block(text, len));
}

/* Strings are looked at eight bytes at a time: whatever is special must be
 * found at each distance from the beginning and from the end. */
static void
special_characters_are_found_at_every_place(void **state)
{
	static const struct {
		const char *raw, *meant; /* NULL: refused */
	} specials[] = { { "\x1f", NULL }, { "\n", NULL }, { "\x80", NULL },
		{ "\xff", NULL }, { "\\x", NULL }, { "\\\"", "\"" },
		{ "\\n", "\n" }, { "\xc3\xa9", "\xc3\xa9" }, { " ", " " },
		{ "!", "!" }, { "#", "#" }, { "[", "[" }, { "]", "]" },
		{ "\x7f", "\x7f" }, { "\\u20ac", "\xe2\x82\xac" } };
	char                text[80], meant[80];
	struct json_object *document;

	(void)state;
	for (size_t i = 0; i < COUNT(specials) * 20 * 20; i++) {
		int    before = (int)(i / 20 % 20), behind = (int)(i % 20);
		size_t k = i / 400;

		snprintf(text, sizeof(text), "[\"%.*s%s%.*s\"]", before,
		    "abcdefghijklmnopqrst", specials[k].raw, behind,
		    "ABCDEFGHIJKLMNOPQRST");
		document = read_text(text);
		if (specials[k].meant == NULL) {
			assert_null(document);
			continue;
		}
		snprintf(meant, sizeof(meant), "%.*s%s%.*s", before,
		    "abcdefghijklmnopqrst", specials[k].meant, behind,
		    "ABCDEFGHIJKLMNOPQRST");
		assert_non_null(document);
		assert_string_equal(json_object_get_string(
					json_object_array_get_idx(document, 0)),
		    meant);
		json_object_put(document);
	}
}

static void
pairs_are_joined_and_lone_halves_replaced(void **state)
{
	static const char *const pairs[][2] = {
		{ "\\ud800\\udc00", "\xf0\x90\x80\x80" },
		{ "\\ud837\\udeb4", "\xf0\x9d\xba\xb4" },
		{ "\\udbff\\udfff", "\xf4\x8f\xbf\xbf" },
		{ "\\ud83d\\ud83d\\udeb4", "\xef\xbf\xbd\xf0\x9f\x9a\xb4" },
		{ "\\ud83d\\udeb4\\udeb4", "\xf0\x9f\x9a\xb4\xef\xbf\xbd" },
		{ "\\ud83d\\ud83d", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\\udeb4\\ud83d\\udeb4", "\xef\xbf\xbd\xf0\x9f\x9a\xb4" },
		{ "\\ud83d\\\\", "\xef\xbf\xbd\\" },
		{ "\\ud83d\\u00e9", "\xef\xbf\xbd\xc3\xa9" },
		{ "\\ud83d\\ue000", "\xef\xbf\xbd\xee\x80\x80" },
	};
	char                text[80];
	struct json_object *document;

	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++) {
		snprintf(text, sizeof(text), "[\"%s\"]", pairs[i][0]);
		document = read_text(text);
		assert_non_null(document);
		assert_string_equal(json_object_get_string(
					json_object_array_get_idx(document, 0)),
		    pairs[i][1]);
		json_object_put(document);
	}
}

static void
an_embedded_nul_is_kept(void **state)
{
	struct json_object *document = read_text("[\"a\\u0000b\"]"), *value;

	(void)state;
	assert_non_null(document);
	value = json_object_array_get_idx(document, 0);
	assert_int_equal(json_object_get_string_len(value), 3);
	assert_memory_equal(json_object_get_string(value), "a\0b", 4);
	json_object_put(document);
}

static void
nesting_ends_at_the_limit(void **state)
{
	struct buf          text;
	struct json_object *document;

	(void)state;
	for (size_t depth = 30; depth <= 1000; depth += depth < 35 ? 1 : 483) {
		buf_init(&text, TEXT_MAX);
		for (size_t i = 0; i < depth; i++)
			buf_add_text(&text, i % 2 == 0 ? "[" : "{\"a\":");
		buf_add_text(&text, depth % 2 == 0 ? "{}" : "[]");
		for (size_t i = depth; i-- > 0;)
			buf_add_text(&text, i % 2 == 0 ? "]" : "}");
		document = read_block(text.data, text.len);
		assert_true((document != NULL) == (depth < JSON_DEPTH_MAX));
		json_object_put(document);
		buf_free(&text);
	}
}

static void
integers_are_exact(void **state)
{
	static const struct {
		const char *text;
		int64_t     n;
	} whole[] = { { "0", 0 }, { "-1", -1 },
		{ "9007199254740993", 9007199254740993 },
		{ "999999999999999999", 999999999999999999 },
		{ "1000000000000000000", 1000000000000000000 },
		{ "-1000000000000000001", -1000000000000000001 },
		{ "9223372036854775806", INT64_MAX - 1 },
		{ "9223372036854775807", INT64_MAX },
		{ "-9223372036854775807", -INT64_MAX },
		{ "-9223372036854775808", INT64_MIN } };
	char                text[80];
	struct json_object *document, *value;

	(void)state;
	for (size_t i = 0; i < COUNT(whole); i++) {
		snprintf(text, sizeof(text), "[%s]", whole[i].text);
		document = read_text(text);
		assert_non_null(document);
		value = json_object_array_get_idx(document, 0);
		assert_true(json_object_is_type(value, json_type_int));
		assert_int_equal(json_object_get_int64(value), whole[i].n);
		assert_string_equal(written(document), text);
		json_object_put(document);
	}
}

static void
what_no_int64_holds_is_a_double_with_its_text(void **state)
{
	static const struct {
		const char *text;
		double      d;
	} wide[] = { { "-0", -0.0 }, { "9223372036854775808", 0x1p63 },
		{ "-9223372036854775809", -0x1p63 },
		{ "9999999999999999999", 1e19 },
		{ "10000000000000000000", 1e19 },
		{ "18446744073709551615", 0x1p64 },
		{ "18446744073709551616", 0x1p64 },
		{ "18446744073709551617", 0x1p64 },
		{ "-99999999999999999999999", -1e23 },
		{ "123456789012345678901234567890", 1.2345678901234568e29 } };
	char                text[80];
	struct json_object *document, *value;

	(void)state;
	for (size_t i = 0; i < COUNT(wide); i++) {
		snprintf(text, sizeof(text), "[%s]", wide[i].text);
		document = read_text(text);
		assert_non_null(document);
		value = json_object_array_get_idx(document, 0);
		assert_true(json_object_is_type(value, json_type_double));
		assert_true(is_same(json_object_get_double(value), wide[i].d));
		assert_string_equal(written(document), text);
		json_object_put(document);
	}
}

static void
a_document_is_written_as_it_came(void **state)
{
	static const char text[] =
	    "{\"b\":[1,2.50,1E+5,-0,-0.0,0.1,1e999,-1e999,1e-999,12.0,"
	    "18446744073709551616,3.14159265358979323846264338327950288],"
	    "\"a\":{\"t\":true,\"f\":false,\"n\":null,\"s\":\"a/"
	    "\\\"\\\\\\n\"}}";
	struct json_object *document = read_text(text);

	(void)state;
	assert_non_null(document);
	assert_string_equal(written(document), text);
	json_object_put(document);
}

static void
doubles_are_the_nearest_ones(void **state)
{
	static const struct {
		const char *text;
		double      d;
	} doubles[] = { { "0.0", 0.0 }, { "-0.0", -0.0 }, { "-0e5", -0.0 },
		{ "0.1", 0.1 }, { "0.3", 0.3 }, { "1e22", 1e22 },
		{ "1e23", 1e23 }, { "123456789e-22", 123456789e-22 },
		{ "123456789e-23", 123456789e-23 },
		{ "9007199254740992e22", 9007199254740992e22 },
		{ "9007199254740993e22", 9007199254740993e22 },
		{ "9007199254740992.0", 0x1p53 },
		{ "9007199254740993.0", 0x1p53 },
		{ "9007199254740993.00000000000000000000000001", 0x1p53 + 2 },
		{ "9007199254740995.0", 0x1p53 + 4 }, { "5e-324", 0x1p-1074 },
		{ "2e-324", 0.0 }, { "2.5e-324", 0x1p-1074 },
		{ "-1e-999", -0.0 }, { "2.2250738585072014e-308", 0x1p-1022 },
		{ "2.2250738585072011e-308", 0x0.fffffffffffffp-1022 },
		{ "1.7976931348623157e308", 0x1.fffffffffffffp1023 },
		{ "1.7976931348623158e308", 0x1.fffffffffffffp1023 },
		{ "1.7976931348623159e308", INFINITY }, { "1e999", INFINITY },
		{ "-1e309", -INFINITY }, { "1e99999999999999999999", INFINITY },
		{ "1e-99999999999999999999", 0.0 },
		{ "0e99999999999999999999", 0.0 },
		{ "0.000000000000000000000000001e27", 1.0 },
		{ "1000000000000000000000000000e-27", 1.0 },
		{ "0.5e00000000000000000000001", 5.0 } };

	(void)state;
	for (size_t i = 0; i < COUNT(doubles); i++)
		if (!is_same(read_double(doubles[i].text), doubles[i].d))
			fail_msg("%s is %.17g", doubles[i].text,
			    read_double(doubles[i].text));
}

/* An exponent may take back what very many digits say. */
static void
long_numbers_are_read_to_their_end(void **state)
{
	static const struct {
		size_t      zeros;
		const char *tail;
		double      d;
	} tails[] = { { 0, "5", 0.5 }, { 1000, "5e1000", 0.5 },
		{ 1000, "5e1001", 5 }, { 9999, "5e9999", 0.5 },
		{ 9999, "5e10000", 5 }, { 9999, "5e20000", INFINITY },
		{ 30000, "5e30000", 0.5 }, { 30000, "5", 0 } };
	struct buf          text;
	struct json_object *document, *value;

	(void)state;
	for (size_t i = 0; i < COUNT(tails); i++) {
		buf_init(&text, TEXT_MAX);
		buf_add_text(&text, "[0.");
		for (size_t j = 0; j < tails[i].zeros; j++)
			buf_add_text(&text, "0");
		buf_add_text(&text, tails[i].tail);
		buf_add_text(&text, "]");
		document = read_block(text.data, text.len);
		assert_non_null(document);
		value = json_object_array_get_idx(document, 0);
		assert_true(is_same(json_object_get_double(value), tails[i].d));
		assert_string_equal(written(document), text.data);
		json_object_put(document);
		buf_free(&text);
	}
}

#define RANDOM_DOUBLES 100000

/* Reads an array of numbers and compares bit by bit; the text is freed. */
static void
assert_doubles(struct buf *text, const double *doubles, size_t count)
{
	struct json_object *document, *value;

	text->data[text->len - 1] = ']';
	document = read_block(text->data, text->len);
	assert_non_null(document);
	assert_int_equal(json_object_array_length(document), count);
	for (size_t i = 0; i < count; i++) {
		value = json_object_array_get_idx(document, i);
		if (!is_same(json_object_get_double(value), doubles[i]))
			fail_msg("%s is read as %.17g", written(value),
			    json_object_get_double(value));
	}
	json_object_put(document);
	buf_free(text);
}

static void
doubles_survive_seventeen_digits(void **state)
{
	static double doubles[RANDOM_DOUBLES];
	uint64_t      seed = 20250601, bits;
	struct buf    text;

	(void)state;
	buf_init(&text, TEXT_MAX);
	buf_add_text(&text, "[");
	for (size_t i = 0; i < RANDOM_DOUBLES; i++) {
		do {
			bits = draw(&seed);
			memcpy(&doubles[i], &bits, sizeof(bits));
		} while (!isfinite(doubles[i]));
		buf_addf(&text, "%.17g,", doubles[i]);
	}
	assert_doubles(&text, doubles, RANDOM_DOUBLES);
}

/* On both sides of where one operation is exact. */
static void
doubles_are_what_strtod_makes_of_them(void **state)
{
	static double doubles[RANDOM_DOUBLES];
	uint64_t      seed = 19991231, digits;
	struct buf    text;
	size_t        start;
	int           exponent;

	(void)state;
	buf_init(&text, TEXT_MAX);
	buf_add_text(&text, "[");
	for (size_t i = 0; i < RANDOM_DOUBLES; i++) {
		digits = draw(&seed) >> draw(&seed) % 64;
		exponent = (int)(draw(&seed) % 61) - 30;
		start = text.len;
		buf_addf(&text, "%s%" PRIu64 "%se%d,",
		    draw(&seed) % 2 == 0 ? "-" : "", digits,
		    draw(&seed) % 2 == 0 ? ".25" : "", exponent);
		doubles[i] = strtod(text.data + start, NULL);
	}
	assert_doubles(&text, doubles, RANDOM_DOUBLES);
}

/* No thread is here to be disturbed. NOLINTBEGIN(concurrency-mt-unsafe) */
static void
numbers_do_not_depend_on_the_locale(void **state)
{
	static const char *const locales[] = { "de_DE.UTF-8", "de_DE.utf8",
		"de_DE", "de_AT.UTF-8", "fr_FR.UTF-8", "es_ES.UTF-8",
		"it_IT.UTF-8", "pl_PL.UTF-8", "ru_RU.UTF-8" };
	static const char        text[] =
	    "[0.1,12.5,-1234567.25,3.141592653589793238462643,1.5e300]";
	struct json_object *document;
	size_t              i = 0;

	(void)state;
	while (i < COUNT(locales) && setlocale(LC_ALL, locales[i]) == NULL)
		i++;
	if (i == COUNT(locales))
		skip();
	assert_string_equal(localeconv()->decimal_point, ",");
	assert_true(is_same(read_double("0.1"), 0.1));
	assert_true(is_same(read_double("3.141592653589793238462643"),
	    3.141592653589793238462643));
	assert_true(is_same(read_double("1.5e300"), 1.5e300));
	document = read_text(text);
	assert_non_null(document);
	assert_string_equal(written(document), text);
	json_object_put(document);
	setlocale(LC_ALL, "C");
}
/* NOLINTEND(concurrency-mt-unsafe) */

/* Names that the reader puts into the same place, and more than it has. */
#define MANY_NAMES 3000

static void
many_names_are_kept_apart(void **state)
{
	struct buf          text;
	struct json_object *document, *object, *value;
	char                name[32];

	(void)state;
	buf_init(&text, TEXT_MAX);
	for (size_t i = 0; i < 2; i++) {
		buf_add_text(&text, i == 0 ? "[{" : ",{");
		for (int j = 0; j < MANY_NAMES; j++)
			buf_addf(&text, "%s\"x%04dx%04dx\":%d",
			    j > 0 ? "," : "", j, j, j);
		buf_add_text(&text, "}");
	}
	buf_add_text(&text, "]");
	document = read_block(text.data, text.len);
	assert_non_null(document);
	for (size_t i = 0; i < 2; i++) {
		object = json_object_array_get_idx(document, i);
		assert_int_equal(json_object_object_length(object), MANY_NAMES);
		for (int j = 0; j < MANY_NAMES; j++) {
			snprintf(name, sizeof(name), "x%04dx%04dx", j, j);
			assert_true(
			    json_object_object_get_ex(object, name, &value));
			assert_int_equal(json_object_get_int(value), j);
		}
	}
	json_object_put(document);
	text.len -= 2;
	buf_add_text(&text, ",\"x0007x0007x\":7}]");
	assert_null(read_block(text.data, text.len));
	buf_free(&text);
}

static void
a_part_outlives_the_document(void **state)
{
	struct json_object *document =
	    read_text("{\"a\":{\"b\":[{\"c\":1},{\"d\":{\"e\":2}}]},\"c\":3}");
	struct json_object *a, *b, *inner;

	(void)state;
	assert_non_null(document);
	assert_true(json_object_object_get_ex(document, "a", &a));
	assert_true(json_object_object_get_ex(a, "b", &b));
	inner = json_object_get(json_object_array_get_idx(b, 1));
	json_object_get(a);
	assert_int_equal(json_object_put(document), 1);
	assert_string_equal(
	    written(a), "{\"b\":[{\"c\":1},{\"d\":{\"e\":2}}]}");
	assert_int_equal(json_object_put(a), 1);
	assert_int_equal(
	    json_object_object_add(inner, "f", json_object_new_string("g")), 0);
	assert_string_equal(written(inner), "{\"d\":{\"e\":2},\"f\":\"g\"}");
	json_object_object_del(inner, "d");
	assert_string_equal(written(inner), "{\"f\":\"g\"}");
	assert_int_equal(json_object_put(inner), 1);
}

static void
every_text_is_overwritten_on_demand(void **state)
{
	struct json_object *document =
	    read_text("{\"a\":\"secret\",\"b\":[\"secret\",{\"c\":\"secret\"}],"
		      "\"n\":null}");

	(void)state;
	assert_non_null(document);
	json_wipe(document);
	assert_null(strstr(written(document), "secret"));
	json_object_put(document);
	json_wipe(NULL);
}

#define MUTATIONS 40000

/* Changes one to three bytes; the length may change too. */
static size_t
mutate(char *text, size_t len, uint64_t *seed)
{
	static const char interesting[] = "{}[]\",:\\/ \n0123456789eE+-.utfn"
					  "\x01\x7f\x80\xc3\xe2\xed\xf0\xff";

	for (uint64_t n = 1 + draw(seed) % 3; n > 0; n--) {
		size_t at = draw(seed) % len;
		char   c = interesting[draw(seed) % (sizeof(interesting) - 1)];

		switch (draw(seed) % 4) {
		case 0: text[at] = (char)draw(seed); break;
		case 1: text[at] = c; break;
		case 2:
			memmove(text + at, text + at + 1, len - at - 1);
			len--;
			break;
		default:
			memmove(text + at + 1, text + at, len - at);
			text[at] = c;
			len++;
		}
	}
	return len;
}

/* Whatever is accepted, json-c accepts too and reads in the same way, but for
 * numbers that it changes. */
static void
random_changes_do_no_harm(void **state)
{
	static const char original[] =
	    "{\"a\":[1,-2.5e+1,true,false,null],\"\\u00e9\":{\"c\":\"\\u20ac"
	    "\xf0\x9f\x9a\xb4 \xc3\xa9\",\"d\":{}},\"a b\":\"\\\"\\\\x\"}";
	char                text[sizeof(original) + 8];
	struct json_object *document;
	uint64_t            seed = 42;
	size_t              len, accepted = 0;

	(void)state;
	for (int i = 0; i < MUTATIONS; i++) {
		memcpy(text, original, sizeof(original) - 1);
		len = mutate(text, sizeof(original) - 1, &seed);
		if ((document = read_block(text, len)) == NULL)
			continue;
		accepted++;
		if (memmem(text, len, "-0", 2) == NULL)
			assert_as_tokener(document, text, len);
		json_object_put(document);
	}
	assert_in_range(accepted, MUTATIONS / 100, MUTATIONS / 2);
}

static void
a_text_is_written_so_that_it_is_read_again(void **state)
{
	static const char   text[] = "a\"b\\c\n\x01\x7f\xc3\xa4/";
	struct buf          b;
	struct json_object *document;

	(void)state;
	buf_init(&b, 256);
	buf_add_text(&b, "[");
	json_add_text(&b, text);
	buf_add_text(&b, "]");
	assert_string_equal(
	    b.data, "[\"a\\u0022b\\u005cc\\u000a\\u0001\x7f\xc3\xa4/\"]");
	document = json_read(b.data, b.len);
	assert_non_null(document);
	assert_string_equal(
	    json_object_get_string(json_object_array_get_idx(document, 0)),
	    text);
	json_object_put(document);
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_json_is_read_as_json_c_reads_it),
		cmocka_unit_test(what_is_no_json_is_refused),
		cmocka_unit_test(a_raw_nul_is_refused_wherever_it_stands),
		cmocka_unit_test(every_cut_is_refused),
		cmocka_unit_test(special_characters_are_found_at_every_place),
		cmocka_unit_test(pairs_are_joined_and_lone_halves_replaced),
		cmocka_unit_test(an_embedded_nul_is_kept),
		cmocka_unit_test(nesting_ends_at_the_limit),
		cmocka_unit_test(integers_are_exact),
		cmocka_unit_test(what_no_int64_holds_is_a_double_with_its_text),
		cmocka_unit_test(a_document_is_written_as_it_came),
		cmocka_unit_test(doubles_are_the_nearest_ones),
		cmocka_unit_test(long_numbers_are_read_to_their_end),
		cmocka_unit_test(doubles_survive_seventeen_digits),
		cmocka_unit_test(doubles_are_what_strtod_makes_of_them),
		cmocka_unit_test(numbers_do_not_depend_on_the_locale),
		cmocka_unit_test(many_names_are_kept_apart),
		cmocka_unit_test(a_part_outlives_the_document),
		cmocka_unit_test(every_text_is_overwritten_on_demand),
		cmocka_unit_test(a_text_is_written_so_that_it_is_read_again),
		cmocka_unit_test(random_changes_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
