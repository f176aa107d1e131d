/* SPDX-License-Identifier: MIT */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certificate.h"
#include "client.h"
#include "doorman.h"
#include "google.h"
#include "subject.h"

/*
 * The n-th allocation fails, for every n.  Wrapped by the linker, so that only
 * the library's own are counted: those of libcurl, json-c and libcrypto happen
 * inside shared objects.
 */
static _Thread_local long left = -1; /* < 0: none fails */

static bool
fails(void)
{
	return left >= 0 && left-- == 0;
}

/* How many blocks that held a secret were given back as they were. */
static _Thread_local bool   watching;
static _Thread_local size_t leaks;

static bool
holds_secret(const void *memory, size_t len)
{
	static const char *const secrets[] = { PAYLOAD, BASE64, TOKEN,
		CLIENT_SECRET, REFRESH_TOKEN, "1%2F%2Frefresh-token",
		AWS_SECRET_KEY, AWS_SESSION_TOKEN, "PRIVATE KEY",
		"eyJhbGciOi" };

	for (size_t i = 0; i < COUNT(secrets); i++)
		if (memmem(memory, len, secrets[i], strlen(secrets[i])) != NULL)
			return true;
	return false;
}

/* The names are the linker's. */
/* NOLINTBEGIN(bugprone-reserved-identifier) */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t len);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t len);
void  __real_free(void *memory);
void  __wrap_free(void *memory);

void *
__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_calloc(count, size);
}

char *
__wrap_strdup(const char *text)
{
	return fails() ? NULL : __real_strdup(text);
}

char *
__wrap_strndup(const char *text, size_t len)
{
	return fails() ? NULL : __real_strndup(text, len);
}

void
__wrap_free(void *memory)
{
	if (watching && memory != NULL)
		leaks += holds_secret(memory, malloc_usable_size(memory));
	__real_free(memory);
}
/* NOLINTEND(bugprone-reserved-identifier) */

/* A token and a secret in one, so that it answers every request. */
static const struct loopback_answer all_in_one[] = {
	{ .status = 200,
	    .headers = FLAVOR,
	    .body = "{\"access_token\":\"" TOKEN "\",\"expires_in\":3599,"
		    "\"accessToken\":\"" TOKEN
		    "\",\"expireTime\":\"2027-01-15T09:00:00Z\","
		    "\"name\":\"" VERSION "\",\"payload\":{\"data\":\"" BASE64
		    "\",\"dataCrc32c\":\"" CRC32C "\"}}" },
};

static void
use_impersonated(struct google *g)
{
	google_use_impersonated(
	    g, "\"delegates\":[\"a@p.example\"],\"source_credentials\":" USER);
}

/* External accounts, by where their subject token comes from. */
static void
use_subject_file(struct google *g)
{
	char source[200];

	google_write(g, "subject", "{\"token\":\"" SUBJECT_TOKEN "\"}");
	snprintf(source, sizeof(source),
	    "{\"file\":\"%s\",\"format\":{\"type\":\"json\","
	    "\"subject_token_field_name\":\"token\"}}",
	    g->file);
	google_use_external(g, source,
	    "\"client_id\":\"id\",\"client_secret\":\"" CLIENT_SECRET
	    "\",\"audience\":\"" AUDIENCE "\"");
}

static void
use_subject_url(struct google *g)
{
	char source[200];

	snprintf(source, sizeof(source),
	    "{\"url\":\"%s/token\",\"headers\":{\"X-Key\":\"" CLIENT_SECRET
	    "\"}}",
	    loopback_url(g->peer));
	google_use_external(g, source,
	    "\"workforce_pool_user_project\":\"who-pays\",\"audience\":"
	    "\"//iam.googleapis.com/locations/global/workforcePools/pool\"");
}

static void
use_subject_program(struct google *g)
{
	char source[300];

	google_write(g, "answer",
	    "{\"version\":1,\"success\":true,\"token_type\":"
	    "\"urn:ietf:params:oauth:token-type:jwt\",\"id_token\":"
	    "\"" SUBJECT_TOKEN "\"}");
	snprintf(source, sizeof(source),
	    "{\"executable\":{\"command\":\"cat '%s'\","
	    "\"output_file\":\"/nonexistent/output\"}}",
	    g->file);
	google_use_external(g, source, "\"audience\":\"" AUDIENCE "\"");
	google_set("GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES", "1");
}

/*
 * Reads a secret with each allocation failing once, by a client of its own.
 * `otherwise` is what the call returns when none fails, or when the one that
 * fails is not needed.
 */
static void
fail_each(
    struct google *g, void (*use)(struct google *), gcpsecret_status otherwise)
{
	gcpsecret_status status = GCPSECRET_OK;
	long             n;
	bool             reached = true;

	for (n = 0; reached; n++) {
		google_restart(g);
		use(g);
		left = n;
		status = google_access(g, NAME);
		reached = left < 0;
		left = -1;
		if (status != otherwise)
			assert_int_equal(status, GCPSECRET_ERR_NOMEM);
		/* Nothing is broken for the next call. */
		assert_int_equal(google_access(g, NAME), otherwise);
	}
	assert_int_equal(status, otherwise);
	assert_true(n > 10);
}

static void
every_failed_allocation_is_survived(void **state)
{
	static void (*const sources[])(struct google *) = {
		google_use_emulator,
		google_use_user,
		google_use_service_account,
		google_use_metadata,
		use_impersonated,
		use_subject_file,
		use_subject_url,
		use_subject_program,
	};

	(void)state;
	for (size_t i = 0; i < COUNT(sources); i++) {
		struct google g;

		google_start(&g, all_in_one, 1);
		google_set("GOOGLE_CLOUD_QUOTA_PROJECT", "who-pays");
		fail_each(&g, sources[i], GCPSECRET_OK);
		google_end(&g);
	}
}

static gcpsecret_status
get_cached(struct google *g, gcpsecret_cache **cache)
{
	gcpsecret_status status = GCPSECRET_OK;

	if (*cache == NULL)
		status = gcpsecret_cache_new(cache, NULL, &g->err);
	if (status == GCPSECRET_OK)
		status = gcpsecret_cache_get(*cache, g->client, "sm://strava",
		    &g->secret, NULL, &g->err);
	return status;
}

static void
every_failed_allocation_of_a_cache_is_survived(void **state)
{
	gcpsecret_status status = GCPSECRET_OK;
	gcpsecret_cache *cache;
	struct google    g;
	bool             reached = true;
	long             n;

	(void)state;
	google_start(&g, all_in_one, 1);
	google_set("GOOGLE_CLOUD_PROJECT", "my-project");
	google_use_emulator(&g);
	for (n = 0; reached; n++) {
		google_restart(&g);
		cache = NULL;
		left = n;
		status = get_cached(&g, &cache);
		reached = left < 0;
		left = -1;
		if (status != GCPSECRET_OK)
			assert_int_equal(status, GCPSECRET_ERR_NOMEM);
		gcpsecret_payload_free(g.secret);
		g.secret = NULL;
		/* Nothing is broken for the next call. */
		assert_int_equal(get_cached(&g, &cache), GCPSECRET_OK);
		/* Once it is kept, nothing is allocated. */
		gcpsecret_payload_free(g.secret);
		left = 0;
		assert_int_equal(get_cached(&g, &cache), GCPSECRET_OK);
		assert_int_equal(left, 0);
		left = -1;
		gcpsecret_payload_free(g.secret);
		g.secret = NULL;
		gcpsecret_cache_free(cache);
	}
	assert_int_equal(status, GCPSECRET_OK);
	assert_true(n > 10);
	google_end(&g);
}

static void
what_a_cache_held_is_wiped_before_it_is_given_back(void **state)
{
	gcpsecret_cache *cache = NULL;
	struct google    g;

	(void)state;
	google_start(&g, all_in_one, 1);
	google_set("GOOGLE_CLOUD_PROJECT", "my-project");
	google_use_user(&g);
	leaks = 0;
	watching = true;
	assert_int_equal(get_cached(&g, &cache), GCPSECRET_OK);
	gcpsecret_cache_forget(cache, "sm://strava");
	gcpsecret_payload_free(g.secret);
	assert_int_equal(get_cached(&g, &cache), GCPSECRET_OK);
	gcpsecret_payload_free(g.secret);
	gcpsecret_cache_free(cache);
	gcpsecret_client_free(g.client);
	watching = false;
	g.secret = NULL;
	g.client = NULL;
	assert_int_equal(leaks, 0);
	google_end(&g);
}

static void
memory_that_held_a_secret_is_wiped_before_it_is_given_back(void **state)
{
	static void (*const sources[])(struct google *) = {
		google_use_emulator,
		google_use_user,
		google_use_service_account,
		google_use_metadata,
		use_impersonated,
		use_subject_file,
		use_subject_url,
		use_subject_program,
	};

	(void)state;
	for (size_t i = 0; i < COUNT(sources); i++) {
		struct google g;

		google_start(&g, all_in_one, 1);
		sources[i](&g);
		leaks = 0;
		watching = true;
		assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
		gcpsecret_payload_free(g.secret);
		gcpsecret_client_free(g.client);
		watching = false;
		g.secret = NULL;
		g.client = NULL;
		assert_int_equal(leaks, 0);
		google_end(&g);
	}
}

/* Makes a subject token out of keys of AWS. */
static gcpsecret_status
prove_by_aws(struct google *g, const struct key_file *file)
{
	struct buf       token;
	gcpsecret_status status = gs_begin(g->client, &g->err);

	if (status != GCPSECRET_OK)
		return status;
	buf_init(&token, 65536);
	status = gs_subject_aws(g->client, file, &token, &g->err);
	assert_int_equal(
	    status == GCPSECRET_OK, buf_ok(&token) && token.len > 0);
	buf_free(&token);
	return status;
}

/* From the environment, and from a machine of AWS up to its keys, which cannot
 * look like all else that it is asked for. */
static void
a_failed_allocation_while_signing_for_aws_is_survived(void **state)
{
	static const struct loopback_answer zone[] = {
		{ .status = 200, .body = "us-east-2b" },
	};
	static const gcpsecret_status expected[] = { GCPSECRET_OK,
		GCPSECRET_ERR_FORMAT };
	struct google                 g;
	struct key_file               file = { .audience = "//x" };
	gcpsecret_status              status;
	bool                          reached;

	(void)state;
	google_start(&g, zone, 1);
	file.subject_source = (struct subject_source){ .region_url =
							   loopback_url(g.peer),
		.aws_url = loopback_url(g.peer),
		.session_token_url = loopback_url(g.peer),
		.verification_url = "https://sts.{region}.amazonaws.com?Action="
				    "GetCallerIdentity&Version=2011-06-15" };
	google_set("AWS_REGION", "us-east-2");
	google_set("AWS_ACCESS_KEY_ID", AWS_KEY_ID);
	google_set("AWS_SECRET_ACCESS_KEY", AWS_SECRET_KEY);
	google_set("AWS_SESSION_TOKEN", AWS_SESSION_TOKEN);
	for (size_t i = 0; i < COUNT(expected); i++) {
		reached = true;
		for (long n = 0; reached; n++) {
			google_restart(&g);
			gcpsecret_client_set_retries(g.client, 0);
			left = n;
			status = prove_by_aws(&g, &file);
			reached = left < 0;
			left = -1;
			if (status != expected[i])
				assert_int_equal(status, GCPSECRET_ERR_NOMEM);
		}
		assert_int_equal(status, expected[i]);
		google_set("AWS_REGION", NULL);
		google_set("AWS_ACCESS_KEY_ID", NULL);
	}
	google_end(&g);
}

static void
keys_of_aws_are_wiped_before_memory_is_given_back(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = "session" },
		{ .status = 200, .body = "role" },
		{ .status = 200,
		    .body = "{\"AccessKeyId\":\"" AWS_KEY_ID
			    "\",\"SecretAccessKey\":\"" AWS_SECRET_KEY
			    "\",\"Token\":\"" AWS_SESSION_TOKEN "\"}" },
	};
	struct google   g;
	struct key_file file = { .audience = "//x" };

	(void)state;
	google_start(&g, script, COUNT(script));
	file.subject_source = (struct subject_source){ .aws_url =
							   loopback_url(g.peer),
		.session_token_url = loopback_url(g.peer),
		.verification_url = "https://sts.{region}.amazonaws.com?Action="
				    "GetCallerIdentity&Version=2011-06-15" };
	google_set("AWS_REGION", "us-east-2");
	leaks = 0;
	watching = true;
	assert_int_equal(prove_by_aws(&g, &file), GCPSECRET_OK);
	gcpsecret_client_free(g.client);
	watching = false;
	g.client = NULL;
	assert_int_equal(leaks, 0);
	google_end(&g);
}

/* What a certificate proves, by the configuration of gcloud's folder. */
static gcpsecret_status
prove_by_certificate(struct google *g)
{
	static const struct subject_source source = { .use_default_cert =
							  true };
	struct proof                       proof;
	gcpsecret_status                   status;

	gs_proof_init(&proof);
	status = gs_subject_certificate(&source, &proof, &g->err);
	assert_true(status != GCPSECRET_OK || proof.token.len > 0);
	gs_proof_free(&proof);
	return status;
}

static void
a_failed_allocation_with_a_certificate_is_survived_and_wiped(void **state)
{
	struct certificate certificate;
	struct google      g;
	char               text[300];
	gcpsecret_status   status = GCPSECRET_OK;
	bool               reached = true;

	(void)state;
	certificate_make(&certificate, "subjectAltName=IP:127.0.0.1");
	google_start(&g, all_in_one, 1);
	snprintf(text, sizeof(text),
	    "{\"cert_configs\":{\"workload\":{\"cert_path\":\"%s\","
	    "\"key_path\":\"%s\"}}}",
	    certificate.certificate, certificate.key);
	google_write(&g, "certificate_config.json", text);
	google_set("CLOUDSDK_CONFIG", g.folder);
	leaks = 0;
	watching = true;
	for (long n = 0; reached; n++) {
		left = n;
		status = prove_by_certificate(&g);
		reached = left < 0;
		left = -1;
		if (status != GCPSECRET_OK)
			assert_int_equal(status, GCPSECRET_ERR_NOMEM);
	}
	watching = false;
	assert_int_equal(status, GCPSECRET_OK);
	assert_int_equal(leaks, 0);
	google_end(&g);
	certificate_remove(&certificate);
}

static void
a_failed_allocation_while_reporting_is_survived(void **state)
{
	static const struct loopback_answer no[] = {
		{ .status = 403,
		    .body = "{\"error\":{\"status\":\"PERMISSION_DENIED\","
			    "\"message\":\"no\"}}" },
	};
	struct google g;

	(void)state;
	google_start(&g, no, 1);
	fail_each(&g, google_use_service_account, GCPSECRET_ERR_FORBIDDEN);
	google_end(&g);
}

/* A new refresh token comes with each token, and an ID token that says "exp". */
static const struct loopback_answer any_token[] = {
	{ .status = 200,
	    .headers = FLAVOR,
	    .body = "{\"access_token\":\"" TOKEN "\",\"expires_in\":3599,"
		    "\"refresh_token\":\"" REFRESH_TOKEN "\",\"id_token\":"
		    "\"eyJhbGciOi.eyJleHAiOjE4MDAwMDM2MDB9.c2ln\"}" },
};

static void
use_workforce(struct google *g)
{
	char *text;

	assert_true(asprintf(&text,
			"{\"type\":\"external_account_authorized_user\","
			"\"token_url\":\"%s\",\"client_id\":\"id\","
			"\"client_secret\":\"" CLIENT_SECRET "\","
			"\"refresh_token\":\"" REFRESH_TOKEN "\"}",
			loopback_url(g->peer)) > 0);
	google_set("GOOGLE_APPLICATION_CREDENTIALS",
	    google_write(g, "workforce.json", text));
	free(text);
	assert_int_equal(
	    gcpsecret_client_set_loopback(g->client, true, NULL), GCPSECRET_OK);
}

static void
use_jwt_bearer(struct google *g)
{
	google_use_service_account(g);
	assert_int_equal(gcpsecret_client_set_jwt_bearer(g->client, true, NULL),
	    GCPSECRET_OK);
}

static gcpsecret_status
get_access_token(struct google *g)
{
	gcpsecret_token *token;
	gcpsecret_status status =
	    gcpsecret_access_token_get(g->client, "a b", &token, NULL);

	assert_int_equal(status == GCPSECRET_OK, token != NULL);
	gcpsecret_token_free(token);
	return status;
}

static gcpsecret_status
get_id_token(struct google *g)
{
	gcpsecret_token *token;
	gcpsecret_status status =
	    gcpsecret_id_token_get(g->client, "a b", &token, NULL);

	assert_int_equal(status == GCPSECRET_OK, token != NULL);
	gcpsecret_token_free(token);
	return status;
}

static const struct {
	void (*use)(struct google *);
	gcpsecret_status (*get)(struct google *);
} ways[] = {
	{ google_use_user, get_access_token },
	{ google_use_metadata, get_access_token },
	{ use_workforce, get_access_token },
	{ use_jwt_bearer, get_access_token },
	{ google_use_service_account, get_id_token },
};

static void
a_failed_allocation_costs_a_token_and_no_more(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(ways); i++) {
		struct google    g;
		gcpsecret_status status;
		bool             reached = true;

		google_start(&g, any_token, 1);
		for (long n = 0; reached; n++) {
			google_restart(&g);
			ways[i].use(&g);
			left = n;
			status = ways[i].get(&g);
			reached = left < 0;
			left = -1;
			if (status != GCPSECRET_OK)
				assert_int_equal(status, GCPSECRET_ERR_NOMEM);
			assert_int_equal(ways[i].get(&g), GCPSECRET_OK);
		}
		google_end(&g);
	}
}

static void
a_token_is_wiped_before_memory_is_given_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(ways); i++) {
		struct google g;

		google_start(&g, any_token, 1);
		ways[i].use(&g);
		leaks = 0;
		watching = true;
		assert_int_equal(ways[i].get(&g), GCPSECRET_OK);
		g.now += 3600;
		ways[i].get(&g);
		gcpsecret_client_free(g.client);
		watching = false;
		g.client = NULL;
		assert_int_equal(leaks, 0);
		google_end(&g);
	}
}

static void
a_document_of_the_programs_is_wiped(void **state)
{
	struct google g;
	char         *pem = google_pem(google_key(), NULL);
	char         *json = google_service_account(pem);

	(void)state;
	google_start(&g, all_in_one, 1);
	leaks = 0;
	watching = true;
	for (int i = 0; i < 2; i++)
		assert_int_equal(
		    gcpsecret_client_set_credentials_json(g.client, json, NULL),
		    GCPSECRET_OK);
	assert_int_equal(get_access_token(&g), GCPSECRET_OK);
	gcpsecret_client_free(g.client);
	watching = false;
	g.client = NULL;
	assert_int_equal(leaks, 0);
	google_end(&g);
	free(json);
	free(pem);
}

#define S "projects/p/secrets/s"

/* One answer that is a secret, a version, a policy, a location and a page of
 * each in one. */
#define MANY                                                                \
	"{\"name\":\"%s\",\"etag\":\"1\",\"labels\":{\"a\":\"b\"},"         \
	"\"topics\":[{\"name\":\"t\"}],\"versionAliases\":{\"p\":3},"       \
	"\"replication\":{\"userManaged\":{\"replicas\":[{\"location\":"    \
	"\"l\"}]}},\"bindings\":[{\"role\":\"r\",\"members\":[\"m\"],"      \
	"\"condition\":{\"expression\":\"e\"}}],\"permissions\":[\"a.b\"]," \
	"\"payload\":{\"data\":\"" BASE64 "\"},"                            \
	"\"secrets\":[{\"name\":\"projects/1/secrets/s\"}],"                \
	"\"versions\":[{\"name\":\"projects/1/secrets/s/versions/3\","      \
	"\"state\":\"ENABLED\"},{\"name\":\"projects/1/secrets/s/versions/" \
	"2\","                                                              \
	"\"state\":\"ENABLED\"}]}"

static const gcpsecret_entry entries[] = { { "a", "b" } };

static gcpsecret_status
create_secret(gcpsecret_client *client, gcpsecret_error *err)
{
	gcpsecret_secret *out;
	gcpsecret_status  status =
	    gcpsecret_secret_create(client, "projects/p", "s",
		&(gcpsecret_secret_input){
		    .labels = { entries, 1 }, .next_rotation_time = 1 },
		&out, err);

	gcpsecret_secret_free(out);
	return status;
}

static gcpsecret_status
get_secret(gcpsecret_client *client, gcpsecret_error *err)
{
	gcpsecret_secret *out;
	gcpsecret_status  status = gcpsecret_secret_get(client, S, &out, err);

	gcpsecret_secret_free(out);
	return status;
}

static gcpsecret_status
update_secret(gcpsecret_client *client, gcpsecret_error *err)
{
	return gcpsecret_secret_update(client, S,
	    &(gcpsecret_secret_input){ .fields = GCPSECRET_SECRET_LABELS,
		.etag = "1",
		.labels = { entries, 1 } },
	    NULL, err);
}

static gcpsecret_status
delete_secret(gcpsecret_client *client, gcpsecret_error *err)
{
	return gcpsecret_secret_delete(client, S, "1", err);
}

static gcpsecret_status
list_secrets(gcpsecret_client *client, gcpsecret_error *err)
{
	gcpsecret_secret_each  *each;
	const gcpsecret_secret *secret;
	gcpsecret_status        status;

	status = gcpsecret_secret_each_new(client, "projects/p",
	    &(gcpsecret_query){ .filter = "a:b" }, &each, err);
	if (status == GCPSECRET_OK)
		status = gcpsecret_secret_each_next(each, &secret, err);
	gcpsecret_secret_each_free(each);
	return status;
}

static gcpsecret_status
add_version(gcpsecret_client *client, gcpsecret_error *err)
{
	return gcpsecret_version_add(client, S, PAYLOAD, 7, NULL, err);
}

static gcpsecret_status
disable_version(gcpsecret_client *client, gcpsecret_error *err)
{
	gcpsecret_version *out;
	gcpsecret_status   status =
	    gcpsecret_version_disable(client, S "/versions/3", "1", &out, err);

	gcpsecret_version_free(out);
	return status;
}

static gcpsecret_status
rotate_version(gcpsecret_client *client, gcpsecret_error *err)
{
	gcpsecret_version *out;
	gcpsecret_status   status = gcpsecret_version_rotate(
	      client, S, PAYLOAD, 7, GCPSECRET_FORMER_KEEP, &out, err);

	gcpsecret_version_free(out);
	return status;
}

static gcpsecret_status
newest_version(gcpsecret_client *client, gcpsecret_error *err)
{
	gcpsecret_version *out;
	gcpsecret_status   status =
	    gcpsecret_version_newest_enabled(client, S, &out, err);

	gcpsecret_version_free(out);
	return status;
}

static gcpsecret_status
manage_rotation(gcpsecret_client *client, gcpsecret_error *err)
{
	return gcpsecret_secret_manage_rotation(client, S,
	    &(gcpsecret_managed_user){ .instance_id = "i",
		.username = "u",
		.password = CLIENT_SECRET },
	    NULL, err);
}

static gcpsecret_status
get_and_set_policy(gcpsecret_client *client, gcpsecret_error *err)
{
	gcpsecret_policy *out;
	gcpsecret_status  status = gcpsecret_policy_get(client, S, &out, err);

	if (status == GCPSECRET_OK)
		status = gcpsecret_policy_set(
		    client, S, out->etag, out->bindings, NULL, err);
	gcpsecret_policy_free(out);
	return status;
}

static gcpsecret_status
test_policy(gcpsecret_client *client, gcpsecret_error *err)
{
	static const char *const texts[] = { "a.b" };
	bool                     held;

	return gcpsecret_policy_test(
	    client, S, &(gcpsecret_texts){ texts, 1 }, &held, err);
}

static gcpsecret_status
get_location(gcpsecret_client *client, gcpsecret_error *err)
{
	gcpsecret_location *out;
	gcpsecret_status    status =
	    gcpsecret_location_get(client, "projects/p/locations/l", &out, err);

	gcpsecret_location_free(out);
	return status;
}

#define OF_SECRET "projects/1/secrets/s"
#define OF_VERSION OF_SECRET "/versions/3"

static const struct {
	gcpsecret_status (*call)(gcpsecret_client *, gcpsecret_error *);
	const char *name; /* in the answer */
} calls[] = {
	{ create_secret, OF_SECRET },
	{ get_secret, OF_SECRET },
	{ update_secret, OF_SECRET },
	{ delete_secret, OF_SECRET },
	{ list_secrets, OF_SECRET },
	{ add_version, OF_VERSION },
	{ disable_version, OF_VERSION },
	{ rotate_version, OF_VERSION },
	{ newest_version, OF_VERSION },
	{ manage_rotation, OF_VERSION },
	{ get_and_set_policy, OF_SECRET },
	{ test_policy, OF_SECRET },
	{ get_location, "projects/1/locations/l" },
};

/* The call with each allocation failing once. */
static void
fail_each_of(struct google *g, size_t i)
{
	gcpsecret_status status = GCPSECRET_OK;
	gcpsecret_error  err;
	bool             reached = true;

	assert_int_equal(calls[i].call(g->client, &err), GCPSECRET_OK);
	for (long n = 0; reached; n++) {
		left = n;
		status = calls[i].call(g->client, &err);
		reached = left < 0;
		left = -1;
		if (status != GCPSECRET_OK) {
			assert_int_equal(status, GCPSECRET_ERR_NOMEM);
			assert_holds(err.message, "out of memory");
		}
	}
	assert_int_equal(status, GCPSECRET_OK);
}

static void
every_call_survives_every_failed_allocation(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(calls); i++) {
		char                   body[2048];
		struct loopback_answer answer = { .status = 200, .body = body };
		struct google          g;

		snprintf(body, sizeof(body), MANY, calls[i].name);
		google_start(&g, &answer, 1);
		google_use_emulator(&g);
		fail_each_of(&g, i);
		google_end(&g);
	}
}

static void
a_payload_that_is_sent_is_wiped(void **state)
{
	static gcpsecret_status (*const senders[])(
	    gcpsecret_client *, gcpsecret_error *) = { add_version,
		rotate_version, manage_rotation };
	static const struct loopback_answer answer = { .status = 200,
		.body = "{\"name\":\"" OF_VERSION
			"\",\"payload\":{\"data\":\"" BASE64 "\"}}" };

	(void)state;
	for (size_t i = 0; i < COUNT(senders); i++) {
		struct google   g;
		gcpsecret_error err;

		google_start(&g, &answer, 1);
		google_use_emulator(&g);
		leaks = 0;
		watching = true;
		assert_int_equal(senders[i](g.client, &err), GCPSECRET_OK);
		gcpsecret_client_free(g.client);
		watching = false;
		g.client = NULL;
		assert_int_equal(leaks, 0);
		google_end(&g);
	}
}

static void
a_client_that_cannot_be_made_says_so(void **state)
{
	gcpsecret_client *client = (gcpsecret_client *)&client;
	gcpsecret_error   err;

	(void)state;
	for (int n = 0; n < 2; n++) {
		left = n;
		assert_int_equal(
		    gcpsecret_client_new(&client, &err), GCPSECRET_ERR_NOMEM);
		assert_null(client);
		assert_string_equal(err.message, "out of memory");
		assert_true(left < 0);
	}
}

static void
a_setting_that_cannot_be_stored_leaves_the_old_one(void **state)
{
	struct google g;

	(void)state;
	google_start(&g, all_in_one, 1);
	google_use_emulator(&g);
	assert_int_equal(
	    gcpsecret_client_set_user_agent(g.client, "old/1", NULL),
	    GCPSECRET_OK);
	left = 0;
	assert_int_equal(
	    gcpsecret_client_set_user_agent(g.client, "new/1", NULL),
	    GCPSECRET_ERR_NOMEM);
	assert_true(left < 0);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_header(&g, 0, "User-Agent", "old/1");
	google_end(&g);
}

/* A verifier is made and tells who calls, with each allocation failing once. */
static void
a_verifier_survives_every_failed_allocation(void **state)
{
	const struct loopback_answer answers[] = {
		{ .status = 200, .body = doorman_keys() },
	};
	const char      *token = doorman_token();
	struct doorman   d;
	gcpsecret_status status = GCPSECRET_OK;
	long             n;
	bool             reached = true;

	(void)state;
	doorman_start(&d, answers, 1);
	for (n = 0; reached; n++) {
		gcpsecret_verifier_free(d.verifier);
		left = n;
		status =
		    gcpsecret_verifier_new(&d.verifier, &d.options, &d.err);
		if (status == GCPSECRET_OK)
			status = doorman_check(&d, token);
		reached = left < 0;
		left = -1;
		if (status == GCPSECRET_OK)
			continue;
		assert_int_equal(status, GCPSECRET_ERR_NOMEM);
		if (d.verifier == NULL)
			continue;
		/* Nothing is broken for a later call. */
		d.now += 5;
		assert_int_equal(doorman_check(&d, token), GCPSECRET_OK);
	}
	assert_int_equal(status, GCPSECRET_OK);
	assert_true(n > 30);
	doorman_end(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_failed_allocation_is_survived),
		cmocka_unit_test(
		    every_failed_allocation_of_a_cache_is_survived),
		cmocka_unit_test(
		    what_a_cache_held_is_wiped_before_it_is_given_back),
		cmocka_unit_test(
		    memory_that_held_a_secret_is_wiped_before_it_is_given_back),
		cmocka_unit_test(
		    a_failed_allocation_while_signing_for_aws_is_survived),
		cmocka_unit_test(
		    keys_of_aws_are_wiped_before_memory_is_given_back),
		cmocka_unit_test(
		    a_failed_allocation_with_a_certificate_is_survived_and_wiped),
		cmocka_unit_test(
		    a_failed_allocation_while_reporting_is_survived),
		cmocka_unit_test(a_failed_allocation_costs_a_token_and_no_more),
		cmocka_unit_test(a_token_is_wiped_before_memory_is_given_back),
		cmocka_unit_test(a_document_of_the_programs_is_wiped),
		cmocka_unit_test(every_call_survives_every_failed_allocation),
		cmocka_unit_test(a_payload_that_is_sent_is_wiped),
		cmocka_unit_test(a_client_that_cannot_be_made_says_so),
		cmocka_unit_test(
		    a_setting_that_cannot_be_stored_leaves_the_old_one),
		cmocka_unit_test(a_verifier_survives_every_failed_allocation),
	};

	return cmocka_run_group_tests_name(
	    "libgcpsecret memory", tests, NULL, NULL);
}
