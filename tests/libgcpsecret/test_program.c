/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client.h"
#include "google.h"
#include "subject.h"

#define ALLOW "GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES"
#define MEMBERS "\"audience\":\"" AUDIENCE "\""
#define TYPE(name) \
	"\"token_type\":\"urn:ietf:params:oauth:token-type:" name "\""

#define SUCCESS(more) "{\"version\":1,\"success\":true," more "}"
#define ANSWER SUCCESS(TYPE("jwt") ",\"id_token\":\"" SUBJECT_TOKEN "\"")
#define ANSWER_UNTIL(time)                                         \
	SUCCESS(TYPE("jwt") ",\"id_token\":\"" SUBJECT_TOKEN "\"," \
			    "\"expiration_time\":" time)
#define FAILURE                                              \
	"{\"version\":1,\"success\":false,\"code\":\"401\"," \
	"\"message\":\"the session has ended\"}"

static const struct loopback_answer good[] = {
	{ .status = 200, .body = TOKEN_REPLY(TOKEN, "3599") },
	{ .status = 200, .body = GOOD },
};

/* Writes a program of the shell in the folder. */
static void
write_program(struct google *g, const char *script)
{
	char *text;

	assert_true(asprintf(&text, "#!/bin/sh\n%s\n", script) > 0);
	google_write(g, "program", text);
	assert_int_equal(chmod(g->file, 0700), 0);
	free(text);
}

/* The credentials name the program; `more` follows the path in the command,
 * `members` that member. */
static void
use_program(struct google *g, const char *more, const char *members)
{
	char source[600];

	snprintf(source, sizeof(source),
	    "{\"executable\":{\"command\":\"%s/program%s\"%s}}", g->folder,
	    more, members);
	google_use_external(g, source, MEMBERS);
	google_set(ALLOW, "1");
}

/* One that writes `answer`. */
static void
use_answer(struct google *g, const char *answer)
{
	char *script;

	google_write(g, "answer", answer);
	assert_true(asprintf(&script, "cat %s", g->file) > 0);
	write_program(g, script);
	use_program(g, "", "");
	free(script);
}

/* What was shown at the trade. */
static const char *
form_of(struct google *g)
{
	return loopback_request(g->peer, 0)->body;
}

#define SHOWN "&subject_token=" SUBJECT_TOKEN "&"

static void
a_program_is_run_only_if_that_is_allowed(void **state)
{
	static const char *const values[] = { NULL, "", "0", "true", "1 ",
		"01" };

	(void)state;
	for (size_t i = 0; i < COUNT(values); i++) {
		struct google g;
		char          path[100];

		google_start(&g, good, COUNT(good));
		snprintf(path, sizeof(path), "%s/ran", g.folder);
		write_program(&g, "touch \"${0%/*}/ran\"");
		/* What follows may be a password. */
		use_program(&g, " " CLIENT_SECRET, "");
		google_set(ALLOW, values[i]);
		assert_int_equal(
		    google_access(&g, NAME), GCPSECRET_ERR_CREDENTIALS);
		assert_holds(g.err.message, "set " ALLOW "=1 if you trust");
		assert_holds(g.err.message, "/program");
		assert_int_equal(access(path, F_OK), -1);
		google_end(&g);
	}
}

static void
the_token_is_in_the_member_of_its_type(void **state)
{
	static const struct {
		const char *answer, *shown;
	} rows[] = {
		{ ANSWER, SHOWN },
		{ SUCCESS(TYPE("id_token") ",\"id_token\":\"a b\""),
		    "&subject_token=a%20b&" },
		{ SUCCESS(TYPE("saml2") ",\"saml_response\":\"PHNhbWw+\","
					"\"id_token\":\"x\""),
		    "&subject_token=PHNhbWw%2B&" },
		{ ANSWER_UNTIL("1800000001"), SHOWN },
		{ " \n" SUCCESS("\"unknown\":[1]," TYPE(
		      "jwt") ",\"id_token\":\"" SUBJECT_TOKEN "\"") "\n",
		    SHOWN },
		{ SUCCESS(TYPE("jwt") ",\"expiration_time\":null,"
				      "\"id_token\":\"" SUBJECT_TOKEN "\""),
		    SHOWN },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct google g;

		google_start(&g, good, COUNT(good));
		use_answer(&g, rows[i].answer);
		assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
		assert_holds(form_of(&g), rows[i].shown);
		google_end(&g);
	}
}

static void
an_answer_that_is_none_is_refused(void **state)
{
	static const struct {
		const char *answer, *message;
	} rows[] = {
		{ "", "did not write JSON" },
		{ SUBJECT_TOKEN, "did not write JSON" },
		{ "[]", "did not write JSON" },
		{ ANSWER ANSWER, "did not write JSON" },
		{ "{\"success\":true}", "without a \"version\"" },
		{ "{\"version\":\"1\",\"success\":true}",
		    "without a \"version\"" },
		{ "{\"version\":1}", "without \"success\"" },
		{ "{\"version\":1,\"success\":\"true\"}",
		    "without \"success\"" },
		{ "{\"version\":2,\"success\":true}", "other than 1" },
		{ "{\"version\":0,\"success\":true}", "other than 1" },
		{ SUCCESS("\"id_token\":\"" SUBJECT_TOKEN "\""),
		    "without a \"token_type\"" },
		{ SUCCESS(TYPE("access_token") ",\"id_token\":\"x\""),
		    "a type that is not supported" },
		{ SUCCESS(TYPE("jwt")), "without a token" },
		{ SUCCESS(TYPE("jwt") ",\"id_token\":\"\""),
		    "without a token" },
		{ SUCCESS(TYPE("jwt") ",\"id_token\":7"), "without a token" },
		{ SUCCESS(TYPE("saml2") ",\"id_token\":\"x\""),
		    "without a token" },
		{ ANSWER_UNTIL("1800000000"), "expired already" },
		{ ANSWER_UNTIL("-1"), "expired already" },
		{ ANSWER_UNTIL("\"1900000000\""),
		    "\"expiration_time\" that is no number" },
		{ FAILURE, "gives no token: 401: the session has ended" },
		{ "{\"version\":1,\"success\":false}",
		    "gives no token: no code: no message" },
		{ "{\"version\":1,\"success\":false,\"code\":\"a\\nb\","
		  "\"message\":\"c\\u001b\"}",
		    "gives no token: a?b: c?" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct google g;

		google_start(&g, good, COUNT(good));
		use_answer(&g, rows[i].answer);
		assert_int_equal(
		    google_access(&g, NAME), GCPSECRET_ERR_CREDENTIALS);
		assert_holds(g.err.message, "the program ");
		assert_holds(g.err.message, rows[i].message);
		assert_int_equal(loopback_count(g.peer), 0);
		google_end(&g);
	}
}

static void
a_program_that_fails_gives_no_token(void **state)
{
	static const struct {
		const char *script, *message;
	} rows[] = {
		{ "exit 3", "exited with 3" },
		{ "echo '" ANSWER "'; exit 1", "exited with 1" },
		{ "kill -TERM $$", "was ended by signal 15" },
		{ "echo '" FAILURE "'; exit 1",
		    "gives no token: 401: the session has ended" },
		{ "exec head -c 131073 /dev/zero", "wrote more than 128 KiB" },
		{ "exec cat /dev/zero", "wrote more than 128 KiB" },
		{ "printf '{\"version\":1,\"success\":true," TYPE(
		      "jwt") ",\"id_token\":\"'; head -c 65537 /dev/zero | "
			     "tr '\\0' x; echo '\"}'",
		    "wrote a token longer than 64 KiB" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct google g;

		google_start(&g, good, COUNT(good));
		write_program(&g, rows[i].script);
		use_program(&g, "", "");
		assert_int_equal(
		    google_access(&g, NAME), GCPSECRET_ERR_CREDENTIALS);
		assert_holds(g.err.message, rows[i].message);
		assert_int_equal(loopback_count(g.peer), 0);
		google_end(&g);
	}
}

static void
a_program_that_cannot_be_run_is_named(void **state)
{
	static const struct {
		const char *command, *message;
	} rows[] = {
		{ "/nonexistent/get --token",
		    "the program /nonexistent/get cannot be started: No such "
		    "file or directory" },
		{ "/etc/passwd", "cannot be started: Permission denied" },
		{ "get 'token", "\"command\" of the credentials ends within" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct google g;
		char          source[200];

		google_start(&g, good, COUNT(good));
		snprintf(source, sizeof(source),
		    "{\"executable\":{\"command\":\"%s\"}}", rows[i].command);
		google_use_external(&g, source, MEMBERS);
		google_set(ALLOW, "1");
		assert_int_equal(
		    google_access(&g, NAME), GCPSECRET_ERR_CREDENTIALS);
		assert_holds(g.err.message, rows[i].message);
		google_end(&g);
	}
}

static void
noise_on_standard_error_is_no_part_of_the_answer(void **state)
{
	struct google g;

	(void)state;
	google_start(&g, good, COUNT(good));
	write_program(
	    &g, "echo 'a warning {' >&2; echo '" ANSWER "'; echo '}' >&2");
	use_program(&g, "", "");
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_holds(form_of(&g), SHOWN);
	google_end(&g);
}

/* The program shows what it was given in place of a token. */
static void
a_program_is_told_by_arguments_and_environment(void **state)
{
	static const char script[] =
	    "test -z \"$(cat)\" || exit 1\n"
	    "test -z \"${GOOGLE_EXTERNAL_ACCOUNT_OUTPUT_FILE+x}\" || exit 2\n"
	    "test -n \"$PATH\" || exit 3\n"
	    "v=GOOGLE_EXTERNAL_ACCOUNT\n"
	    "all=\"$#,$1,$2,$3\"\n"
	    "for n in AUDIENCE TOKEN_TYPE ID INTERACTIVE REVOKE \\\n"
	    "    IMPERSONATED_EMAIL; do\n"
	    "	eval \"all=\\$all,\\${${v}_$n-unset}\"\n"
	    "done\n"
	    "printf '{\"version\":1,\"success\":true," TYPE(
		"jwt") ",\"id_token\":\"%s\"}' \"$all\"";
	static const char shown[] =
	    "&subject_token=3%2Ca%20b%2C%24HOME%2C%2A%2C"
	    "%2F%2Fiam.googleapis.com%2Fprojects%2F1%2Flocations%2Fglobal%2F"
	    "workloadIdentityPools%2Fpool%2Fproviders%2Foidc%2C"
	    "urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Ajwt%2C%2C0%2C0%2C"
	    "unset&";
	struct google g;

	(void)state;
	google_start(&g, good, COUNT(good));
	write_program(&g, script);
	use_program(&g, " 'a b' $HOME *", "");
	/* Left over from whoever started this program. */
	google_set("GOOGLE_EXTERNAL_ACCOUNT_OUTPUT_FILE", "/other");
	google_set("GOOGLE_EXTERNAL_ACCOUNT_INTERACTIVE", "1");
	google_set("GOOGLE_EXTERNAL_ACCOUNT_IMPERSONATED_EMAIL", "other");
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_holds(form_of(&g), shown);
	google_set("GOOGLE_EXTERNAL_ACCOUNT_OUTPUT_FILE", NULL);
	google_set("GOOGLE_EXTERNAL_ACCOUNT_INTERACTIVE", NULL);
	google_set("GOOGLE_EXTERNAL_ACCOUNT_IMPERSONATED_EMAIL", NULL);
	google_end(&g);
}

/* An account in memory whose program is that; texts stay the caller's. */
static struct key_file
account_of(const char *command, int64_t timeout_ms)
{
	return (struct key_file){ .audience = AUDIENCE,
		.subject_token_type = "t",
		.subject = SUBJECT_PROGRAM,
		.subject_source = {
		    .command = command, .timeout_ms = timeout_ms } };
}

/* Asks for its subject token inside a call of the client. */
static gcpsecret_status
run(struct google *g, const struct key_file *file, struct buf *token)
{
	google_set(ALLOW, "1");
	buf_init(token, GS_SUBJECT_MAX);
	assert_int_equal(gs_begin(g->client, NULL), GCPSECRET_OK);
	return gs_subject_program(g->client, file, token, &g->err);
}

static void
an_impersonating_program_is_told_whom(void **state)
{
	static const char command[] =
	    "sh -c 'printf \"$0\" \"$GOOGLE_EXTERNAL_ACCOUNT_ID,"
	    "$GOOGLE_EXTERNAL_ACCOUNT_IMPERSONATED_EMAIL\"' "
	    "'" SUCCESS(TYPE("jwt") ",\"id_token\":\"%s\"") "'";
	static char     email[] = CLIENT_EMAIL;
	struct key_file file = account_of(command, 30000);
	struct google   g;
	struct buf      token;

	(void)state;
	google_start(&g, good, COUNT(good));
	file.impersonated = email;
	assert_int_equal(run(&g, &file, &token), GCPSECRET_OK);
	assert_string_equal(token.data, CLIENT_EMAIL "," CLIENT_EMAIL);
	buf_free(&token);
	google_end(&g);
}

/* Everybody whom the program left behind was killed. */
static void
assert_killed(void)
{
	int status;

	while (waitpid(-1, &status, 0) > 0) {
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), SIGKILL);
	}
}

static void
a_program_that_takes_too_long_is_killed(void **state)
{
	struct key_file slow = account_of("sh -c 'sleep 600 & sleep 600'", 50);
	struct key_file slower =
	    account_of("sh -c 'sleep 600 & sleep 600'", 30000);
	struct google g;
	struct buf    token;

	(void)state;
	google_start(&g, good, COUNT(good));
	assert_int_equal(run(&g, &slow, &token), GCPSECRET_ERR_TIMEOUT);
	assert_string_equal(
	    g.err.message, "the program sh did not end within 50 ms");
	assert_killed();
	gcpsecret_client_set_timeout_ms(g.client, 50);
	assert_int_equal(run(&g, &slower, &token), GCPSECRET_ERR_TIMEOUT);
	assert_string_equal(g.err.message,
	    "the program sh did not end within the deadline of the call");
	assert_killed();
	buf_free(&token);
	google_end(&g);
}

static gcpsecret_client *to_cancel;

static void
on_signal(int number)
{
	(void)number;
	gcpsecret_client_cancel(to_cancel);
}

static void
a_program_is_killed_when_the_call_is_canceled(void **state)
{
	struct sigaction on = { .sa_handler = on_signal }, old;
	struct key_file  file =
	    account_of("sh -c 'sleep 600 & kill -USR1 $PPID; wait'", 30000);
	struct google g;
	struct buf    token;

	(void)state;
	google_start(&g, good, COUNT(good));
	to_cancel = g.client;
	assert_int_equal(sigaction(SIGUSR1, &on, &old), 0);
	assert_int_equal(run(&g, &file, &token), GCPSECRET_ERR_CANCELED);
	assert_int_equal(sigaction(SIGUSR1, &old, NULL), 0);
	assert_killed();
	buf_free(&token);
	google_end(&g);
}

static void
the_exit_code_is_not_needed_for_a_whole_answer(void **state)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, old;
	struct google    g;

	(void)state;
	assert_int_equal(sigaction(SIGCHLD, &ignore, &old), 0);
	google_start(&g, good, COUNT(good));
	use_answer(&g, ANSWER);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	google_end(&g);
	assert_int_equal(sigaction(SIGCHLD, &old, NULL), 0);
}

static void
a_token_in_the_output_file_saves_a_run(void **state)
{
	/* What the file holds; whether it is good enough. */
	static const struct {
		const char *text;
		bool        good;
	} rows[] = {
		{ ANSWER_UNTIL("1800000001"), true },
		{ ANSWER_UNTIL("1800000000"), false },
		{ ANSWER, false },
		{ FAILURE, false },
		{ "{\"version\":2,\"success\":true}", false },
		{ SUCCESS(TYPE("jwt") ",\"expiration_time\":1900000000"),
		    false },
		{ "", false },
		{ NULL, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct google g;
		char          members[200];

		google_start(&g, good, COUNT(good));
		if (rows[i].text != NULL)
			google_write(&g, "output", rows[i].text);
		snprintf(members, sizeof(members),
		    ",\"output_file\":\"%s/output\"", g.folder);
		write_program(&g,
		    "test \"$GOOGLE_EXTERNAL_ACCOUNT_OUTPUT_FILE\" = "
		    "\"${0%/*}/output\" || exit 1\n"
		    "echo '" SUCCESS(TYPE("jwt") ",\"id_token\":\"new\"") "'");
		use_program(&g, "", members);
		assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
		assert_holds(
		    form_of(&g), rows[i].good ? SHOWN : "&subject_token=new&");
		google_end(&g);
	}
}

static void
a_silent_program_answers_in_its_output_file(void **state)
{
	static const struct {
		const char      *script, *message;
		gcpsecret_status outcome;
	} rows[] = {
		{ "echo '" ANSWER_UNTIL(
		      "1800000001") "' >$GOOGLE_EXTERNAL_ACCOUNT_OUTPUT_FILE",
		    NULL, GCPSECRET_OK },
		{ "true", "/output: No such file or directory",
		    GCPSECRET_ERR_CREDENTIALS },
		{ "exit 1", "exited with 1", GCPSECRET_ERR_CREDENTIALS },
		{ "echo '" ANSWER_UNTIL(
		      "1") "' >$GOOGLE_EXTERNAL_ACCOUNT_OUTPUT_FILE",
		    "expired already", GCPSECRET_ERR_CREDENTIALS },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct google g;
		char          members[200];

		google_start(&g, good, COUNT(good));
		snprintf(members, sizeof(members),
		    ",\"output_file\":\"%s/output\"", g.folder);
		write_program(&g, rows[i].script);
		use_program(&g, "", members);
		assert_int_equal(google_access(&g, NAME), rows[i].outcome);
		if (rows[i].message != NULL)
			assert_holds(g.err.message, rows[i].message);
		else
			assert_holds(form_of(&g), SHOWN);
		google_end(&g);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_is_run_only_if_that_is_allowed),
		cmocka_unit_test(the_token_is_in_the_member_of_its_type),
		cmocka_unit_test(an_answer_that_is_none_is_refused),
		cmocka_unit_test(a_program_that_fails_gives_no_token),
		cmocka_unit_test(a_program_that_cannot_be_run_is_named),
		cmocka_unit_test(
		    noise_on_standard_error_is_no_part_of_the_answer),
		cmocka_unit_test(
		    a_program_is_told_by_arguments_and_environment),
		cmocka_unit_test(an_impersonating_program_is_told_whom),
		cmocka_unit_test(a_program_that_takes_too_long_is_killed),
		cmocka_unit_test(a_program_is_killed_when_the_call_is_canceled),
		cmocka_unit_test(
		    the_exit_code_is_not_needed_for_a_whole_answer),
		cmocka_unit_test(a_token_in_the_output_file_saves_a_run),
		cmocka_unit_test(a_silent_program_answers_in_its_output_file),
	};

	/* Processes whose parent is gone become this one's. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	return cmocka_run_group_tests_name(
	    "libgcpsecret program", tests, NULL, NULL);
}
