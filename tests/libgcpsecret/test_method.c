/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "google.h"

/* Every method of the API, with all that may be answered. */

#define SECRET_NAME "projects/p/secrets/s"
#define VERSION_NAME "projects/p/secrets/s/versions/3"
#define A_SECRET "{\"name\":\"projects/1/secrets/s\"}"
#define A_VERSION "{\"name\":\"projects/1/secrets/s/versions/3\"}"
#define OTHER_SECRET "{\"name\":\"projects/1/secrets/t\"}"
#define OTHER_VERSION "{\"name\":\"projects/1/secrets/t/versions/3\"}"
#define ETAG "\"16151a2f\""

typedef gcpsecret_status call_fn(
    gcpsecret_client *client, const char *name, gcpsecret_error *err);

static gcpsecret_status
access_version(gcpsecret_client *client, const char *name, gcpsecret_error *err)
{
	gcpsecret_payload *out = NULL;
	gcpsecret_status   status = gcpsecret_access(client, name, &out, err);

	assert_true((status == GCPSECRET_OK) == (out != NULL));
	gcpsecret_payload_free(out);
	return status;
}

static gcpsecret_status
create_secret(gcpsecret_client *client, const char *name, gcpsecret_error *err)
{
	gcpsecret_secret *out = (gcpsecret_secret *)&out;
	gcpsecret_status  status =
	    gcpsecret_secret_create(client, name, "s", NULL, &out, err);

	assert_true((status == GCPSECRET_OK) == (out != NULL));
	gcpsecret_secret_free(out);
	return status;
}

static gcpsecret_status
get_secret(gcpsecret_client *client, const char *name, gcpsecret_error *err)
{
	gcpsecret_secret *out = (gcpsecret_secret *)&out;
	gcpsecret_status status = gcpsecret_secret_get(client, name, &out, err);

	assert_true((status == GCPSECRET_OK) == (out != NULL));
	gcpsecret_secret_free(out);
	return status;
}

static gcpsecret_status
update_secret(gcpsecret_client *client, const char *name, gcpsecret_error *err)
{
	const gcpsecret_secret_input input = {
		.fields = GCPSECRET_SECRET_TTL,
		.ttl_s = 86400,
	};
	gcpsecret_secret *out = (gcpsecret_secret *)&out;
	gcpsecret_status  status =
	    gcpsecret_secret_update(client, name, &input, &out, err);

	assert_true((status == GCPSECRET_OK) == (out != NULL));
	gcpsecret_secret_free(out);
	return status;
}

static gcpsecret_status
delete_secret(gcpsecret_client *client, const char *name, gcpsecret_error *err)
{
	return gcpsecret_secret_delete(client, name, ETAG, err);
}

/* Ends a call that gave a version, and its outcome. */
static gcpsecret_status
end_version(gcpsecret_status status, gcpsecret_version *out)
{
	assert_true((status == GCPSECRET_OK) == (out != NULL));
	gcpsecret_version_free(out);
	return status;
}

static gcpsecret_status
rotate_secret(gcpsecret_client *client, const char *name, gcpsecret_error *err)
{
	gcpsecret_version *out = (gcpsecret_version *)&out;
	gcpsecret_status   status =
	    gcpsecret_secret_rotate(client, name, &out, err);

	return end_version(status, out);
}

static gcpsecret_status
manage_rotation(
    gcpsecret_client *client, const char *name, gcpsecret_error *err)
{
	const gcpsecret_managed_user user = { .instance_id = "i",
		.username = "u" };
	gcpsecret_version           *out = (gcpsecret_version *)&out;
	gcpsecret_status             status =
	    gcpsecret_secret_manage_rotation(client, name, &user, &out, err);

	return end_version(status, out);
}

static gcpsecret_status
list_secrets(gcpsecret_client *client, const char *name, gcpsecret_error *err)
{
	gcpsecret_secret_each  *each = (gcpsecret_secret_each *)&each;
	const gcpsecret_secret *item = NULL;
	gcpsecret_status        status =
	    gcpsecret_secret_each_new(client, name, NULL, &each, err);

	assert_true((status == GCPSECRET_OK) == (each != NULL));
	if (status == GCPSECRET_OK)
		status = gcpsecret_secret_each_next(each, &item, err);
	assert_true((status == GCPSECRET_OK) == (item != NULL));
	gcpsecret_secret_each_free(each);
	return status;
}

static gcpsecret_status
add_version(gcpsecret_client *client, const char *name, gcpsecret_error *err)
{
	gcpsecret_version *out = (gcpsecret_version *)&out;
	gcpsecret_status   status =
	    gcpsecret_version_add(client, name, PAYLOAD, 7, &out, err);

	return end_version(status, out);
}

static gcpsecret_status
get_version(gcpsecret_client *client, const char *name, gcpsecret_error *err)
{
	gcpsecret_version *out = (gcpsecret_version *)&out;
	gcpsecret_status   status =
	    gcpsecret_version_get(client, name, &out, err);

	return end_version(status, out);
}

static gcpsecret_status
enable_version(gcpsecret_client *client, const char *name, gcpsecret_error *err)
{
	gcpsecret_version *out = (gcpsecret_version *)&out;
	gcpsecret_status   status =
	    gcpsecret_version_enable(client, name, NULL, &out, err);

	return end_version(status, out);
}

static gcpsecret_status
disable_version(
    gcpsecret_client *client, const char *name, gcpsecret_error *err)
{
	gcpsecret_version *out = (gcpsecret_version *)&out;
	gcpsecret_status   status =
	    gcpsecret_version_disable(client, name, ETAG, &out, err);

	return end_version(status, out);
}

static gcpsecret_status
destroy_version(
    gcpsecret_client *client, const char *name, gcpsecret_error *err)
{
	gcpsecret_version *out = (gcpsecret_version *)&out;
	gcpsecret_status   status =
	    gcpsecret_version_destroy(client, name, NULL, &out, err);

	return end_version(status, out);
}

static gcpsecret_status
list_versions(gcpsecret_client *client, const char *name, gcpsecret_error *err)
{
	gcpsecret_version_each  *each = (gcpsecret_version_each *)&each;
	const gcpsecret_version *item = NULL;
	gcpsecret_status         status =
	    gcpsecret_version_each_new(client, name, NULL, &each, err);

	assert_true((status == GCPSECRET_OK) == (each != NULL));
	if (status == GCPSECRET_OK)
		status = gcpsecret_version_each_next(each, &item, err);
	assert_true((status == GCPSECRET_OK) == (item != NULL));
	gcpsecret_version_each_free(each);
	return status;
}

static gcpsecret_status
get_policy(gcpsecret_client *client, const char *name, gcpsecret_error *err)
{
	gcpsecret_policy *out = (gcpsecret_policy *)&out;
	gcpsecret_status status = gcpsecret_policy_get(client, name, &out, err);

	assert_true((status == GCPSECRET_OK) == (out != NULL));
	gcpsecret_policy_free(out);
	return status;
}

static gcpsecret_status
set_policy(gcpsecret_client *client, const char *name, gcpsecret_error *err)
{
	gcpsecret_policy *out = (gcpsecret_policy *)&out;
	gcpsecret_status  status =
	    gcpsecret_policy_set(client, name, "BwX=", NULL, &out, err);

	assert_true((status == GCPSECRET_OK) == (out != NULL));
	gcpsecret_policy_free(out);
	return status;
}

static gcpsecret_status
test_policy(gcpsecret_client *client, const char *name, gcpsecret_error *err)
{
	static const char *const texts[] = { "secretmanager.versions.access" };
	const gcpsecret_texts    permissions = { texts, 1 };
	bool                     held = true;
	gcpsecret_status         status =
	    gcpsecret_policy_test(client, name, &permissions, &held, err);

	assert_true((status == GCPSECRET_OK) == held);
	return status;
}

static gcpsecret_status
get_location(gcpsecret_client *client, const char *name, gcpsecret_error *err)
{
	gcpsecret_location *out = (gcpsecret_location *)&out;
	gcpsecret_status    status =
	    gcpsecret_location_get(client, name, &out, err);

	assert_true((status == GCPSECRET_OK) == (out != NULL));
	gcpsecret_location_free(out);
	return status;
}

static gcpsecret_status
list_locations(gcpsecret_client *client, const char *name, gcpsecret_error *err)
{
	gcpsecret_location_each  *each = (gcpsecret_location_each *)&each;
	const gcpsecret_location *item = NULL;
	gcpsecret_status          status =
	    gcpsecret_location_each_new(client, name, NULL, &each, err);

	assert_true((status == GCPSECRET_OK) == (each != NULL));
	if (status == GCPSECRET_OK)
		status = gcpsecret_location_each_next(each, &item, err);
	assert_true((status == GCPSECRET_OK) == (item != NULL));
	gcpsecret_location_each_free(each);
	return status;
}

static const struct method {
	const char *function;
	call_fn    *call;
	const char *name, *verb, *target;
	const char *body; /* NULL: none is sent */
	const char *good;
	const char *other; /* about something else; or NULL */
	const char *role;  /* that it takes; NULL: not known */
} methods[] = {
	{ "access", access_version, VERSION_NAME, "GET",
	    "/v1/" VERSION_NAME ":access", NULL,
	    "{\"name\":\"projects/1/secrets/s/versions/3\",\"payload\":"
	    "{\"data\":\"" BASE64 "\"}}",
	    "{\"name\":\"projects/1/secrets/s/versions/4\",\"payload\":"
	    "{\"data\":\"" BASE64 "\"}}",
	    "secretAccessor" },
	{ "secret_create", create_secret, "projects/p", "POST",
	    "/v1/projects/p/secrets?secretId=s",
	    "{\"replication\":{\"automatic\":{}}}", A_SECRET, OTHER_SECRET,
	    "admin" },
	{ "secret_get", get_secret, SECRET_NAME, "GET", "/v1/" SECRET_NAME,
	    NULL, A_SECRET, OTHER_SECRET, "viewer" },
	{ "secret_update", update_secret, SECRET_NAME, "PATCH",
	    "/v1/" SECRET_NAME "?updateMask=ttl", "{\"ttl\":\"86400s\"}",
	    A_SECRET, OTHER_SECRET, "admin" },
	{ "secret_delete", delete_secret, SECRET_NAME, "DELETE",
	    "/v1/" SECRET_NAME "?etag=%2216151a2f%22", NULL, "{}", NULL,
	    "admin" },
	{ "secret_rotate", rotate_secret, SECRET_NAME, "POST",
	    "/v1/" SECRET_NAME ":rotateSecret", "{}", A_VERSION, OTHER_VERSION,
	    NULL },
	{ "secret_manage_rotation", manage_rotation, SECRET_NAME, "POST",
	    "/v1/" SECRET_NAME ":enableManagedRotation",
	    "{\"cloudSqlSingleUserCredentials\":{\"instanceId\":\"i\","
	    "\"username\":\"u\"}}",
	    A_VERSION, OTHER_VERSION, NULL },
	{ "secret_each", list_secrets, "projects/p", "GET",
	    "/v1/projects/p/secrets", NULL, "{\"secrets\":[" A_SECRET "]}",
	    "{\"secrets\":[" A_VERSION "]}", "viewer" },
	{ "version_add", add_version, SECRET_NAME, "POST",
	    "/v1/" SECRET_NAME ":addVersion",
	    "{\"payload\":{\"dataCrc32c\":\"" CRC32C "\",\"data\":\"" BASE64
	    "\"}}",
	    A_VERSION, OTHER_VERSION, "secretVersionAdder" },
	{ "version_get", get_version, VERSION_NAME, "GET", "/v1/" VERSION_NAME,
	    NULL, A_VERSION, OTHER_VERSION, "viewer" },
	{ "version_enable", enable_version, VERSION_NAME, "POST",
	    "/v1/" VERSION_NAME ":enable", "{}", A_VERSION, OTHER_VERSION,
	    "secretVersionManager" },
	{ "version_disable", disable_version, VERSION_NAME, "POST",
	    "/v1/" VERSION_NAME ":disable",
	    "{\"etag\":\"\\u002216151a2f\\u0022\"}", A_VERSION, OTHER_VERSION,
	    "secretVersionManager" },
	{ "version_destroy", destroy_version, VERSION_NAME, "POST",
	    "/v1/" VERSION_NAME ":destroy", "{}", A_VERSION, OTHER_VERSION,
	    "secretVersionManager" },
	{ "version_each", list_versions, SECRET_NAME, "GET",
	    "/v1/" SECRET_NAME "/versions", NULL,
	    "{\"versions\":[" A_VERSION "]}",
	    "{\"versions\":[" OTHER_VERSION "]}", "viewer" },
	{ "policy_get", get_policy, SECRET_NAME, "GET",
	    "/v1/" SECRET_NAME ":getIamPolicy?options.requestedPolicyVersion=3",
	    NULL, "{}", NULL, "viewer" },
	{ "policy_set", set_policy, SECRET_NAME, "POST",
	    "/v1/" SECRET_NAME ":setIamPolicy",
	    "{\"policy\":{\"version\":1,\"etag\":\"BwX=\",\"bindings\":[]}}",
	    "{}", NULL, "admin" },
	{ "policy_test", test_policy, SECRET_NAME, "POST",
	    "/v1/" SECRET_NAME ":testIamPermissions",
	    "{\"permissions\":[\"secretmanager.versions.access\"]}",
	    "{\"permissions\":[\"secretmanager.versions.access\"]}", NULL,
	    NULL },
	{ "location_get", get_location, "projects/p/locations/l", "GET",
	    "/v1/projects/p/locations/l", NULL,
	    "{\"name\":\"projects/1/locations/l\"}",
	    "{\"name\":\"projects/1/locations/m\"}", "viewer" },
	{ "location_each", list_locations, "projects/p", "GET",
	    "/v1/projects/p/locations", NULL,
	    "{\"locations\":[{\"name\":\"projects/1/locations/l\"}]}",
	    "{\"locations\":[" A_SECRET "]}", "viewer" },
};

/* Calls a method with one answer; the caller ends `g`. */
static gcpsecret_status
call_once(struct google *g, const struct method *m,
    const struct loopback_answer *answer)
{
	gcpsecret_status status;

	google_start(g, answer, 1);
	google_use_service_account(g);
	gcpsecret_client_set_retries(g->client, 0);
	memset(&g->err, 0x5a, sizeof(g->err));
	status = m->call(g->client, m->name, &g->err);
	if (status == GCPSECRET_OK)
		assert_int_equal(g->err.message[0], 0x5a);
	else
		google_remember(g, &g->err, status);
	return status;
}

static void
expect(gcpsecret_status got, gcpsecret_status wanted, const struct method *m,
    const struct google *g)
{
	if (got != wanted)
		fail_msg("%s: %s, not %s: %s", m->function,
		    gcpsecret_status_name(got), gcpsecret_status_name(wanted),
		    got != GCPSECRET_OK ? g->err.message : "");
}

static void
every_method_sends_what_google_documents(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(methods); i++) {
		const struct method           *m = &methods[i];
		struct loopback_answer         good = { .status = 200,
				.body = m->good };
		const struct loopback_request *request;
		struct google                  g;

		expect(call_once(&g, m, &good), GCPSECRET_OK, m, &g);
		assert_int_equal(loopback_count(g.peer), 1);
		request = loopback_request(g.peer, 0);
		assert_string_equal(request->method, m->verb);
		assert_string_equal(request->target, m->target);
		assert_string_equal(
		    request->body, m->body != NULL ? m->body : "");
		assert_header(&g, 0, "Content-Type",
		    m->body != NULL ? "application/json" : NULL);
		assert_header(&g, 0, "Accept", "application/json");
		google_end(&g);
	}
}

static void
a_lacking_role_is_named(void **state)
{
	static const struct loopback_answer no = { .status = 403,
		.body = "{\"error\":{\"status\":\"PERMISSION_DENIED\","
			"\"message\":\"no\"}}" };

	(void)state;
	for (size_t i = 0; i < COUNT(methods); i++) {
		const struct method *m = &methods[i];
		struct google        g;
		char                 grant[128];

		expect(call_once(&g, m, &no), GCPSECRET_ERR_FORBIDDEN, m, &g);
		snprintf(grant, sizeof(grant), "grant %s%s to " CLIENT_EMAIL,
		    m->role != NULL ? "roles/secretmanager." : "",
		    m->role != NULL ? m->role : "a role that holds it");
		assert_holds(g.err.message, grant);
		assert_true((m->role != NULL) == (g.err.permission[0] != '\0'));
		assert_int_equal(g.err.attempts, 1);
		google_end(&g);
	}
}

static void
what_is_not_there_is_not_found(void **state)
{
	static const struct loopback_answer no = { .status = 404,
		.body = "{\"error\":{\"status\":\"NOT_FOUND\","
			"\"message\":\"gone\"}}" };

	(void)state;
	for (size_t i = 0; i < COUNT(methods); i++) {
		struct google g;

		expect(call_once(&g, &methods[i], &no), GCPSECRET_ERR_NOT_FOUND,
		    &methods[i], &g);
		assert_holds(g.err.message, methods[i].name);
		google_end(&g);
	}
}

static void
what_is_no_answer_is_refused(void **state)
{
	static const char *const bodies[] = { "", "[]", "null", "{", "\"x\"",
		"<!DOCTYPE html><title>Log in</title>", "{}x" };

	(void)state;
	for (size_t i = 0; i < COUNT(methods); i++)
		for (size_t k = 0; k < COUNT(bodies); k++) {
			struct loopback_answer odd = { .status = 200,
				.body = bodies[k] };
			struct google          g;

			expect(call_once(&g, &methods[i], &odd),
			    GCPSECRET_ERR_FORMAT, &methods[i], &g);
			google_end(&g);
		}
}

static void
an_answer_about_something_else_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(methods); i++) {
		const struct method   *m = &methods[i];
		struct loopback_answer other = { .status = 200,
			.body = m->other };
		struct google          g;

		if (m->other == NULL)
			continue;
		expect(call_once(&g, m, &other), GCPSECRET_ERR_FORMAT, m, &g);
		google_end(&g);
	}
}

static void
an_odd_name_never_reaches_the_wire(void **state)
{
	static const char *const            names[] = { "projects/p/secrets/..",
			   "projects/p/secrets/a%2Fb", "projects/p/secrets/a:b",
			   "projects/p/secrets/a?b", "projects/p/secrets/a\nb",
			   "projects/../secrets/a", "projects/p/locations/e.x/secrets/a",
			   "projects/p/secrets/a/versions/1:destroy", "nonsense",
			   "projects/p/x", "//" };
	static const struct loopback_answer unused = { .status = 200,
		.body = "{}" };
	struct google                       g;

	(void)state;
	google_start(&g, &unused, 1);
	google_use_emulator(&g);
	for (size_t i = 0; i < COUNT(methods); i++) {
		for (size_t k = 0; k < COUNT(names); k++)
			expect(methods[i].call(g.client, names[k], &g.err),
			    GCPSECRET_ERR_ARGUMENT, &methods[i], &g);
		expect(methods[i].call(NULL, methods[i].name, &g.err),
		    GCPSECRET_ERR_ARGUMENT, &methods[i], &g);
	}
	assert_int_equal(loopback_count(g.peer), 0);
	google_end(&g);
}

static void
a_name_without_a_project_is_of_the_clients_own(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(methods); i++) {
		const struct method   *m = &methods[i];
		struct loopback_answer good = { .status = 200,
			.body = m->good };
		struct google          g;
		char                   target[128];

		google_start(&g, &good, 1);
		google_use_emulator(&g);
		google_set("GOOGLE_CLOUD_PROJECT", "own");
		expect(m->call(g.client,
			   m->name + strlen("projects/p/") -
			       (strlen(m->name) < strlen("projects/p/")),
			   &g.err),
		    GCPSECRET_OK, m, &g);
		snprintf(target, sizeof(target), "/v1/projects/own%s",
		    m->target + strlen("/v1/projects/p"));
		assert_string_equal(
		    loopback_request(g.peer, 0)->target, target);
		google_end(&g);
	}
}

static void
a_token_that_is_refused_is_replaced_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(methods); i++) {
		const struct method   *m = &methods[i];
		struct loopback_answer script[] = {
			{ .status = 200, .body = TOKEN_REPLY(TOKEN, "3599") },
			{ .status = 401 },
			{ .status = 200,
			    .body = TOKEN_REPLY("ya29.b", "3599") },
			{ .status = 200, .body = m->good },
		};
		struct google g;

		google_start(&g, script, COUNT(script));
		google_use_user(&g);
		expect(m->call(g.client, m->name, &g.err), GCPSECRET_OK, m, &g);
		assert_header(&g, 1, "Authorization", "Bearer " TOKEN);
		assert_header(&g, 3, "Authorization", "Bearer ya29.b");
		assert_string_equal(loopback_request(g.peer, 3)->body,
		    loopback_request(g.peer, 1)->body);
		google_end(&g);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_method_sends_what_google_documents),
		cmocka_unit_test(a_lacking_role_is_named),
		cmocka_unit_test(what_is_not_there_is_not_found),
		cmocka_unit_test(what_is_no_answer_is_refused),
		cmocka_unit_test(an_answer_about_something_else_is_refused),
		cmocka_unit_test(an_odd_name_never_reaches_the_wire),
		cmocka_unit_test(
		    a_name_without_a_project_is_of_the_clients_own),
		cmocka_unit_test(a_token_that_is_refused_is_replaced_once),
	};

	return cmocka_run_group_tests_name(
	    "libgcpsecret method", tests, NULL, NULL);
}
