/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "members.h"
#include "process.h"
#include "settings.h"
#include "test.h"

#define KEY "7:VGhpcyBpcyBhIGtleSBmb3IgdGVzdHMgb25seSEhISE="

/* The least that update_tokens and strava-web need. */
static void
minimum(struct environment *env)
{
	*env = (struct environment){ 0 };
	environment_set(env, "HOME", "/nowhere");
	environment_set(env, "DATABASE_URL", "host=/run/db dbname=app");
	environment_set(env, "STRAVA_CLIENT_ID", "42");
	environment_set(env, "STRAVA_CLIENT_SECRET", "s3cret");
	environment_set(env, "TOKEN_KEYS", KEY);
}

static void
accepted(
    struct environment *env, enum program program, struct settings *settings)
{
	char message[4096] = "";

	if (!settings_load(
		settings, program, env->items, message, sizeof(message)))
		fail_msg("refused: %s", message);
	environment_free(env);
}

/* The message must hold `wanted`, and never what was given. */
static void
refused(struct environment *env, enum program program, const char *wanted,
    const char *never)
{
	struct settings settings;
	char            message[4096] = "";

	assert_false(settings_load(
	    &settings, program, env->items, message, sizeof(message)));
	environment_free(env);
	if (strstr(message, wanted) == NULL)
		fail_msg("\"%s\" is not in: %s", wanted, message);
	if (never != NULL && *never != '\0' && strstr(message, never) != NULL)
		fail_msg("\"%s\" is in: %s", never, message);
	assert_null(settings.database_url);
}

static void
with(enum program program, const char *name, const char *value,
    const char *wanted)
{
	struct environment env;

	minimum(&env);
	environment_set(&env, name, value);
	refused(&env, program, wanted, strlen(value) > 3 ? value : NULL);
}

static void
the_least_is_enough_and_the_rest_has_defaults(void **state)
{
	struct environment env;
	struct settings    settings;

	(void)state;
	minimum(&env);
	accepted(&env, PROGRAM_WEB, &settings);
	assert_int_equal(settings.port, 8080);
	assert_string_equal(settings.base_url, "http://localhost:8080");
	assert_string_equal(
	    settings.strava_oauth_base, "https://www.strava.com/oauth");
	assert_string_equal(
	    settings.strava_api_base, "https://www.strava.com/api/v3");
	assert_string_equal(
	    settings.strava_scope, "read,activity:read_all,profile:read_all");
	assert_int_equal(settings.log_format, LOG_TEXT);
	assert_int_equal(settings.clock_offset_s, 0);
	assert_null(settings.admin_athletes);
	assert_null(settings.strava_webhook_verify_token);
	settings_free(&settings);
	minimum(&env);
	accepted(&env, PROGRAM_UPDATE_TOKENS, &settings);
	assert_int_equal(settings.invoker_auth, INVOKER_VERIFY);
	assert_int_equal(settings.run_deadline_s, 180);
	assert_int_equal(settings.task_index, 0);
	assert_int_equal(settings.task_count, 1);
	settings_free(&settings);
}

static void
what_is_missing_is_named_all_at_once(void **state)
{
	struct environment env = { 0 };
	struct settings    settings;
	char               message[4096];

	(void)state;
	environment_set(&env, "HOME", "/nowhere");
	assert_false(settings_load(&settings, PROGRAM_UPDATE_TOKENS, env.items,
	    message, sizeof(message)));
	assert_non_null(strstr(message, "DATABASE_URL is missing"));
	assert_non_null(strstr(message, "\nSTRAVA_CLIENT_ID is missing"));
	assert_non_null(strstr(message, "\nSTRAVA_CLIENT_SECRET is missing"));
	assert_non_null(strstr(message, "\nTOKEN_KEYS is missing"));
	assert_int_not_equal(message[strlen(message) - 1], '\n');
	environment_free(&env);
}

static void
a_message_that_does_not_fit_keeps_whole_lines(void **state)
{
	struct environment env = { 0 };
	struct settings    settings;
	char               message[150];

	(void)state;
	environment_set(&env, "HOME", "/nowhere");
	assert_false(settings_load(&settings, PROGRAM_UPDATE_TOKENS, env.items,
	    message, sizeof(message)));
	assert_non_null(strstr(message, "DATABASE_URL is missing"));
	assert_null(strstr(message, "STRAVA_CLIENT_SECRET"));
	environment_free(&env);
}

static void
libpq_variables_stand_in_for_the_database_url(void **state)
{
	struct environment env;
	struct settings    settings;

	(void)state;
	minimum(&env);
	environment_unset(&env, "DATABASE_URL");
	environment_set(&env, "PGHOST", "/run/db");
	accepted(&env, PROGRAM_UPDATE_TOKENS, &settings);
	assert_string_equal(settings.database_url, "");
	settings_free(&settings);
}

static void
a_misspelt_setting_is_refused_with_the_right_name(void **state)
{
	static const struct {
		const char *name, *right;
	} names[] = {
		{ "STRAVA_CLIENT_IDD", "did you mean STRAVA_CLIENT_ID?" },
		{ "STRAVA_CLIENT_SECRT", "did you mean STRAVA_CLIENT_SECRET?" },
		{ "DATABASE_URI", "did you mean DATABASE_URL?" },
		{ "TOKEN_KEY", "did you mean TOKEN_KEYS?" },
		{ "TOKEN_KEYS_FIEL", "did you mean TOKEN_KEYS?" },
		{ "BASE_URI", "did you mean BASE_URL?" },
		{ "LOG_FORMATE", "did you mean LOG_FORMAT?" },
		{ "RUN_DEADLINE", "did you mean RUN_DEADLINE_S?" },
		{ "REFRESH_IN_FLIGTH", "did you mean REFRESH_IN_FLIGHT?" },
		{ "INVOKER_EMAIL", "did you mean INVOKER_EMAILS?" },
		{ "SECRET_MANAGER_EMULATOR_HOST_FILE",
		    "did you mean SECRET_MANAGER_EMULATOR_HOST?" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		with(PROGRAM_WEB, names[i].name, "sensitive", names[i].right);
}

static void
foreign_variables_are_left_alone(void **state)
{
	struct environment env;
	struct settings    settings;

	(void)state;
	minimum(&env);
	environment_set(&env, "STRAVAGANZA", "x");
	environment_set(&env, "GOOGLE_CLOUD_REGION", "x");
	environment_set(&env, "TOKENS", "x");
	environment_set(&env, "PATH", "/bin");
	/* Of the other program: known, and not looked at. */
	environment_set(&env, "INVOKER_AUTH", "nonsense");
	accepted(&env, PROGRAM_WEB, &settings);
	settings_free(&settings);
}

static const struct {
	const char *name, *value, *wanted;
} malformed[] = {
	{ "PORT", "", "PORT is empty" },
	{ "PORT", "0", "PORT must be a number from 1 to 65535" },
	{ "PORT", "abcd", "PORT must" },
	{ "PORT", "-1", "PORT must" },
	{ "PORT", "65536", "PORT must" },
	{ "PORT", "8080x", "PORT must" },
	{ "PORT", " 8080", "PORT must" },
	{ "PORT", "+8080", "PORT must" },
	{ "PORT", "0x1F90", "PORT must" },
	{ "PORT", "1000000000000000000000000000000", "PORT must" },
	{ "BASE_URL", "http://rides.example.org", "BASE_URL must" },
	{ "BASE_URL", "https://rides.example.org/app", "BASE_URL must" },
	{ "BASE_URL", "https://rides.example.org?a=b", "BASE_URL must" },
	{ "BASE_URL", "https://rides.example.org#a", "BASE_URL must" },
	{ "BASE_URL", "https://me:pw@rides.example.org", "BASE_URL must" },
	{ "BASE_URL", "https://Rides.example.org", "BASE_URL must" },
	{ "BASE_URL", "https://r\303\244der.example.org", "BASE_URL must" },
	{ "BASE_URL", "rides.local", "BASE_URL must" },
	{ "BASE_URL", "https://rides.example.org\r\nX: y", "BASE_URL must" },
	{ "STRAVA_CLIENT_ID", "forty-two", "STRAVA_CLIENT_ID must" },
	{ "STRAVA_CLIENT_ID", "0042", "STRAVA_CLIENT_ID must" },
	{ "STRAVA_CLIENT_SECRET", "two words", "STRAVA_CLIENT_SECRET must" },
	{ "STRAVA_CLIENT_SECRET", "", "STRAVA_CLIENT_SECRET is empty" },
	{ "STRAVA_OAUTH_BASE", "http://strava.example.org/oauth",
	    "STRAVA_OAUTH_BASE must" },
	{ "STRAVA_API_BASE", "file:///etc/passwd", "STRAVA_API_BASE must" },
	{ "STRAVA_SCOPE", "read,,activity:read", "STRAVA_SCOPE must" },
	{ "STRAVA_SCOPE", "read all", "STRAVA_SCOPE must" },
	{ "ADMIN_ATHLETES", "1,,2", "ADMIN_ATHLETES must" },
	{ "ADMIN_ATHLETES", "1,2;3", "entry 2" },
	{ "ADMIN_ATHLETES", "0", "entry 1" },
	{ "ADMIN_ATHLETES", "-1", "entry 1" },
	{ "ADMIN_ATHLETES", "9223372036854775808", "entry 1" },
	{ "LOG_FORMAT", "yaml", "LOG_FORMAT must be json or text" },
	{ "CLOCK_OFFSET_S", "soon", "CLOCK_OFFSET_S must" },
	{ "CLOCK_OFFSET_S", "19800", "CLOCK_OFFSET_S is for tests" },
	{ "DATABASE_PASSWORD", "two\nlines", "DATABASE_PASSWORD must" },
	{ "DATABASE_IAM_AUTH", "yes", "DATABASE_IAM_AUTH must be 1 or 0" },
	{ "DATABASE_IAM_AUTH", "2", "DATABASE_IAM_AUTH must be 1 or 0" },
	{ "DATABASE_URL", "host=/run/db nonsense", "DATABASE_URL is" },
	{ "DATABASE_URL", "postgresql://db.example.org/app?sslmode=require",
	    "DATABASE_URL is" },
};

static const struct {
	const char *name, *value, *wanted;
} malformed_update[] = {
	{ "INVOKER_AUTH", "nobody",
	    "INVOKER_AUTH must be verify, platform or off" },
	{ "INVOKER_AUDIENCE", "https://a.example.org,", "entry 2" },
	{ "INVOKER_AUDIENCE", "https://a.example.org, https://b", "entry 2" },
	{ "INVOKER_AUDIENCE", "say \"a\"", "entry 1" },
	{ "INVOKER_AUDIENCE", "a\\b", "entry 1" },
	{ "INVOKER_AUDIENCE", "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17",
	    "INVOKER_AUDIENCE must be at most 16 audiences" },
	{ "INVOKER_EMAILS", "a@b,c",
	    "INVOKER_EMAILS must be e-mail addresses" },
	{ "INVOKER_EMAILS", "@b", "entry 1" },
	{ "INVOKER_EMAILS", "a@", "entry 1" },
	{ "INVOKER_EMAILS", "a@b,,c@d", "entry 2" },
	{ "GOOGLE_CERTS_URL", "http://keys.example.org/",
	    "GOOGLE_CERTS_URL must" },
	{ "RUN_DEADLINE_S", "139", "RUN_DEADLINE_S must" },
	{ "RUN_DEADLINE_S", "3601", "RUN_DEADLINE_S must" },
	{ "RUN_DEADLINE_S", "3m", "RUN_DEADLINE_S must" },
	{ "REFRESH_IN_FLIGHT", "0", "REFRESH_IN_FLIGHT must" },
	{ "REFRESH_IN_FLIGHT", "65", "REFRESH_IN_FLIGHT must" },
	{ "REFRESH_KEEP_ALIVE_DAYS", "3651", "REFRESH_KEEP_ALIVE_DAYS must" },
	{ "REFRESH_KEEP_ALIVE_DAYS", "-1", "REFRESH_KEEP_ALIVE_DAYS must" },
	{ "REFRESH_SHARE", "101", "REFRESH_SHARE must" },
	{ "REFRESH_SHARE", "50%", "REFRESH_SHARE must" },
	{ "STRAVA_LIMITS", "200", "STRAVA_LIMITS must be two numbers" },
	{ "STRAVA_LIMITS", "200,", "STRAVA_LIMITS must" },
	{ "STRAVA_LIMITS", ",2000", "STRAVA_LIMITS must" },
	{ "STRAVA_LIMITS", "0,2000", "STRAVA_LIMITS must" },
	{ "STRAVA_LIMITS", "200,0", "STRAVA_LIMITS must" },
	{ "STRAVA_LIMITS", "200,2000,1", "STRAVA_LIMITS must" },
	{ "STRAVA_LIMITS", "200, 2000", "STRAVA_LIMITS must" },
	{ "STRAVA_LIMITS", "200,1000000001", "STRAVA_LIMITS must" },
	{ "CLOUD_RUN_TASK_INDEX", "1", "CLOUD_RUN_TASK_INDEX must be below" },
	{ "CLOUD_RUN_TASK_COUNT", "65", "CLOUD_RUN_TASK_COUNT must" },
	{ "CLOUD_RUN_TASK_ATTEMPT", "-1", "CLOUD_RUN_TASK_ATTEMPT must" },
};

static void
malformed_values_are_refused_by_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(malformed); i++)
		with(PROGRAM_WEB, malformed[i].name, malformed[i].value,
		    malformed[i].wanted);
	for (size_t i = 0; i < COUNT(malformed_update); i++)
		with(PROGRAM_UPDATE_TOKENS, malformed_update[i].name,
		    malformed_update[i].value, malformed_update[i].wanted);
}

static void
a_token_of_googles_leaves_no_room_for_a_password(void **state)
{
	static const char *const passwords[] = { "DATABASE_PASSWORD",
		"DATABASE_PASSWORD_FILE" };
	static const char *const urls[] = {
		"postgresql://app:in-the-url@localhost/strava",
		"postgresql://app@localhost/strava?password=in-the-url",
		"host=localhost dbname=strava password='in-the-url'",
	};
	struct environment env;
	struct settings    settings;

	(void)state;
	for (size_t i = 0; i < COUNT(passwords); i++) {
		minimum(&env);
		environment_set(&env, "DATABASE_IAM_AUTH", "1");
		environment_set(&env, passwords[i], "/dev/null");
		refused(&env, PROGRAM_WEB,
		    "DATABASE_PASSWORD is of no use with DATABASE_IAM_AUTH=1",
		    "/dev/null");
	}
	for (size_t i = 0; i < COUNT(urls); i++) {
		minimum(&env);
		environment_set(&env, "DATABASE_URL", urls[i]);
		environment_set(&env, "DATABASE_IAM_AUTH", "1");
		refused(&env, PROGRAM_UPDATE_TOKENS,
		    "DATABASE_URL holds a password, which is of no use with "
		    "DATABASE_IAM_AUTH=1",
		    "in-the-url");
	}
	minimum(&env);
	environment_set(&env, "DATABASE_IAM_AUTH", "1");
	accepted(&env, PROGRAM_UPDATE_TOKENS, &settings);
	assert_int_equal(settings.database_iam_auth, 1);
	settings_free(&settings);
	minimum(&env);
	environment_set(&env, "DATABASE_IAM_AUTH", "0");
	environment_set(&env, "DATABASE_PASSWORD", "a password");
	accepted(&env, PROGRAM_WEB, &settings);
	assert_int_equal(settings.database_iam_auth, 0);
	settings_free(&settings);
}

static void
a_keyring_is_refused_with_the_number_of_the_entry(void **state)
{
	static const struct {
		const char *keys, *wanted;
	} bad[] = {
		{ "VGhpcyBpcyBhIGtleSBmb3IgdGVzdHMgb25seSEhISE=",
		    "entry 1 is not id:base64" },
		{ KEY ",", "entry 2 is not id:base64" },
		{ KEY "," KEY, "entry 2 has the id of an earlier one" },
		{ KEY ",8:c2hvcnQ=", "entry 2 is not 32 bytes" },
		{ "0:VGhpcyBpcyBhIGtleSBmb3IgdGVzdHMgb25seSEhISE=",
		    "entry 1 has no id" },
		{ "2147483648:VGhpcyBpcyBhIGtleSBmb3IgdGVzdHMgb25seSEhISE=",
		    "entry 1 has no id" },
		{ "x:VGhpcyBpcyBhIGtleSBmb3IgdGVzdHMgb25seSEhISE=",
		    "entry 1 has no id" },
		{ "7:VGhpcyBpcyBhIGtleSBmb3IgdGVzdHMgb25seSEhISE",
		    "entry 1 is not 32 bytes" },
		{ "7:VGhpcyBpcyBhIGtleSBmb3IgdGVzdHMgb25seSEhISF=",
		    "entry 1 is not 32 bytes" },
		{ " " KEY, "entry 1 has no id" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		with(PROGRAM_UPDATE_TOKENS, "TOKEN_KEYS", bad[i].keys,
		    bad[i].wanted);
}

static void
bases_lose_their_last_slash_and_loopback_may_be_plain(void **state)
{
	struct environment env;
	struct settings    settings;

	(void)state;
	minimum(&env);
	environment_set(&env, "BASE_URL", "https://rides.example.org/");
	environment_set(&env, "STRAVA_OAUTH_BASE", "http://127.0.0.1:9/oauth/");
	environment_set(&env, "CLOCK_OFFSET_S", "-19800");
	environment_set(&env, "ADMIN_ATHLETES", "");
	environment_set(&env, "K_SERVICE", "rides");
	accepted(&env, PROGRAM_WEB, &settings);
	assert_string_equal(settings.base_url, "https://rides.example.org");
	assert_string_equal(
	    settings.strava_oauth_base, "http://127.0.0.1:9/oauth");
	assert_int_equal(settings.clock_offset_s, -19800);
	assert_string_equal(settings.admin_athletes, "");
	assert_int_equal(settings.log_format, LOG_JSON);
	settings_free(&settings);
}

/* Writes a file into a new folder; the path is to be freed. */
static char *
file_with(const void *data, size_t len)
{
	char  dir[] = "/tmp/settings.XXXXXX";
	char *path;
	FILE *file;

	assert_non_null(mkdtemp(dir));
	assert_true(asprintf(&path, "%s/value", dir) > 0);
	file = fopen(path, "wbe");
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
	return path;
}

static void
remove_file(char *path)
{
	unlink(path);
	*strrchr(path, '/') = '\0';
	rmdir(path);
	free(path);
}

static void
a_file_gives_a_value_without_its_last_newline(void **state)
{
	static const char *const contents[] = { "fr0m-a-file", "fr0m-a-file\n",
		"fr0m-a-file\r\n" };

	(void)state;
	for (size_t i = 0; i < COUNT(contents); i++) {
		char *path = file_with(contents[i], strlen(contents[i]));
		struct environment env;
		struct settings    settings;

		minimum(&env);
		environment_unset(&env, "STRAVA_CLIENT_SECRET");
		environment_set(&env, "STRAVA_CLIENT_SECRET_FILE", path);
		accepted(&env, PROGRAM_WEB, &settings);
		assert_string_equal(
		    settings.strava_client_secret, "fr0m-a-file");
		settings_free(&settings);
		remove_file(path);
	}
}

static void
with_file(const char *path, const char *wanted)
{
	struct environment env;

	minimum(&env);
	environment_unset(&env, "STRAVA_CLIENT_SECRET");
	environment_set(&env, "STRAVA_CLIENT_SECRET_FILE", path);
	refused(&env, PROGRAM_WEB, wanted, "fr0m");
}

static void
a_file_that_is_of_no_use_is_refused(void **state)
{
	static char large[70000];
	char       *path = file_with("fr0m\0file", 9);
	char        dir[] = "/tmp/settings.XXXXXX";

	(void)state;
	with_file(path, "STRAVA_CLIENT_SECRET holds a NUL byte");
	remove_file(path);
	path = file_with("fr0m\nfile\n", 10);
	with_file(path, "STRAVA_CLIENT_SECRET must be visible");
	remove_file(path);
	path = file_with(large, sizeof(large));
	with_file(path, "STRAVA_CLIENT_SECRET must name a regular file");
	remove_file(path);
	with_file("/nowhere/at/all",
	    "STRAVA_CLIENT_SECRET names a file that cannot be opened");
	with_file("/tmp", "STRAVA_CLIENT_SECRET must name a regular file");
	assert_non_null(mkdtemp(dir));
	assert_true(asprintf(&path, "%s/value", dir) > 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	with_file(path, "STRAVA_CLIENT_SECRET must name a regular file");
	remove_file(path);
}

static void
a_value_given_twice_is_refused(void **state)
{
	(void)state;
	with(PROGRAM_WEB, "STRAVA_CLIENT_SECRET_FILE", "/nowhere/at/all",
	    "STRAVA_CLIENT_SECRET is given twice");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_least_is_enough_and_the_rest_has_defaults),
		cmocka_unit_test(what_is_missing_is_named_all_at_once),
		cmocka_unit_test(a_message_that_does_not_fit_keeps_whole_lines),
		cmocka_unit_test(libpq_variables_stand_in_for_the_database_url),
		cmocka_unit_test(
		    a_misspelt_setting_is_refused_with_the_right_name),
		cmocka_unit_test(foreign_variables_are_left_alone),
		cmocka_unit_test(malformed_values_are_refused_by_name),
		cmocka_unit_test(
		    a_token_of_googles_leaves_no_room_for_a_password),
		cmocka_unit_test(
		    a_keyring_is_refused_with_the_number_of_the_entry),
		cmocka_unit_test(
		    bases_lose_their_last_slash_and_loopback_may_be_plain),
		cmocka_unit_test(a_file_gives_a_value_without_its_last_newline),
		cmocka_unit_test(a_file_that_is_of_no_use_is_refused),
		cmocka_unit_test(a_value_given_twice_is_refused),
	};

	return cmocka_run_group_tests_name("apps settings", tests, NULL, NULL);
}
