/* SPDX-License-Identifier: MIT */

/* strava-sandbox as Strava: does it refuse and grant as Strava does? */

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "clock.h"
#include "loopback.h"
#include "sandbox_peer.h"
#include "test.h"

#define ALL_SCOPES "read,activity:read_all,profile:read_all"
#define APP "client_id=1001&client_secret=sandbox-client-secret"
#define BUSY_ATHLETE INT64_C(1000005)
#define CONSENT                                                          \
	"/oauth/authorize?client_id=1001&response_type=code&state=a%26b" \
	"&redirect_uri=http://localhost:8080/exchange_token"

/* Rotates always; its budget is out of the way. */
static struct peer  peer;
static struct reply reply;

static int
begin(void **state)
{
	(void)state;
	peer_start(
	    &peer, (const char *const[]){ "--rotation", "always",
		       "--rate-limit", "90000,90000,90000,90000", NULL });
	reply_init(&reply);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	reply_free(&reply);
	peer_end(&peer);
	return 0;
}

static int
without_faults(void **state)
{
	(void)state;
	peer_tell(&peer, "/_control/faults", "[]");
	return 0;
}

static void
ask(const struct ask *question)
{
	peer_ask(&peer, question, &reply);
}

static void
advance(int64_t seconds)
{
	char body[64];

	snprintf(
	    body, sizeof(body), "{\"advance_s\":%lld}", (long long)seconds);
	peer_tell(&peer, "/_control/clock", body);
}

/* The value of a parameter in the Location of the last reply, as it stands. */
static bool
location_has(const char *name, char value[128])
{
	const char *location = http_response_header(&reply.http, "Location");
	char        key[32];
	const char *at;

	assert_non_null(location);
	snprintf(key, sizeof(key), "%s=", name);
	at = strstr(location, key);
	if (at == NULL || (at[-1] != '?' && at[-1] != '&'))
		return false;
	at += strlen(key);
	snprintf(value, 128, "%.*s", (int)strcspn(at, "&"), at);
	return true;
}

static void
consent(const char *scope, char code[128])
{
	char path[512];

	snprintf(path, sizeof(path), "%s&scope=%s", CONSENT, scope);
	ask(&(struct ask){ .path = path, .form = "decision=authorize" });
	assert_int_equal(reply.http.status, 303);
	assert_true(location_has("code", code));
}

static void
exchange(const char *code)
{
	char form[256];

	snprintf(form, sizeof(form),
	    APP "&grant_type=authorization_code&code=%s", code);
	ask(&(struct ask){ .path = "/oauth/token", .form = form });
}

static void
refresh(const char *token)
{
	char form[256];

	snprintf(form, sizeof(form),
	    APP "&grant_type=refresh_token&refresh_token=%s", token);
	ask(&(struct ask){ .path = "/oauth/token", .form = form });
}

/* What GET /athlete says to an access token. */
static int
status_with(const char *access)
{
	ask(&(struct ask){ .path = "/api/v3/athlete", .bearer = access });
	return reply.http.status;
}

static void
the_consent_page_offers_athletes_and_scopes(void **state)
{
	const char *page;

	(void)state;
	ask(&(struct ask){ .path = CONSENT "&scope=" ALL_SCOPES });
	assert_int_equal(reply.http.status, 200);
	page = buf_text(&reply.http.body);
	assert_non_null(strstr(page, "<select id=athlete"));
	assert_non_null(strstr(page, "name=scope value=\"activity:read_all\""));
	assert_non_null(strstr(page, "<button id=authorize"));
	assert_non_null(strstr(page, "<button id=cancel"));
	/* One of the athletes has a name that bites. */
	assert_null(strstr(page, "<script>"));
	assert_non_null(strstr(page, "&#60;script&#62;"));
}

static void
a_code_is_traded_once(void **state)
{
	char code[128], value[128];

	(void)state;
	consent(ALL_SCOPES, code);
	assert_true(location_has("state", value));
	assert_string_equal(value, "a%26b");
	exchange(code);
	assert_int_equal(reply.http.status, 200);
	assert_string_equal(text_of(reply.json, "token_type"), "Bearer");
	assert_int_equal(number_of(reply.json, "expires_in"), 21600);
	assert_int_equal(
	    number_of(json_object_object_get(reply.json, "athlete"), "id"),
	    1000001);
	assert_null(http_response_header(&reply.http, "X-RateLimit-Usage"));
	exchange(code);
	assert_fault(&reply, 400, "AuthorizationCode", "code", "invalid");
}

static void
a_code_dies_of_old_age(void **state)
{
	char code[128];

	(void)state;
	consent("read", code);
	advance(301);
	exchange(code);
	assert_fault(&reply, 400, "AuthorizationCode", "code", "invalid");
}

static void
a_refused_consent_brings_no_code(void **state)
{
	char value[128];

	(void)state;
	ask(&(struct ask){
	    .path = CONSENT "&scope=read", .form = "decision=cancel" });
	assert_int_equal(reply.http.status, 303);
	assert_false(location_has("code", value));
	assert_true(location_has("error", value));
	assert_string_equal(value, "access_denied");
	assert_true(location_has("state", value));
}

static void
scopes_that_are_unticked_are_not_granted(void **state)
{
	char value[128];

	(void)state;
	ask(&(struct ask){ .path = CONSENT "&scope=" ALL_SCOPES,
	    .plain = "athlete=1000002\r\nscope=read\r\n"
		     "scope=activity:read_all\r\ndecision=authorize\r\n" });
	assert_true(location_has("scope", value));
	assert_string_equal(value, "read%2Cactivity%3Aread_all");
	assert_true(location_has("code", value));
	exchange(value);
	assert_string_equal(
	    text_of(reply.json, "scope"), "read,activity:read_all");
	assert_int_equal(
	    number_of(json_object_object_get(reply.json, "athlete"), "id"),
	    1000002);
}

static void
nobody_gets_more_than_was_asked_for(void **state)
{
	char value[128];

	(void)state;
	ask(&(struct ask){ .path = CONSENT "&scope=read",
	    .form = "decision=authorize&scope=read,activity:write" });
	assert_true(location_has("scope", value));
	assert_string_equal(value, "read");
}

static void
codes_go_to_the_callback_domain_only(void **state)
{
	static const char *const bad[] = { "http://evil.example/",
		"http://localhost.evil.example/", "http://localhosx/",
		"http://localhost%40evil.example/",
		"http://evil.example%23@localhost/", "javascript:alert(1)",
		"/exchange_token", "ftp://localhost/" };
	char                     path[256];
	size_t                   i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(path, sizeof(path),
		    "/oauth/authorize?client_id=1001&response_type=code"
		    "&scope=read&redirect_uri=%s",
		    bad[i]);
		ask(&(struct ask){ .path = path });
		assert_fault(
		    &reply, 400, "Application", "redirect_uri", "invalid");
		ask(&(struct ask){
		    .path = path, .form = "decision=authorize" });
		assert_fault(
		    &reply, 400, "Application", "redirect_uri", "invalid");
	}
}

static void
a_malformed_question_gets_no_page(void **state)
{
	static const struct {
		const char *path, *resource, *field;
	} bad[] = {
		{ "/oauth/authorize", "Application", "client_id" },
		{ "/oauth/authorize?client_id=1001", "Application",
		    "redirect_uri" },
		{ "/oauth/authorize?client_id=1001&redirect_uri="
		  "http://localhost/&response_type=token",
		    "Authorize", "response_type" },
		{ CONSENT, "Authorize", "scope" },
		{ CONSENT "&scope=everything", "Authorize", "scope" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ask(&(struct ask){ .path = bad[i].path });
		assert_fault(
		    &reply, 400, bad[i].resource, bad[i].field, "invalid");
	}
}

static void
another_application_gets_no_token(void **state)
{
	static const struct {
		const char *form;
		int         status;
		const char *field, *code;
	} bad[] = {
		{ "client_id=7&client_secret=sandbox-client-secret", 400,
		    "client_id", "invalid" },
		{ "client_secret=sandbox-client-secret", 400, "client_id",
		    "invalid" },
		{ "client_id=1001", 400, "client_secret", "missing" },
		{ "client_id=1001&client_secret=wrong", 401, "", "invalid" },
		{ APP, 400, "grant_type", "missing" },
		{ APP "&grant_type=password", 400, "grant_type", "invalid" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ask(&(struct ask){
		    .path = "/oauth/token", .form = bad[i].form });
		assert_fault(&reply, bad[i].status, "Application", bad[i].field,
		    bad[i].code);
	}
}

static void
a_secret_in_the_query_is_refused(void **state)
{
	struct member_tokens tokens;
	char                 form[256], path[256];

	(void)state;
	peer_athlete(&peer, ALL_SCOPES, &tokens);
	snprintf(form, sizeof(form),
	    APP "&grant_type=refresh_token&refresh_token=%s", tokens.refresh);
	snprintf(path, sizeof(path), "/oauth/token?refresh_token=%s",
	    tokens.refresh);
	ask(&(struct ask){ .path = path, .form = form });
	assert_fault(&reply, 400, "Application", "query", "holds a secret");
	ask(&(struct ask){
	    .path = "/oauth/token?client_secret=sandbox-client-secret",
	    .form = form });
	assert_fault(&reply, 400, "Application", "query", "holds a secret");
	snprintf(path, sizeof(path), "/api/v3/athlete?access_token=%s",
	    tokens.access);
	ask(&(struct ask){ .path = path });
	assert_fault(&reply, 401, "Athlete", "access_token", "invalid");
}

static void
a_token_with_more_than_an_hour_left_is_kept(void **state)
{
	struct member_tokens tokens;

	(void)state;
	peer_athlete(&peer, ALL_SCOPES, &tokens);
	advance(7200);
	refresh(tokens.refresh);
	assert_int_equal(reply.http.status, 200);
	assert_string_equal(text_of(reply.json, "access_token"), tokens.access);
	assert_int_equal(
	    number_of(reply.json, "expires_at"), tokens.expires_at);
	assert_true(number_of(reply.json, "expires_in") <= 14400);
	/* Rotated all the same: who does not keep it has lost the athlete. */
	assert_string_not_equal(
	    text_of(reply.json, "refresh_token"), tokens.refresh);
	assert_int_equal(peer_state(&peer, tokens.id, "refreshes"), 0);
	assert_int_equal(peer_state(&peer, tokens.id, "token_posts"), 1);
}

static void
a_token_with_an_hour_left_is_replaced(void **state)
{
	struct member_tokens tokens;
	char                 fresh[64];

	(void)state;
	peer_athlete(&peer, ALL_SCOPES, &tokens);
	advance(18000);
	refresh(tokens.refresh);
	assert_int_equal(reply.http.status, 200);
	snprintf(
	    fresh, sizeof(fresh), "%s", text_of(reply.json, "access_token"));
	assert_string_not_equal(fresh, tokens.access);
	assert_int_equal(number_of(reply.json, "expires_in"), 21600);
	assert_false(json_object_object_get_ex(reply.json, "athlete", NULL));
	assert_int_equal(peer_state(&peer, tokens.id, "refreshes"), 1);
	/* Both work until each one's own end. */
	assert_int_equal(status_with(tokens.access), 200);
	assert_int_equal(status_with(fresh), 200);
	advance(3601);
	assert_int_equal(status_with(tokens.access), 401);
	assert_int_equal(status_with(fresh), 200);
}

static void
a_rotated_refresh_token_is_dead_at_once(void **state)
{
	struct member_tokens tokens;
	char                 fresh[64];

	(void)state;
	peer_athlete(&peer, ALL_SCOPES, &tokens);
	refresh(tokens.refresh);
	snprintf(
	    fresh, sizeof(fresh), "%s", text_of(reply.json, "refresh_token"));
	refresh(tokens.refresh);
	assert_fault(&reply, 400, "RefreshToken", "refresh_token", "invalid");
	refresh(fresh);
	assert_int_equal(reply.http.status, 200);
	refresh("");
	assert_fault(&reply, 400, "RefreshToken", "refresh_token", "invalid");
}

static void
the_good_uses_of_a_refresh_token_are_counted(void **state)
{
	struct member_tokens tokens;
	int                  i;

	(void)state;
	peer_tell(&peer, "/_control/rotation", "{\"when\":\"never\"}");
	peer_athlete(&peer, ALL_SCOPES, &tokens);
	for (i = 0; i < 3; i++)
		refresh(tokens.refresh);
	assert_int_equal(peer_state(&peer, tokens.id, "refresh_used"), 3);
	peer_tell(&peer, "/_control/rotation", "{\"when\":\"always\"}");
	refresh(tokens.refresh);
	assert_int_equal(peer_state(&peer, tokens.id, "refresh_used"), 0);
}

static void
rotation_can_be_switched_off(void **state)
{
	struct member_tokens tokens;
	struct peer          still;
	char                 form[256];
	int                  i;

	(void)state;
	peer_start(
	    &still, (const char *const[]){ "--rotation", "never", NULL });
	peer_athlete(&still, ALL_SCOPES, &tokens);
	snprintf(form, sizeof(form),
	    APP "&grant_type=refresh_token&refresh_token=%s", tokens.refresh);
	for (i = 0; i < 8; i++) {
		peer_tell(&still, "/_control/clock", "{\"advance_s\":20000}");
		peer_ask(&still,
		    &(struct ask){
			.path = "/api/v3/oauth/token", .form = form },
		    &reply);
		assert_string_equal(
		    text_of(reply.json, "refresh_token"), tokens.refresh);
	}
	peer_end(&still);
}

static void
a_revoked_token_ends_its_pair(void **state)
{
	struct member_tokens tokens;
	char                 form[128];

	(void)state;
	peer_athlete(&peer, ALL_SCOPES, &tokens);
	snprintf(form, sizeof(form), "token=%s", tokens.refresh);
	ask(&(struct ask){ .path = "/oauth/revoke", .form = form });
	assert_fault(&reply, 401, "Application", "", "invalid");
	ask(&(struct ask){
	    .path = "/oauth/revoke", .form = form, .basic = "1001:wrong" });
	assert_fault(&reply, 401, "Application", "", "invalid");
	assert_int_equal(status_with(tokens.access), 200);
	ask(&(struct ask){ .path = "/oauth/revoke",
	    .form = form,
	    .basic = "1001:sandbox-client-secret" });
	assert_int_equal(reply.http.status, 200);
	assert_int_equal(reply.http.body.len, 0);
	assert_int_equal(status_with(tokens.access), 401);
	refresh(tokens.refresh);
	assert_fault(&reply, 400, "RefreshToken", "refresh_token", "invalid");
	assert_int_equal(peer_state(&peer, tokens.id, "revoked"), 1);
	/* Once more, and for a token that never was. */
	ask(&(struct ask){ .path = "/oauth/revoke",
	    .form = "token=0123456789012345678901234567890123456789",
	    .basic = "1001:sandbox-client-secret" });
	assert_int_equal(reply.http.status, 200);
}

static void
deauthorizing_ends_every_token(void **state)
{
	struct member_tokens tokens;

	(void)state;
	peer_athlete(&peer, ALL_SCOPES, &tokens);
	ask(&(struct ask){ .method = "POST",
	    .path = "/oauth/deauthorize",
	    .bearer = tokens.access });
	assert_int_equal(reply.http.status, 200);
	assert_string_equal(text_of(reply.json, "access_token"), tokens.access);
	assert_non_null(http_response_header(&reply.http, "X-RateLimit-Usage"));
	assert_int_equal(status_with(tokens.access), 401);
	refresh(tokens.refresh);
	assert_int_equal(reply.http.status, 400);
}

static void *
refresh_beside(void *token)
{
	struct reply own;
	char         form[256];

	reply_init(&own);
	snprintf(form, sizeof(form),
	    APP "&grant_type=refresh_token&refresh_token=%s",
	    (const char *)token);
	peer_ask(
	    &peer, &(struct ask){ .path = "/oauth/token", .form = form }, &own);
	reply_free(&own);
	return NULL;
}

static void
two_refreshes_at_once_are_noticed(void **state)
{
	struct member_tokens tokens;
	pthread_t            thread;

	(void)state;
	peer_athlete(&peer, ALL_SCOPES, &tokens);
	peer_tell(&peer, "/_control/faults",
	    "[{\"path\":\"/oauth/token\",\"action\":\"delay:500\"}]");
	assert_int_equal(
	    pthread_create(&thread, NULL, refresh_beside, tokens.refresh), 0);
	refresh(tokens.refresh);
	pthread_join(thread, NULL);
	assert_int_equal(peer_state(&peer, tokens.id, "overlaps"), 1);
	assert_int_equal(peer_state(&peer, tokens.id, "in_flight"), 0);
	refresh("0000000000000000000000000000000000000000");
	assert_int_equal(peer_state(&peer, tokens.id, "token_posts"), 2);
}

static void
a_missing_scope_is_named(void **state)
{
	struct member_tokens tokens;

	(void)state;
	peer_athlete(&peer, "read", &tokens);
	ask(&(struct ask){
	    .path = "/api/v3/athlete/activities", .bearer = tokens.access });
	assert_fault(
	    &reply, 401, "AccessToken", "activity:read_permission", "missing");
	assert_int_equal(status_with(tokens.access), 200);
	assert_int_equal(number_of(reply.json, "resource_state"), 2);
	peer_athlete(&peer, "activity:read", &tokens);
	assert_int_equal(status_with(tokens.access), 401);
	assert_fault(&reply, 401, "AccessToken", "read_permission", "missing");
	peer_athlete(&peer, "profile:read_all", &tokens);
	assert_int_equal(status_with(tokens.access), 200);
	assert_int_equal(number_of(reply.json, "resource_state"), 3);
}

/* An access token of the athlete with 450 activities. */
static void
busy_token(const char *scope, char access[64])
{
	peer_consent(&peer, BUSY_ATHLETE, scope, access);
}

static size_t
get_page(const char *access, const char *query)
{
	char path[160];

	snprintf(path, sizeof(path), "/api/v3/athlete/activities?%s", query);
	ask(&(struct ask){ .path = path, .bearer = access });
	assert_int_equal(reply.http.status, 200);
	return json_object_array_length(reply.json);
}

static struct json_object *
item(size_t i)
{
	return json_object_array_get_idx(reply.json, i);
}

static void
short_pages_lose_and_repeat_nothing(void **state)
{
	char    access[64], query[64];
	int64_t ids[450];
	size_t  total = 0, i, k, n;
	bool    short_seen = false;
	int     page;

	(void)state;
	busy_token(ALL_SCOPES, access);
	for (page = 1;; page++) {
		snprintf(query, sizeof(query), "page=%d&per_page=100", page);
		n = get_page(access, query);
		if (n == 0)
			break;
		short_seen = short_seen || (n < 100 && total + n < 450);
		for (i = 0; i < n; i++) {
			assert_true(total < 450);
			ids[total++] = number_of(item(i), "id");
			for (k = 0; k + 1 < total; k++)
				assert_true(ids[k] != ids[total - 1]);
		}
	}
	assert_int_equal(total, 450);
	assert_true(short_seen);
	assert_int_equal(get_page(access, ""), 30);
	assert_int_equal(get_page(access, "page=1000"), 0);
	ask(&(struct ask){ .path = "/api/v3/athlete/activities?per_page=201",
	    .bearer = access });
	assert_fault(&reply, 400, "Activity", "per_page", "invalid");
	ask(&(struct ask){ .path = "/api/v3/athlete/activities?before=soon",
	    .bearer = access });
	assert_fault(&reply, 400, "Activity", "before", "invalid");
}

static void
times_bound_the_list(void **state)
{
	char    access[64], query[96];
	int64_t newest, tenth;

	(void)state;
	busy_token(ALL_SCOPES, access);
	get_page(access, "per_page=10");
	assert_true(clock_parse(text_of(item(0), "start_date"), &newest));
	assert_true(clock_parse(text_of(item(9), "start_date"), &tenth));
	/* A hidden start time reads as midnight; neither of these has one. */
	snprintf(query, sizeof(query), "before=%lld&after=%lld",
	    (long long)newest, (long long)tenth - 1);
	get_page(access, query);
	assert_true(json_object_array_length(reply.json) >= 8);
	assert_true(json_object_array_length(reply.json) <= 9);
}

static void
only_me_needs_a_scope_of_its_own(void **state)
{
	char   wide[64], narrow[64], path[96];
	size_t all, visible, i;

	(void)state;
	busy_token("activity:read", narrow);
	visible = get_page(narrow, "per_page=200&page=3");
	busy_token("activity:read_all", wide);
	all = get_page(wide, "per_page=200&page=3");
	assert_true(visible < all);
	get_page(wide, "");
	for (i = 0; i < 30; i++)
		if (json_object_get_boolean(
			json_object_object_get(item(i), "private")))
			break;
	assert_true(i < 30);
	snprintf(path, sizeof(path), "/api/v3/activities/%lld",
	    (long long)number_of(item(i), "id"));
	ask(&(struct ask){ .path = path, .bearer = wide });
	assert_int_equal(reply.http.status, 200);
	ask(&(struct ask){ .path = path, .bearer = narrow });
	assert_fault(&reply, 404, "Activity", "id", "invalid");
	assert_null(http_response_header(&reply.http, "X-RateLimit-Usage"));
}

/* Each of these appears among the first fifty of a list. */
static void
awkward_activities_are_there(void **state)
{
	char access[64];
	bool manual = false, beyond = false, odd_sport = false, sparse = false;
	bool nulls = false, markup = false, whole_float = false;
	size_t i, n;

	(void)state;
	busy_token(ALL_SCOPES, access);
	n = get_page(access, "per_page=50");
	for (i = 0; i < n; i++) {
		struct json_object *a = item(i), *value;

		value = json_object_object_get(a, "start_latlng");
		sparse = sparse || value == NULL;
		if (json_object_get_boolean(
			json_object_object_get(a, "manual")) &&
		    value != NULL) {
			manual = true;
			assert_int_equal(json_object_array_length(value), 0);
		}
		beyond = beyond || number_of(a, "id") > INT64_C(1) << 53;
		odd_sport = odd_sport || strcmp(text_of(a, "sport_type"),
					     "UnderwaterRugby") == 0;
		markup = markup || strchr(text_of(a, "name"), '<') != NULL;
		nulls =
		    nulls || (json_object_object_get_ex(a, "gear_id", &value) &&
				 value == NULL);
		whole_float =
		    whole_float || json_object_is_type(
				       json_object_object_get(a, "moving_time"),
				       json_type_double);
	}
	assert_true(manual && beyond && odd_sport && sparse);
	assert_true(nulls && markup && whole_float);
}

static void
the_newest_activity_may_have_no_distance(void **state)
{
	char access[64];

	(void)state;
	peer_consent(&peer, 1000002, ALL_SCOPES, access);
	get_page(access, "per_page=2");
	assert_true(json_object_get_double(
			json_object_object_get(item(0), "distance")) == 0);
	assert_true(json_object_get_double(
			json_object_object_get(item(1), "distance")) > 0);
}

/* The i-th activity of the busy athlete, and its streams in `reply`. */
static struct json_object *
open_activity(const char *access, size_t i, const char *query)
{
	struct json_object *activity;
	char                path[160];
	int64_t             id;

	get_page(access, "");
	id = number_of(item(i), "id");
	snprintf(path, sizeof(path), "/api/v3/activities/%lld", (long long)id);
	ask(&(struct ask){ .path = path, .bearer = access });
	assert_int_equal(reply.http.status, 200);
	assert_int_equal(number_of(reply.json, "id"), id);
	activity = json_object_get(reply.json);
	snprintf(path, sizeof(path), "/api/v3/activities/%lld/streams?%s",
	    (long long)id, query);
	ask(&(struct ask){ .path = path, .bearer = access });
	return activity;
}

static struct json_object *
stream(const char *key)
{
	struct json_object *one = json_object_object_get(reply.json, key);

	assert_non_null(one);
	return json_object_object_get(one, "data");
}

static void
streams_agree_with_the_activity(void **state)
{
	static const char *const keys[] = { "time", "distance", "latlng",
		"altitude", "velocity_smooth", "heartrate", "moving" };
	struct json_object      *activity, *distances;
	char                     access[64];
	double                   whole;
	size_t                   i, n;

	(void)state;
	busy_token(ALL_SCOPES, access);
	activity = open_activity(access, 5,
	    "key_by_type=true&keys=time,distance,latlng,altitude,"
	    "velocity_smooth,heartrate,moving,power");
	assert_int_equal(reply.http.status, 200);
	assert_null(http_response_header(&reply.http, "X-RateLimit-Usage"));
	distances = stream("distance");
	n = json_object_array_length(distances);
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		assert_int_equal(json_object_array_length(stream(keys[i])), n);
	assert_null(json_object_object_get(reply.json, "power"));
	whole = json_object_get_double(
	    json_object_object_get(activity, "distance"));
	assert_true(fabs(json_object_get_double(
			     json_object_array_get_idx(distances, n - 1)) -
			 whole) < 0.2);
	assert_int_equal(json_object_get_int64(
			     json_object_array_get_idx(stream("time"), n - 1)),
	    number_of(activity, "elapsed_time"));
	json_object_put(activity);
}

static void
streams_come_in_two_forms(void **state)
{
	char access[64];

	(void)state;
	busy_token(ALL_SCOPES, access);
	json_object_put(open_activity(access, 5, "keys=time,distance"));
	assert_int_equal(json_object_array_length(reply.json), 2);
	assert_string_equal(text_of(item(0), "type"), "time");
	json_object_put(open_activity(access, 5, "key_by_type=true"));
	assert_int_equal(json_object_object_length(reply.json), 1);
	stream("distance");
	json_object_put(open_activity(access, 4, "keys=time"));
	assert_int_equal(reply.http.status, 404);
}

static void
other_peoples_activities_are_not_found(void **state)
{
	struct member_tokens tokens;
	char                 access[64], path[96];

	(void)state;
	busy_token(ALL_SCOPES, access);
	get_page(access, "per_page=1");
	snprintf(path, sizeof(path), "/api/v3/activities/%lld",
	    (long long)number_of(item(0), "id"));
	peer_athlete(&peer, ALL_SCOPES, &tokens);
	ask(&(struct ask){ .path = path, .bearer = tokens.access });
	assert_fault(&reply, 404, "Activity", "id", "invalid");
	ask(&(struct ask){
	    .path = "/api/v3/activities/12x", .bearer = tokens.access });
	assert_fault(&reply, 404, "Activity", "id", "invalid");
}

static void
totals_and_gear_are_told(void **state)
{
	struct json_object *rides;
	char                access[64];

	(void)state;
	busy_token(ALL_SCOPES, access);
	ask(&(struct ask){
	    .path = "/api/v3/athletes/1000005/stats", .bearer = access });
	assert_int_equal(reply.http.status, 200);
	rides = json_object_object_get(reply.json, "all_ride_totals");
	assert_true(number_of(rides, "count") > 50);
	/* A number of seconds, and a float on the wire. */
	assert_true(json_object_is_type(
	    json_object_object_get(rides, "moving_time"), json_type_double));
	ask(&(struct ask){
	    .path = "/api/v3/athletes/1000001/stats", .bearer = access });
	assert_int_equal(reply.http.status, 404);
	ask(&(struct ask){ .path = "/api/v3/gear/b7000004", .bearer = access });
	assert_string_equal(text_of(reply.json, "name"), "Workhorse");
	ask(&(struct ask){ .path = "/api/v3/gear/b7000001", .bearer = access });
	assert_fault(&reply, 404, "Gear", "id", "invalid");
}

static void
one_seed_gives_one_world(void **state)
{
	struct peer other;
	struct ask  question = { .path = "/api/v3/athlete/activities" };
	struct member_tokens tokens;
	char                *first;

	(void)state;
	peer_start(&other, (const char *const[]){ "--seed", "7", NULL });
	peer_athlete(&other, ALL_SCOPES, &tokens);
	question.bearer = tokens.access;
	peer_ask(&other, &question, &reply);
	first = strdup(buf_text(&reply.http.body));
	peer_end(&other);
	peer_start(&other, (const char *const[]){ "--seed", "7", NULL });
	peer_athlete(&other, ALL_SCOPES, &tokens);
	peer_ask(&other, &question, &reply);
	assert_string_equal(buf_text(&reply.http.body), first);
	peer_end(&other);
	peer_start(&other, (const char *const[]){ "--seed", "8", NULL });
	peer_athlete(&other, ALL_SCOPES, &tokens);
	question.bearer = tokens.access;
	peer_ask(&other, &question, &reply);
	assert_string_not_equal(buf_text(&reply.http.body), first);
	peer_end(&other);
	free(first);
}

static void
budgets_run_out_and_come_back(void **state)
{
	struct member_tokens tokens;
	struct peer          poor;
	struct ask           question = { .path = "/api/v3/athlete" };
	int                  i;

	(void)state;
	peer_start(
	    &poor, (const char *const[]){ "--rate-limit", "20,50,3,30", NULL });
	peer_athlete(&poor, ALL_SCOPES, &tokens);
	question.bearer = tokens.access;
	for (i = 0; i < 3; i++) {
		peer_ask(&poor, &question, &reply);
		assert_int_equal(reply.http.status, 200);
	}
	assert_string_equal(
	    http_response_header(&reply.http, "X-RateLimit-Limit"), "20,50");
	assert_string_equal(
	    http_response_header(&reply.http, "X-ReadRateLimit-Usage"), "3,3");
	peer_ask(&poor, &question, &reply);
	assert_fault(&reply, 429, "Application", "rate limit", "exceeded");
	assert_null(http_response_header(&reply.http, "Retry-After"));
	/* What was refused counts for the day. */
	assert_string_equal(
	    http_response_header(&reply.http, "X-ReadRateLimit-Usage"), "4,4");
	peer_tell(&poor, "/_control/clock", "{\"advance_s\":900}");
	peer_ask(&poor, &question, &reply);
	assert_int_equal(reply.http.status, 200);
	peer_tell(&poor, "/_control/rate", "{\"daily_used\":50}");
	peer_ask(&poor, &question, &reply);
	assert_fault(
	    &reply, 429, "Application", "overall rate limit", "exceeded");
	peer_end(&poor);
}

static void
set_fault(const char *path, const char *action, int after, int times)
{
	char body[256];

	snprintf(body, sizeof(body),
	    "[{\"path\":\"%s\",\"action\":\"%s\",\"after\":%d,"
	    "\"times\":%d}]",
	    path, action, after, times);
	peer_tell(&peer, "/_control/faults", body);
}

static void
faults_wait_and_end(void **state)
{
	static const int     wanted[] = { 200, 503, 503, 200 };
	struct member_tokens tokens;
	size_t               i;

	(void)state;
	peer_athlete(&peer, ALL_SCOPES, &tokens);
	set_fault("/api/v3/athlete", "status:503", 1, 2);
	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		assert_int_equal(status_with(tokens.access), wanted[i]);
	set_fault("/api/", "status:403", 0, 1);
	assert_int_equal(status_with(tokens.access), 403);
	assert_fault(&reply, 403, "Application", "Status", "Inactive");
	set_fault("/api/", "rate-limit", 0, 1);
	assert_int_equal(status_with(tokens.access), 429);
	assert_non_null(http_response_header(&reply.http, "X-RateLimit-Usage"));
	assert_int_equal(status_with(tokens.access), 200);
}

static void
broken_answers_break_in_their_own_way(void **state)
{
	struct member_tokens tokens;

	(void)state;
	peer_athlete(&peer, ALL_SCOPES, &tokens);
	set_fault("/api/", "drop-before", 0, 1);
	status_with(tokens.access);
	assert_int_equal(reply.outcome, HTTP_BROKEN);
	assert_int_equal(reply.http.status, 0);
	set_fault("/api/", "truncate", 0, 1);
	assert_int_equal(status_with(tokens.access), 200);
	assert_int_equal(reply.outcome, HTTP_BROKEN);
	assert_true(reply.http.body.len > 0);
	set_fault("/api/", "garbage", 0, 1);
	assert_int_equal(status_with(tokens.access), 200);
	assert_int_equal(reply.outcome, HTTP_ANSWERED);
	assert_null(reply.json);
	set_fault("/api/", "delay:300", 0, 1);
	assert_int_equal(status_with(tokens.access), 200);
}

static void
a_dropped_answer_may_have_done_its_work(void **state)
{
	struct member_tokens tokens;

	(void)state;
	peer_athlete(&peer, ALL_SCOPES, &tokens);
	set_fault("/oauth/token", "drop-before", 0, 1);
	refresh(tokens.refresh);
	assert_int_equal(reply.outcome, HTTP_BROKEN);
	set_fault("/oauth/token", "drop-after", 0, 1);
	refresh(tokens.refresh);
	assert_int_equal(reply.outcome, HTTP_BROKEN);
	assert_int_equal(peer_state(&peer, tokens.id, "token_posts"), 2);
	refresh(tokens.refresh);
	assert_fault(&reply, 400, "RefreshToken", "refresh_token", "invalid");
}

static void
a_control_call_that_makes_no_sense_changes_nothing(void **state)
{
	static const char *const bad[][2] = {
		{ "/_control/faults", "[{\"path\":\"/api\"}]" },
		{ "/_control/faults",
		    "[{\"path\":\"/api\",\"action\":\"explode\"}]" },
		{ "/_control/faults",
		    "[{\"path\":\"/api\",\"action\":\"status:99\"}]" },
		{ "/_control/faults", "{}" },
		{ "/_control/faults", "[{" },
		{ "/_control/athletes", "{\"count\":0}" },
		{ "/_control/athletes", "{\"count\":1,\"scope\":\"all\"}" },
		{ "/_control/clock", "{\"advance_s\":\"1\"}" },
		{ "/_control/revoke", "{\"athlete\":5}" },
		{ "/_control/secrets", "{\"secret\":\"a/b\",\"data\":\"x\"}" },
		{ "/_control/secrets", "{\"secret\":\"a\"}" },
	};
	struct member_tokens tokens;
	size_t               i;

	(void)state;
	peer_athlete(&peer, ALL_SCOPES, &tokens);
	set_fault("/api/", "status:503", 0, 1);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ask(&(struct ask){ .path = bad[i][0], .body = bad[i][1] });
		assert_int_equal(reply.http.status, 400);
		assert_true(strlen(text_of(reply.json, "error")) > 10);
	}
	assert_int_equal(status_with(tokens.access), 503);
}

static void
calls_are_counted(void **state)
{
	struct json_object *answer, *calls;
	int64_t             before, after;

	(void)state;
	answer = peer_control(&peer, "/_control/state", NULL);
	calls = json_object_object_get(answer, "calls");
	before = number_of(calls, "POST /oauth/token");
	json_object_put(answer);
	set_fault("/oauth/token", "status:503", 0, 1);
	refresh("none");
	answer = peer_control(&peer, "/_control/state", NULL);
	calls = json_object_object_get(answer, "calls");
	after = number_of(calls, "POST /oauth/token");
	json_object_put(answer);
	assert_int_equal(after, before + 1);
	answer = peer_control(&peer, "/_control/requests", NULL);
	assert_null(strchr(json_object_to_json_string(answer), '?'));
	assert_non_null(
	    strstr(json_object_to_json_string(answer), "\\/oauth\\/token"));
	json_object_put(answer);
}

static void
withdrawn_consent_reaches_the_callback(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200,
		    .body = "{\"hub.challenge\":\"challenge000001\"}" },
		{ .status = 500 },
		{ .status = 200 },
	};
	struct loopback     *callback = loopback_start(script, 3);
	struct member_tokens tokens;
	struct json_object  *event;
	struct peer          own;
	char                 form[256], body[64];
	int                  i;

	(void)state;
	peer_start(&own, (const char *const[]){ NULL });
	peer_athlete(&own, ALL_SCOPES, &tokens);
	snprintf(form, sizeof(form), APP "&verify_token=v&callback_url=%s/hook",
	    loopback_url(callback));
	peer_ask(&own,
	    &(struct ask){ .path = "/api/v3/push_subscriptions", .form = form },
	    &reply);
	assert_int_equal(reply.http.status, 201);
	assert_non_null(strstr(loopback_request(callback, 0)->target,
	    "hub.mode=subscribe&hub.challenge=challenge000001"
	    "&hub.verify_token=v"));
	snprintf(
	    body, sizeof(body), "{\"athlete\":%lld}", (long long)tokens.id);
	peer_tell(&own, "/_control/revoke", body);
	/* The first attempt fails, the second does not. */
	for (i = 0; i < 100 && loopback_count(callback) < 3; i++)
		clock_sleep_ms(50, NULL);
	assert_int_equal(loopback_count(callback), 3);
	event = json_tokener_parse(loopback_request(callback, 2)->body);
	assert_int_equal(number_of(event, "owner_id"), tokens.id);
	assert_string_equal(text_of(event, "aspect_type"), "update");
	assert_string_equal(
	    text_of(json_object_object_get(event, "updates"), "authorized"),
	    "false");
	json_object_put(event);
	peer_end(&own);
	loopback_stop(callback);
}

static void
a_subscription_is_one_and_on_loopback(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200,
		    .body = "{\"hub.challenge\":\"something else\"}" },
	};
	struct loopback *callback = loopback_start(script, 1);
	char             form[256];

	(void)state;
	ask(&(struct ask){ .path = "/api/v3/push_subscriptions",
	    .form = APP "&verify_token=v&callback_url=http://example.com/" });
	assert_fault(
	    &reply, 400, "PushSubscription", "callback url", "invalid");
	snprintf(form, sizeof(form), APP "&verify_token=v&callback_url=%s/",
	    loopback_url(callback));
	ask(&(struct ask){
	    .path = "/api/v3/push_subscriptions", .form = form });
	assert_fault(&reply, 400, "PushSubscription", "callback url",
	    "GET to callback URL does not return 200");
	ask(&(struct ask){ .path = "/api/v3/push_subscriptions?" APP });
	assert_int_equal(json_object_array_length(reply.json), 0);
	ask(&(struct ask){
	    .method = "DELETE", .path = "/api/v3/push_subscriptions/1?" APP });
	assert_int_equal(reply.http.status, 404);
	ask(&(struct ask){ .path = "/api/v3/push_subscriptions" });
	assert_fault(&reply, 401, "Application", "", "invalid");
	loopback_stop(callback);
}

/* Runs the program to its end; its exit code. */
static int
run(const char *const argv[], char **out, char **err)
{
	struct environment env = { 0 };
	struct process     process;
	int                code;

	process_start(&process, argv, &env, peer.logs, "command");
	assert_true(process_wait(&process, 20000));
	code = process.code;
	*out = process_out(&process);
	*err = process_err(&process);
	process_free(&process);
	return code;
}

static void
the_command_line_is_checked(void **state)
{
	static const struct {
		const char *argv[4];
		int         code;
		const char *out, *err;
	} cases[] = {
		{ { PATH_SANDBOX, "--help" }, 0, "--rotation WHEN", "" },
		{ { PATH_SANDBOX, "--version" }, 0, "strava-sandbox ", "" },
		{ { PATH_SANDBOX, "--check", "--port", "0" }, 0, "listening on",
		    "" },
		{ { PATH_SANDBOX, "--colour" }, 2, "", "--colour" },
		{ { PATH_SANDBOX, "--port" }, 2, "", "--port" },
		{ { PATH_SANDBOX, "--port", "x" }, 2, "", "--port" },
		{ { PATH_SANDBOX, "--rotation", "maybe" }, 2, "",
		    "--rotation" },
		{ { PATH_SANDBOX, "--rate-limit", "1,2,3" }, 2, "",
		    "--rate-limit" },
		{ { PATH_SANDBOX, "--secrets-file", "/no/where" }, 1, "",
		    "secrets file" },
		{ { PATH_SANDBOX, "--address", "nowhere" }, 1, "", "nowhere" },
	};
	const char *argv[5] = { NULL };
	char       *out, *err;
	size_t      i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memcpy(argv, cases[i].argv, sizeof(cases[i].argv));
		assert_int_equal(run(argv, &out, &err), cases[i].code);
		assert_non_null(strstr(out, cases[i].out));
		assert_non_null(strstr(err, cases[i].err));
		free(out);
		free(err);
	}
}

static void
every_secret_is_written_down(void **state)
{
	struct member_tokens tokens;
	char                 code[128];
	char                *path, *known;

	(void)state;
	peer_athlete(&peer, ALL_SCOPES, &tokens);
	consent("read", code);
	assert_true(asprintf(&path, "%s/sandbox.secrets", peer.logs) > 0);
	known = file_text(path);
	assert_non_null(strstr(known, tokens.access));
	assert_non_null(strstr(known, tokens.refresh));
	assert_non_null(strstr(known, code));
	assert_non_null(strstr(known, "sandbox-client-secret"));
	free(known);
	free(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_consent_page_offers_athletes_and_scopes),
		cmocka_unit_test(a_code_is_traded_once),
		cmocka_unit_test(a_code_dies_of_old_age),
		cmocka_unit_test(a_refused_consent_brings_no_code),
		cmocka_unit_test(scopes_that_are_unticked_are_not_granted),
		cmocka_unit_test(nobody_gets_more_than_was_asked_for),
		cmocka_unit_test(codes_go_to_the_callback_domain_only),
		cmocka_unit_test(a_malformed_question_gets_no_page),
		cmocka_unit_test(another_application_gets_no_token),
		cmocka_unit_test(a_secret_in_the_query_is_refused),
		cmocka_unit_test(a_token_with_more_than_an_hour_left_is_kept),
		cmocka_unit_test(a_token_with_an_hour_left_is_replaced),
		cmocka_unit_test(a_rotated_refresh_token_is_dead_at_once),
		cmocka_unit_test(the_good_uses_of_a_refresh_token_are_counted),
		cmocka_unit_test(rotation_can_be_switched_off),
		cmocka_unit_test(a_revoked_token_ends_its_pair),
		cmocka_unit_test(deauthorizing_ends_every_token),
		cmocka_unit_test_teardown(
		    two_refreshes_at_once_are_noticed, without_faults),
		cmocka_unit_test(a_missing_scope_is_named),
		cmocka_unit_test(short_pages_lose_and_repeat_nothing),
		cmocka_unit_test(times_bound_the_list),
		cmocka_unit_test(only_me_needs_a_scope_of_its_own),
		cmocka_unit_test(awkward_activities_are_there),
		cmocka_unit_test(the_newest_activity_may_have_no_distance),
		cmocka_unit_test(streams_agree_with_the_activity),
		cmocka_unit_test(streams_come_in_two_forms),
		cmocka_unit_test(other_peoples_activities_are_not_found),
		cmocka_unit_test(totals_and_gear_are_told),
		cmocka_unit_test(one_seed_gives_one_world),
		cmocka_unit_test(budgets_run_out_and_come_back),
		cmocka_unit_test_teardown(faults_wait_and_end, without_faults),
		cmocka_unit_test_teardown(
		    broken_answers_break_in_their_own_way, without_faults),
		cmocka_unit_test_teardown(
		    a_dropped_answer_may_have_done_its_work, without_faults),
		cmocka_unit_test_teardown(
		    a_control_call_that_makes_no_sense_changes_nothing,
		    without_faults),
		cmocka_unit_test_teardown(calls_are_counted, without_faults),
		cmocka_unit_test(withdrawn_consent_reaches_the_callback),
		cmocka_unit_test(a_subscription_is_one_and_on_loopback),
		cmocka_unit_test(the_command_line_is_checked),
		cmocka_unit_test(every_secret_is_written_down),
	};

	return cmocka_run_group_tests_name("sandbox", tests, begin, end);
}
