/* SPDX-License-Identifier: MIT */

/* strava-sandbox as a metadata server, with its quirks. */

#include <stdio.h>
#include <string.h>

#include "sandbox_cloud.h"
#include "test.h"

#define DEFAULT "instance/service-accounts/default/"

static const char *
get(int status, const char *path)
{
	char whole[256];

	snprintf(whole, sizeof(whole), "/computeMetadata/v1/%s", path);
	peer_expect(&cloud.peer,
	    &(struct ask){ .path = whole, .header = "Metadata-Flavor: Google" },
	    status, &cloud.reply);
	return buf_text(&cloud.reply.http.body);
}

static const char *
header(const char *name)
{
	return http_response_header(&cloud.reply.http, name);
}

static void
folders_list_what_is_in_them(void **state)
{
	(void)state;
	assert_string_equal(get(200, ""), "instance/\nproject/\nuniverse/\n");
	assert_string_equal(
	    get(200, "project/"), "numeric-project-id\nproject-id\n");
	get(301, "project");
	assert_string_equal(header("Location"), "/computeMetadata/v1/project/");
	assert_string_equal(get(200, "instance/service-accounts/"),
	    "default/\n" CLOUD_ACCOUNT "/\n");
	assert_string_equal(
	    get(200, "instance/service-accounts/" CLOUD_ACCOUNT "/email"),
	    CLOUD_ACCOUNT);
	get(200, "project/?recursive=true");
	assert_string_equal(
	    text_of(cloud.reply.json, "projectId"), "sandbox-project");
	get(200, "instance/?recursive=true");
	assert_string_equal(
	    text_of(member_of(member_of(cloud.reply.json, "serviceAccounts"),
			"default"),
		"email"),
	    CLOUD_ACCOUNT);
	get(404, "instance/nothing");
}

static void
what_was_passed_on_is_refused(void **state)
{
	(void)state;
	peer_expect(&cloud.peer,
	    &(struct ask){ .path = "/computeMetadata/v1/project/project-id",
		.header = "Metadata-Flavor: Google",
		.another = "X-Forwarded-For: 1.2.3.4" },
	    403, &cloud.reply);
}

static void
a_token_stays_the_same_until_shortly_before_its_end(void **state)
{
	char first[2048];

	(void)state;
	get(200, DEFAULT "token");
	snprintf(first, sizeof(first), "%s",
	    text_of(cloud.reply.json, "access_token"));
	cloud_tell("clock", "{\"advance_s\":3000}");
	get(200, DEFAULT "token?scopes=" CLOUD_SCOPE);
	assert_string_equal(text_of(cloud.reply.json, "access_token"), first);
	assert_true(number_of(cloud.reply.json, "expires_in") <= 599);
	cloud_tell("clock", "{\"advance_s\":300}");
	get(200, DEFAULT "token");
	assert_string_not_equal(
	    text_of(cloud.reply.json, "access_token"), first);
	assert_int_equal(number_of(cloud.reply.json, "expires_in"), 3599);
}

static void
scopes_narrow_a_token(void **state)
{
	(void)state;
	get(200, DEFAULT "token?scopes=openid,email");
	assert_string_not_equal(
	    text_of(cloud.reply.json, "access_token"), cloud.bearer);
	snprintf(cloud.bearer, sizeof(cloud.bearer), "%s",
	    text_of(cloud.reply.json, "access_token"));
	get(200, DEFAULT "token?scopes=openid,email");
	assert_string_equal(
	    text_of(cloud.reply.json, "access_token"), cloud.bearer);
	cloud_refused(
	    "GET", 403, "PERMISSION_DENIED", CLOUD_PROJECT "/secrets", NULL);
	cloud_advance(0);
}

static void
an_identity_tells_more_in_full(void **state)
{
	struct json_object *claims;

	(void)state;
	claims = cloud_claims(get(200, DEFAULT "identity?audience=a%26b%3Fc"));
	assert_string_equal(text_of(claims, "aud"), "a&b?c");
	assert_false(json_object_object_get_ex(claims, "email", NULL));
	json_object_put(claims);
	claims =
	    cloud_claims(get(200, DEFAULT "identity?audience=a&format=full"));
	assert_string_equal(text_of(claims, "email"), CLOUD_ACCOUNT);
	assert_string_equal(
	    text_of(member_of(member_of(claims, "google"), "compute_engine"),
		"project_id"),
	    "sandbox-project");
	json_object_put(claims);
	get(400, DEFAULT "identity?audience=");
}

static void
quirks_come_and_go(void **state)
{
	(void)state;
	cloud_tell("google", "{\"universe\":\"\",\"account\":false}");
	get(404, "universe/universe-domain");
	get(404, DEFAULT "token");
	get(404, DEFAULT "email");
	assert_string_equal(get(200, "instance/service-accounts/"), "");
	cloud_tell("google",
	    "{\"universe\":\"example.com\",\"account\":true,\"flavor\":false}");
	assert_string_equal(
	    get(200, "universe/universe-domain"), "example.com");
	assert_null(header("Metadata-Flavor"));
	cloud_tell(
	    "google", "{\"universe\":\"googleapis.com\",\"flavor\":true}");
	get(200, DEFAULT "token");
	assert_string_equal(header("Metadata-Flavor"), "Google");
	peer_expect(&cloud.peer,
	    &(struct ask){
		.path = "/_control/google", .body = "{\"user\":\"x\"}" },
	    400, &cloud.reply);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(folders_list_what_is_in_them),
		cmocka_unit_test(what_was_passed_on_is_refused),
		cmocka_unit_test(
		    a_token_stays_the_same_until_shortly_before_its_end),
		cmocka_unit_test(scopes_narrow_a_token),
		cmocka_unit_test(an_identity_tells_more_in_full),
		cmocka_unit_test(quirks_come_and_go),
	};

	return cmocka_run_group_tests_name(
	    "sandbox google metadata", tests, cloud_begin, cloud_end);
}
