/* SPDX-License-Identifier: MIT */

/* Whom a listening update_tokens lets in with INVOKER_AUTH=verify. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "caller.h"
#include "loopback.h"
#include "once.h"
#include "scene.h"
#include "test.h"
#include "visitor.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct listener    function;
static struct loopback   *issuer;
static struct environment env;
static struct visitor     scheduler;
static char               bearer[8192];

static int
start(void **state)
{
	scene_open(state);
	enrol(&world, 1, &enrolled);
	return 0;
}

/* An environment that names the keys of `answer` and the account that calls. */
static void
prepare(const struct loopback_answer *answer)
{
	char url[64];

	issuer = loopback_start(answer, 1);
	snprintf(url, sizeof(url), "%s/certs", loopback_url(issuer));
	caller_environment(&world, url, &env);
}

static void
listen_to_all(void)
{
	listener_start(&world, &function, &env);
	visitor_start(&scheduler, function.base);
}

static void
leave(void)
{
	environment_free(&env);
	loopback_stop(issuer);
}

static void
stop_listening(void)
{
	char *log;

	visitor_end(&scheduler);
	assert_int_equal(process_end(&function.process), 0);
	log = process_err(&function.process);
	/* How a JWT begins. */
	assert_null(strstr(log, "eyJ"));
	free(log);
	process_free(&function.process);
	leave();
}

static const struct loopback_answer *
keys(void)
{
	static struct loopback_answer answer = { .status = 200 };

	if (answer.body == NULL)
		answer.body = issuer_jwks(0, 1);
	return &answer;
}

/* Has the scheduler send "Authorization: Bearer TOKEN", or that text. */
static void
bring(const char *header)
{
	snprintf(bearer, sizeof(bearer), "%s", header);
	scheduler.extra_header = bearer;
}

/* A token for now by the i-th key, for that account. */
static void
bring_token(const char *email, size_t i)
{
	char *token = caller_token(&world, "key-0", issuer_key(i),
	    &(struct caller_claims){ .email = email });
	char  header[8192];

	snprintf(header, sizeof(header), "Authorization: Bearer %s", token);
	bring(header);
	free(token);
}

static void
an_account_of_the_list_may_call(void **state)
{
	char *log;

	(void)state;
	prepare(keys());
	listen_to_all();
	bring_token(CALLER_EMAIL, 0);
	assert_int_equal(
	    visitor_post(&scheduler, "/update-strava-tokens", ""), 200);
	assert_true(visitor_says(&scheduler, "\"run_id\""));
	assert_int_equal(visitor_post(&scheduler, "/", ""), 200);
	/* F-63: nobody is named, neither there nor here. */
	assert_null(strchr(visitor_page(&scheduler), '@'));
	log = process_err(&function.process);
	assert_null(strchr(log, '@'));
	free(log);
	assert_int_equal(loopback_count(issuer), 1);
	stop_listening();
}

/* From the metadata server of a machine to the function and back. */
static void
a_token_of_the_metadata_server_is_accepted(void **state)
{
	static const char path[] =
	    "/computeMetadata/v1/instance/service-accounts/default/";
	char           text[8192];
	struct visitor machine;

	(void)state;
	prepare(keys());
	snprintf(text, sizeof(text), "http://127.0.0.1:%d/oauth2/v3/certs",
	    world.sandbox_port);
	environment_set(&env, "GOOGLE_CERTS_URL", text);
	snprintf(text, sizeof(text), "http://127.0.0.1:%d", world.sandbox_port);
	visitor_start(&machine, text);
	machine.extra_header = "Metadata-Flavor: Google";
	snprintf(text, sizeof(text), "%semail", path);
	assert_int_equal(visitor_get(&machine, text), 200);
	environment_set(&env, "INVOKER_EMAILS", visitor_page(&machine));
	listen_to_all();
	snprintf(text, sizeof(text),
	    "%sidentity?audience=" CALLER_AUDIENCE "&format=full", path);
	assert_int_equal(visitor_get(&machine, text), 200);
	snprintf(text, sizeof(text), "Authorization: Bearer %s",
	    visitor_page(&machine));
	visitor_end(&machine);
	bring(text);
	assert_int_equal(visitor_post(&scheduler, "/", ""), 200);
	stop_listening();
}

static void
whoever_proves_nothing_is_answered_with_401(void **state)
{
	static const char *const headers[] = {
		NULL,
		"Authorization: Basic YTpi",
		"Authorization: Bearer",
		"Authorization: Bearer eyJhbGciOiJub25lIn0.e30.",
		/* The platform's, who leaves Authorization alone then. */
		"X-Serverless-Authorization: Bearer eyJhbGciOiJub25lIn0.e30.",
	};

	(void)state;
	prepare(keys());
	listen_to_all();
	for (size_t i = 0; i < COUNT(headers); i++) {
		scheduler.extra_header = headers[i];
		assert_int_equal(visitor_post(&scheduler, "/", ""), 401);
		assert_string_equal(
		    visitor_header(&scheduler, "WWW-Authenticate"),
		    "Bearer realm=\"update_tokens\"");
		assert_true(visitor_says(&scheduler, "{\"error\":\""));
	}
	bring_token(CALLER_EMAIL, 1);
	assert_int_equal(visitor_post(&scheduler, "/", ""), 401);
	assert_logged(&function.process, "caller refused");
	assert_logged(&function.process, "has no header Authorization");
	assert_logged(
	    &function.process, "its signature is not by the key it names");
	/* Health is for everybody. */
	scheduler.extra_header = NULL;
	assert_int_equal(visitor_get(&scheduler, "/health"), 200);
	stop_listening();
}

static void
a_good_token_in_the_platforms_header_proves_nothing(void **state)
{
	char header[8300];

	(void)state;
	prepare(keys());
	listen_to_all();
	bring_token(CALLER_EMAIL, 0);
	snprintf(header, sizeof(header), "X-Serverless-%s", bearer);
	scheduler.extra_header = header;
	assert_int_equal(visitor_post(&scheduler, "/", ""), 401);
	stop_listening();
}

static void
another_account_is_answered_with_403(void **state)
{
	(void)state;
	prepare(keys());
	listen_to_all();
	bring_token("somebody@example.org", 0);
	assert_int_equal(visitor_post(&scheduler, "/", ""), 403);
	assert_null(visitor_header(&scheduler, "WWW-Authenticate"));
	assert_true(visitor_says(&scheduler, "this account may not call"));
	assert_logged(&function.process, "somebody@example.org is not one of");
	stop_listening();
}

static void
without_keys_the_answer_is_503(void **state)
{
	const struct loopback_answer none = { .status = 404 };

	(void)state;
	prepare(&none);
	listen_to_all();
	bring_token(CALLER_EMAIL, 0);
	assert_int_equal(visitor_post(&scheduler, "/", ""), 503);
	assert_non_null(visitor_header(&scheduler, "Retry-After"));
	assert_true(visitor_says(&scheduler, "cannot be verified now"));
	assert_logged(&function.process, "the issuer's keys, HTTP 404");
	assert_int_equal(visitor_get(&scheduler, "/health"), 200);
	stop_listening();
}

static void
a_removed_signature_names_the_setting_that_is_right(void **state)
{
	(void)state;
	prepare(keys());
	listen_to_all();
	bring_token(CALLER_EMAIL, 0);
	snprintf(strrchr(bearer, '.'), 32, ".SIGNATURE_REMOVED_BY_GOOGLE");
	assert_int_equal(visitor_post(&scheduler, "/", ""), 401);
	assert_logged(&function.process, "set INVOKER_AUTH=platform");
	assert_int_equal(loopback_count(issuer), 0);
	stop_listening();
}

/* What it says and how it ends, without listening. */
static void
run_once(const char *const argv[], int code, const char *says)
{
	struct process process;

	world_run(&world, &process, argv, &env);
	assert_true(process_wait(&process, 20000));
	assert_int_equal(process.code, code);
	if (says != NULL)
		assert_logged(&process, says);
	process_free(&process);
}

static void
it_does_not_listen_without_knowing_whom_to_let_in(void **state)
{
	static const char *const names[] = { "INVOKER_AUDIENCE",
		"INVOKER_EMAILS" };
	static const char *const argv[] = { PATH_UPDATE_TOKENS, NULL };
	char                     says[64];

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		prepare(keys());
		environment_unset(&env, names[i]);
		snprintf(says, sizeof(says), "%s is missing", names[i]);
		run_once(argv, 2, says);
		leave();
	}
}

static void
a_check_fetches_the_keys(void **state)
{
	static const char *const check[] = { PATH_UPDATE_TOKENS, "--check",
		NULL };
	static const char *const check_once[] = { PATH_UPDATE_TOKENS, "--once",
		"--check", NULL };
	const struct loopback_answer none = { .status = 404 };

	(void)state;
	prepare(keys());
	run_once(check, 0, NULL);
	assert_int_equal(loopback_count(issuer), 1);
	leave();
	prepare(&none);
	run_once(check, 1, "GOOGLE_CERTS_URL: ");
	assert_int_equal(loopback_count(issuer), 1);
	run_once(check_once, 0, NULL);
	assert_int_equal(loopback_count(issuer), 1);
	leave();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_account_of_the_list_may_call),
		cmocka_unit_test(a_token_of_the_metadata_server_is_accepted),
		cmocka_unit_test(whoever_proves_nothing_is_answered_with_401),
		cmocka_unit_test(
		    a_good_token_in_the_platforms_header_proves_nothing),
		cmocka_unit_test(another_account_is_answered_with_403),
		cmocka_unit_test(without_keys_the_answer_is_503),
		cmocka_unit_test(
		    a_removed_signature_names_the_setting_that_is_right),
		cmocka_unit_test(
		    it_does_not_listen_without_knowing_whom_to_let_in),
		cmocka_unit_test(a_check_fetches_the_keys),
	};

	return cmocka_run_group_tests_name(
	    "apps function_invoker", tests, start, scene_close);
}
