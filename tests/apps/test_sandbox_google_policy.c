/* SPDX-License-Identifier: MIT */

/* strava-sandbox as Secret Manager: policies and permissions. */

#include <stdio.h>

#include "sandbox_cloud.h"
#include "test.h"

#define SECRETS CLOUD_PROJECT "/secrets"
#define READER "\"role\":\"roles/secretmanager.secretAccessor\","
#define SOMEBODY "\"members\":[\"user:a@sandbox.example\"]"

static void
a_policy_is_read_changed_and_written(void **state)
{
	char body[512], etag[64];

	(void)state;
	cloud_secret("shared");
	cloud_ask("GET", 200, SECRETS "/shared:getIamPolicy", NULL);
	assert_string_equal(
	    buf_text(&cloud.reply.http.body), "{\"etag\":\"ACAB\"}");
	cloud_ask("POST", 200, SECRETS "/shared:setIamPolicy",
	    "{\"policy\":{\"etag\":\"ACAB\",\"bindings\":[{" READER SOMEBODY
	    "}]},\"updateMask\":\"bindings,etag\"}");
	snprintf(etag, sizeof(etag), "%s", text_of(cloud.reply.json, "etag"));
	assert_int_equal(number_of(cloud.reply.json, "version"), 1);
	cloud_refused("POST", 409, "ABORTED", SECRETS "/shared:setIamPolicy",
	    "{\"policy\":{\"etag\":\"ACAB\"}}");
	cloud_ask("GET", 200, SECRETS "/shared:getIamPolicy", NULL);
	assert_string_equal(text_of(cloud.reply.json, "etag"), etag);
	assert_string_equal(
	    text_of(
		item_of(member_of(cloud.reply.json, "bindings"), 0), "role"),
	    "roles/secretmanager.secretAccessor");
	snprintf(body, sizeof(body), "{\"policy\":{\"etag\":\"%s\"}}", etag);
	cloud_ask("POST", 200, SECRETS "/shared:setIamPolicy", body);
	assert_false(
	    json_object_object_get_ex(cloud.reply.json, "bindings", NULL));
}

static void
conditions_are_for_those_who_know_them(void **state)
{
	static const char            binding[] =
	    "\"bindings\":[{" READER SOMEBODY
	    ",\"condition\":{\"title\":\"t\",\"expression\":\"true\"}}]";
	struct json_object *one;
	char                body[512];

	(void)state;
	cloud_secret("conditional");
	snprintf(body, sizeof(body), "{\"policy\":{%s}}", binding);
	cloud_refused("POST", 400, "INVALID_ARGUMENT",
	    SECRETS "/conditional:setIamPolicy", body);
	snprintf(
	    body, sizeof(body), "{\"policy\":{\"version\":3,%s}}", binding);
	cloud_ask("POST", 200, SECRETS "/conditional:setIamPolicy", body);
	cloud_ask("GET", 200, SECRETS "/conditional:getIamPolicy", NULL);
	one = item_of(member_of(cloud.reply.json, "bindings"), 0);
	assert_false(json_object_object_get_ex(one, "condition", NULL));
	assert_int_equal(number_of(cloud.reply.json, "version"), 1);
	cloud_ask("GET", 200,
	    SECRETS "/conditional:getIamPolicy"
		    "?options.requestedPolicyVersion=3",
	    NULL);
	one = item_of(member_of(cloud.reply.json, "bindings"), 0);
	assert_string_equal(text_of(member_of(one, "condition"), "title"), "t");
	assert_int_equal(number_of(cloud.reply.json, "version"), 3);
}

static void
a_policy_that_makes_no_sense_is_refused(void **state)
{
	static const char *const wrong[] = {
		"{}",
		"{\"policy\":{\"version\":2}}",
		"{\"policy\":{\"bindings\":[{" READER "\"members\":[]}]}}",
		"{\"policy\":{\"bindings\":[{" READER
		"\"members\":[\"somebody\"]}]}}",
		"{\"policy\":{\"bindings\":[{" SOMEBODY "}]}}",
		"{\"policy\":{\"bindings\":[{\"role\":\"reader\"," SOMEBODY
		"}]}}",
		"{\"policy\":{\"owner\":\"me\"}}",
	};
	size_t i;

	(void)state;
	cloud_secret("strict");
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		cloud_refused("POST", 400, "INVALID_ARGUMENT",
		    SECRETS "/strict:setIamPolicy", wrong[i]);
}

static void
each_permission_can_be_denied(void **state)
{
	static const struct {
		const char *method, *path, *body, *permission;
	} cases[] = {
		{ "GET", SECRETS, NULL, "secrets.list" },
		{ "POST", SECRETS "?secretId=x", "{}", "secrets.create" },
		{ "GET", SECRETS "/closed", NULL, "secrets.get" },
		{ "PATCH", SECRETS "/closed?updateMask=labels", "{}",
		    "secrets.update" },
		{ "DELETE", SECRETS "/closed", NULL, "secrets.delete" },
		{ "POST", SECRETS "/closed:addVersion", "{}", "versions.add" },
		{ "GET", SECRETS "/closed/versions", NULL, "versions.list" },
		{ "GET", SECRETS "/closed/versions/1", NULL, "versions.get" },
		{ "GET", SECRETS "/closed/versions/1:access", NULL,
		    "versions.access" },
		{ "POST", SECRETS "/closed/versions/1:enable", "{}",
		    "versions.enable" },
		{ "POST", SECRETS "/closed/versions/1:disable", "{}",
		    "versions.disable" },
		{ "POST", SECRETS "/closed/versions/1:destroy", "{}",
		    "versions.destroy" },
		{ "GET", SECRETS "/closed:getIamPolicy", NULL,
		    "secrets.getIamPolicy" },
		{ "POST", SECRETS "/closed:setIamPolicy", "{}",
		    "secrets.setIamPolicy" },
		{ "GET", CLOUD_PROJECT "/locations", NULL, "locations.list" },
	};
	struct json_object *error, *metadata;
	char                denial[128], permission[64];
	size_t              i;

	(void)state;
	cloud_secret("closed");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(permission, sizeof(permission), "secretmanager.%s",
		    cases[i].permission);
		snprintf(denial, sizeof(denial),
		    "[{\"permission\":\"%s\",\"resource\":\"" CLOUD_NUMBER
		    "\"}]",
		    permission);
		cloud_tell("permissions", denial);
		cloud_ask(cases[i].method, 403, cases[i].path, cases[i].body);
		assert_google(&cloud.reply, 403, "PERMISSION_DENIED",
		    "IAM_PERMISSION_DENIED");
		error = member_of(cloud.reply.json, "error");
		metadata = member_of(
		    item_of(member_of(error, "details"), 0), "metadata");
		assert_string_equal(
		    text_of(metadata, "permission"), permission);
	}
	cloud_tell("permissions", "[]");
	cloud_ask("GET", 200, SECRETS "/closed", NULL);
}

static void
a_denial_reaches_as_far_as_it_says(void **state)
{
	(void)state;
	cloud_secret("left");
	cloud_secret("right");
	cloud_tell("permissions",
	    "[{\"permission\":\"secretmanager.secrets.*\",\"resource\":"
	    "\"" CLOUD_NUMBER "/secrets/left\"}]");
	cloud_refused("GET", 403, "PERMISSION_DENIED", SECRETS "/left", NULL);
	cloud_ask("GET", 200, SECRETS "/right", NULL);
	cloud_ask("GET", 200, SECRETS "/left/versions", NULL);
	cloud_ask("POST", 200, SECRETS "/left:testIamPermissions",
	    "{\"permissions\":[\"secretmanager.secrets.get\","
	    "\"secretmanager.versions.add\"]}");
	assert_string_equal(buf_text(&cloud.reply.http.body),
	    "{\"permissions\":[\"secretmanager.versions.add\"]}");
	cloud_tell("permissions", "[]");
	cloud_ask("POST", 200, SECRETS "/nobody:testIamPermissions",
	    "{\"permissions\":[\"secretmanager.secrets.get\"]}");
	assert_string_equal(buf_text(&cloud.reply.http.body), "{}");
	cloud_refused("POST", 400, "INVALID_ARGUMENT",
	    SECRETS "/left:testIamPermissions",
	    "{\"permissions\":[\"secretmanager.*\"]}");
}

static void
a_project_may_have_its_api_off_or_be_none(void **state)
{
	struct json_object *detail, *metadata;

	(void)state;
	cloud_tell("projects", "{\"project\":\"asleep\",\"api\":false}");
	cloud_ask("GET", 403, "projects/asleep/secrets", NULL);
	assert_google(
	    &cloud.reply, 403, "PERMISSION_DENIED", "SERVICE_DISABLED");
	detail = item_of(
	    member_of(member_of(cloud.reply.json, "error"), "details"), 0);
	metadata = member_of(detail, "metadata");
	assert_string_equal(
	    text_of(metadata, "service"), "secretmanager.googleapis.com");
	assert_non_null(text_of(metadata, "activationUrl"));
	cloud_tell("projects", "{\"project\":\"asleep\"}");
	cloud_ask("GET", 200, "projects/asleep/secrets", NULL);
	cloud_refused(
	    "GET", 403, "PERMISSION_DENIED", "projects/none/secrets", NULL);
	peer_ask(&cloud.peer,
	    &(struct ask){ .path = "/v1/" SECRETS,
		.bearer = cloud.bearer,
		.header = "X-Goog-User-Project: none" },
	    &cloud.reply);
	assert_google(
	    &cloud.reply, 403, "PERMISSION_DENIED", "USER_PROJECT_DENIED");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_policy_is_read_changed_and_written),
		cmocka_unit_test(conditions_are_for_those_who_know_them),
		cmocka_unit_test(a_policy_that_makes_no_sense_is_refused),
		cmocka_unit_test(each_permission_can_be_denied),
		cmocka_unit_test(a_denial_reaches_as_far_as_it_says),
		cmocka_unit_test(a_project_may_have_its_api_off_or_be_none),
	};

	return cmocka_run_group_tests_name(
	    "sandbox google policy", tests, cloud_begin, cloud_end);
}
