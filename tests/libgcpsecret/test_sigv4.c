/* SPDX-License-Identifier: MIT */
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

#include "sigv4.h"
#include "test.h"

/* The key of AWS's own examples. */
#define KEY_ID "AKIDEXAMPLE"
#define SECRET_KEY "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct sigv4 caller_identity = {
	.host = "sts.us-east-2.amazonaws.com",
	.query = "Action=GetCallerIdentity&Version=2011-06-15",
	.region = "us-east-2",
	.service = "sts",
	.key_id = KEY_ID,
	.secret_key = SECRET_KEY,
	.date = "20261123T120000Z",
};

/* What the test suite of AWS has in common. */
static const struct sigv4 suite = {
	.host = "example.amazonaws.com",
	.query = "",
	.region = "us-east-1",
	.service = "service",
	.key_id = KEY_ID,
	.secret_key = SECRET_KEY,
	.date = "20150830T123600Z",
};

static void
assert_authorization(const struct sigv4 *request, const char *expected)
{
	struct buf out;

	buf_init(&out, 4096);
	assert_true(gs_sigv4_authorize(&out, request));
	assert_string_equal(out.data, expected);
	buf_free(&out);
}

static void
the_caller_of_sts_signs_host_and_date(void **state)
{
	(void)state;
	assert_authorization(&caller_identity,
	    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261123/us-east-2/sts/"
	    "aws4_request, SignedHeaders=host;x-amz-date, Signature="
	    "9618762698df2ff45dead2e52733cfd5625c04726f11b8d13c2b2bcf3325da09");
}

static void
a_session_token_is_signed_too(void **state)
{
	struct sigv4 request = caller_identity;

	(void)state;
	request.session_token = "SESSIONTOKEN";
	assert_authorization(&request,
	    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261123/us-east-2/sts/"
	    "aws4_request, SignedHeaders=host;x-amz-date;x-amz-security-token, "
	    "Signature="
	    "1a2ac4f9f48dee7921b0aefae17edae41acf06047475d9f9cdb294ac3d207391");
}

static void
a_query_is_signed_in_its_canonical_form(void **state)
{
	/* The first two are of AWS's suite: post-vanilla, post-vanilla-query.*/
	static const struct {
		const char *query, *signature;
	} cases[] = {
		{ "", "5da7c1a2acd57cee7505fc6676e4e544"
		      "621c30862966e37dddb68e92efbe5d6b" },
		{ "Param1=value1", "28038455d6de14eafc1f9222cf5aa6f1"
				   "a96197d7deb8263271d420d138af7f11" },
		/* "Param1=value1&Param2=value2" */
		{ "Param2=value2&Param1=value1",
		    "2b37a9e7762da9ec525b42b43affeab3"
		    "7e761dd25cdb6d610e0b9a88a4b633b4" },
		/* "Param1=value1&Param1=value2" */
		{ "Param1=value2&Param1=value1",
		    "f94d5dacc2e162a6e4a17db2e896f53f"
		    "6f53916e298645f4a852c717d66c8a9c" },
		/* "a=2&a-b=1": by names, though "-" is less than "=" */
		{ "a-b=1&a=2", "73add690c64cd9640392a9e3ed17009a"
			       "54945a07e17effd982cb1f2e0e48f54f" },
		/* "%25zz=1&a=~A%20b%2B" */
		{ "a=%7e%41+b%2b&%zz=1", "fba5fdc9f2a26dbd0540494eff5dbff3"
					 "02b57245b2ad884fe7ea8ae609f11f06" },
		/* "a=&b=" */
		{ "b&a=", "7f8fa77d0179dce5dc7ebee8368effb7"
			  "d2eb5f47c2938dea9cd3b6e514a10921" },
		/* "a=1&b=2" */
		{ "a=1&&b=2&", "4b12901438425483b260d05f04e75188"
			       "72d21d6f04f10e4b55e197ecc37966c8" },
		/* "x=a%3Db" */
		{ "x=a=b", "6c6ebaed673b43a831d68e96df23418a"
			   "9c76740a3fd780ea5b9bedb56974c7b3" },
		/* "x=%2500": no text can hold a NUL */
		{ "x=%00", "284b8fc5a7e6aa1f4c00d524d3f5ffab"
			   "3005f933d447b8457089f5a69d1f8e04" },
		/* "x=100%25" */
		{ "x=100%", "d44b51cfa43717202ee284599143f114"
			    "9f1892513eddfd388f861b799d1d119f" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sigv4 request = suite;
		struct buf   expected;

		request.query = cases[i].query;
		buf_init(&expected, 4096);
		assert_true(buf_addf(&expected,
		    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/"
		    "us-east-1/service/aws4_request, "
		    "SignedHeaders=host;x-amz-date, Signature=%s",
		    cases[i].signature));
		assert_authorization(&request, expected.data);
		buf_free(&expected);
	}
}

static void
whatever_is_signed_changes_the_signature(void **state)
{
	struct sigv4 others[7];
	struct buf   first, other;

	(void)state;
	for (size_t i = 0; i < COUNT(others); i++)
		others[i] = caller_identity;
	others[0].host = "sts.us-east-2.amazonaws.com.evil.example";
	others[1].query = "Action=GetSessionToken&Version=2011-06-15";
	others[2].region = "us-east-1";
	others[3].service = "iam";
	others[4].secret_key = "another";
	others[5].session_token = "";
	others[6].date = "20261123T120001Z";
	buf_init(&first, 4096);
	buf_init(&other, 4096);
	assert_true(gs_sigv4_authorize(&first, &caller_identity));
	for (size_t i = 0; i < COUNT(others); i++) {
		buf_clear(&other);
		assert_true(gs_sigv4_authorize(&other, &others[i]));
		assert_string_not_equal(strstr(first.data, "Signature="),
		    strstr(other.data, "Signature="));
	}
	buf_free(&first);
	buf_free(&other);
}

static void
what_is_too_long_is_not_signed(void **state)
{
	char        *text = calloc(1, 40001);
	struct sigv4 requests[4];
	struct buf   out;

	(void)state;
	assert_non_null(text);
	memset(text, 'x', 40000);
	for (size_t i = 0; i < COUNT(requests); i++)
		requests[i] = caller_identity;
	requests[0].query = text;
	requests[1].secret_key = text;
	requests[2].session_token = text;
	requests[3].region = text;
	for (size_t i = 0; i < COUNT(requests); i++) {
		buf_init(&out, SIZE_MAX / 4);
		assert_false(gs_sigv4_authorize(&out, &requests[i]));
		assert_int_equal(out.len, 0);
		buf_free(&out);
	}
	/* Nor is half an authorization left to be used. */
	buf_init(&out, 64);
	assert_false(gs_sigv4_authorize(&out, &caller_identity));
	assert_false(buf_ok(&out));
	buf_free(&out);
	free(text);
}

static void
the_callers_queue_of_errors_is_left_alone(void **state)
{
	(void)state;
	ERR_clear_error();
	ERR_raise(ERR_LIB_USER, 42);
	the_caller_of_sts_signs_host_and_date(state);
	assert_int_equal(ERR_GET_REASON(ERR_get_error()), 42);
	assert_int_equal(ERR_get_error(), 0);
}

static void
a_date_has_no_punctuation(void **state)
{
	static const struct {
		int64_t     utc_s;
		const char *date; /* NULL: none */
	} cases[] = {
		{ 1440938160, "20150830T123600Z" },
		{ 1795435200, "20261123T120000Z" },
		{ 0, "19700101T000000Z" },
		{ 253402300799, "99991231T235959Z" },
		{ 253402300800, NULL },
		{ -1, NULL },
		{ INT64_MAX, NULL },
		{ INT64_MIN, NULL },
	};
	char date[SIGV4_DATE_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(
		    gs_sigv4_date(cases[i].utc_s, date), cases[i].date != NULL);
		if (cases[i].date != NULL)
			assert_string_equal(date, cases[i].date);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_caller_of_sts_signs_host_and_date),
		cmocka_unit_test(a_session_token_is_signed_too),
		cmocka_unit_test(a_query_is_signed_in_its_canonical_form),
		cmocka_unit_test(whatever_is_signed_changes_the_signature),
		cmocka_unit_test(what_is_too_long_is_not_signed),
		cmocka_unit_test(the_callers_queue_of_errors_is_left_alone),
		cmocka_unit_test(a_date_has_no_punctuation),
	};

	return cmocka_run_group_tests_name(
	    "libgcpsecret sigv4", tests, NULL, NULL);
}
