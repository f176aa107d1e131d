/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "google.h"

#define METADATA_TOKEN                             \
	{                                          \
		.status = 200, .headers = FLAVOR,  \
		.body = TOKEN_REPLY(TOKEN, "3599") \
	}

static const char *
description(struct google *g)
{
	const char *text;

	assert_int_equal(
	    gcpsecret_credentials_describe(g->client, &text, &g->err),
	    GCPSECRET_OK);
	return text;
}

static void
a_file_that_is_named_but_missing_ends_the_search(void **state)
{
	static const struct loopback_answer script[] = { METADATA_TOKEN };
	struct google                       g;

	(void)state;
	google_start(&g, script, 1);
	google_use_metadata(&g);
	google_set("GOOGLE_APPLICATION_CREDENTIALS", "/no/such/key.json");
	assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_CREDENTIALS);
	assert_string_equal(g.err.message,
	    "GOOGLE_APPLICATION_CREDENTIALS=/no/such/key.json: No such file or "
	    "directory");
	google_set("GOOGLE_APPLICATION_CREDENTIALS",
	    google_write(&g, "key.json", "{}"));
	assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_CREDENTIALS);
	assert_holds(g.err.message, "\"type\" is missing");
	assert_int_equal(loopback_count(g.peer), 0);
	google_end(&g);
}

static void
gclouds_file_is_found_where_gcloud_puts_it(void **state)
{
	static const struct loopback_answer unused[] = { { .status = 500 } };
	static const char                   user[] =
	    "{\"type\":\"authorized_user\",\"client_id\":\"i\","
	    "\"client_secret\":\"s\",\"refresh_token\":\"r\","
	    "\"account\":\"me@example.org\"}";
	static const char file[] = "application_default_credentials.json";
	struct google     g;
	char              folder[128], want[256];

	(void)state;
	google_start(&g, unused, 1);
	/* An empty variable is as good as none. */
	google_set("GOOGLE_APPLICATION_CREDENTIALS", "");
	snprintf(folder, sizeof(folder), "%s/.config", g.folder);
	assert_int_equal(mkdir(folder, 0700), 0);
	snprintf(folder, sizeof(folder), "%s/.config/gcloud", g.folder);
	assert_int_equal(mkdir(folder, 0700), 0);
	snprintf(folder, sizeof(folder), ".config/gcloud/%s", file);
	snprintf(want, sizeof(want), "user me@example.org (%s)",
	    google_write(&g, folder, user));
	assert_string_equal(description(&g), want);

	google_restart(&g);
	google_set("CLOUDSDK_CONFIG", g.folder);
	snprintf(want, sizeof(want), "user me@example.org (%s)",
	    google_write(&g, file, user));
	assert_string_equal(description(&g), want);

	/* One that is there and unusable is not passed over. */
	google_restart(&g);
	google_write(&g, file, "{\"type\":");
	assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_CREDENTIALS);
	assert_holds(g.err.message, "not a JSON object");
	google_end(&g);
}

static void
a_search_that_finds_nothing_says_where_it_looked(void **state)
{
	static const struct loopback_answer unused[] = { { .status = 500 } };
	struct google                       g;

	(void)state;
	google_start(&g, unused, 1);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_CREDENTIALS);
	assert_holds(g.err.message, "gcloud auth application-default login");
	assert_holds(
	    g.err.message, "GOOGLE_APPLICATION_CREDENTIALS, which is unset");
	assert_holds(g.err.message, g.folder);
	assert_holds(g.err.message,
	    "/.config/gcloud/application_default_credentials.json");
	assert_holds(g.err.message, "NO_GCE_CHECK");
	google_set("HOME", NULL);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_CREDENTIALS);
	assert_holds(g.err.message, "HOME is unset");
	assert_int_equal(loopback_count(g.peer), 0);
	google_end(&g);
}

static void
what_the_program_names_outdoes_the_environment(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = TOKEN_REPLY(TOKEN, "3599") },
		{ .status = 200, .body = GOOD },
	};
	struct google g;

	(void)state;
	google_start(&g, script, COUNT(script));
	google_use_user(&g);
	assert_int_equal(
	    gcpsecret_client_set_credentials_file(g.client, g.file, NULL),
	    GCPSECRET_OK);
	google_set("GOOGLE_APPLICATION_CREDENTIALS", "/no/such/key.json");
	google_set("SECRET_MANAGER_EMULATOR_HOST", "127.0.0.1:1");
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_header(&g, 1, "Authorization", "Bearer " TOKEN);
	google_end(&g);
}

static void
an_odd_path_stays_one_line(void **state)
{
	static const struct loopback_answer unused[] = { { .status = 500 } };
	static const char                   user[] =
	    "{\"type\":\"authorized_user\",\"client_id\":\"i\","
	    "\"client_secret\":\"s\",\"refresh_token\":\"r\"}";
	struct google g;

	(void)state;
	google_start(&g, unused, 1);
	google_set("GOOGLE_APPLICATION_CREDENTIALS",
	    google_write(&g, "a\nb\xc3\xa4.json", user));
	assert_holds(description(&g), "/a?b??.json)");
	assert_holds(g.log, "/a?b??.json)");
	google_end(&g);
}

static void
an_endpoint_of_the_programs_outdoes_the_emulator(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = TOKEN_REPLY(TOKEN, "3599") },
		{ .status = 200, .body = GOOD },
	};
	struct google g;

	(void)state;
	google_start(&g, script, COUNT(script));
	google_use_user(&g);
	google_set("SECRET_MANAGER_EMULATOR_HOST", "127.0.0.1:1");
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_header(&g, 1, "Authorization", "Bearer " TOKEN);
	google_end(&g);
}

static void
the_emulator_needs_no_credentials(void **state)
{
	static const struct loopback_answer good[] = {
		{ .status = 200, .body = GOOD },
	};
	struct google g;
	char          want[64];

	(void)state;
	google_start(&g, good, 1);
	google_use_emulator(&g);
	google_set("GOOGLE_APPLICATION_CREDENTIALS", "/no/such/key.json");
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_header(&g, 0, "Authorization", NULL);
	snprintf(want, sizeof(want), "emulator at 127.0.0.1:%d",
	    loopback_port(g.peer));
	assert_string_equal(description(&g), want);
	google_end(&g);
}

static void
a_malformed_host_is_refused(void **state)
{
	static const char *const hosts[] = { "http://127.0.0.1", "a b", "a/b",
		"user@host", "host:99999", "a\r\nb", "?", "[" };
	static const char *const variables[] = { "SECRET_MANAGER_EMULATOR_HOST",
		"GCE_METADATA_HOST" };
	static const struct loopback_answer unused[] = { { .status = 500 } };
	struct google                       g;

	(void)state;
	google_start(&g, unused, 1);
	google_set("NO_GCE_CHECK", NULL);
	for (size_t v = 0; v < COUNT(variables); v++) {
		for (size_t i = 0; i < COUNT(hosts); i++) {
			google_set(variables[v], hosts[i]);
			assert_int_equal(
			    google_access(&g, NAME), GCPSECRET_ERR_CREDENTIALS);
			assert_holds(g.err.message, variables[v]);
			assert_holds(
			    g.err.message, "must be host or host:port");
		}
		google_set(variables[v], NULL);
	}
	google_end(&g);
}

static void
the_metadata_server_gives_a_token(void **state)
{
	static const struct loopback_answer script[] = { METADATA_TOKEN,
		{ .status = 200, .body = GOOD } };
	struct google                       g;

	(void)state;
	google_start(&g, script, COUNT(script));
	google_use_metadata(&g);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_holds(description(&g), "metadata server at 127.0.0.1:");
	assert_string_equal(loopback_request(g.peer, 0)->target,
	    "/computeMetadata/v1/instance/service-accounts/default/token?"
	    "scopes=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fcloud-platform");
	assert_header(&g, 0, "Metadata-Flavor", "Google");
	assert_header(&g, 0, "Authorization", NULL);
	assert_header(&g, 1, "Authorization", "Bearer " TOKEN);
	assert_header(&g, 1, "Metadata-Flavor", NULL);
	google_end(&g);
}

static void
an_answer_without_the_flavor_is_not_trusted(void **state)
{
	static const char *const headers[] = { "",
		"Metadata-Flavor: google\r\n",
		"Metadata-Flavor: Google,Google\r\n", "Metadata-Flavor:\r\n",
		"X-Metadata-Flavor: Google\r\n" };

	(void)state;
	for (size_t i = 0; i < COUNT(headers); i++) {
		struct loopback_answer answer = { .status = 200,
			.headers = headers[i],
			.body = TOKEN_REPLY(TOKEN, "3599") };
		struct google          g;

		google_start(&g, &answer, 1);
		google_use_metadata(&g);
		assert_int_equal(
		    google_access(&g, NAME), GCPSECRET_ERR_CREDENTIALS);
		assert_holds(g.err.message, "Metadata-Flavor: Google");
		assert_int_equal(loopback_count(g.peer), 1);
		google_end(&g);
	}
}

static void
a_redirect_of_the_metadata_server_is_not_followed(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 302, .headers = FLAVOR "Location: /elsewhere\r\n" },
		METADATA_TOKEN,
	};
	struct google g;

	(void)state;
	google_start(&g, script, COUNT(script));
	google_use_metadata(&g);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_FORMAT);
	assert_int_equal(g.err.http_status, 302);
	assert_int_equal(loopback_count(g.peer), 1);
	google_end(&g);
}

static void
proxies_of_the_environment_are_not_asked(void **state)
{
	static const char *const proxies[] = { "http_proxy", "HTTP_PROXY",
		"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY" };
	static const struct loopback_answer script[] = { METADATA_TOKEN,
		{ .status = 200, .body = GOOD } };
	struct google                       g;

	(void)state;
	google_start(&g, script, COUNT(script));
	google_use_metadata(&g);
	for (size_t i = 0; i < COUNT(proxies); i++)
		google_set(proxies[i], "http://127.0.0.1:1");
	gcpsecret_client_set_retries(g.client, 0);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	for (size_t i = 0; i < COUNT(proxies); i++)
		google_set(proxies[i], NULL);
	google_end(&g);
}

static void
a_machine_without_an_account_is_told_so(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 404, .headers = FLAVOR, .body = "<html>" },
	};
	struct google g;

	(void)state;
	google_start(&g, script, COUNT(script));
	google_use_metadata(&g);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_CREDENTIALS);
	assert_holds(g.err.message, "no service account is attached");
	assert_int_equal(loopback_count(g.peer), 1);
	google_end(&g);
}

/* Whether a ping is answered as a metadata server would. */
static void
a_ping_finds_out_whether_there_is_a_metadata_server(void **state)
{
	static const struct {
		struct loopback_answer answer;
		bool                   found;
		size_t                 pings;
	} cases[] = {
		{ { .status = 200, .headers = FLAVOR }, true, 1 },
		{ { .status = 200 }, false, 1 },
		{ { .status = 404, .headers = FLAVOR }, false, 1 },
		{ { .status = 302, .headers = "Location: http://x\r\n" }, false,
		    1 },
		{ { .silent = true }, false, 3 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct google g;
		char          host[32];
		const char   *text;

		google_start(&g, &cases[i].answer, 1);
		google_set("NO_GCE_CHECK", NULL);
		snprintf(
		    host, sizeof(host), "127.0.0.1:%d", loopback_port(g.peer));
		google_set("GCE_METADATA_IP", host);
		assert_int_equal(
		    gcpsecret_credentials_describe(g.client, &text, &g.err),
		    cases[i].found ? GCPSECRET_OK : GCPSECRET_ERR_CREDENTIALS);
		assert_int_equal(loopback_count(g.peer), cases[i].pings);
		assert_header(&g, 0, "Metadata-Flavor", "Google");
		/* That there is none is remembered for a while. */
		if (!cases[i].found) {
			assert_holds(
			    g.err.message, "no metadata server answers");
			assert_int_equal(gcpsecret_credentials_describe(
					     g.client, &text, &g.err),
			    GCPSECRET_ERR_CREDENTIALS);
			assert_int_equal(
			    loopback_count(g.peer), cases[i].pings);
		}
		google_end(&g);
	}
}

static void
on_cloud_run_no_ping_is_needed(void **state)
{
	static const char *const variables[] = { "K_SERVICE", "CLOUD_RUN_JOB" };
	static const struct loopback_answer unused[] = { { .status = 500 } };

	(void)state;
	for (size_t i = 0; i < COUNT(variables); i++) {
		struct google g;

		google_start(&g, unused, 1);
		google_set("NO_GCE_CHECK", NULL);
		google_set(variables[i], "x");
		assert_string_equal(
		    description(&g), "metadata server at 169.254.169.254");
		assert_null(strstr(g.log, "GET"));
		google_end(&g);
	}
}

static const char *
project(struct google *g)
{
	const char *text;

	assert_int_equal(
	    gcpsecret_project(g->client, &text, &g->err), GCPSECRET_OK);
	return text;
}

static void
the_project_is_looked_for_in_order(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .headers = FLAVOR, .body = "meta-project" },
	};
	struct google g;

	(void)state;
	google_start(&g, script, COUNT(script));
	google_use_service_account(&g);
	google_set("GOOGLE_CLOUD_PROJECT", "first");
	google_set("GCLOUD_PROJECT", "second");
	assert_string_equal(project(&g), "first");

	google_restart(&g);
	google_set("GOOGLE_CLOUD_PROJECT", "");
	assert_string_equal(project(&g), "second");

	google_restart(&g);
	google_set("GCLOUD_PROJECT", NULL);
	assert_string_equal(project(&g), "file-project");

	google_restart(&g);
	google_set("GOOGLE_APPLICATION_CREDENTIALS", NULL);
	google_use_metadata(&g);
	assert_string_equal(project(&g), "meta-project");
	assert_string_equal(project(&g), "meta-project");
	assert_int_equal(loopback_count(g.peer), 1);
	assert_string_equal(loopback_request(g.peer, 0)->target,
	    "/computeMetadata/v1/project/project-id");
	google_end(&g);
}

static void
a_project_that_nobody_tells_is_an_error(void **state)
{
	static const struct loopback_answer unused[] = { { .status = 500 } };
	struct google                       g;
	const char                         *text;

	(void)state;
	google_start(&g, unused, 1);
	google_use_user(&g);
	assert_int_equal(gcpsecret_project(g.client, &text, &g.err),
	    GCPSECRET_ERR_CREDENTIALS);
	assert_null(text);
	assert_holds(g.err.message, "set GOOGLE_CLOUD_PROJECT");
	google_end(&g);
}

static void
a_malformed_project_is_refused(void **state)
{
	/* The last one has 64 letters. */
	static const char *const projects[] = { "a/b", "..", "a\nb", "UPPER",
		"a:b", "-a",
		("abcdefghijklmnopabcdefghijklmnop"
		 "abcdefghijklmnopabcdefghijklmnop") };
	struct google            g;
	const char              *text;

	(void)state;
	for (size_t i = 0; i < COUNT(projects); i++) {
		struct loopback_answer answer = {
			.status = 200, .headers = FLAVOR, .body = projects[i]
		};

		google_start(&g, &answer, 1);
		google_set("GOOGLE_CLOUD_PROJECT", projects[i]);
		assert_int_equal(gcpsecret_project(g.client, &text, &g.err),
		    GCPSECRET_ERR_CREDENTIALS);
		assert_holds(g.err.message, "GOOGLE_CLOUD_PROJECT is no");
		google_set("GOOGLE_CLOUD_PROJECT", NULL);
		google_use_metadata(&g);
		assert_int_equal(gcpsecret_project(g.client, &text, &g.err),
		    GCPSECRET_ERR_CREDENTIALS);
		google_end(&g);
	}
}

static void
the_quota_project_is_sent_to_the_api_alone(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = TOKEN_REPLY(TOKEN, "3599") },
		{ .status = 200, .body = GOOD },
	};
	static const char file[] =
	    "{\"type\":\"authorized_user\",\"client_id\":\"i\","
	    "\"client_secret\":\"s\",\"refresh_token\":\"r\","
	    "\"quota_project_id\":\"of-file\"}";
	struct google g;

	(void)state;
	for (int i = 0; i < 2; i++) {
		google_start(&g, script, COUNT(script));
		google_use_user(&g);
		google_write(&g, "user.json", file);
		if (i == 1)
			google_set("GOOGLE_CLOUD_QUOTA_PROJECT", "of-env");
		assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
		assert_header(&g, 0, "x-goog-user-project", NULL);
		assert_header(&g, 1, "x-goog-user-project",
		    i == 1 ? "of-env" : "of-file");
		google_end(&g);
	}
}

static void
a_malformed_quota_project_is_refused(void **state)
{
	static const struct loopback_answer unused[] = { { .status = 500 } };
	struct google                       g;

	(void)state;
	google_start(&g, unused, 1);
	google_use_user(&g);
	google_set("GOOGLE_CLOUD_QUOTA_PROJECT", "a\r\nX: y");
	assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_CREDENTIALS);
	assert_holds(g.err.message, "GOOGLE_CLOUD_QUOTA_PROJECT");
	google_end(&g);
}

#define USER_JSON                                            \
	"{\"type\":\"authorized_user\",\"client_id\":\"i\"," \
	"\"client_secret\":\"s\",\"refresh_token\":\"r\","   \
	"\"account\":\"me@example.org\"}"
#define EXTERNAL_JSON                                                   \
	"{\"type\":\"external_account\",\"audience\":\"" AUDIENCE "\"," \
	"\"subject_token_type\":\"t\",\"credential_source\":{\"file\":" \
	"\"/t\"}}"
#define IMPERSONATED_JSON(source)                                          \
	"{\"type\":\"impersonated_service_account\","                      \
	"\"service_account_impersonation_url\":\"https://iam.example.org/" \
	"a@b:generateAccessToken\",\"source_credentials\":" source "}"
#define WORKFORCE_JSON                                                  \
	"{\"type\":\"external_account_authorized_user\",\"token_url\":" \
	"\"https://sts.example.org/\",\"client_id\":\"i\","             \
	"\"client_secret\":\"s\",\"refresh_token\":\"r\"}"

static void
assert_refused(struct google *g, const char *part)
{
	const char *text;

	assert_int_equal(
	    gcpsecret_credentials_describe(g->client, &text, &g->err),
	    GCPSECRET_ERR_CREDENTIALS);
	assert_holds(g->err.message, part);
}

static void
set_json(struct google *g, const char *json)
{
	assert_int_equal(
	    gcpsecret_client_set_credentials_json(g->client, json, NULL),
	    GCPSECRET_OK);
}

static void
a_program_may_give_the_document_itself(void **state)
{
	static const struct loopback_answer unused[] = { { .status = 500 } };
	struct google                       g;
	char                               *large = malloc(65538);

	(void)state;
	assert_non_null(large);
	google_start(&g, unused, 1);
	google_set("GOOGLE_APPLICATION_CREDENTIALS", "/no/such/file");
	set_json(&g, USER_JSON);
	assert_string_equal(
	    description(&g), "user me@example.org (JSON of the program)");

	google_restart(&g);
	set_json(&g, "{\"type\":");
	assert_refused(&g, "JSON of the program: not a JSON object");
	/* The last one that is set counts. */
	assert_int_equal(gcpsecret_client_set_credentials_file(
			     g.client, "/no/file.json", NULL),
	    GCPSECRET_OK);
	assert_refused(&g, "/no/file.json: No such file");
	set_json(&g, USER_JSON);
	assert_holds(description(&g), "JSON of the program");

	google_restart(&g);
	set_json(&g, USER_JSON);
	set_json(&g, NULL);
	assert_refused(&g, "/no/such/file");

	memset(large, ' ', 65537);
	memcpy(large, USER_JSON, strlen(USER_JSON));
	large[65537] = '\0';
	assert_int_equal(
	    gcpsecret_client_set_credentials_json(g.client, large, &g.err),
	    GCPSECRET_ERR_ARGUMENT);
	assert_holds(g.err.message, "larger than 64 KiB");
	large[65536] = '\0';
	set_json(&g, large);
	assert_holds(description(&g), "JSON of the program");
	free(large);
	google_end(&g);
}

/* The types, by a good document of each. */
static const struct {
	const char *json, *type;
	unsigned    needed;
	bool        usual; /* of a program's document without being named */
} types[] = {
	{ USER_JSON, "authorized_user", GCPSECRET_CREDENTIALS_AUTHORIZED_USER,
	    true },
	{ EXTERNAL_JSON, "external_account",
	    GCPSECRET_CREDENTIALS_EXTERNAL_ACCOUNT, false },
	{ WORKFORCE_JSON, "external_account_authorized_user",
	    GCPSECRET_CREDENTIALS_EXTERNAL_ACCOUNT_AUTHORIZED_USER, false },
	{ IMPERSONATED_JSON(USER_JSON), "impersonated_service_account",
	    GCPSECRET_CREDENTIALS_IMPERSONATED_SERVICE_ACCOUNT |
		GCPSECRET_CREDENTIALS_AUTHORIZED_USER,
	    false },
};

static void
allow(struct google *g, unsigned set)
{
	assert_int_equal(
	    gcpsecret_client_set_credential_types(g->client, set, NULL),
	    GCPSECRET_OK);
}

static void
a_programs_document_is_of_a_type_that_it_allows(void **state)
{
	static const struct loopback_answer unused[] = { { .status = 500 } };
	struct google                       g;

	(void)state;
	google_start(&g, unused, 1);
	for (size_t i = 0; i < COUNT(types); i++) {
		google_restart(&g);
		set_json(&g, types[i].json);
		if (types[i].usual)
			description(&g);
		else
			assert_refused(&g, types[i].type);
		google_restart(&g);
		set_json(&g, types[i].json);
		allow(&g, 31 & ~types[i].needed);
		assert_refused(&g, "not allowed by this program");
		allow(&g, types[i].needed);
		description(&g);
	}
	assert_int_equal(
	    gcpsecret_client_set_credential_types(g.client, 32, &g.err),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(gcpsecret_client_set_credential_types(NULL, 1, NULL),
	    GCPSECRET_ERR_ARGUMENT);
	google_end(&g);
}

/* Whoever set the machine up is trusted, unless the program says otherwise. */
static void
what_is_searched_for_may_be_of_any_type(void **state)
{
	static const struct loopback_answer unused[] = { { .status = 500 } };
	struct google                       g;

	(void)state;
	google_start(&g, unused, 1);
	for (size_t i = 0; i < COUNT(types); i++) {
		google_restart(&g);
		google_set("GOOGLE_APPLICATION_CREDENTIALS",
		    google_write(&g, "c.json", types[i].json));
		description(&g);
		google_restart(&g);
		allow(&g, GCPSECRET_CREDENTIALS_SERVICE_ACCOUNT);
		assert_refused(&g, types[i].type);
	}
	google_end(&g);
}

static void
source_credentials_must_be_allowed_too(void **state)
{
	static const struct loopback_answer unused[] = { { .status = 500 } };
	struct google                       g;

	(void)state;
	google_start(&g, unused, 1);
	set_json(&g, IMPERSONATED_JSON(EXTERNAL_JSON));
	assert_int_equal(
	    gcpsecret_client_set_credential_types(g.client,
		GCPSECRET_CREDENTIALS_IMPERSONATED_SERVICE_ACCOUNT, NULL),
	    GCPSECRET_OK);
	assert_refused(&g, "type external_account are not allowed");
	google_end(&g);
}

static void
every_type_is_described(void **state)
{
	static const struct loopback_answer unused[] = { { .status = 500 } };
	static const char *const            cases[][2] = {
			   { EXTERNAL_JSON, "external account " AUDIENCE " (" },
			   { WORKFORCE_JSON, "external user account (" },
			   { IMPERSONATED_JSON(USER_JSON),
			       "impersonated service account a@b (" },
	};
	struct google g;

	(void)state;
	google_start(&g, unused, 1);
	for (size_t i = 0; i < COUNT(cases); i++) {
		google_restart(&g);
		google_set("GOOGLE_APPLICATION_CREDENTIALS",
		    google_write(&g, "c.json", cases[i][0]));
		assert_holds(description(&g), cases[i][1]);
	}
	google_end(&g);
}

static void
the_project_is_cut_out_of_an_audience(void **state)
{
	static const struct loopback_answer unused[] = { { .status = 500 } };
	struct google                       g;

	(void)state;
	google_start(&g, unused, 1);
	google_set("GOOGLE_APPLICATION_CREDENTIALS",
	    google_write(&g, "c.json", EXTERNAL_JSON));
	assert_string_equal(project(&g), "1");

	google_restart(&g);
	google_write(&g, "c.json", IMPERSONATED_JSON(EXTERNAL_JSON));
	assert_string_equal(project(&g), "1");
	google_end(&g);
}

static void
a_quota_project_of_the_programs_comes_first(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = TOKEN_REPLY(TOKEN, "3599") },
		{ .status = 200, .body = GOOD },
	};
	struct google g;

	(void)state;
	google_start(&g, script, COUNT(script));
	google_use_user(&g);
	google_set("GOOGLE_CLOUD_QUOTA_PROJECT", "of-env");
	assert_int_equal(
	    gcpsecret_client_set_quota_project(g.client, "a\r\nX: y", &g.err),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(
	    gcpsecret_client_set_quota_project(g.client, "of-program", NULL),
	    GCPSECRET_OK);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_header(&g, 1, "x-goog-user-project", "of-program");
	assert_int_equal(gcpsecret_client_set_quota_project(NULL, "p", NULL),
	    GCPSECRET_ERR_ARGUMENT);
	google_end(&g);
}

static void
credentials_of_another_universe_are_refused(void **state)
{
	static const struct loopback_answer unused[] = { { .status = 500 } };
	static const char *const            bad[] = { "", "com", "a b.c",
			   "https://example.org", "example.org/" };
	struct google                       g;

	(void)state;
	google_start(&g, unused, 1);
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(gcpsecret_client_set_universe_domain(
				     g.client, bad[i], NULL),
		    GCPSECRET_ERR_ARGUMENT);
	google_set("GOOGLE_CLOUD_UNIVERSE_DOMAIN", "a/b");
	set_json(&g, USER_JSON);
	assert_refused(&g, "GOOGLE_CLOUD_UNIVERSE_DOMAIN is no domain");
	google_set("GOOGLE_CLOUD_UNIVERSE_DOMAIN", "example.org");
	assert_refused(&g,
	    "made for the universe googleapis.com, but this client is of "
	    "example.org");
	/* The program outdoes the environment. */
	assert_int_equal(gcpsecret_client_set_universe_domain(
			     g.client, "googleapis.com", NULL),
	    GCPSECRET_OK);
	description(&g);
	google_end(&g);
}

static void
in_another_universe_a_key_signs_and_nothing_is_traded(void **state)
{
	static const struct loopback_answer good[] = {
		{ .status = 200, .body = GOOD },
	};
	struct google    g;
	char            *pem = google_pem(google_key(), NULL), *text;
	gcpsecret_token *token;

	(void)state;
	assert_true(asprintf(&text,
			"{\"type\":\"service_account\",\"client_email\":"
			"\"" CLIENT_EMAIL "\",\"private_key\":\"%s\","
			"\"universe_domain\":\"example.org\"}",
			pem) > 0);
	google_start(&g, good, 1);
	google_use_service_account(&g);
	google_write(&g, "key.json", text);
	google_set("GOOGLE_CLOUD_UNIVERSE_DOMAIN", "example.org");
	assert_int_equal(gcpsecret_client_set_jwt_bearer(g.client, true, NULL),
	    GCPSECRET_OK);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_int_equal(loopback_count(g.peer), 1);
	assert_int_equal(gcpsecret_id_token_get(g.client, "a", &token, &g.err),
	    GCPSECRET_ERR_CREDENTIALS);
	assert_holds(g.err.message, "this client is of example.org");
	google_end(&g);
	free(text);
	free(pem);
}

static void
a_machine_of_another_universe_is_refused(void **state)
{
	static const struct {
		struct loopback_answer answer;
		gcpsecret_status       status;
		const char            *message;
	} cases[] = {
		{ { .status = 200, .headers = FLAVOR, .body = "example.org" },
		    GCPSECRET_OK, NULL },
		{ { .status = 200, .headers = FLAVOR, .body = "other.org" },
		    GCPSECRET_ERR_CREDENTIALS,
		    "this machine is of the universe other.org, but the "
		    "client of example.org" },
		{ { .status = 404, .headers = FLAVOR },
		    GCPSECRET_ERR_CREDENTIALS,
		    "this machine is of the universe googleapis.com" },
		{ { .status = 403, .headers = FLAVOR }, GCPSECRET_ERR_REQUEST,
		    "the metadata server, HTTP 403" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct loopback_answer script[] = { cases[i].answer,
			METADATA_TOKEN, { .status = 200, .body = GOOD } };
		struct google                g;

		google_start(&g, script, COUNT(script));
		google_use_metadata(&g);
		assert_int_equal(gcpsecret_client_set_universe_domain(
				     g.client, "example.org", NULL),
		    GCPSECRET_OK);
		assert_int_equal(google_access(&g, NAME), cases[i].status);
		assert_string_equal(loopback_request(g.peer, 0)->target,
		    "/computeMetadata/v1/universe/universe-domain");
		if (cases[i].message != NULL)
			assert_holds(g.err.message, cases[i].message);
		google_end(&g);
	}
}

/* It is part of the name of the host that gets the token. */
static void
a_malformed_universe_is_refused_whatever_the_source(void **state)
{
	static void (*const sources[])(struct google *) = { google_use_emulator,
		google_use_user, google_use_service_account,
		google_use_metadata };
	static const struct loopback_answer unused[] = { { .status = 500 } };
	static const char *const bad[] = { "evil.example/x", "a@b.c", "a.b:1",
		"a.b\n", "com" };
	struct google            g;

	(void)state;
	for (size_t i = 0; i < COUNT(sources); i++) {
		google_start(&g, unused, 1);
		sources[i](&g);
		for (size_t k = 0; k < COUNT(bad); k++) {
			google_set("GOOGLE_CLOUD_UNIVERSE_DOMAIN", bad[k]);
			assert_refused(
			    &g, "GOOGLE_CLOUD_UNIVERSE_DOMAIN is no domain");
		}
		assert_int_equal(loopback_count(g.peer), 0);
		google_end(&g);
	}
}

static void
the_older_name_of_the_metadata_server_is_known(void **state)
{
	static const struct loopback_answer unused[] = { { .status = 500 } };
	struct google                       g;

	(void)state;
	google_start(&g, unused, 1);
	google_set("NO_GCE_CHECK", NULL);
	google_set("GCE_METADATA_ROOT", "older:1");
	assert_string_equal(description(&g), "metadata server at older:1");
	google_restart(&g);
	google_set("GCE_METADATA_HOST", "newer:1");
	assert_string_equal(description(&g), "metadata server at newer:1");
	google_end(&g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_file_that_is_named_but_missing_ends_the_search),
		cmocka_unit_test(gclouds_file_is_found_where_gcloud_puts_it),
		cmocka_unit_test(
		    a_search_that_finds_nothing_says_where_it_looked),
		cmocka_unit_test(
		    what_the_program_names_outdoes_the_environment),
		cmocka_unit_test(an_odd_path_stays_one_line),
		cmocka_unit_test(
		    an_endpoint_of_the_programs_outdoes_the_emulator),
		cmocka_unit_test(the_emulator_needs_no_credentials),
		cmocka_unit_test(a_malformed_host_is_refused),
		cmocka_unit_test(the_metadata_server_gives_a_token),
		cmocka_unit_test(an_answer_without_the_flavor_is_not_trusted),
		cmocka_unit_test(
		    a_redirect_of_the_metadata_server_is_not_followed),
		cmocka_unit_test(proxies_of_the_environment_are_not_asked),
		cmocka_unit_test(a_machine_without_an_account_is_told_so),
		cmocka_unit_test(
		    a_ping_finds_out_whether_there_is_a_metadata_server),
		cmocka_unit_test(on_cloud_run_no_ping_is_needed),
		cmocka_unit_test(the_project_is_looked_for_in_order),
		cmocka_unit_test(a_project_that_nobody_tells_is_an_error),
		cmocka_unit_test(a_malformed_project_is_refused),
		cmocka_unit_test(the_quota_project_is_sent_to_the_api_alone),
		cmocka_unit_test(a_malformed_quota_project_is_refused),
		cmocka_unit_test(a_program_may_give_the_document_itself),
		cmocka_unit_test(
		    a_programs_document_is_of_a_type_that_it_allows),
		cmocka_unit_test(what_is_searched_for_may_be_of_any_type),
		cmocka_unit_test(source_credentials_must_be_allowed_too),
		cmocka_unit_test(every_type_is_described),
		cmocka_unit_test(the_project_is_cut_out_of_an_audience),
		cmocka_unit_test(a_quota_project_of_the_programs_comes_first),
		cmocka_unit_test(credentials_of_another_universe_are_refused),
		cmocka_unit_test(
		    in_another_universe_a_key_signs_and_nothing_is_traded),
		cmocka_unit_test(a_machine_of_another_universe_is_refused),
		cmocka_unit_test(
		    a_malformed_universe_is_refused_whatever_the_source),
		cmocka_unit_test(
		    the_older_name_of_the_metadata_server_is_known),
	};

	return cmocka_run_group_tests_name(
	    "libgcpsecret credentials", tests, NULL, NULL);
}
