/* SPDX-License-Identifier: MIT */

/*
 * What Strava's token endpoint may answer, and what becomes of the refresh
 * token in it.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_transport.h"
#include "test.h"

static const strava_app app = { .client_id = "42", .client_secret = "s3cret" };

/* Tokens of a reply; an hour and a half are left. */
#define ACCESS "\"access_token\":\"ACC\""
#define REFRESH "\"refresh_token\":\"REF\""
#define EXPIRES "\"expires_at\":1795440600,\"expires_in\":5400"

enum verdict {
	WHOLE,    /* a token */
	SALVAGED, /* its refresh token alone */
	REFUSED   /* FORMAT, in doubt */
};

struct row {
	const char  *reply;
	enum verdict verdict;
};

/* Expects a verdict on a refresh whose answer is a[0]. */
static void
expect(struct fake *fake, const char *reply, enum verdict verdict)
{
	strava_token *token = (strava_token *)1;
	strava_error  err = { .status = STRAVA_ERR_NOMEM };
	strava_status status;

	fake->calls = 0;
	status = strava_oauth_refresh(fake->client, &app, "old", &token, &err);
	if (status != (verdict == REFUSED ? STRAVA_ERR_FORMAT : STRAVA_OK))
		fail_msg("%s: %s %s", reply, strava_status_name(status),
		    err.message);
	if (verdict == REFUSED) {
		assert_null(token);
		assert_int_equal(err.status, STRAVA_ERR_FORMAT);
		assert_int_equal(err.http_status, 200);
		assert_int_equal(err.in_doubt, 1);
		assert_non_null(strstr(err.message, "token reply"));
		return;
	}
	assert_int_equal(err.status, STRAVA_ERR_NOMEM); /* left alone */
	if (strcmp(token->refresh_token, "REF") != 0)
		fail_msg("%s: %s", reply, token->refresh_token);
	if ((token->access_token != NULL) != (verdict == WHOLE))
		fail_msg("%s: %s", reply,
		    verdict == WHOLE ? "salvaged" : "taken as whole");
	if (verdict == WHOLE)
		assert_string_equal(token->access_token, "ACC");
	else
		assert_true(token->expires_at == 0);
	strava_token_free(token);
}

static void
expect_all(const struct row *rows, size_t count)
{
	struct fake fake;

	fake_start(&fake);
	for (size_t i = 0; i < count; i++) {
		fake.answers[0] = fake_answer(200, rows[i].reply);
		expect(&fake, rows[i].reply, rows[i].verdict);
	}
	fake_stop(&fake);
}
#define EXPECT_ALL(rows) expect_all(rows, sizeof(rows) / sizeof((rows)[0]))

static void
a_reply_is_read_whole(void **state)
{
	static const struct row rows[] = {
		{ "{" ACCESS "," REFRESH "," EXPIRES "}", WHOLE },
		{ " \r\n\t{" EXPIRES "," REFRESH " , " ACCESS "}\n", WHOLE },
		{ "{\"token_type\":\"Bearer\"," ACCESS "," REFRESH "," EXPIRES
		  "}",
		    WHOLE },
		{ "{\"token_type\":\"bearer\"," ACCESS "," REFRESH "," EXPIRES
		  "}",
		    WHOLE },
		{ "{" ACCESS "," REFRESH "," EXPIRES ",\"scope\":[\"read\"]}",
		    WHOLE },
		{ "{" ACCESS "," REFRESH "," EXPIRES ",\"athlete\":null}",
		    WHOLE },
		{ "{" ACCESS "," REFRESH ",\"expires_at\":1795440600}", WHOLE },
		{ "{" ACCESS "," REFRESH ",\"expires_at\":1795440600"
		  ",\"expires_in\":null}",
		    WHOLE },
		/* What is not asked for may be anything that is JSON. */
		{ "{\"x\":{\"refresh_token\":\"no\",\"a\":[1,-2.5e+3,true,"
		  "false,null,\"\\u00e9\\n\"]}," ACCESS "," REFRESH "," EXPIRES
		  "}",
		    WHOLE },
		{ "{\"Refresh_Token\":\"no\"," ACCESS "," REFRESH "," EXPIRES
		  "}",
		    WHOLE },
	};

	(void)state;
	EXPECT_ALL(rows);
}

static void
a_refresh_token_is_salvaged_from_an_odd_reply(void **state)
{
	static const struct row rows[] = {
		{ "{" REFRESH "}", SALVAGED },
		{ "{" REFRESH "," EXPIRES "}", SALVAGED },
		{ "{" REFRESH "," ACCESS "}", SALVAGED },
		{ "{" REFRESH "," ACCESS ",\"expires_in\":5400}", SALVAGED },
		{ "{" REFRESH "," ACCESS "," EXPIRES, SALVAGED },
		{ "{" REFRESH "," ACCESS "," EXPIRES "} x", SALVAGED },
		{ "{" REFRESH "," ACCESS "," EXPIRES "}{}", SALVAGED },
		{ "{" REFRESH "," ACCESS "," EXPIRES ",}", SALVAGED },
		{ "{" REFRESH " nonsense", SALVAGED },
		{ "{" REFRESH "," EXPIRES ",\"access_token\":5}", SALVAGED },
		{ "{" REFRESH "," EXPIRES ",\"access_token\":\"\"}", SALVAGED },
		{ "{" REFRESH "," EXPIRES ",\"access_token\":\"a b\"}",
		    SALVAGED },
		{ "{" REFRESH "," EXPIRES ",\"access_token\":\"a\\u0041\"}",
		    SALVAGED },
		{ "{" REFRESH "," EXPIRES ",\"access_token\":\"\xc3\xa9\"}",
		    SALVAGED },
		{ "{" REFRESH "," EXPIRES "," ACCESS "," ACCESS "}", SALVAGED },
		{ "{" REFRESH "," EXPIRES "," EXPIRES "," ACCESS "}",
		    SALVAGED },
		{ "{\"token_type\":\"mac\"," REFRESH "," ACCESS "," EXPIRES "}",
		    SALVAGED },
		{ "{\"token_type\":7," REFRESH "," ACCESS "," EXPIRES "}",
		    SALVAGED },
		/* An expiry that is no exact number, or beyond belief. */
		{ "{" REFRESH "," ACCESS ",\"expires_at\":\"1795440600\"}",
		    SALVAGED },
		{ "{" REFRESH "," ACCESS ",\"expires_at\":1795440600.0}",
		    SALVAGED },
		{ "{" REFRESH "," ACCESS ",\"expires_at\":1.7e9}", SALVAGED },
		{ "{" REFRESH "," ACCESS ",\"expires_at\":true}", SALVAGED },
		{ "{" REFRESH "," ACCESS ",\"expires_at\":null}", SALVAGED },
		{ "{" REFRESH "," ACCESS ",\"expires_at\":0}", SALVAGED },
		{ "{" REFRESH "," ACCESS ",\"expires_at\":-1}", SALVAGED },
		{ "{" REFRESH "," ACCESS ",\"expires_at\":9999999999}",
		    SALVAGED },
		{ "{" REFRESH "," ACCESS ",\"expires_at\":"
		  "99999999999999999999}",
		    SALVAGED },
		{ "{" REFRESH "," ACCESS ",\"expires_at\":01795440600}",
		    SALVAGED },
		{ "{" REFRESH "," ACCESS "," EXPIRES ",\"x\":NaN}", SALVAGED },
		{ "{" REFRESH "," ACCESS "," EXPIRES ",'x':1}", SALVAGED },
		{ "{" REFRESH "," ACCESS "," EXPIRES ",\"x\":\"\n\"}",
		    SALVAGED },
		{ "{" REFRESH "," ACCESS "," EXPIRES ",/**/\"x\":1}",
		    SALVAGED },
		{ "{" REFRESH "," ACCESS "," EXPIRES ",\"x\":"
		  "[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]}",
		    SALVAGED },
	};

	(void)state;
	EXPECT_ALL(rows);
}

static void
without_a_refresh_token_a_reply_is_refused(void **state)
{
	static const struct row rows[] = {
		{ "", REFUSED },
		{ "null", REFUSED },
		{ "[]", REFUSED },
		{ "{}", REFUSED },
		{ "<html>", REFUSED },
		{ "\xef\xbb\xbf{" ACCESS "," REFRESH "," EXPIRES "}", REFUSED },
		{ "{" ACCESS "," EXPIRES "}", REFUSED },
		{ "{" ACCESS "," EXPIRES ",\"refresh_token\":null}", REFUSED },
		{ "{" ACCESS "," EXPIRES ",\"refresh_token\":5}", REFUSED },
		{ "{" ACCESS "," EXPIRES ",\"refresh_token\":\"\"}", REFUSED },
		{ "{" ACCESS "," EXPIRES ",\"refresh_token\":[\"REF\"]}",
		    REFUSED },
		{ "{" ACCESS "," EXPIRES ",\"refresh_token\":\"a b\"}",
		    REFUSED },
		{ "{" ACCESS "," EXPIRES ",\"refresh_token\":\"a\tb\"}",
		    REFUSED },
		{ "{" ACCESS "," EXPIRES ",\"refresh_token\":\"a\\r\\nX: y\"}",
		    REFUSED },
		{ "{" ACCESS "," EXPIRES ",\"refresh_token\":\"a\\u0000\"}",
		    REFUSED },
		{ "{" ACCESS "," EXPIRES ",\"refresh_token\":\"a\\/b\"}",
		    REFUSED },
		{ "{" ACCESS "," EXPIRES ",\"refresh_token\":\"\xc3\xa9\"}",
		    REFUSED },
		{ "{" ACCESS "," EXPIRES ",\"refresh_token\":\"\x7f\"}",
		    REFUSED },
		{ "{" ACCESS "," EXPIRES ",\"Refresh_Token\":\"REF\"}",
		    REFUSED },
		{ "{" ACCESS "," EXPIRES ",\"refresh_token\\u0000x\":\"REF\"}",
		    REFUSED },
		{ "{\"athlete\":{" REFRESH "}," ACCESS "," EXPIRES "}",
		    REFUSED },
		/* Which of the two? */
		{ "{" REFRESH "," REFRESH "," ACCESS "," EXPIRES "}", REFUSED },
		{ "{" REFRESH ",\"refresh_token\":null}", REFUSED },
	};

	(void)state;
	EXPECT_ALL(rows);
}

static void
a_key_in_another_spelling_is_no_second_token(void **state)
{
	static const struct row rows[] = {
		{ "{" REFRESH ",\"refresh\\u005ftoken\":\"X\"," ACCESS
		  "," EXPIRES "}",
		    SALVAGED },
	};

	(void)state;
	EXPECT_ALL(rows);
}

/* A byte of zero ends nothing and hides nothing. */
static void
a_zero_byte_is_no_json(void **state)
{
	static const char reply[] =
	    "{" ACCESS "," REFRESH "," EXPIRES "}\0{\"x\":1}";
	static const char inside[] =
	    "{" ACCESS "," EXPIRES ",\"refresh_token\":\"REF\0\"}";
	struct fake fake;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = (struct fake_answer){
		.http_status = 200, .body = reply, .body_len = sizeof(reply) - 1
	};
	expect(&fake, "zero behind", SALVAGED);
	fake.answers[0] = (struct fake_answer){ .http_status = 200,
		.body = inside,
		.body_len = sizeof(inside) - 1 };
	expect(&fake, "zero inside", REFUSED);
	fake_stop(&fake);
}

static void
a_token_is_at_most_1024_bytes(void **state)
{
	char        reply[2200], text[1100];
	struct fake fake;

	(void)state;
	fake_start(&fake);
	for (int len = 1024; len <= 1025; len++) {
		memset(text, 'r', sizeof(text));
		text[len] = '\0';
		snprintf(reply, sizeof(reply),
		    "{" REFRESH "," EXPIRES ",\"access_token\":\"%s\"}", text);
		fake.answers[0] = fake_answer(200, reply);
		if (len == 1025) {
			expect(&fake, "1025 bytes", SALVAGED);
		} else {
			strava_token *token;

			assert_int_equal(strava_oauth_refresh(fake.client, &app,
					     "old", &token, NULL),
			    STRAVA_OK);
			assert_string_equal(token->access_token, text);
			strava_token_free(token);
		}
	}
	fake_stop(&fake);
}

/* The road from the first byte to the last, with and without an end. */
static void
a_reply_cut_at_any_byte_keeps_its_refresh_token(void **state)
{
	static const char reply[] =
	    "{\"token_type\":\"Bearer\"," ACCESS "," EXPIRES "," REFRESH
	    ",\"scope\":\"read\","
	    "\"x\":[1,{\"y\":null}]}";
	size_t        given = (size_t)(strstr(reply, "REF\"") + 4 - reply);
	struct fake   fake;
	strava_token *token;
	strava_error  err;

	(void)state;
	fake_start(&fake);
	for (size_t cut = 0; cut < sizeof(reply) - 1; cut++) {
		bool          told = cut % 2 == 0; /* that it was cut */
		strava_status lost =
		    told ? STRAVA_ERR_NETWORK : STRAVA_ERR_FORMAT;

		fake.answers[0] = (struct fake_answer){ .http_status = 200,
			.body = cut > 0 ? reply : NULL,
			.body_len = cut,
			.failure = told ? STRAVA_ERR_NETWORK : STRAVA_OK };
		if (cut >= given) {
			expect(&fake, "cut", SALVAGED);
			continue;
		}
		assert_int_equal(strava_oauth_refresh(
				     fake.client, &app, "old", &token, &err),
		    lost);
		assert_int_equal(err.in_doubt, 1);
		assert_null(token);
	}
	/* All of it, and then the connection broke: nothing is missing. */
	fake.answers[0] = (struct fake_answer){
		.http_status = 200, .body = reply, .failure = STRAVA_ERR_TIMEOUT
	};
	expect(&fake, "whole", WHOLE);
	fake_stop(&fake);
}

static void
only_a_success_gives_tokens(void **state)
{
	struct fake   fake;
	strava_token *token;
	strava_error  err;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = (struct fake_answer){ .http_status = 500,
		.body = "{" ACCESS "," REFRESH "," EXPIRES "}" };
	assert_int_equal(
	    strava_oauth_refresh(fake.client, &app, "old", &token, &err),
	    STRAVA_ERR_SERVER);
	assert_int_equal(err.in_doubt, 1);
	fake.answers[0].http_status = 0; /* a body without a status line */
	fake.answers[0].failure = STRAVA_ERR_NETWORK;
	assert_int_equal(
	    strava_oauth_refresh(fake.client, &app, "old", &token, &err),
	    STRAVA_ERR_NETWORK);
	assert_int_equal(err.in_doubt, 1);
	fake_stop(&fake);
}

static void
an_exchange_tells_whose_the_token_is(void **state)
{
	static const struct {
		const char *athlete;
		int64_t     id; /* 0: refused */
	} rows[] = {
		{ "{\"id\":134815}", 134815 },
		{ "{\"firstname\":\"J\\u00fcrgen\",\"id\":1,\"bikes\":"
		  "[{\"id\":\"b1\"}]}",
		    1 },
		{ "{\"id\":9007199254740993}", INT64_C(9007199254740993) },
		{ "{\"id\":9223372036854775807}", INT64_MAX },
		{ "{\"id\":9223372036854775808}", 0 },
		{ "{\"id\":0}", 0 },
		{ "{\"id\":-1}", 0 },
		{ "{\"id\":1.5}", 0 },
		{ "{\"id\":\"123\"}", 0 },
		{ "{\"id\":null}", 0 },
		{ "{\"id\":1,\"id\":2}", 0 },
		{ "{}", 0 },
		{ "null", 0 },
		{ "7", 0 },
	};
	char          reply[512];
	struct fake   fake;
	strava_token *token;
	strava_error  err;

	(void)state;
	fake_start(&fake);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		strava_status expected =
		    rows[i].id != 0 ? STRAVA_OK : STRAVA_ERR_FORMAT;

		snprintf(reply, sizeof(reply),
		    "{\"token_type\":\"Bearer\"," ACCESS "," REFRESH "," EXPIRES
		    ",\"scope\":\"read,activity:read\",\"athlete\":%s}",
		    rows[i].athlete);
		fake.answers[0] = fake_answer(200, reply);
		if (strava_oauth_exchange(
			fake.client, &app, "c", &token, &err) != expected)
			fail_msg("%s", rows[i].athlete);
		if (expected != STRAVA_OK) {
			assert_null(token);
			assert_int_equal(err.in_doubt, 1);
			continue;
		}
		assert_true(token->athlete_id == rows[i].id);
		assert_true(token->expires_at == 1795440600);
		assert_true(token->expires_in == 5400);
		assert_string_equal(token->scope, "read,activity:read");
		strava_token_free(token);
	}
	fake_stop(&fake);
}

/* Without the athlete a refresh token is of no use to anybody. */
static void
an_exchange_salvages_nothing(void **state)
{
	struct fake   fake;
	strava_token *token;

	(void)state;
	fake_start(&fake);
	fake.answers[0] =
	    fake_answer(200, "{" REFRESH ",\"athlete\":{\"id\":1}");
	assert_int_equal(
	    strava_oauth_exchange(fake.client, &app, "c", &token, NULL),
	    STRAVA_ERR_FORMAT);
	fake_stop(&fake);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reply_is_read_whole),
		cmocka_unit_test(a_refresh_token_is_salvaged_from_an_odd_reply),
		cmocka_unit_test(without_a_refresh_token_a_reply_is_refused),
		cmocka_unit_test(a_key_in_another_spelling_is_no_second_token),
		cmocka_unit_test(a_zero_byte_is_no_json),
		cmocka_unit_test(a_token_is_at_most_1024_bytes),
		cmocka_unit_test(
		    a_reply_cut_at_any_byte_keeps_its_refresh_token),
		cmocka_unit_test(only_a_success_gives_tokens),
		cmocka_unit_test(an_exchange_tells_whose_the_token_is),
		cmocka_unit_test(an_exchange_salvages_nothing),
	};

	return cmocka_run_group_tests_name(
	    "libstrava token", tests, NULL, NULL);
}
