/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "google.h"

#define S "projects/p/secrets/s"
#define KEY "projects/p/locations/l/keyRings/r/cryptoKeys/k"

static const struct loopback_answer good = { .status = 200,
	.body = "{\"name\":\"projects/1/secrets/s\"}" };
static const struct loopback_answer regional = { .status = 200,
	.body = "{\"name\":\"projects/1/locations/l/secrets/s\"}" };

/* All that a secret may have, as Google writes it. */
static const struct loopback_answer whole = { .status = 200,
	.body = "{\"name\":\"projects/1/secrets/s\","
		"\"replication\":{\"userManaged\":{\"replicas\":["
		"{\"location\":\"europe-west1\",\"customerManagedEncryption\":"
		"{\"kmsKeyName\":\"" KEY "\"}},{\"location\":\"us-east1\"}]}},"
		"\"createTime\":\"2027-01-15T08:00:00.123456Z\","
		"\"labels\":{\"env\":\"prod\",\"empty\":\"\"},"
		"\"topics\":[{\"name\":\"projects/p/topics/t\"}],"
		"\"expireTime\":\"2027-01-15T08:00:01Z\","
		"\"etag\":\"\\\"16151a2f\\\"\","
		"\"rotation\":{\"nextRotationTime\":\"2027-01-15T08:00:02Z\","
		"\"rotationPeriod\":\"3600.5s\"},"
		"\"versionAliases\":{\"prod\":\"3\",\"dev\":4},"
		"\"annotations\":{\"a.b\":\"c d\"},"
		"\"versionDestroyTtl\":\"86400s\","
		"\"customerManagedEncryption\":{\"kmsKeyName\":\"" KEY "\"},"
		"\"secretType\":\"OTHER\",\"policyMember\":"
		"{\"iamPolicyNamePrincipal\":\"principal://x\"},"
		"\"later\":{\"x\":1}}" };

static void
start(struct google *g, const struct loopback_answer *answer)
{
	google_start(g, answer, 1);
	google_use_emulator(g);
}

static void
check_lists(const gcpsecret_secret *s)
{
	assert_int_equal(s->labels->count, 2);
	assert_string_equal(s->labels->items[0]->key, "env");
	assert_string_equal(s->labels->items[0]->value, "prod");
	assert_string_equal(s->labels->items[1]->value, "");
	assert_int_equal(s->topics->count, 1);
	assert_string_equal(s->topics->items[0]->name, "projects/p/topics/t");
	assert_int_equal(s->version_aliases->count, 2);
	assert_string_equal(s->version_aliases->items[0]->value, "3");
	assert_string_equal(s->version_aliases->items[1]->value, "4");
	assert_int_equal(s->annotations->count, 1);
	assert_string_equal(s->annotations->items[0]->key, "a.b");
	assert_false(s->replication->automatic);
	assert_null(s->replication->kms_key);
	assert_int_equal(s->replication->replicas->count, 2);
	assert_string_equal(
	    s->replication->replicas->items[0]->location, "europe-west1");
	assert_string_equal(s->replication->replicas->items[0]->kms_key, KEY);
	assert_null(s->replication->replicas->items[1]->kms_key);
}

static void
a_secret_is_read_with_all_that_it_has(void **state)
{
	gcpsecret_secret *s;
	struct google     g;

	(void)state;
	start(&g, &whole);
	assert_int_equal(
	    gcpsecret_secret_get(g.client, S, &s, &g.err), GCPSECRET_OK);
	assert_string_equal(s->name, "projects/1/secrets/s");
	assert_string_equal(s->etag, "\"16151a2f\"");
	assert_int_equal(s->create_time, 1800000000);
	assert_int_equal(s->expire_time, 1800000001);
	assert_int_equal(s->next_rotation_time, 1800000002);
	assert_int_equal(s->rotation_period_s, 3601);
	assert_int_equal(s->version_destroy_ttl_s, 86400);
	assert_string_equal(s->kms_key, KEY);
	assert_string_equal(s->type, "OTHER");
	assert_string_equal(s->principal, "principal://x");
	check_lists(s);
	assert_string_equal(gcpsecret_secret_json(s), whole.body);
	gcpsecret_secret_free(s);
	google_end(&g);
}

static void
what_a_secret_lacks_is_not_set(void **state)
{
	gcpsecret_secret *s;
	struct google     g;

	(void)state;
	start(&g, &good);
	assert_int_equal(
	    gcpsecret_secret_get(g.client, S, &s, &g.err), GCPSECRET_OK);
	assert_null(s->etag);
	assert_null(s->labels);
	assert_null(s->topics);
	assert_null(s->replication);
	assert_null(s->kms_key);
	assert_int_equal(s->expire_time, 0);
	assert_int_equal(s->rotation_period_s, 0);
	gcpsecret_secret_free(s);
	google_end(&g);
}

static void
an_automatic_replication_may_have_a_key(void **state)
{
	static const struct loopback_answer answer = { .status = 200,
		.body = "{\"name\":\"projects/1/secrets/s\",\"replication\":"
			"{\"automatic\":{\"customerManagedEncryption\":"
			"{\"kmsKeyName\":\"" KEY "\"}}},\"ttl\":5,"
			"\"versionDestroyTtl\":\"soon\"}" };
	gcpsecret_secret                   *s;
	struct google                       g;

	(void)state;
	start(&g, &answer);
	assert_int_equal(
	    gcpsecret_secret_get(g.client, S, &s, &g.err), GCPSECRET_OK);
	assert_true(s->replication->automatic);
	assert_string_equal(s->replication->kms_key, KEY);
	assert_null(s->replication->replicas);
	/* One odd member costs itself alone. */
	assert_int_equal(s->version_destroy_ttl_s, 0);
	gcpsecret_secret_free(s);
	google_end(&g);
}

static const gcpsecret_entry one_label[] = { { "env", "a\"b" } };
static const gcpsecret_entry one_alias[] = { { "prod", "3" } };
static const gcpsecret_entry one_note[] = { { "a.b-c_d", "" } };
static const gcpsecret_entry one_tag[] = { { "tagKeys/1", "tagValues/2" } };
static const char *const     one_topic[] = { "projects/p/topics/t" };
static const gcpsecret_entry two_replicas[] = { { "l", KEY }, { "m", NULL } };

/* What is created, and what is sent for it. */
static const struct {
	const char            *parent;
	gcpsecret_secret_input input;
	const char            *body;
} creations[] = {
	{ "projects/p", { 0 }, "{\"replication\":{\"automatic\":{}}}" },
	{ "projects/p", { .kms_key = KEY },
	    "{\"replication\":{\"automatic\":{\"customerManagedEncryption\":"
	    "{\"kmsKeyName\":\"" KEY "\"}}}}" },
	{ "projects/p", { .replicas = { two_replicas, 2 } },
	    "{\"replication\":{\"userManaged\":{\"replicas\":["
	    "{\"location\":\"l\",\"customerManagedEncryption\":"
	    "{\"kmsKeyName\":\"" KEY "\"}},{\"location\":\"m\"}]}}}" },
	{ "projects/p/locations/l", { 0 }, "{}" },
	{ "projects/p/locations/l", { .kms_key = KEY },
	    "{\"customerManagedEncryption\":{\"kmsKeyName\":\"" KEY "\"}}" },
	{ "projects/p/locations/l",
	    { .labels = { one_label, 1 },
		.annotations = { one_note, 1 },
		.version_aliases = { one_alias, 1 },
		.topics = { one_topic, 1 },
		.expire_time = 1800000000,
		.next_rotation_time = 1800000001,
		.rotation_period_s = 3600,
		.version_destroy_ttl_s = 86400,
		.tags = { one_tag, 1 },
		.type = "OTHER" },
	    "{\"labels\":{\"env\":\"a\\u0022b\"},\"annotations\":"
	    "{\"a.b-c_d\":\"\"},\"versionAliases\":{\"prod\":\"3\"},"
	    "\"topics\":[{\"name\":\"projects/p/topics/t\"}],"
	    "\"expireTime\":\"2027-01-15T08:00:00Z\",\"rotation\":"
	    "{\"nextRotationTime\":\"2027-01-15T08:00:01Z\","
	    "\"rotationPeriod\":\"3600s\"},\"versionDestroyTtl\":\"86400s\","
	    "\"tags\":{\"tagKeys/1\":\"tagValues/2\"},"
	    "\"secretType\":\"OTHER\"}" },
	{ "projects/p/locations/l",
	    { .ttl_s = 60, .next_rotation_time = 1800000001 },
	    "{\"ttl\":\"60s\",\"rotation\":{\"nextRotationTime\":"
	    "\"2027-01-15T08:00:01Z\"}}" },
};

static void
a_secret_is_created_with_what_is_said(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(creations); i++) {
		const char   *parent = creations[i].parent;
		struct google g;
		char          target[128];

		start(&g,
		    strstr(parent, "locations") != NULL ? &regional : &good);
		assert_int_equal(gcpsecret_secret_create(g.client, parent, "s",
				     &creations[i].input, NULL, &g.err),
		    GCPSECRET_OK);
		assert_string_equal(
		    loopback_request(g.peer, 0)->body, creations[i].body);
		snprintf(target, sizeof(target), "/v1/%s/secrets?secretId=s",
		    parent);
		assert_string_equal(
		    loopback_request(g.peer, 0)->target, target);
		google_end(&g);
	}
}

static void
what_is_there_already_is_not_created(void **state)
{
	static const struct loopback_answer no = { .status = 409,
		.body = "{\"error\":{\"status\":\"ALREADY_EXISTS\","
			"\"message\":\"Secret [s] already exists.\"}}" };
	gcpsecret_secret                   *s;
	struct google                       g;

	(void)state;
	start(&g, &no);
	assert_int_equal(gcpsecret_secret_create(
			     g.client, "projects/p", "s", NULL, &s, &g.err),
	    GCPSECRET_ERR_EXISTS);
	assert_null(s);
	assert_holds(g.err.message, "projects/p has one of that name already");
	google_end(&g);
}

/* What is changed, and what is sent for it. */
static const struct {
	gcpsecret_secret_input input;
	const char            *mask, *body;
} updates[] = {
	{ { .fields = GCPSECRET_SECRET_LABELS }, "labels", "{}" },
	{ { .fields = GCPSECRET_SECRET_LABELS, .labels = { one_label, 1 } },
	    "labels", "{\"labels\":{\"env\":\"a\\u0022b\"}}" },
	{ { .fields =
		  GCPSECRET_SECRET_LABELS | GCPSECRET_SECRET_VERSION_ALIASES,
	      .etag = "\"1\"",
	      .version_aliases = { one_alias, 1 } },
	    "labels%2CversionAliases",
	    "{\"etag\":\"\\u00221\\u0022\",\"versionAliases\":"
	    "{\"prod\":\"3\"}}" },
	{ { .fields = GCPSECRET_SECRET_ROTATION | GCPSECRET_SECRET_TOPICS },
	    "topics%2Crotation", "{}" },
	{ { .fields = GCPSECRET_SECRET_EXPIRE_TIME }, "expireTime", "{}" },
	{ { .fields = GCPSECRET_SECRET_TTL | GCPSECRET_SECRET_KMS_KEY,
	      .ttl_s = 60,
	      .kms_key = KEY },
	    "ttl%2CcustomerManagedEncryption",
	    "{\"ttl\":\"60s\",\"customerManagedEncryption\":"
	    "{\"kmsKeyName\":\"" KEY "\"}}" },
	{ { .fields = GCPSECRET_SECRET_VERSION_DESTROY_TTL |
		      GCPSECRET_SECRET_ANNOTATIONS },
	    "annotations%2CversionDestroyTtl", "{}" },
};

static void
an_update_changes_what_is_named_and_nothing_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(updates); i++) {
		struct google g;
		char          target[128];

		start(&g, &good);
		assert_int_equal(gcpsecret_secret_update(g.client, S,
				     &updates[i].input, NULL, &g.err),
		    GCPSECRET_OK);
		snprintf(target, sizeof(target), "/v1/" S "?updateMask=%s",
		    updates[i].mask);
		assert_string_equal(
		    loopback_request(g.peer, 0)->target, target);
		assert_string_equal(
		    loopback_request(g.peer, 0)->body, updates[i].body);
		google_end(&g);
	}
}

static void
somebody_faster_is_a_conflict(void **state)
{
	static const struct loopback_answer no[] = {
		{ .status = 409,
		    .body = "{\"error\":{\"status\":\"ABORTED\"}}" },
		{ .status = 400,
		    .body = "{\"error\":{\"status\":\"FAILED_PRECONDITION\","
			    "\"message\":\"It changed.\"}}" },
	};
	const gcpsecret_secret_input input = { .etag = "\"1\"",
		.fields = GCPSECRET_SECRET_LABELS };

	(void)state;
	for (size_t i = 0; i < COUNT(no); i++) {
		struct google g;

		start(&g, &no[i]);
		assert_int_equal(
		    gcpsecret_secret_update(g.client, S, &input, NULL, &g.err),
		    GCPSECRET_ERR_CONFLICT);
		assert_holds(g.err.message, "then decide");
		assert_int_equal(
		    gcpsecret_secret_delete(g.client, S, "\"1\"", &g.err),
		    GCPSECRET_ERR_CONFLICT);
		google_end(&g);
	}
}

static void
without_an_etag_a_failed_precondition_is_something_else(void **state)
{
	static const struct loopback_answer no = { .status = 400,
		.body = "{\"error\":{\"status\":\"FAILED_PRECONDITION\","
			"\"message\":\"Constraint violated.\"}}" };
	struct google                       g;

	(void)state;
	start(&g, &no);
	assert_int_equal(gcpsecret_secret_create(
			     g.client, "projects/p", "s", NULL, NULL, &g.err),
	    GCPSECRET_ERR_REQUEST);
	assert_holds(g.err.message, "Constraint violated.");
	google_end(&g);
}

static char long_text[20000];

/* What may not be created. */
static const gcpsecret_entry bad_entries[][2] = {
	{ { "", "v" } },
	{ { NULL, "v" } },
	{ { "k", NULL } },
	{ { "\xff", "v" } },
	{ { "k", "\xff" } },
	{ { "k", "v" }, { "k", "w" } },
};

static void
labels_out_of_contract_are_refused(void **state)
{
	static gcpsecret_entry many[65];
	struct google          g;

	(void)state;
	start(&g, &good);
	for (size_t i = 0; i < COUNT(bad_entries); i++) {
		const gcpsecret_secret_input input = {
			.labels = { bad_entries[i],
			    bad_entries[i][1].key != NULL ? 2 : 1 }
		};

		assert_int_equal(gcpsecret_secret_create(g.client, "projects/p",
				     "s", &input, NULL, &g.err),
		    GCPSECRET_ERR_ARGUMENT);
	}
	for (size_t i = 0; i < COUNT(many); i++)
		many[i] = (gcpsecret_entry){ "k", "v" };
	assert_int_equal(
	    gcpsecret_secret_create(g.client, "projects/p", "s",
		&(gcpsecret_secret_input){ .labels = { many, 65 } }, NULL,
		&g.err),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(loopback_count(g.peer), 0);
	google_end(&g);
}

static const gcpsecret_entry        latest[] = { { "latest", "3" } };
static const gcpsecret_entry        zero[] = { { "prod", "0" } };
static const gcpsecret_entry        dash[] = { { "-a", "x" } };
static const gcpsecret_entry        dot[] = { { "a.", "x" } };
static const gcpsecret_entry        long_note[] = { { "a", long_text } };
static const gcpsecret_entry        half_notes[] = { { "a", long_text + 11000 },
	       { "b", long_text + 11000 } };
static const gcpsecret_entry        nowhere[] = { { "e.x", NULL } };
static const gcpsecret_entry        odd_tag[] = { { "a b", "c" } };
static const char *const            odd_topic[] = { "t" };
static const char *const            no_topic[] = { NULL };

static const gcpsecret_secret_input bad_creations[] = {
	{ .fields = GCPSECRET_SECRET_LABELS },
	{ .etag = "\"1\"" },
	{ .labels = { NULL, 1 } },
	{ .version_aliases = { latest, 1 } },
	{ .version_aliases = { zero, 1 } },
	{ .annotations = { dash, 1 } },
	{ .annotations = { dot, 1 } },
	{ .annotations = { long_note, 1 } },
	{ .annotations = { half_notes, 2 } },
	{ .replicas = { nowhere, 1 } },
	{ .replicas = { two_replicas, 2 }, .kms_key = KEY },
	{ .tags = { odd_tag, 1 } },
	{ .topics = { odd_topic, 1 } },
	{ .topics = { no_topic, 1 } },
	{ .topics = { NULL, 1 } },
	{ .topics = { one_topic, 11 } },
	{ .expire_time = -1 },
	{ .expire_time = INT64_C(253402300800) },
	{ .ttl_s = -1 },
	{ .ttl_s = 60, .expire_time = 1800000000 },
	{ .rotation_period_s = 3600 },
	{ .rotation_period_s = 3599, .next_rotation_time = 1800000000 },
	{ .rotation_period_s = INT64_C(3153600001),
	    .next_rotation_time = 1800000000 },
	{ .version_destroy_ttl_s = -1 },
	{ .kms_key = "a b" },
	{ .type = "a b" },
};

static void
a_creation_out_of_contract_is_refused(void **state)
{
	static const char *const ids[] = { "", "a/b", "..", "a%2F", "a:b",
		"a b", "\xc3\xa4" };
	struct google            g;

	(void)state;
	memset(long_text, 'x', sizeof(long_text) - 1);
	start(&g, &good);
	for (size_t i = 0; i < COUNT(bad_creations); i++) {
		/* Nor is the project looked for. */
		if (gcpsecret_secret_create(g.client, NULL, "s",
			&bad_creations[i], NULL,
			&g.err) != GCPSECRET_ERR_ARGUMENT)
			fail_msg("%zu", i);
		assert_true(strlen(g.err.message) > 15);
	}
	for (size_t i = 0; i < COUNT(ids); i++)
		assert_int_equal(gcpsecret_secret_create(g.client, "projects/p",
				     ids[i], NULL, NULL, &g.err),
		    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(gcpsecret_secret_create(
			     g.client, "projects/p", NULL, NULL, NULL, &g.err),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(
	    gcpsecret_secret_create(g.client, "projects/p/locations/l", "s",
		&(gcpsecret_secret_input){ .replicas = { two_replicas, 2 } },
		NULL, &g.err),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(loopback_count(g.peer), 0);
	google_end(&g);
}

static const gcpsecret_secret_input bad_updates[] = {
	{ .fields = 0 },
	{ .fields = 512 },
	{ .labels = { one_label, 1 } },
	{ .fields = GCPSECRET_SECRET_LABELS, .ttl_s = 60 },
	{ .fields = GCPSECRET_SECRET_LABELS, .topics = { one_topic, 1 } },
	{ .fields = GCPSECRET_SECRET_LABELS, .kms_key = KEY },
	{ .fields = GCPSECRET_SECRET_LABELS, .rotation_period_s = 3600 },
	{ .fields = GCPSECRET_SECRET_LABELS, .type = "OTHER" },
	{ .fields = GCPSECRET_SECRET_LABELS, .tags = { one_tag, 1 } },
	{ .fields = GCPSECRET_SECRET_LABELS, .replicas = { two_replicas, 2 } },
	{ .fields = GCPSECRET_SECRET_LABELS, .etag = "" },
	{ .fields = GCPSECRET_SECRET_LABELS, .etag = "a\nb" },
	{ .fields = GCPSECRET_SECRET_TTL | GCPSECRET_SECRET_EXPIRE_TIME },
	{ .fields = GCPSECRET_SECRET_VERSION_ALIASES,
	    .version_aliases = { zero, 1 } },
};

static void
an_update_out_of_contract_is_refused(void **state)
{
	struct google g;

	(void)state;
	start(&g, &good);
	for (size_t i = 0; i < COUNT(bad_updates); i++)
		if (gcpsecret_secret_update(g.client, S, &bad_updates[i], NULL,
			&g.err) != GCPSECRET_ERR_ARGUMENT)
			fail_msg("%zu", i);
	assert_int_equal(
	    gcpsecret_secret_update(g.client, S, NULL, NULL, &g.err),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(gcpsecret_secret_delete(g.client, S, "", &g.err),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(gcpsecret_secret_get(g.client, S, NULL, &g.err),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(loopback_count(g.peer), 0);
	google_end(&g);
}

static void
a_managed_password_goes_out_and_never_into_a_message(void **state)
{
	static const struct loopback_answer echo = { .status = 400,
		.body = "{\"error\":{\"status\":\"INVALID_ARGUMENT\","
			"\"message\":\"no such user with " PAYLOAD "\"}}" };
	const gcpsecret_managed_user        user = {
		       .instance_id = "i", .username = "u", .password = PAYLOAD
	};
	const gcpsecret_managed_user bad[] = { { .instance_id = "i" },
		{ .username = "u" },
		{ .instance_id = "i", .username = "u", .password = "" },
		{ .instance_id = "i", .username = "\xff" } };
	struct google                g;

	(void)state;
	start(&g, &echo);
	assert_int_equal(
	    gcpsecret_secret_manage_rotation(g.client, S, &user, NULL, &g.err),
	    GCPSECRET_ERR_REQUEST);
	google_remember(&g, &g.err, GCPSECRET_ERR_REQUEST);
	assert_holds(
	    loopback_request(g.peer, 0)->body, "\"password\":\"" PAYLOAD "\"");
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(gcpsecret_secret_manage_rotation(
				     g.client, S, &bad[i], NULL, &g.err),
		    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(
	    gcpsecret_secret_manage_rotation(g.client, S, NULL, NULL, &g.err),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(loopback_count(g.peer), 1);
	google_end(&g);
}

static void
no_secret_is_freed_and_has_no_json(void **state)
{
	(void)state;
	gcpsecret_secret_free(NULL);
	gcpsecret_secret_each_free(NULL);
	assert_null(gcpsecret_secret_json(NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_secret_is_read_with_all_that_it_has),
		cmocka_unit_test(what_a_secret_lacks_is_not_set),
		cmocka_unit_test(an_automatic_replication_may_have_a_key),
		cmocka_unit_test(a_secret_is_created_with_what_is_said),
		cmocka_unit_test(what_is_there_already_is_not_created),
		cmocka_unit_test(
		    an_update_changes_what_is_named_and_nothing_else),
		cmocka_unit_test(somebody_faster_is_a_conflict),
		cmocka_unit_test(
		    without_an_etag_a_failed_precondition_is_something_else),
		cmocka_unit_test(labels_out_of_contract_are_refused),
		cmocka_unit_test(a_creation_out_of_contract_is_refused),
		cmocka_unit_test(an_update_out_of_contract_is_refused),
		cmocka_unit_test(
		    a_managed_password_goes_out_and_never_into_a_message),
		cmocka_unit_test(no_secret_is_freed_and_has_no_json),
	};

	return cmocka_run_group_tests_name(
	    "libgcpsecret secret", tests, NULL, NULL);
}
