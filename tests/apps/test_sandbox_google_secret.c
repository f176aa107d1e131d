/* SPDX-License-Identifier: MIT */

/* strava-sandbox as Secret Manager: secrets. */

#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "sandbox_cloud.h"
#include "test.h"

#define SECRETS CLOUD_PROJECT "/secrets"
#define REGIONAL CLOUD_PROJECT "/locations/europe-west1/secrets"
#define AUTOMATIC "\"replication\":{\"automatic\":{}}"
#define KEY "projects/p/locations/global/keyRings/r/cryptoKeys/k"

/* Creates with these members; the status. */
static int
status_of_create(const char *parent, const char *id, const char *members)
{
	char path[512], body[4096];

	snprintf(path, sizeof(path), "/v1/%s?secretId=%s", parent, id);
	snprintf(body, sizeof(body), "{%s}", members);
	peer_ask(&cloud.peer,
	    &(struct ask){ .path = path, .body = body, .bearer = cloud.bearer },
	    &cloud.reply);
	return cloud.reply.http.status;
}

static void
a_secret_keeps_what_it_is_given(void **state)
{
	struct json_object *secret;

	(void)state;
	assert_int_equal(
	    status_of_create(SECRETS, "full",
		AUTOMATIC ",\"labels\":{\"env\":\"prod\"},"
			  "\"annotations\":{\"a.b\":\"c\"},"
			  "\"topics\":[{\"name\":\"projects/p/topics/t\"}],"
			  "\"rotation\":{\"next_rotation_time\":"
			  "\"2100-01-01T00:00:00Z\","
			  "\"rotationPeriod\":\"3600s\"},"
			  "\"ttl\":\"" CLOUD_DAY "s\","
			  "\"versionDestroyTtl\":\"172800s\","
			  "\"tags\":{},\"versionAliases\":{}"),
	    200);
	secret = cloud_ask("GET", 200, SECRETS "/full", NULL);
	assert_string_equal(
	    text_of(secret, "name"), CLOUD_NUMBER "/secrets/full");
	assert_string_equal(
	    text_of(member_of(secret, "labels"), "env"), "prod");
	assert_string_equal(
	    text_of(member_of(secret, "annotations"), "a.b"), "c");
	assert_string_equal(
	    text_of(item_of(member_of(secret, "topics"), 0), "name"),
	    "projects/p/topics/t");
	assert_string_equal(
	    text_of(member_of(secret, "rotation"), "nextRotationTime"),
	    "2100-01-01T00:00:00Z");
	assert_string_equal(
	    text_of(member_of(secret, "rotation"), "rotationPeriod"), "3600s");
	assert_string_equal(text_of(secret, "versionDestroyTtl"), "172800s");
	assert_non_null(text_of(secret, "expireTime"));
	assert_int_equal(text_of(secret, "etag")[0], '"');
	member_of(member_of(secret, "replication"), "automatic");
	assert_false(json_object_object_get_ex(secret, "ttl", NULL));
	assert_false(json_object_object_get_ex(secret, "tags", NULL));
}

static void
what_is_wrong_with_a_secret_is_refused(void **state)
{
	static const char *const wrong[] = {
		"",
		"\"replication\":{}",
		"\"replication\":{\"automatic\":{},\"userManaged\":{"
		"\"replicas\":[{\"location\":\"us-east1\"}]}}",
		"\"replication\":{\"userManaged\":{\"replicas\":[]}}",
		"\"replication\":{\"automatic\":{\"customerManagedEncryption\":"
		"{\"kmsKeyName\":\"k\"}}}",
		AUTOMATIC ",\"labels\":{\"Env\":\"x\"}",
		AUTOMATIC ",\"labels\":{\"env\":\"X\"}",
		AUTOMATIC ",\"labels\":{\"1\":\"x\"}",
		AUTOMATIC ",\"labels\":{\"env\":1}",
		AUTOMATIC ",\"annotations\":{\"-a\":\"x\"}",
		AUTOMATIC ",\"topics\":[{\"name\":\"t\"}]",
		AUTOMATIC ",\"ttl\":\"59s\"",
		AUTOMATIC ",\"ttl\":\"1 day\"",
		AUTOMATIC ",\"expireTime\":\"2020-01-01T00:00:00Z\"",
		AUTOMATIC ",\"expireTime\":\"2100-01-01T00:00:00Z\","
			  "\"ttl\":\"86400s\"",
		AUTOMATIC ",\"rotation\":{\"rotationPeriod\":\"3600s\"}",
		AUTOMATIC ",\"rotation\":{\"nextRotationTime\":"
			  "\"2100-01-01T00:00:00Z\"}",
		AUTOMATIC ",\"versionAliases\":{\"a\":\"1\"}",
		AUTOMATIC ",\"versionDestroyTtl\":\"3600s\"",
		AUTOMATIC ",\"customerManagedEncryption\":{\"kmsKeyName\":"
			  "\"" KEY "\"}",
		AUTOMATIC ",\"secretType\":\"ANYTHING\"",
		AUTOMATIC ",\"secretType\":5",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (status_of_create(SECRETS, "wrong", wrong[i]) != 400)
			fail_msg("accepted: %s", wrong[i]);
		assert_google(&cloud.reply, 400, "INVALID_ARGUMENT", NULL);
	}
	cloud_refused("GET", 404, "NOT_FOUND", SECRETS "/wrong", NULL);
	assert_int_equal(status_of_create(SECRETS, "a/b", AUTOMATIC), 400);
	assert_int_equal(status_of_create(SECRETS, "", AUTOMATIC), 400);
}

/* "NAME":{"k1":"v","k2":"v"...}: that many members. */
static void
add_map(struct buf *members, const char *name, int count, const char *value)
{
	int i;

	buf_init(members, 65536);
	buf_addf(members, AUTOMATIC ",\"%s\":{", name);
	for (i = 0; i < count; i++)
		buf_addf(
		    members, "%s\"k%d\":\"%s\"", i > 0 ? "," : "", i, value);
	buf_add_text(members, "}");
	assert_true(buf_ok(members));
}

static int
status_of_map(const char *name, int count, const char *value)
{
	struct buf members, body;
	int        status;

	add_map(&members, name, count, value);
	buf_init(&body, 70000);
	buf_addf(&body, "{%s}", members.data);
	peer_ask(&cloud.peer,
	    &(struct ask){ .path = "/v1/" SECRETS "?secretId=limit",
		.body = body.data,
		.bearer = cloud.bearer },
	    &cloud.reply);
	status = cloud.reply.http.status;
	if (status == 200)
		cloud_ask("DELETE", 200, SECRETS "/limit", NULL);
	buf_free(&members);
	buf_free(&body);
	return status;
}

static void
there_is_a_limit_to_everything(void **state)
{
	char value[1025];

	(void)state;
	memset(value, 'v', sizeof(value) - 1);
	value[1024] = '\0';
	assert_int_equal(status_of_map("annotations", 15, value), 200);
	assert_int_equal(status_of_map("annotations", 16, value), 400);
	value[63] = '\0';
	assert_int_equal(status_of_map("labels", 64, value), 200);
	assert_int_equal(status_of_map("labels", 65, value), 400);
	value[63] = 'v';
	value[64] = '\0';
	assert_int_equal(status_of_map("labels", 1, value), 400);
}

static void
an_unknown_member_is_named(void **state)
{
	struct json_object *error, *detail;

	(void)state;
	assert_int_equal(
	    status_of_create(SECRETS, "odd", AUTOMATIC ",\"color\":\"red\""),
	    400);
	error = member_of(cloud.reply.json, "error");
	assert_string_equal(text_of(error, "message"),
	    "Invalid JSON payload received. Unknown name \"color\" at "
	    "'secret': Cannot find field.");
	detail = item_of(member_of(error, "details"), 0);
	assert_string_equal(text_of(detail, "@type"),
	    "type.googleapis.com/google.rpc.BadRequest");
	assert_string_equal(
	    text_of(item_of(member_of(detail, "fieldViolations"), 0), "field"),
	    "secret");
	cloud_refused(
	    "GET", 400, "INVALID_ARGUMENT", SECRETS "?pagesize=3", NULL);
	cloud_ask("GET", 200, SECRETS "?page_size=3&%24alt=json", NULL);
}

static void
a_replication_may_be_managed_by_its_user(void **state)
{
	struct json_object *version, *replica;

	(void)state;
	assert_int_equal(status_of_create(SECRETS, "managed",
			     "\"replication\":{\"user_managed\":{\"replicas\":["
			     "{\"location\":\"us-east1\",\"customerManaged"
			     "Encryption\":{\"kms_key_name\":\"" KEY "\"}}]}}"),
	    200);
	cloud_version("managed", "x");
	version = cloud_ask("GET", 200, SECRETS "/managed/versions/1", NULL);
	replica =
	    item_of(member_of(member_of(member_of(version, "replicationStatus"),
				  "userManaged"),
			"replicas"),
		0);
	assert_string_equal(text_of(replica, "location"), "us-east1");
	assert_string_equal(
	    text_of(member_of(replica, "customerManagedEncryption"),
		"kmsKeyVersionName"),
	    KEY "/cryptoKeyVersions/1");
}

static void
only_what_the_mask_names_changes(void **state)
{
	struct json_object *secret;

	(void)state;
	assert_int_equal(status_of_create(SECRETS, "masked",
			     AUTOMATIC ",\"labels\":{\"a\":\"1\"},"
				       "\"annotations\":{\"b\":\"2\"}"),
	    200);
	cloud_version("masked", "x");
	secret = cloud_ask("PATCH", 200,
	    SECRETS "/masked?updateMask=version_aliases%2Cannotations",
	    "{\"name\":\"ignored\",\"labels\":{},\"annotations\":{\"c\":\"3\"},"
	    "\"version_aliases\":{\"good\":1}}");
	assert_string_equal(text_of(member_of(secret, "labels"), "a"), "1");
	assert_string_equal(
	    text_of(member_of(secret, "annotations"), "c"), "3");
	assert_string_equal(
	    text_of(member_of(secret, "versionAliases"), "good"), "1");
	secret = cloud_ask(
	    "PATCH", 200, SECRETS "/masked?updateMask=versionAliases", "{}");
	assert_false(json_object_object_get_ex(secret, "versionAliases", NULL));
	cloud_refused("PATCH", 400, "INVALID_ARGUMENT", SECRETS "/masked",
	    "{\"labels\":{}}");
	cloud_refused("PATCH", 400, "INVALID_ARGUMENT",
	    SECRETS "/masked?updateMask=replication", "{" AUTOMATIC "}");
	cloud_refused("PATCH", 400, "INVALID_ARGUMENT",
	    SECRETS "/masked?updateMask=color", "{}");
	cloud_refused("PATCH", 400, "INVALID_ARGUMENT",
	    SECRETS "/masked?updateMask=versionAliases",
	    "{\"versionAliases\":{\"latest\":\"1\"}}");
}

static void
an_etag_of_the_past_changes_nothing(void **state)
{
	char body[128], path[256], etag[64];

	(void)state;
	cloud_secret("tagged");
	snprintf(etag, sizeof(etag), "%s", text_of(cloud.reply.json, "etag"));
	snprintf(body, sizeof(body), "{\"etag\":\"\\%.*s\\\"\"}",
	    (int)strlen(etag) - 1, etag);
	snprintf(path, sizeof(path), SECRETS "/tagged?etag=%%22%.*s%%22",
	    (int)strlen(etag) - 2, etag + 1);
	cloud_ask("PATCH", 200, SECRETS "/tagged?updateMask=labels", body);
	cloud_refused("PATCH", 400, "FAILED_PRECONDITION",
	    SECRETS "/tagged?updateMask=labels", body);
	cloud_refused("DELETE", 400, "FAILED_PRECONDITION", path, NULL);
	cloud_ask("DELETE", 200, SECRETS "/tagged", NULL);
	assert_string_equal(buf_text(&cloud.reply.http.body), "{}");
	cloud_refused("DELETE", 404, "NOT_FOUND", SECRETS "/tagged", NULL);
}

/* Reads all pages of that size; the names' last parts, newest first. */
static void
read_pages(const char *path, int size, struct buf *names)
{
	struct json_object *list, *next, *page;
	char                query[1024], token[256] = "";
	size_t              i;

	buf_init(names, 1024);
	do {
		snprintf(query, sizeof(query), "%s%cpageSize=%d&pageToken=%s",
		    path, strchr(path, '?') != NULL ? '&' : '?', size, token);
		page = cloud_ask("GET", 200, query, NULL);
		list = member_of(page, "secrets");
		assert_true(length_of(list) <= (size_t)size);
		for (i = 0; i < length_of(list); i++)
			buf_addf(names, "%s ",
			    strrchr(text_of(item_of(list, i), "name"), '/') +
				1);
		token[0] = '\0';
		if (json_object_object_get_ex(page, "nextPageToken", &next))
			snprintf(token, sizeof(token), "%s",
			    json_object_get_string(next));
	} while (token[0] != '\0');
}

static void
pages_hold_everything_once(void **state)
{
	static const char parent[] =
	    CLOUD_PROJECT "/locations/us-east1/secrets";
	struct buf names;
	char       id[16], path[512];
	int        i;

	(void)state;
	for (i = 1; i <= 5; i++) {
		snprintf(id, sizeof(id), "s%d", i);
		assert_int_equal(
		    status_of_create(parent, id, "\"labels\":{\"n\":\"1\"}"),
		    200);
	}
	for (i = 1; i <= 6; i++) {
		read_pages(parent, i, &names);
		assert_string_equal(buf_text(&names), "s5 s4 s3 s2 s1 ");
		buf_free(&names);
	}
	cloud_ask(
	    "GET", 200, CLOUD_PROJECT "/locations/us-east1/secrets", NULL);
	assert_int_equal(number_of(cloud.reply.json, "totalSize"), 5);
	cloud_ask("GET", 200,
	    CLOUD_PROJECT "/locations/us-east1/secrets?pageSize=1", NULL);
	snprintf(path, sizeof(path), SECRETS "?pageToken=%s",
	    text_of(cloud.reply.json, "nextPageToken"));
	cloud_refused("GET", 400, "INVALID_ARGUMENT", path, NULL);
	cloud_refused(
	    "GET", 400, "INVALID_ARGUMENT", SECRETS "?pageToken=x", NULL);
	cloud_refused(
	    "GET", 400, "INVALID_ARGUMENT", SECRETS "?pageSize=-1", NULL);
	cloud_ask("GET", 200, SECRETS "?pageSize=99999", NULL);
}

static void
a_filter_chooses(void **state)
{
	static const char parent[] =
	    CLOUD_PROJECT "/locations/us-west1/secrets";
	static const struct {
		const char *filter, *names;
	} cases[] = {
		{ "name:be", "beta " },
		{ "name:be%20OR%20name:al", "beta alpha " },
		{ "be%20al", NULL },
		{ "labels.env=prod", "alpha " },
		{ "labels.env!%3Dprod", "beta " },
		{ "labels:env", "beta alpha " },
		{ "labels:nothing", NULL },
		{ "-labels.env=prod", "beta " },
		{ "NOT%20labels.env=prod", "beta " },
		{ "(name:al%20OR%20name:be)%20AND%20labels.env=%22test%22",
		    "beta " },
		{ "create_time%3E2020-01-01T00:00:00Z", "beta alpha " },
		{ "createTime%3C2020-01-01T00:00:00Z", NULL },
		{ "expire_time:*", NULL },
	};
	char       path[512];
	struct buf names;
	size_t     i;

	(void)state;
	assert_int_equal(
	    status_of_create(parent, "alpha", "\"labels\":{\"env\":\"prod\"}"),
	    200);
	assert_int_equal(
	    status_of_create(parent, "beta", "\"labels\":{\"env\":\"test\"}"),
	    200);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(path, sizeof(path), "%s?filter=%s", parent,
		    cases[i].filter);
		if (cases[i].names == NULL) {
			cloud_ask("GET", 200, path, NULL);
			assert_string_equal(
			    buf_text(&cloud.reply.http.body), "{}");
			continue;
		}
		read_pages(path, 1, &names);
		assert_string_equal(buf_text(&names), cases[i].names);
		buf_free(&names);
	}
	cloud_refused("GET", 400, "INVALID_ARGUMENT",
	    SECRETS "?filter=color%3Dred", NULL);
	cloud_refused(
	    "GET", 400, "INVALID_ARGUMENT", SECRETS "?filter=(name:x", NULL);
	cloud_refused(
	    "GET", 400, "INVALID_ARGUMENT", SECRETS "?filter=name=", NULL);
}

static void
a_secret_ends_when_it_was_to(void **state)
{
	(void)state;
	assert_int_equal(
	    status_of_create(SECRETS, "brief", AUTOMATIC ",\"ttl\":\"3600s\""),
	    200);
	cloud_advance(3599);
	cloud_ask("GET", 200, SECRETS "/brief", NULL);
	cloud_advance(1);
	cloud_refused("GET", 404, "NOT_FOUND", SECRETS "/brief", NULL);
}

static void
a_time_of_rotation_passes_to_the_next(void **state)
{
	int64_t             now = cloud_now();
	char                first[CLOCK_TEXT_SIZE], second[CLOCK_TEXT_SIZE];
	char                members[512];
	struct json_object *rotation;

	(void)state;
	clock_format(now + 600, first);
	clock_format(now + 600 + 7200, second);
	snprintf(members, sizeof(members),
	    AUTOMATIC ",\"topics\":[{\"name\":\"projects/p/topics/t\"}],"
		      "\"rotation\":{\"rotationPeriod\":\"3600s\","
		      "\"nextRotationTime\":\"%s\"}",
	    first);
	assert_int_equal(status_of_create(SECRETS, "turning", members), 200);
	rotation = member_of(
	    cloud_ask("PATCH", 200,
		SECRETS "/turning?updateMask=rotation.rotation_period",
		"{\"rotation\":{\"rotationPeriod\":\"7200s\"}}"),
	    "rotation");
	assert_string_equal(text_of(rotation, "nextRotationTime"), first);
	assert_string_equal(text_of(rotation, "rotationPeriod"), "7200s");
	cloud_advance(1200);
	rotation = member_of(
	    cloud_ask("GET", 200, SECRETS "/turning", NULL), "rotation");
	assert_string_equal(text_of(rotation, "nextRotationTime"), second);
}

static void
regional_names_have_their_place(void **state)
{
	(void)state;
	assert_int_equal(status_of_create(REGIONAL, "here", AUTOMATIC), 400);
	assert_int_equal(
	    status_of_create(REGIONAL, "here",
		"\"customerManagedEncryption\":{\"kmsKeyName\":\"projects/p/"
		"locations/europe-west1/keyRings/r/cryptoKeys/k\"}"),
	    200);
	cloud_refused("GET", 404, "NOT_FOUND", SECRETS "/here", NULL);
	cloud_refused("GET", 400, "INVALID_ARGUMENT",
	    CLOUD_PROJECT "/locations/nowhere/secrets", NULL);
	peer_ask(&cloud.peer,
	    &(struct ask){ .path = "/v1/" REGIONAL "/here",
		.bearer = cloud.bearer,
		.header = "Host: secretmanager.googleapis.com" },
	    &cloud.reply);
	assert_google(&cloud.reply, 404, "NOT_FOUND", NULL);
	peer_ask(&cloud.peer,
	    &(struct ask){ .path = "/v1/" REGIONAL "/here",
		.bearer = cloud.bearer,
		.header =
		    "Host: secretmanager.europe-west1.rep.googleapis.com" },
	    &cloud.reply);
	assert_int_equal(cloud.reply.http.status, 200);
	cloud_ask("GET", 200, CLOUD_PROJECT "/locations/europe-west1", NULL);
	assert_string_equal(
	    text_of(cloud.reply.json, "locationId"), "europe-west1");
	cloud_ask("GET", 200, CLOUD_PROJECT "/locations?pageSize=3", NULL);
	assert_int_equal(
	    length_of(member_of(cloud.reply.json, "locations")), 3);
	assert_non_null(text_of(cloud.reply.json, "nextPageToken"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_secret_keeps_what_it_is_given),
		cmocka_unit_test(what_is_wrong_with_a_secret_is_refused),
		cmocka_unit_test(there_is_a_limit_to_everything),
		cmocka_unit_test(an_unknown_member_is_named),
		cmocka_unit_test(a_replication_may_be_managed_by_its_user),
		cmocka_unit_test(only_what_the_mask_names_changes),
		cmocka_unit_test(an_etag_of_the_past_changes_nothing),
		cmocka_unit_test(pages_hold_everything_once),
		cmocka_unit_test(a_filter_chooses),
		cmocka_unit_test(a_secret_ends_when_it_was_to),
		cmocka_unit_test(a_time_of_rotation_passes_to_the_next),
		cmocka_unit_test(regional_names_have_their_place),
	};

	return cmocka_run_group_tests_name(
	    "sandbox google secret", tests, cloud_begin, cloud_end);
}
