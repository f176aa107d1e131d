/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "google.h"

#define REPLY(token, seconds)                                       \
	{                                                           \
		.status = 200, .body = TOKEN_REPLY(token, seconds), \
		.headers = FLAVOR                                   \
	}
#define SECRET_ANSWER                       \
	{                                   \
		.status = 200, .body = GOOD \
	}

/* How many of the requests so far asked for a token. */
static size_t
grants(struct google *g)
{
	size_t n = 0;

	for (size_t i = 0; i < loopback_count(g->peer); i++)
		n += strstr(loopback_request(g->peer, i)->target, "token") !=
		     NULL;
	return n;
}

static void
a_users_token_is_asked_for_in_a_form(void **state)
{
	static const struct loopback_answer script[] = { REPLY(TOKEN, "3599"),
		SECRET_ANSWER };
	const struct loopback_request      *request;
	struct google                       g;

	(void)state;
	google_start(&g, script, COUNT(script));
	google_use_user(&g);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	request = loopback_request(g.peer, 0);
	assert_string_equal(request->method, "POST");
	assert_string_equal(request->target, "/token");
	assert_header(
	    &g, 0, "Content-Type", "application/x-www-form-urlencoded");
	assert_header(&g, 0, "Authorization", NULL);
	assert_string_equal(request->body,
	    "grant_type=refresh_token&refresh_token=1%2F%2Frefresh-token&"
	    "client_id=id%261&client_secret=" CLIENT_SECRET);
	assert_header(&g, 1, "Authorization", "Bearer " TOKEN);
	google_end(&g);
}

static void
the_second_access_is_one_round_trip(void **state)
{
	static const struct loopback_answer script[] = { REPLY(TOKEN, "3599"),
		SECRET_ANSWER };
	struct google                       g;

	(void)state;
	google_start(&g, script, COUNT(script));
	google_use_user(&g);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_int_equal(loopback_count(g.peer), 2);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_int_equal(loopback_count(g.peer), 3);
	/* And no new connection either. */
	assert_int_equal(loopback_connections(g.peer), 1);
	google_end(&g);
}

static void
a_service_account_signs_its_own_token(void **state)
{
	static const struct loopback_answer good[] = { SECRET_ANSWER };
	struct google                       g;
	char                                first[4096], second[4096];

	(void)state;
	google_start(&g, good, 1);
	google_use_service_account(&g);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_int_equal(loopback_count(g.peer), 2);
	assert_true(loopback_header(loopback_request(g.peer, 0),
	    "Authorization", first, sizeof(first)));
	assert_memory_equal(first, "Bearer eyJ", 10);
	assert_header(&g, 1, "Authorization", first);

	/* Signed anew 225 s before the end, which is 3590 s after the start. */
	g.now += 3590 - 226;
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_header(&g, 2, "Authorization", first);
	g.now += 1;
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_true(loopback_header(loopback_request(g.peer, 3),
	    "Authorization", second, sizeof(second)));
	assert_string_not_equal(first, second);
	google_end(&g);
}

static void
a_token_is_renewed_before_its_end(void **state)
{
	/* life, second at which it is still used, second at which it is not */
	static const struct {
		const char *body;
		int64_t     fresh, stale;
	} cases[] = {
		{ TOKEN_REPLY(TOKEN, "3599"), 3599 - 226, 3599 - 225 },
		{ TOKEN_REPLY(TOKEN, "\"3599\""), 3599 - 226, 3599 - 225 },
		{ TOKEN_REPLY(TOKEN, "900"), 900 - 226, 900 - 225 },
		/* A margin of 225 s would renew a short one all the time. */
		{ TOKEN_REPLY(TOKEN, "100"), 74, 75 },
		{ TOKEN_REPLY(TOKEN, "3"), 2, 3 },
		{ TOKEN_REPLY(TOKEN, "1"), 0, 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct loopback_answer script[] = {
			{ .status = 200, .body = cases[i].body },
			SECRET_ANSWER,
			SECRET_ANSWER,
			REPLY("ya29.second", "3599"),
			SECRET_ANSWER,
		};
		struct google g;

		google_start(&g, script, COUNT(script));
		google_use_user(&g);
		assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
		g.now += cases[i].fresh;
		assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
		assert_int_equal(grants(&g), 1);
		g.now += cases[i].stale - cases[i].fresh;
		assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
		assert_int_equal(grants(&g), 2);
		assert_header(&g, 4, "Authorization", "Bearer ya29.second");
		google_end(&g);
	}
}

static void
a_failed_early_renewal_keeps_the_token_and_backs_off(void **state)
{
	static const struct loopback_answer script[] = {
		REPLY(TOKEN, "3600"), SECRET_ANSWER,
		{ .status = 400, .body = "{\"error\":\"invalid_grant\"}" },
		SECRET_ANSWER, /* at -180 s, with the old token */
		SECRET_ANSWER, /* in the same second: no second attempt */
		{ .status = 400, .body = "{\"error\":\"invalid_grant\"}" },
		SECRET_ANSWER, /* 1 s later: the second attempt */
		SECRET_ANSWER, /* 1 s later: the pause is 2 s now */
		REPLY("ya29.second", "3600"),
		SECRET_ANSWER, /* 1 s later: the third attempt, a new token */
	};
	static const int64_t steps[] = { 3420, 0, 1, 1, 1 };
	static const size_t  counts[] = { 4, 5, 7, 8, 10 };
	struct google        g;

	(void)state;
	google_start(&g, script, COUNT(script));
	google_use_user(&g);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	for (size_t i = 0; i < COUNT(steps); i++) {
		g.now += steps[i];
		assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
		assert_int_equal(loopback_count(g.peer), counts[i]);
		assert_header(&g, counts[i] - 1, "Authorization",
		    i < 4 ? "Bearer " TOKEN : "Bearer ya29.second");
	}
	assert_holds(g.log, "the token is not renewed yet: ");
	google_end(&g);
}

static void
the_pause_between_early_renewals_ends_at_30_s(void **state)
{
	static const struct loopback_answer script[] = {
		REPLY(TOKEN, "3600"),
		SECRET_ANSWER,
		{ .status = 400 },
		SECRET_ANSWER,
		{ .status = 400 },
		SECRET_ANSWER,
		{ .status = 400 },
		SECRET_ANSWER,
		{ .status = 400 },
		SECRET_ANSWER,
		{ .status = 400 },
		SECRET_ANSWER,
		{ .status = 400 },
		SECRET_ANSWER,
		{ .status = 400 },
		SECRET_ANSWER,
		{ .status = 400 },
		SECRET_ANSWER,
	};
	static const int64_t steps[] = { 3375, 1, 2, 4, 8, 16, 30, 30 };
	struct google        g;

	(void)state;
	google_start(&g, script, COUNT(script));
	google_use_user(&g);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	for (size_t i = 0; i < COUNT(steps); i++) {
		g.now += steps[i];
		assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
		assert_int_equal(grants(&g), 2 + i);
	}
	google_end(&g);
}

static void
an_ended_token_is_not_used(void **state)
{
	static const struct loopback_answer script[] = {
		REPLY(TOKEN, "3600"),
		SECRET_ANSWER,
		{ .status = 400, .body = "{\"error\":\"invalid_grant\"}" },
		SECRET_ANSWER,
		{ .status = 400, .body = "{\"error\":\"invalid_grant\"}" },
	};
	struct google g;

	(void)state;
	google_start(&g, script, COUNT(script));
	google_use_user(&g);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	/* Ten seconds for the way, and for clocks that differ. */
	g.now += 3589;
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	g.now += 1;
	assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_REFUSED);
	assert_int_equal(loopback_count(g.peer), 5);
	google_end(&g);
}

/* 3400 s pass while the first token is under way. */
static int64_t
jump_with_the_first_request(void *ctx)
{
	struct google *g = ctx;

	return loopback_count(g->peer) > 0 ? 3400000 : 0;
}

static void
a_token_ages_while_it_is_under_way(void **state)
{
	static const struct loopback_answer script[] = {
		REPLY(TOKEN, "3600"),
		SECRET_ANSWER,
		REPLY("ya29.second", "3600"),
		SECRET_ANSWER,
	};
	struct google g;

	(void)state;
	google_start(&g, script, COUNT(script));
	google_use_user(&g);
	gcpsecret_client_set_steady_clock(
	    g.client, jump_with_the_first_request, &g);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_int_equal(grants(&g), 2);
	google_end(&g);
}

static void
a_token_that_the_api_refuses_is_replaced_once(void **state)
{
	static const struct loopback_answer script[] = {
		REPLY(TOKEN, "3599"),
		{ .status = 401,
		    .body = "{\"error\":{\"code\":401,\"message\":\"expired\","
			    "\"status\":\"UNAUTHENTICATED\"}}" },
		REPLY("ya29.second", "3599"),
		SECRET_ANSWER,
	};
	struct google g;

	(void)state;
	google_start(&g, script, COUNT(script));
	google_use_user(&g);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_int_equal(loopback_count(g.peer), 4);
	assert_header(&g, 1, "Authorization", "Bearer " TOKEN);
	assert_header(&g, 3, "Authorization", "Bearer ya29.second");
	google_end(&g);
}

static void
a_token_refused_twice_is_an_error(void **state)
{
	static const struct loopback_answer script[] = {
		REPLY(TOKEN, "3599"),
		{ .status = 401 },
		REPLY("ya29.second", "3599"),
		{ .status = 401 },
	};
	struct google g;

	(void)state;
	google_start(&g, script, COUNT(script));
	google_use_user(&g);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_REFUSED);
	assert_int_equal(g.err.http_status, 401);
	assert_int_equal(loopback_count(g.peer), 4);
	google_end(&g);
}

static void
without_a_token_401_is_final(void **state)
{
	static const struct loopback_answer no[] = { { .status = 401 } };
	struct google                       g;

	(void)state;
	google_start(&g, no, 1);
	google_use_emulator(&g);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_REFUSED);
	assert_int_equal(loopback_count(g.peer), 1);
	google_end(&g);
}

/* A token of `len` letters as a reply; to be freed. */
static char *
long_token(size_t len)
{
	char *token = malloc(len + 1), *reply;

	assert_non_null(token);
	memset(token, 'x', len);
	token[len] = '\0';
	assert_true(
	    asprintf(&reply, "{\"access_token\":\"%s\",\"expires_in\":3599}",
		token) > 0);
	free(token);
	return reply;
}

static void
long_tokens_are_carried_whole(void **state)
{
	static const struct {
		size_t           len;
		gcpsecret_status status;
	} cases[] = {
		{ 1, GCPSECRET_OK },
		{ 2048, GCPSECRET_OK },
		{ 16384, GCPSECRET_OK },
		{ 16385, GCPSECRET_ERR_FORMAT },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char                  *reply = long_token(cases[i].len);
		struct loopback_answer script[] = {
			{ .status = 200, .body = reply },
			SECRET_ANSWER,
		};
		struct google g;
		char          header[20000];

		google_start(&g, script, COUNT(script));
		google_use_user(&g);
		assert_int_equal(google_access(&g, NAME), cases[i].status);
		if (cases[i].status == GCPSECRET_OK) {
			assert_true(loopback_header(loopback_request(g.peer, 1),
			    "Authorization", header, sizeof(header)));
			assert_int_equal(
			    strlen(header), strlen("Bearer ") + cases[i].len);
		}
		google_end(&g);
		free(reply);
	}
}

/* Replies that hold no usable token, and what is said about them. */
static const struct {
	const char *body, *message;
} replies[] = {
	{ "", "not JSON" },
	{ "<html>", "not JSON" },
	{ "[]", "not JSON" },
	{ "{\"access_token\":\"ya29.x\",\"expires_in\":3599", "not JSON" },
	{ "{}", "without \"access_token\"" },
	{ "{\"access_token\":null,\"expires_in\":1}",
	    "without \"access_token\"" },
	{ "{\"access_token\":5,\"expires_in\":1}", "without \"access_token\"" },
	{ "{\"access_token\":\"\",\"expires_in\":1}", "characters" },
	{ "{\"access_token\":\"a\\r\\nX: y\",\"expires_in\":1}", "characters" },
	{ "{\"access_token\":\"a b\",\"expires_in\":1}", "characters" },
	{ "{\"access_token\":\"\\u00e4\",\"expires_in\":1}", "characters" },
	{ "{\"access_token\":\"x\"}", "without \"expires_in\"" },
	{ "{\"access_token\":\"x\",\"expires_in\":\"\"}",
	    "without \"expires_in\"" },
	{ "{\"access_token\":\"x\",\"expires_in\":\"1h\"}",
	    "without \"expires_in\"" },
	{ "{\"access_token\":\"x\",\"expires_in\":-1}",
	    "without \"expires_in\"" },
	{ "{\"access_token\":\"x\",\"expires_in\":1e400}",
	    "without \"expires_in\"" },
	{ "{\"access_token\":\"x\",\"expires_in\":9223372036854775808}",
	    "without \"expires_in\"" },
	{ "{\"access_token\":\"x\",\"expires_in\":0}", "expired already" },
	{ "{\"access_token\":\"x\",\"expires_in\":1,\"token_type\":\"mac\"}",
	    "another type than Bearer" },
};

static void
a_reply_without_a_usable_token_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(replies); i++) {
		struct loopback_answer answer = { .status = 200,
			.headers = FLAVOR,
			.body = replies[i].body };
		struct google          g;

		google_start(&g, &answer, 1);
		google_use_user(&g);
		assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_FORMAT);
		assert_holds(g.err.message, "the token endpoint is ");
		assert_holds(g.err.message, replies[i].message);

		google_restart(&g);
		google_set("GOOGLE_APPLICATION_CREDENTIALS", NULL);
		google_use_metadata(&g);
		assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_FORMAT);
		assert_holds(g.err.message, "the metadata server is ");
		assert_int_equal(loopback_count(g.peer), 2);
		google_end(&g);
	}
}

static void
the_type_of_a_token_may_be_spelled_anyhow(void **state)
{
	static const char *const types[] = { "", ",\"token_type\":\"bearer\"",
		",\"token_type\":\"BEARER\"", ",\"token_type\":null" };

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		char                   body[128];
		struct loopback_answer script[] = {
			{ .status = 200, .body = body },
			SECRET_ANSWER,
		};
		struct google g;

		snprintf(body, sizeof(body),
		    "{\"access_token\":\"" TOKEN "\",\"expires_in\":9%s}",
		    types[i]);
		google_start(&g, script, COUNT(script));
		google_use_user(&g);
		assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
		google_end(&g);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_users_token_is_asked_for_in_a_form),
		cmocka_unit_test(the_second_access_is_one_round_trip),
		cmocka_unit_test(a_service_account_signs_its_own_token),
		cmocka_unit_test(a_token_is_renewed_before_its_end),
		cmocka_unit_test(
		    a_failed_early_renewal_keeps_the_token_and_backs_off),
		cmocka_unit_test(the_pause_between_early_renewals_ends_at_30_s),
		cmocka_unit_test(an_ended_token_is_not_used),
		cmocka_unit_test(a_token_ages_while_it_is_under_way),
		cmocka_unit_test(a_token_that_the_api_refuses_is_replaced_once),
		cmocka_unit_test(a_token_refused_twice_is_an_error),
		cmocka_unit_test(without_a_token_401_is_final),
		cmocka_unit_test(long_tokens_are_carried_whole),
		cmocka_unit_test(a_reply_without_a_usable_token_is_refused),
		cmocka_unit_test(the_type_of_a_token_may_be_spelled_anyhow),
	};

	return cmocka_run_group_tests_name(
	    "libgcpsecret token", tests, NULL, NULL);
}
