/* SPDX-License-Identifier: MIT */

/* strava-sandbox as Secret Manager: versions and their payloads. */

#include <stdio.h>
#include <string.h>

#include "sandbox_cloud.h"
#include "test.h"

#define SECRETS CLOUD_PROJECT "/secrets"

static const char *
state_of(struct json_object *version)
{
	return text_of(version, "state");
}

static void
base64_comes_in_every_spelling(void **state)
{
	/* The bytes fb ff fe, whose base64 has both odd characters. */
	static const char *const spellings[] = { "+//+", "-__-", "YQ==", "YQ" };
	char                     body[128];
	size_t                   i;

	(void)state;
	cloud_secret("spelt");
	for (i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
		snprintf(body, sizeof(body), "{\"payload\":{\"data\":\"%s\"}}",
		    spellings[i]);
		cloud_ask("POST", 200, SECRETS "/spelt:addVersion", body);
	}
	cloud_ask("GET", 200, SECRETS "/spelt/versions/2:access", NULL);
	assert_string_equal(
	    text_of(member_of(cloud.reply.json, "payload"), "data"), "+//+");
	cloud_refused("POST", 400, "INVALID_ARGUMENT",
	    SECRETS "/spelt:addVersion", "{\"payload\":{\"data\":\"a b\"}}");
	cloud_refused("POST", 400, "INVALID_ARGUMENT",
	    SECRETS "/spelt:addVersion",
	    "{\"payload\":{\"data\":\"YQ==\",\"more\":1}}");
	cloud_refused(
	    "POST", 400, "INVALID_ARGUMENT", SECRETS "/spelt:addVersion", "[]");
}

static void
a_version_tells_whether_its_checksum_came_along(void **state)
{
	struct json_object *version;

	(void)state;
	cloud_secret("summed");
	version = cloud_ask("POST", 200, SECRETS "/summed:addVersion",
	    "{\"payload\":{\"data\":\"MTIzNDU2Nzg5\",\"data_crc32c\":"
	    "3808858755}}");
	assert_true(json_object_get_boolean(
	    member_of(version, "clientSpecifiedPayloadChecksum")));
	version = cloud_ask("POST", 200, SECRETS "/summed:addVersion",
	    "{\"payload\":{\"data\":\"MTIzNDU2Nzg5\"}}");
	assert_false(json_object_object_get_ex(
	    version, "clientSpecifiedPayloadChecksum", NULL));
}

static void
states_change_as_often_as_one_likes_but_once(void **state)
{
	char first[64];

	(void)state;
	cloud_secret("states");
	cloud_version("states", "x");
	snprintf(first, sizeof(first), "%s", text_of(cloud.reply.json, "etag"));
	cloud_ask("POST", 200, SECRETS "/states/versions/1:enable", "{}");
	assert_string_equal(text_of(cloud.reply.json, "etag"), first);
	cloud_ask("POST", 200, SECRETS "/states/versions/1:disable", NULL);
	assert_string_equal(state_of(cloud.reply.json), "DISABLED");
	assert_string_not_equal(text_of(cloud.reply.json, "etag"), first);
	cloud_refused("GET", 400, "FAILED_PRECONDITION",
	    SECRETS "/states/versions/1:access", NULL);
	assert_string_equal(
	    text_of(member_of(cloud.reply.json, "error"), "message"),
	    "Secret Version [" CLOUD_NUMBER
	    "/secrets/states/versions/1] is in DISABLED state.");
	cloud_ask("POST", 200, SECRETS "/states/versions/latest:enable", "{}");
	cloud_ask("GET", 200, SECRETS "/states/versions/1:access", NULL);
	cloud_ask("POST", 200, SECRETS "/states/versions/1:destroy", "{}");
	assert_string_equal(state_of(cloud.reply.json), "DESTROYED");
	assert_non_null(text_of(cloud.reply.json, "destroyTime"));
	cloud_refused("POST", 400, "FAILED_PRECONDITION",
	    SECRETS "/states/versions/1:enable", "{}");
	cloud_ask("POST", 200, SECRETS "/states/versions/1:destroy", "{}");
}

static void
an_etag_of_the_past_changes_no_state(void **state)
{
	char body[128];

	(void)state;
	cloud_secret("held");
	cloud_version("held", "x");
	snprintf(body, sizeof(body), "{\"etag\":\"\\\"%.*s\\\"\"}",
	    (int)strlen(text_of(cloud.reply.json, "etag")) - 2,
	    text_of(cloud.reply.json, "etag") + 1);
	cloud_ask("POST", 200, SECRETS "/held/versions/1:disable", body);
	cloud_refused("POST", 400, "FAILED_PRECONDITION",
	    SECRETS "/held/versions/1:destroy", body);
}

static void
an_alias_reads_but_does_not_change(void **state)
{
	(void)state;
	cloud_secret("named");
	cloud_version("named", "one");
	cloud_version("named", "two");
	cloud_ask("PATCH", 200, SECRETS "/named?updateMask=versionAliases",
	    "{\"versionAliases\":{\"good\":\"1\"}}");
	cloud_ask("GET", 200, SECRETS "/named/versions/good", NULL);
	assert_string_equal(text_of(cloud.reply.json, "name"),
	    CLOUD_NUMBER "/secrets/named/versions/1");
	cloud_refused("POST", 400, "INVALID_ARGUMENT",
	    SECRETS "/named/versions/good:disable", "{}");
	cloud_refused(
	    "GET", 404, "NOT_FOUND", SECRETS "/named/versions/bad", NULL);
	cloud_refused(
	    "GET", 404, "NOT_FOUND", SECRETS "/named/versions/01", NULL);
	cloud_refused("PATCH", 400, "INVALID_ARGUMENT",
	    SECRETS "/named?updateMask=versionAliases",
	    "{\"versionAliases\":{\"good\":\"3\"}}");
}

static void
destruction_may_wait(void **state)
{
	(void)state;
	cloud_secret("slow");
	cloud_version("slow", "x");
	cloud_ask("PATCH", 200, SECRETS "/slow?updateMask=version_destroy_ttl",
	    "{\"versionDestroyTtl\":\"" CLOUD_DAY "s\"}");
	cloud_ask("POST", 200, SECRETS "/slow/versions/1:destroy", "{}");
	assert_string_equal(state_of(cloud.reply.json), "DISABLED");
	assert_non_null(text_of(cloud.reply.json, "scheduledDestroyTime"));
	cloud_ask("POST", 200, SECRETS "/slow/versions/1:enable", "{}");
	assert_false(json_object_object_get_ex(
	    cloud.reply.json, "scheduledDestroyTime", NULL));
	cloud_ask("POST", 200, SECRETS "/slow/versions/1:destroy", "{}");
	cloud_advance(86400);
	cloud_ask("GET", 200, SECRETS "/slow/versions/1", NULL);
	assert_string_equal(state_of(cloud.reply.json), "DESTROYED");
}

static void
versions_come_by_pages_and_by_filter(void **state)
{
	struct json_object *list;

	(void)state;
	cloud_secret("many");
	cloud_version("many", "1");
	cloud_version("many", "2");
	cloud_version("many", "3");
	cloud_ask("POST", 200, SECRETS "/many/versions/2:disable", "{}");
	list = member_of(
	    cloud_ask("GET", 200, SECRETS "/many/versions?pageSize=2", NULL),
	    "versions");
	assert_int_equal(length_of(list), 2);
	assert_string_equal(text_of(item_of(list, 0), "name"),
	    CLOUD_NUMBER "/secrets/many/versions/3");
	assert_int_equal(number_of(cloud.reply.json, "totalSize"), 3);
	list =
	    member_of(cloud_ask("GET", 200,
			  SECRETS "/many/versions?filter=state:DISABLED", NULL),
		"versions");
	assert_int_equal(length_of(list), 1);
	assert_false(
	    json_object_object_get_ex(cloud.reply.json, "totalSize", NULL));
	cloud_secret("none");
	cloud_ask("GET", 200, SECRETS "/none/versions", NULL);
	assert_string_equal(buf_text(&cloud.reply.http.body), "{}");
}

static void
states_may_be_asked_for_as_numbers(void **state)
{
	(void)state;
	cloud_secret("counted");
	cloud_version("counted", "x");
	cloud_ask("GET", 200,
	    SECRETS "/counted/versions/1?%24alt=json%3Benum-encoding=int",
	    NULL);
	assert_int_equal(number_of(cloud.reply.json, "state"), 1);
}

static void
a_password_of_cloud_sql_is_rotated(void **state)
{
	static const char create[] =
	    "{\"replication\":{\"automatic\":{}},"
	    "\"secretType\":\"CLOUD_SQL_DB_CREDENTIALS\"}";
	static const char enable[] =
	    "{\"cloudSqlSingleUserCredentials\":{\"instanceId\":\"db\","
	    "\"username\":\"strava\"}}";

	(void)state;
	cloud_secret("plain");
	cloud_refused("POST", 400, "FAILED_PRECONDITION",
	    SECRETS "/plain:enableManagedRotation", enable);
	cloud_ask("POST", 200, SECRETS "?secretId=password", create);
	cloud_refused("POST", 400, "FAILED_PRECONDITION",
	    SECRETS "/password:rotateSecret", "{}");
	cloud_refused("POST", 400, "INVALID_ARGUMENT",
	    SECRETS "/password:enableManagedRotation", "{}");
	cloud_ask(
	    "POST", 200, SECRETS "/password:enableManagedRotation", enable);
	cloud_ask("POST", 200, SECRETS "/password:rotateSecret", "{}");
	assert_string_equal(text_of(cloud.reply.json, "name"),
	    CLOUD_NUMBER "/secrets/password/versions/2");
	cloud_ask("GET", 200, SECRETS "/password", NULL);
	assert_string_equal(
	    text_of(member_of(member_of(cloud.reply.json, "rotation"),
			"managedRotationStatus"),
		"state"),
	    "ACTIVE");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base64_comes_in_every_spelling),
		cmocka_unit_test(
		    a_version_tells_whether_its_checksum_came_along),
		cmocka_unit_test(states_change_as_often_as_one_likes_but_once),
		cmocka_unit_test(an_etag_of_the_past_changes_no_state),
		cmocka_unit_test(an_alias_reads_but_does_not_change),
		cmocka_unit_test(destruction_may_wait),
		cmocka_unit_test(versions_come_by_pages_and_by_filter),
		cmocka_unit_test(states_may_be_asked_for_as_numbers),
		cmocka_unit_test(a_password_of_cloud_sql_is_rotated),
	};

	return cmocka_run_group_tests_name(
	    "sandbox google version", tests, cloud_begin, cloud_end);
}
