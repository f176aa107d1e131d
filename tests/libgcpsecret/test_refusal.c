/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "google.h"

/* An error body of Google's APIs. */
#define STATUS(status, message, details)                \
	"{\"error\":{\"code\":0,\"message\":\"" message \
	"\",\"status\":\"" status "\",\"details\":[" details "]}}"
#define INFO(reason, metadata)                                     \
	"{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\"," \
	"\"reason\":\"" reason "\",\"domain\":\"googleapis.com\"," \
	"\"metadata\":{" metadata "}}"

#define ACCESSOR "grant roles/secretmanager.secretAccessor to "

static const struct refusal {
	int              http;
	gcpsecret_status status;
	const char      *body;
	const char      *parts[4]; /* of the message */
} refusals[] = {
	{ 403, GCPSECRET_ERR_FORBIDDEN,
	    STATUS("PERMISSION_DENIED",
		"Permission 'secretmanager.versions.access' denied for "
		"resource 'projects/1/secrets/strava' (or it may not exist).",
		INFO("IAM_PERMISSION_DENIED",
		    "\"permission\":\"secretmanager.versions.access\","
		    "\"resource\":\"projects/1/secrets/strava\"")),
	    { ACCESSOR CLIENT_EMAIL, "lacks secretmanager.versions.access",
		"on " NAME "/versions/latest", "(or it may not exist)" } },
	{ 403, GCPSECRET_ERR_FORBIDDEN, STATUS("PERMISSION_DENIED", "no", ""),
	    { ACCESSOR CLIENT_EMAIL, "secretmanager.versions.access",
		"HTTP 403 PERMISSION_DENIED: no" } },
	{ 403, GCPSECRET_ERR_DISABLED,
	    STATUS("PERMISSION_DENIED", "Secret Manager API has not been used",
		INFO("SERVICE_DISABLED",
		    "\"service\":\"secretmanager.googleapis.com\","
		    "\"consumer\":\"projects/123\",\"activationUrl\":"
		    "\"https://console.developers.google.com/x?project=123\"")),
	    { "https://console.developers.google.com/x?project=123",
		"off in projects/123" } },
	{ 403, GCPSECRET_ERR_DISABLED,
	    STATUS("PERMISSION_DENIED", "off",
		INFO("SERVICE_DISABLED", "\"activationUrl\":\"file:///x\"")),
	    { "https://console.cloud.google.com/apis/library/"
	      "secretmanager.googleapis.com" } },
	{ 403, GCPSECRET_ERR_FORBIDDEN,
	    STATUS("PERMISSION_DENIED", "scopes",
		INFO("ACCESS_TOKEN_SCOPE_INSUFFICIENT", "")),
	    { "access scopes leave out cloud-platform" } },
	{ 403, GCPSECRET_ERR_FORBIDDEN,
	    STATUS(
		"PERMISSION_DENIED", "quota", INFO("USER_PROJECT_DENIED", "")),
	    { "roles/serviceusage.serviceUsageConsumer" } },
	{ 404, GCPSECRET_ERR_NOT_FOUND,
	    STATUS("NOT_FOUND",
		"Secret [projects/1/secrets/strava] not found or has no "
		"versions.",
		""),
	    { NAME "/versions/latest does not exist", "has no versions" } },
	{ 400, GCPSECRET_ERR_STATE,
	    STATUS("FAILED_PRECONDITION",
		"Secret Version [projects/1/secrets/strava/versions/3] is in "
		"DISABLED state.",
		""),
	    { "enable it", "DISABLED state" } },
	{ 400, GCPSECRET_ERR_REQUEST, STATUS("INVALID_ARGUMENT", "bad", ""),
	    { "HTTP 400 INVALID_ARGUMENT: bad" } },
	{ 401, GCPSECRET_ERR_REFUSED,
	    STATUS(
		"UNAUTHENTICATED", "invalid", INFO("ACCESS_TOKEN_EXPIRED", "")),
	    { CLIENT_EMAIL, "clock" } },
	{ 429, GCPSECRET_ERR_RATE_LIMIT,
	    STATUS(
		"RESOURCE_EXHAUSTED", "quota", INFO("RATE_LIMIT_EXCEEDED", "")),
	    { "quota" } },
	{ 500, GCPSECRET_ERR_SERVER, STATUS("INTERNAL", "oops", ""),
	    { "oops" } },
	{ 500, GCPSECRET_ERR_SERVER, STATUS("UNKNOWN", "", ""), { NULL } },
	{ 503, GCPSECRET_ERR_SERVER, STATUS("UNAVAILABLE", "", ""), { NULL } },
	{ 504, GCPSECRET_ERR_SERVER, STATUS("DEADLINE_EXCEEDED", "", ""),
	    { NULL } },
	{ 499, GCPSECRET_ERR_SERVER, STATUS("CANCELLED", "", ""), { NULL } },
	{ 501, GCPSECRET_ERR_SERVER, STATUS("UNIMPLEMENTED", "", ""),
	    { NULL } },
	{ 409, GCPSECRET_ERR_CONFLICT, STATUS("ABORTED", "etag", ""),
	    { "HTTP 409 ABORTED: etag", "read it again, then decide" } },
	{ 409, GCPSECRET_ERR_EXISTS, STATUS("ALREADY_EXISTS", "there", ""),
	    { "has one of that name already", "HTTP 409 ALREADY_EXISTS" } },
	{ 400, GCPSECRET_ERR_CONFLICT,
	    STATUS("FAILED_PRECONDITION", "The ETag does not match.", ""),
	    { "read it again, then decide", "The ETag does not match." } },
	{ 400, GCPSECRET_ERR_REQUEST,
	    STATUS("INVALID_ARGUMENT", "bad",
		"{\"@type\":\"type.googleapis.com/google.rpc.BadRequest\","
		"\"fieldViolations\":[{\"field\":\"secret.ttl\","
		"\"description\":\"too short\"},{\"field\":5},null,"
		"{\"description\":\"odd\"},{\"field\":\"fifth\"}]}"),
	    { "bad; secret.ttl: too short; ?: ?; ?: ?; ?: odd)" } },
	{ 400, GCPSECRET_ERR_REQUEST,
	    STATUS("INVALID_ARGUMENT", "bad", "{\"fieldViolations\":{}}"),
	    { "HTTP 400 INVALID_ARGUMENT: bad)" } },
	{ 418, GCPSECRET_ERR_REQUEST, STATUS("NEW_WORD", "later", ""),
	    { "HTTP 418 NEW_WORD: later" } },

	/* Without a word of Google's the HTTP status decides. */
	{ 400, GCPSECRET_ERR_REQUEST, NULL, { "HTTP 400" } },
	{ 401, GCPSECRET_ERR_REFUSED, NULL, { "HTTP 401" } },
	{ 403, GCPSECRET_ERR_FORBIDDEN, NULL, { CLIENT_EMAIL, NAME } },
	{ 404, GCPSECRET_ERR_NOT_FOUND, "<html><title>Error 404</title>",
	    { "the endpoint is wrong" } },
	{ 408, GCPSECRET_ERR_SERVER, NULL, { NULL } },
	{ 429, GCPSECRET_ERR_RATE_LIMIT, "{", { NULL } },
	{ 502, GCPSECRET_ERR_SERVER, "<html>Bad Gateway</html>",
	    { "HTTP 502" } },
	{ 503, GCPSECRET_ERR_SERVER, "[]", { NULL } },
	{ 500, GCPSECRET_ERR_SERVER, "{\"error\":\"text\"}", { NULL } },
	{ 500, GCPSECRET_ERR_SERVER,
	    "{\"error\":{\"status\":5,\"details\":{}}}", { NULL } },
	{ 500, GCPSECRET_ERR_SERVER,
	    "{\"error\":{\"details\":[null,5,\"x\",[]]}}", { NULL } },
	{ 204, GCPSECRET_ERR_FORMAT, NULL, { "HTTP 204" } },
	{ 206, GCPSECRET_ERR_FORMAT, GOOD, { NULL } },
	{ 302, GCPSECRET_ERR_FORMAT, NULL, { "something in between" } },
	{ 600, GCPSECRET_ERR_FORMAT, NULL, { NULL } },
};

static void
every_refusal_says_what_to_do(void **state)
{
	struct google g;

	(void)state;
	for (size_t i = 0; i < COUNT(refusals); i++) {
		const struct refusal  *r = &refusals[i];
		struct loopback_answer answer = { .status = r->http,
			.body = r->body };

		google_start(&g, &answer, 1);
		google_use_service_account(&g);
		gcpsecret_client_set_retries(g.client, 0);
		if (google_access(&g, NAME) != r->status)
			fail_msg("%d %s: %s, %s", r->http,
			    r->body != NULL ? r->body : "",
			    gcpsecret_status_name(g.err.status), g.err.message);
		assert_int_equal(g.err.http_status, r->http);
		for (size_t k = 0; k < 4 && r->parts[k] != NULL; k++)
			assert_holds(g.err.message, r->parts[k]);
		assert_null(strchr(g.err.message, '<'));
		assert_null(strchr(g.err.message, '{'));
		google_end(&g);
	}
}

/* Google may name another permission than the one that was asked for. */
static const struct {
	const char *permission, *role;
} roles[] = {
	{ "secretmanager.versions.access", "secretAccessor" },
	{ "secretmanager.versions.add", "secretVersionAdder" },
	{ "secretmanager.versions.get", "viewer" },
	{ "secretmanager.versions.list", "viewer" },
	{ "secretmanager.versions.enable", "secretVersionManager" },
	{ "secretmanager.versions.disable", "secretVersionManager" },
	{ "secretmanager.versions.destroy", "secretVersionManager" },
	{ "secretmanager.secrets.get", "viewer" },
	{ "secretmanager.secrets.list", "viewer" },
	{ "secretmanager.secrets.getIamPolicy", "viewer" },
	{ "secretmanager.locations.list", "viewer" },
	{ "secretmanager.secrets.create", "admin" },
	{ "secretmanager.secrets.update", "admin" },
	{ "secretmanager.secrets.delete", "admin" },
	{ "secretmanager.secrets.setIamPolicy", "admin" },
};

static void
the_role_to_grant_is_the_least_that_holds_the_permission(void **state)
{
	struct google g;

	(void)state;
	for (size_t i = 0; i < COUNT(roles); i++) {
		char                   body[512], grant[128];
		struct loopback_answer no = { .status = 403, .body = body };

		snprintf(body, sizeof(body),
		    STATUS("PERMISSION_DENIED", "no",
			INFO("IAM_PERMISSION_DENIED", "\"permission\":\"%s\"")),
		    roles[i].permission);
		snprintf(grant, sizeof(grant),
		    "grant roles/secretmanager.%s to ", roles[i].role);
		google_start(&g, &no, 1);
		google_use_service_account(&g);
		assert_int_equal(
		    google_access(&g, NAME), GCPSECRET_ERR_FORBIDDEN);
		assert_holds(g.err.message, grant);
		assert_string_equal(g.err.permission, roles[i].permission);
		assert_string_equal(g.err.reason, "IAM_PERMISSION_DENIED");
		google_end(&g);
	}
}

static void
a_permission_of_another_service_has_no_role_that_we_know(void **state)
{
	static const struct loopback_answer no = { .status = 403,
		.body = STATUS("PERMISSION_DENIED", "no",
		    INFO("IAM_PERMISSION_DENIED",
			"\"permission\":\"cloudkms.keys.use\"")) };
	struct google                       g;

	(void)state;
	google_start(&g, &no, 1);
	google_use_service_account(&g);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_FORBIDDEN);
	assert_holds(g.err.message,
	    "grant a role that holds it to " CLIENT_EMAIL
	    ": it lacks cloudkms.keys.use");
	google_end(&g);
}

static void
what_a_program_may_act_on_stands_apart(void **state)
{
	static const struct loopback_answer off = { .status = 403,
		.body = STATUS("PERMISSION_DENIED", "off",
		    INFO("SERVICE_DISABLED",
			"\"activationUrl\":\"https://console.x/y?z=1\"")) };
	static const struct loopback_answer gone = { .status = 404,
		.body = STATUS("NOT_FOUND", "no", "") };
	struct google                       g;

	(void)state;
	google_start(&g, &off, 1);
	google_use_service_account(&g);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_DISABLED);
	assert_string_equal(g.err.reason, "SERVICE_DISABLED");
	assert_string_equal(g.err.activation_url, "https://console.x/y?z=1");
	assert_string_equal(g.err.permission, "");
	assert_int_equal(g.err.attempts, 1);
	google_end(&g);

	google_start(&g, &gone, 1);
	google_use_emulator(&g);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_NOT_FOUND);
	assert_string_equal(g.err.reason, "");
	assert_string_equal(g.err.activation_url, "");
	assert_string_equal(g.err.permission, "");
	google_end(&g);
}

static void
what_does_not_fit_is_left_out_and_not_cut(void **state)
{
	char                   body[2048], url[400];
	struct loopback_answer no = { .status = 403, .body = body };
	struct google          g;

	(void)state;
	memset(url, 'x', sizeof(url) - 1);
	url[sizeof(url) - 1] = '\0';
	snprintf(body, sizeof(body),
	    STATUS("PERMISSION_DENIED", "off",
		INFO("SERVICE_DISABLED", "\"activationUrl\":\"https://%s\"")),
	    url);
	google_start(&g, &no, 1);
	google_use_service_account(&g);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_DISABLED);
	assert_string_equal(g.err.activation_url, "");
	google_end(&g);
}

/* What the token endpoint says, for an authorized user. */
static const struct refusal token_refusals[] = {
	{ 400, GCPSECRET_ERR_REFUSED,
	    "{\"error\":\"invalid_grant\",\"error_description\":\"Token has "
	    "been expired or revoked.\"}",
	    { "the login of user account (",
		"run \"gcloud auth application-default login\"",
		"expired or revoked" } },
	{ 400, GCPSECRET_ERR_REFUSED,
	    "{\"error\":\"invalid_grant\",\"error_description\":\"reauth\","
	    "\"error_subtype\":\"invalid_rapt\"}",
	    { "the organisation asks for a new login",
		"run \"gcloud auth application-default login\"" } },
	{ 400, GCPSECRET_ERR_REFUSED,
	    "{\"error\":\"invalid_grant\",\"error_subtype\":"
	    "\"rapt_required\"}",
	    { "the organisation asks for a new login" } },
	{ 401, GCPSECRET_ERR_REFUSED, "{\"error\":\"invalid_client\"}",
	    { "client_id" } },
	{ 400, GCPSECRET_ERR_REFUSED, "{\"error\":\"unauthorized_client\"}",
	    { "HTTP 400 unauthorized_client" } },
	{ 400, GCPSECRET_ERR_SERVER, "{\"error\":\"internal_failure\"}",
	    { NULL } },
	{ 400, GCPSECRET_ERR_SERVER, "{\"error\":\"server_error\"}", { NULL } },
	{ 400, GCPSECRET_ERR_SERVER, "{\"error\":\"temporarily_unavailable\"}",
	    { NULL } },
	{ 400, GCPSECRET_ERR_REFUSED, "<html>", { NULL } },
	{ 404, GCPSECRET_ERR_REQUEST, "<html>", { "the token endpoint" } },
	{ 429, GCPSECRET_ERR_RATE_LIMIT, "", { NULL } },
	{ 503, GCPSECRET_ERR_SERVER, "<html>", { NULL } },
};

static void
a_refused_login_says_how_to_renew_it(void **state)
{
	struct google g;

	(void)state;
	for (size_t i = 0; i < COUNT(token_refusals); i++) {
		const struct refusal  *r = &token_refusals[i];
		struct loopback_answer answer = { .status = r->http,
			.body = r->body };

		google_start(&g, &answer, 1);
		google_use_user(&g);
		gcpsecret_client_set_retries(g.client, 0);
		if (google_access(&g, NAME) != r->status)
			fail_msg("%s: %s", r->body, g.err.message);
		for (size_t k = 0; k < 4 && r->parts[k] != NULL; k++)
			assert_holds(g.err.message, r->parts[k]);
		assert_int_equal(loopback_count(g.peer), 1);
		google_end(&g);
	}
}

static void
a_user_whose_name_is_known_is_named(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = TOKEN_REPLY(TOKEN, "3599") },
		{ .status = 403,
		    .body = STATUS("PERMISSION_DENIED", "no", "") },
	};
	struct google g;

	(void)state;
	google_start(&g, script, COUNT(script));
	google_use_user(&g);
	google_write(&g, "user.json",
	    "{\"type\":\"authorized_user\",\"client_id\":\"i\","
	    "\"client_secret\":\"sss\",\"refresh_token\":\"rrr\","
	    "\"account\":\"me@example.org\"}");
	assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_FORBIDDEN);
	assert_holds(g.err.message, ACCESSOR "me@example.org");
	google_end(&g);
}

static void
on_a_machine_of_googles_the_account_is_looked_up(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200,
		    .headers = FLAVOR,
		    .body = TOKEN_REPLY(TOKEN, "3599") },
		{ .status = 403,
		    .body = STATUS("PERMISSION_DENIED", "no", "") },
		{ .status = 200, .headers = FLAVOR, .body = CLIENT_EMAIL },
		{ .status = 403,
		    .body = STATUS("PERMISSION_DENIED", "no", "") },
	};
	struct google g;

	(void)state;
	google_start(&g, script, COUNT(script));
	google_use_metadata(&g);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_FORBIDDEN);
	assert_holds(g.err.message, ACCESSOR CLIENT_EMAIL);
	assert_string_equal(loopback_request(g.peer, 2)->target,
	    "/computeMetadata/v1/instance/service-accounts/default/email");
	/* Once. */
	assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_FORBIDDEN);
	assert_holds(g.err.message, ACCESSOR CLIENT_EMAIL);
	assert_int_equal(loopback_count(g.peer), 4);
	google_end(&g);
}

static void
an_account_that_cannot_be_looked_up_costs_nothing(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200,
		    .headers = FLAVOR,
		    .body = TOKEN_REPLY(TOKEN, "3599") },
		{ .status = 403,
		    .body = STATUS("PERMISSION_DENIED", "no", "") },
		{ .status = 404, .headers = FLAVOR },
	};
	struct google g;

	(void)state;
	google_start(&g, script, COUNT(script));
	google_use_metadata(&g);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_FORBIDDEN);
	assert_holds(g.err.message, ACCESSOR "metadata server at 127.0.0.1:");
	assert_int_equal(g.err.http_status, 403);
	google_end(&g);
}

static void
a_slow_look_up_does_not_hold_up_the_error(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200,
		    .headers = FLAVOR,
		    .body = TOKEN_REPLY(TOKEN, "3599") },
		{ .status = 403,
		    .body = STATUS("PERMISSION_DENIED", "no", "") },
		{ .status = 503, .headers = FLAVOR },
		{ .status = 200, .delay_ms = 20000 },
	};
	struct google   g;
	struct timespec start, end;

	(void)state;
	google_start(&g, script, COUNT(script));
	google_use_metadata(&g);
	clock_gettime(CLOCK_MONOTONIC, &start);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_FORBIDDEN);
	clock_gettime(CLOCK_MONOTONIC, &end);
	assert_in_range(end.tv_sec - start.tv_sec, 0, 8);
	google_end(&g);
}

/* google_end() finds what should not have been repeated. */
static void
a_server_that_repeats_a_secret_is_not_quoted(void **state)
{
	static const struct loopback_answer token[] = {
		{ .status = 200, .body = TOKEN_REPLY(TOKEN, "3599") },
		{ .status = 403,
		    .body = STATUS("PERMISSION_DENIED",
			"you sent Authorization: " TOKEN, "") },
	};
	static const struct loopback_answer form[] = {
		{ .status = 400,
		    .body = "{\"error\":\"invalid_grant\","
			    "\"error_description\":\"unknown: " REFRESH_TOKEN
			    "\"}" },
	};
	static const struct loopback_answer client[] = {
		{ .status = 401,
		    .body =
			"{\"error\":\"invalid_client\","
			"\"error_description\":\"not " CLIENT_SECRET "\"}" },
	};
	struct google g;

	(void)state;
	google_start(&g, token, COUNT(token));
	google_use_user(&g);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_FORBIDDEN);
	assert_holds(g.err.message, "secretAccessor");
	google_end(&g);
	google_start(&g, form, COUNT(form));
	google_use_user(&g);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_REFUSED);
	assert_holds(g.err.message, "gcloud auth");
	google_end(&g);
	google_start(&g, client, COUNT(client));
	google_use_user(&g);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_REFUSED);
	google_end(&g);
}

static void
a_message_stays_one_line_of_ascii(void **state)
{
	static const struct loopback_answer answer = { .status = 404,
		.body = STATUS(
		    "NOT_FOUND", "a\\r\\nFAKE LINE\\u001b[31m\\u00e4", "") };
	char                                longest[9000];
	struct loopback_answer longer = { .status = 404, .body = longest };
	struct google          g;

	(void)state;
	google_start(&g, &answer, 1);
	google_use_emulator(&g);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_NOT_FOUND);
	for (const char *p = g.err.message; *p != '\0'; p++)
		assert_in_range(*p, ' ', '~');
	google_end(&g);

	snprintf(longest, sizeof(longest),
	    "{\"error\":{\"message\":\"%08500d\"}}", 0);
	google_start(&g, &longer, 1);
	google_use_emulator(&g);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_NOT_FOUND);
	assert_holds(g.err.message, NAME "/versions/latest does not exist");
	google_end(&g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_refusal_says_what_to_do),
		cmocka_unit_test(
		    the_role_to_grant_is_the_least_that_holds_the_permission),
		cmocka_unit_test(
		    a_permission_of_another_service_has_no_role_that_we_know),
		cmocka_unit_test(what_a_program_may_act_on_stands_apart),
		cmocka_unit_test(what_does_not_fit_is_left_out_and_not_cut),
		cmocka_unit_test(a_refused_login_says_how_to_renew_it),
		cmocka_unit_test(a_user_whose_name_is_known_is_named),
		cmocka_unit_test(
		    on_a_machine_of_googles_the_account_is_looked_up),
		cmocka_unit_test(
		    an_account_that_cannot_be_looked_up_costs_nothing),
		cmocka_unit_test(a_slow_look_up_does_not_hold_up_the_error),
		cmocka_unit_test(a_server_that_repeats_a_secret_is_not_quoted),
		cmocka_unit_test(a_message_stays_one_line_of_ascii),
	};

	return cmocka_run_group_tests_name(
	    "libgcpsecret refusal", tests, NULL, NULL);
}
