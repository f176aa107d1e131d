/* SPDX-License-Identifier: MIT */

/* strava-sandbox: bad days, odd answers, budgets, TLS; and that nothing of it is
 * left to chance. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certificate.h"
#include "sandbox_guest.h"
#include "test.h"

#define APP "client_id=1001&client_secret=sandbox-client-secret"

static int
without_oddities(void **state)
{
	(void)state;
	peer_tell(&guest.peer, "/_control/faults", "[]");
	peer_tell(&guest.peer, "/_control/oddities",
	    "{\"broken_items\":false,\"late_codes\":false,\"capacity\":0,"
	    "\"extended_access\":false}");
	return 0;
}

static void
set(const char *oddity)
{
	peer_tell(&guest.peer, "/_control/oddities", oddity);
}

static void
one_item_of_a_list_can_be_broken(void **state)
{
	struct json_object *list;
	size_t              i;
	int                 missing = 0, strings = 0;

	(void)state;
	set("{\"broken_items\":true}");
	list = guest_get(200, "/athlete/activities?page=2");
	assert_int_equal(length_of(list), 29);
	for (i = 0; i < length_of(list); i++)
		missing +=
		    !json_object_object_get_ex(item_of(list, i), "id", NULL);
	assert_int_equal(missing, 1);
	list = member_of(
	    guest_get(200, "/activities/16000000000"), "segment_efforts");
	for (i = 0; i < length_of(list); i++)
		strings +=
		    json_object_is_type(item_of(list, i), json_type_string);
	assert_int_equal(strings, 1);
	assert_true(length_of(list) > 1);
}

/* The Location that the consent of that athlete is answered with, or "". */
static void
consent(int64_t athlete, int status, char location[512])
{
	const char *value;
	char        form[64];

	snprintf(form, sizeof(form), "decision=authorize&athlete=%lld",
	    (long long)athlete);
	peer_expect(&guest.peer,
	    &(struct ask){
		.path = "/oauth/authorize?client_id=1001&response_type=code"
			"&scope=read&redirect_uri=http://localhost/",
		.form = form },
	    status, &guest.reply);
	value = http_response_header(&guest.reply.http, "Location");
	snprintf(location, 512, "%s", value != NULL ? value : "");
}

static void
a_fresh_code_may_be_refused_once(void **state)
{
	char        location[512], form[256];
	struct ask  question = { .path = "/oauth/token", .form = form };
	const char *code;

	(void)state;
	set("{\"late_codes\":true}");
	consent(1000002, 303, location);
	code = strstr(location, "code=");
	assert_non_null(code);
	snprintf(form, sizeof(form), APP "&grant_type=authorization_code&%.*s",
	    (int)strcspn(code, "&"), code);
	peer_expect(&guest.peer, &question, 400, &guest.reply);
	guest_assert_fault(400, "AuthorizationCode", "code", "invalid");
	peer_expect(&guest.peer, &question, 200, &guest.reply);
	peer_expect(&guest.peer, &question, 400, &guest.reply);
}

static void
an_application_has_room_for_so_many(void **state)
{
	char location[512];

	(void)state;
	set("{\"capacity\":1}");
	consent(1000004, 403, location);
	guest_assert_fault(403, "Application", "athletes",
	    "Limit of connected athletes exceeded");
	/* Who is connected stays. */
	consent(GUEST_ID, 303, location);
	set("{\"capacity\":1000}");
	consent(1000004, 303, location);
}

static void
oddities_that_make_no_sense_change_nothing(void **state)
{
	static const char *const bad[] = { "[]", "{\"broken_items\":2}",
		"{\"capacity\":-1}", "{\"upload_s\":\"2\"}",
		"{\"broken_items\":true,\"upload_polls\":1001}", "{" };
	struct json_object      *all;
	size_t                   i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		peer_expect(&guest.peer,
		    &(struct ask){
			.path = "/_control/oddities", .body = bad[i] },
		    400, &guest.reply);
	all = peer_control(&guest.peer, "/_control/oddities", "{}");
	assert_int_equal(number_of(all, "broken_items"), 0);
	assert_int_equal(number_of(all, "upload_polls"), 1);
	json_object_put(all);
}

static void
set_fault(const char *path, const char *action)
{
	char body[256];

	snprintf(body, sizeof(body),
	    "[{\"path\":\"/api/v3%s\",\"action\":\"%s\",\"times\":1}]", path,
	    action);
	peer_tell(&guest.peer, "/_control/faults", body);
}

static void
faults_meet_every_endpoint(void **state)
{
	static const char *const paths[] = { "/athlete/zones", "/athlete/clubs",
		"/athletes/1000001/routes", "/activities/16000000001/comments",
		"/activities/16000000000/laps", "/segments/starred",
		"/segments/1109016", "/segment_efforts?segment_id=1109016",
		"/clubs/108600" };
	size_t                   i;

	(void)state;
	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		set_fault("/", "status:503");
		guest_get(503, "%s", paths[i]);
		set_fault("/", "rate-limit");
		guest_get(429, "%s", paths[i]);
		guest_get(200, "%s", paths[i]);
	}
	set_fault("/segments/starred", "drop-after");
	peer_ask(&guest.peer,
	    &(struct ask){
		.path = "/api/v3/segments/starred", .bearer = guest.access },
	    &guest.reply);
	assert_int_equal(guest.reply.outcome, HTTP_BROKEN);
}

static void
error_bodies_can_be_odd(void **state)
{
	struct json_object *body;

	(void)state;
	set_fault("/athlete", "empty:404");
	guest_get(404, "/athlete");
	assert_int_equal(guest.reply.http.body.len, 0);
	set_fault("/athlete", "null-errors:400");
	body = guest_get(400, "/athlete");
	assert_null(member_of(body, "errors"));
	set_fault("/athlete", "text-errors:422");
	body = guest_get(422, "/athlete");
	assert_true(
	    json_object_is_type(member_of(body, "errors"), json_type_string));
}

/* Sends an activity by form, to either path. */
static void
post(const struct peer *peer, const char *access, const char *path, int status)
{
	peer_expect(peer,
	    &(struct ask){ .path = path,
		.form = "name=a&sport_type=Run&elapsed_time=1"
			"&start_date_local=2026-11-20T00:00:00Z",
		.bearer = access },
	    status, &guest.reply);
}

/* Only what brings an activity spares the budget of reads. */
static void
uploads_do_not_count_as_reads(void **state)
{
	struct member_tokens tokens;
	struct json_object  *rate, *whole;
	struct peer          own;
	int64_t              all, reads;

	(void)state;
	peer_start(
	    &own, (const char *const[]){ "--rate-limit", "4,50,2,30", NULL });
	peer_athlete(&own, GUEST_SCOPES, &tokens);
	post(&own, tokens.access, "/api/v3/activities", 201);
	post(&own, tokens.access, "/api/v3/uploads", 400);
	peer_expect(&own,
	    &(struct ask){ .method = "PUT",
		.path = "/api/v3/athlete",
		.form = "weight=70",
		.bearer = tokens.access },
	    200, &guest.reply);
	whole = peer_control(&own, "/_control/state", NULL);
	rate = member_of(whole, "rate");
	all = number_of(rate, "short_used");
	reads = number_of(rate, "read_short_used");
	json_object_put(whole);
	assert_int_equal(all, 3);
	assert_int_equal(reads, 1);
	peer_tell(&own, "/_control/rate", "{\"read_short_used\":2}");
	post(&own, tokens.access, "/api/v3/activities", 201);
	post(&own, tokens.access, "/api/v3/activities", 429);
	assert_fault(
	    &guest.reply, 429, "Application", "overall rate limit", "exceeded");
	peer_end(&own);
}

/* What the guest hears of these paths, one after the other. */
static void
hear(const struct peer *peer, const char *access, struct buf *heard)
{
	static const char *const paths[] = {
		"/activities/16000000000?include_all_efforts=true",
		"/activities/16000000001/comments?page_size=200",
		"/activities/16000000030/kudos",
		"/activities/16000000000/zones",
		"/activities/16000000000/photos?size=100", "/athlete/zones",
		"/athlete/clubs", "/athletes/1000001/routes",
		"/routes/3093000000000000002",
		"/routes/3093000000000000002/export_tcx", "/segments/starred",
		"/segments/1109016", "/segment_efforts?segment_id=1109016"
	};
	char   path[160];
	size_t i;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		snprintf(path, sizeof(path), "/api/v3%s", paths[i]);
		peer_expect(peer,
		    &(struct ask){ .path = path, .bearer = access }, 200,
		    &guest.reply);
		buf_add_text(heard, buf_text(&guest.reply.http.body));
	}
}

static void
one_seed_tells_one_story(void **state)
{
	static const char *const seeds[] = { "1", "1", "9" };
	struct buf               heard[3];
	struct peer              own;
	char                     access[64];
	size_t                   i;

	(void)state;
	for (i = 0; i < 3; i++) {
		buf_init(&heard[i], 16 << 20);
		peer_start(
		    &own, (const char *const[]){ "--seed", seeds[i], NULL });
		peer_consent(&own, GUEST_ID, GUEST_SCOPES, access);
		hear(&own, access, &heard[i]);
		peer_end(&own);
		assert_true(heard[i].len > 10000);
	}
	assert_string_equal(heard[0].data, heard[1].data);
	assert_string_not_equal(heard[0].data, heard[2].data);
	for (i = 0; i < 3; i++)
		buf_free(&heard[i]);
}

/* Starts a sandbox with that certificate and key; 0, or its exit code. */
static int
serve_tls(const char *cert, const char *key, const char *wanted)
{
	const char *const  argv[] = { PATH_SANDBOX, "--port", "0", "--tls-cert",
		 cert, "--tls-key", key, NULL };
	struct environment env = { 0 };
	struct process     process;
	int                code;

	process_start(&process, argv, &env, guest.peer.logs, "tls");
	if (!process_await(&process, process.out, "listening on ", 20000)) {
		assert_true(process_wait(&process, 20000));
		code = process.code;
		assert_true(process_await(&process, process.err, wanted, 1000));
	} else {
		assert_true(process_await(&process, process.out, wanted, 1000));
		code = process_end(&process);
	}
	process_free(&process);
	return code;
}

static void
a_certificate_makes_it_https(void **state)
{
	struct certificate certificate;

	(void)state;
	certificate_make(&certificate, "subjectAltName=IP:127.0.0.1");
	assert_int_equal(serve_tls(certificate.certificate, certificate.key,
			     "listening on https://127.0.0.1:"),
	    0);
	certificate_remove(&certificate);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(
		    one_item_of_a_list_can_be_broken, without_oddities),
		cmocka_unit_test_teardown(
		    a_fresh_code_may_be_refused_once, without_oddities),
		cmocka_unit_test_teardown(
		    an_application_has_room_for_so_many, without_oddities),
		cmocka_unit_test(oddities_that_make_no_sense_change_nothing),
		cmocka_unit_test_teardown(
		    faults_meet_every_endpoint, without_oddities),
		cmocka_unit_test_teardown(
		    error_bodies_can_be_odd, without_oddities),
		cmocka_unit_test(uploads_do_not_count_as_reads),
		cmocka_unit_test(one_seed_tells_one_story),
		cmocka_unit_test(a_certificate_makes_it_https),
	};

	return cmocka_run_group_tests_name(
	    "sandbox_oddity", tests, guest_begin, guest_end);
}
