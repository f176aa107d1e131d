/* SPDX-License-Identifier: MIT */

/* FN-1: tokens, right and wrong, before a listening update_tokens. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "caller.h"
#include "members.h"
#include "once.h"
#include "scene.h"
#include "test.h"

/* More than the head of a request may have. */
#define LONG 20000

#define AUDIENCE "https://sandbox.example/"

static struct listener function;

static int
begin(void **state)
{
	struct environment env;
	char               url[64];

	(void)state;
	enrol_due(&world, 1, &enrolled);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/oauth2/v3/certs",
	    world.sandbox_port);
	caller_environment(&world, url, &env);
	environment_set(&env, "INVOKER_AUDIENCE", AUDIENCE);
	environment_set(&env, "INVOKER_EMAILS",
	    "sandbox@sandbox-project.iam.gserviceaccount.com");
	listener_start(&world, &function, &env);
	environment_free(&env);
	return 0;
}

static int
finish(void **state)
{
	(void)state;
	listener_end(&function);
	return 0;
}

/* A token as Google makes them, but for this wish. */
static void
make(const char *wish, char *token, size_t size)
{
	struct json_object *answer =
	    world_ask(&world, "/_control/id-token", wish);

	snprintf(token, size, "%s", members_get_string(answer, "token"));
	json_object_put(answer);
}

static int
call(const char *token)
{
	return caller_call(&function, token).status;
}

static void
assert_nothing_ran(void)
{
	assert_int_equal(
	    enrolled_strava_side(&world, enrolled.ids[0]).token_posts, 0);
}

#define CLAIMS(claims) "{\"claims\":{" claims "}}"
#define HEADER(header) "{\"header\":{" header "}}"

static const struct {
	const char *wish;
	int         status;
} wishes[] = {
	/* Whoever signed it: not Google, or not so.  F-17 */
	{ "{\"key\":\"stranger\"}", 401 },
	{ "{\"key\":\"service-account\"}", 401 },
	{ "{\"signature\":\"\"}", 401 },
	{ "{\"signature\":\"AAAA\"}", 401 },
	{ "{\"signature\":\"SIGNATURE_REMOVED_BY_GOOGLE\"}", 401 },
	/* F-14: nobody looks where the token says that its key is. */
	{ "{\"key\":\"stranger\",\"header\":{\"jku\":\"http://127.0.0.1:1/\","
	  "\"x5u\":\"http://127.0.0.1:1/\",\"jwk\":{\"kty\":\"RSA\"},"
	  "\"x5c\":[]}}",
	    401 },
	/* F-08 */
	{ HEADER("\"alg\":\"none\""), 401 },
	{ HEADER("\"alg\":\"HS256\""), 401 },
	{ HEADER("\"alg\":\"rs256\""), 401 },
	{ HEADER("\"alg\":\"RS512\""), 401 },
	{ HEADER("\"alg\":\"PS256\""), 401 },
	{ HEADER("\"alg\":\"ES256\""), 401 },
	{ HEADER("\"alg\":\"EdDSA\""), 401 },
	/* F-09 */
	{ HEADER("\"alg\":[\"RS256\"]"), 401 },
	{ HEADER("\"alg\":256"), 401 },
	{ HEADER("\"alg\":null"), 401 },
	/* F-10 */
	{ HEADER("\"kid\":null"), 401 },
	{ HEADER("\"kid\":\"\""), 401 },
	{ HEADER("\"kid\":7"), 401 },
	{ HEADER("\"kid\":\"../certs\""), 401 },
	/* F-15, F-16 */
	{ HEADER("\"crit\":[\"exp\"]"), 401 },
	{ HEADER("\"typ\":\"at+jwt\""), 401 },

	/* Whom it is by: F-21. */
	{ CLAIMS("\"iss\":null"), 401 },
	{ CLAIMS("\"iss\":\"\""), 401 },
	{ CLAIMS("\"iss\":\"https://accounts.google.com.example.org\""), 401 },
	{ CLAIMS("\"iss\":\"HTTPS://accounts.google.com\""), 401 },
	/* Whom it is for: F-24. */
	{ CLAIMS("\"aud\":null"), 401 },
	{ CLAIMS("\"aud\":\"https://sandbox.example\""), 401 },
	{ CLAIMS("\"aud\":\"https://sandbox.example/?x=1\""), 401 },
	{ CLAIMS("\"aud\":[\"" AUDIENCE "\",\"https://other.example\"]"), 401 },

	/* Who calls: F-27. */
	{ CLAIMS("\"email\":\"somebody@example.org\""), 403 },
	{ CLAIMS("\"email\":null"), 403 },
	{ CLAIMS("\"email_verified\":false"), 403 },
	{ CLAIMS("\"email_verified\":\"true\""), 403 },
	{ CLAIMS("\"email_verified\":1"), 403 },
	{ CLAIMS("\"email_verified\":null"), 403 },

	/* When: F-29, F-32. */
	{ CLAIMS("\"exp\":null"), 401 },
	{ CLAIMS("\"exp\":\"x\""), 401 },
	{ CLAIMS("\"exp\":-1"), 401 },
	{ CLAIMS("\"exp\":9223372036854775807"), 401 },
	{ CLAIMS("\"iat\":null"), 401 },
	{ CLAIMS("\"iat\":9223372036854775807"), 401 },
};

static void
a_wrong_token_starts_no_run(void **state)
{
	char token[4096];
	int  status;

	(void)state;
	for (size_t i = 0; i < COUNT(wishes); i++) {
		make(wishes[i].wish, token, sizeof(token));
		status = call(token);
		if (status != wishes[i].status)
			fail_msg("%s: %d", wishes[i].wish, status);
	}
	assert_nothing_ran();
}

/* F-30, F-31, F-32, F-33.  Half a minute of skew is allowed; what has to be good keeps clear
 * of that edge, since time goes on. */
static void
a_token_is_good_for_its_time_only(void **state)
{
	static const struct {
		int64_t     issued_s, expires_s;
		int         status;
		const char *more;
	} times[] = {
		{ -600, -31, 401, "" },
		{ -600, -10, 200, "" },
		{ 90, 3600, 401, "" },
		{ 10, 3600, 200, "" },
		{ -10, 3690, 200, "" },
		{ -10, 3691, 401, "" },
		{ -10, 3600, 401, ",\"nbf\":9999999999" },
	};
	char      wish[128], token[4096];
	long long now;
	int       status;

	(void)state;
	for (size_t i = 0; i < COUNT(times); i++) {
		now = (long long)time(NULL) + world.clock_s;
		snprintf(wish, sizeof(wish),
		    CLAIMS("\"iat\":%lld,\"exp\":%lld%s"),
		    now + times[i].issued_s, now + times[i].expires_s,
		    times[i].more);
		make(wish, token, sizeof(token));
		status = call(token);
		if (status != times[i].status)
			fail_msg("time %zu: %d", i, status);
	}
}

/* F-17: a signature that is cut, nought, or of other claims. */
static void
a_signature_of_something_else_proves_nothing(void **state)
{
	char    good[4096], other[4096], token[8192];
	int64_t now = (int64_t)time(NULL) + world.clock_s;

	(void)state;
	make("{}", good, sizeof(good));
	snprintf(
	    token, sizeof(token), CLAIMS("\"iat\":%lld"), (long long)now - 20);
	make(token, other, sizeof(other));
	snprintf(token, sizeof(token), "%.*s%s",
	    (int)(strrchr(good, '.') - good), good, strrchr(other, '.'));
	assert_int_equal(call(token), 401);
	snprintf(token, sizeof(token), "%.*s", (int)strlen(good) - 10, good);
	assert_int_equal(call(token), 401);
	snprintf(token, sizeof(token), "%s", good);
	memset(strrchr(token, '.') + 1, 'A', strlen(strrchr(good, '.') + 1));
	assert_int_equal(call(token), 401);
	assert_nothing_ran();
	assert_int_equal(call(good), 200);
}

/* F-10, F-19: the name of a key, and a token, that are longer than any. */
static void
what_is_too_long_is_refused(void **state)
{
	char *wish, *text = malloc(LONG + 1), token[LONG];

	(void)state;
	assert_non_null(text);
	memset(text, 'x', LONG);
	text[LONG] = '\0';
	assert_true(asprintf(&wish, HEADER("\"kid\":\"%.10000s\""), text) > 0);
	make(wish, token, sizeof(token));
	assert_true(strlen(token) > 10000);
	assert_int_equal(call(token), 401);
	/* That is not even looked at. */
	assert_int_equal(call(text), 431);
	assert_nothing_ran();
	free(wish);
	free(text);
}

/* F-19, F-34, F-36, F-04 */
static void
what_is_no_token_is_answered_with_401(void **state)
{
	static const char *const tokens[] = { "", ".", "..", "...", "a.b.c",
		"ya29.opaque", "eyJhbGciOiJSUzI1NiJ9..", "e30.e30.e30",
		"\xef\xbb\xbf.e30.e30" };
	struct wire_answer       answer;
	char                     token[4096], request[4200], lines[8400];

	(void)state;
	for (size_t i = 0; i < COUNT(tokens); i++)
		if (call(tokens[i]) != 401)
			fail_msg("token %zu", i);
	make("{}", token, sizeof(token));
	snprintf(request, sizeof(request), "POST /?access_token=%s", token);
	wire_call(function.base, request, "", "", &answer);
	assert_int_equal(answer.status, 401);
	/* One too many: which of them is to count? */
	snprintf(lines, sizeof(lines),
	    "Authorization: Bearer %s\r\nAuthorization: Bearer %s\r\n", token,
	    token);
	wire_call(function.base, "POST /", lines, "", &answer);
	assert_int_equal(answer.status, 400);
	assert_nothing_ran();
}

/* F-22, F-42, I8: the second one finds nothing to do. */
static void
the_same_token_twice_has_the_effect_of_one(void **state)
{
	char token[4096];

	(void)state;
	make(CLAIMS("\"iss\":\"accounts.google.com\""), token, sizeof(token));
	assert_int_equal(call(token), 200);
	assert_int_equal(call(token), 200);
	assert_int_equal(
	    enrolled_strava_side(&world, enrolled.ids[0]).token_posts, 1);
}

/* A malformed event of a stranger is a stranger's first of all. */
static void
who_calls_is_asked_before_what_is_brought(void **state)
{
	static const char  lines[] = "ce-id: 1\r\n";
	struct wire_answer answer;

	(void)state;
	wire_call(function.base, "POST /", lines, "", &answer);
	assert_int_equal(answer.status, 401);
	assert_null(strstr(answer.text, "CloudEvent"));
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, finish)
	const struct CMUnitTest tests[] = {
		TEST(a_wrong_token_starts_no_run),
		TEST(a_token_is_good_for_its_time_only),
		TEST(a_signature_of_something_else_proves_nothing),
		TEST(what_is_too_long_is_refused),
		TEST(what_is_no_token_is_answered_with_401),
		TEST(the_same_token_twice_has_the_effect_of_one),
		TEST(who_calls_is_asked_before_what_is_brought),
	};

	return cmocka_run_group_tests_name(
	    "apps function_identity", tests, scene_open, scene_close);
}
