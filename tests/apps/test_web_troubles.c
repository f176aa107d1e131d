/* SPDX-License-Identifier: MIT */

/*
 * The web app when something is wrong: Strava fails, the database is away, the
 * request is not what it should be, the settings are not.  And what stands
 * around every answer: headers, style sheets, health, webhooks.
 */

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "stage.h"
#include "test.h"

#define VERIFY_TOKEN "a-word-for-the-handshake"

static void
fault(const char *path, const char *action)
{
	char body[160];

	snprintf(body, sizeof(body), "[{\"path\":\"%s\",\"action\":\"%s\"}]",
	    path, action);
	world_tell(&web.world, "/_control/faults", body);
}

static void
forget_faults(void)
{
	world_tell(&web.world, "/_control/faults", "[]");
}

/* How many accounts the token store holds. */
static const char *
accounts(void)
{
	return postgres_value(
	    web.world.postgres, "SELECT count(*) FROM tokenstore.account");
}

/* --- Strava --- */

static void
each_trouble_of_strava_has_a_page(void **state)
{
	static const struct {
		const char *action, *says;
		int         status;
		bool        retry_after;
	} cases[] = {
		{ "status:403", "switched this app off", 503, true },
		{ "rate-limit", "slow down", 503, true },
		{ "status:500", "Strava has a problem", 502, false },
		{ "status:503", "Strava has a problem", 502, false },
		{ "garbage", "Strava has a problem", 502, false },
		{ "drop-before", "Strava does not answer", 504, false },
		{ "status:404", "No such activity", 404, false },
	};
	static const char *const pages[] = { "/activity", "/history",
		"/profile" };

	(void)state;
	strava_web_connect(&web, &anna, 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		fault("/api/v3", cases[i].action);
		for (size_t p = 0; p < 3; p++) {
			assert_int_equal(
			    visitor_get(&anna, pages[p]), cases[i].status);
			assert_true(visitor_says(&anna, cases[i].says));
			assert_true(visitor_says(&anna, "Request "));
			assert_int_equal(
			    visitor_header(&anna, "Retry-After") != NULL,
			    cases[i].retry_after);
		}
		forget_faults();
	}
	assert_int_equal(visitor_get(&anna, "/activity"), 200);
}

static void
a_token_that_strava_refuses_is_renewed_once(void **state)
{
	(void)state;
	strava_web_connect(&web, &anna, 0);
	world_tell(&web.world, "/_control/faults",
	    "[{\"path\":\"/api/v3/athlete\",\"action\":\"status:401\","
	    "\"times\":1}]");
	assert_int_equal(visitor_get(&anna, "/profile"), 200);
	fault("/api/v3/athlete", "status:401");
	assert_int_equal(visitor_get(&anna, "/profile"), 403);
	assert_true(visitor_says(&anna, "Please connect again"));
}

static void
consent_withdrawn_at_strava_is_noticed(void **state)
{
	char body[64];

	(void)state;
	strava_web_connect(&web, &anna, 0);
	snprintf(body, sizeof(body), "{\"athlete\":%" PRId64 "}",
	    strava_web_athlete(&web, 0));
	world_tell(&web.world, "/_control/revoke", body);
	assert_int_equal(visitor_get(&anna, "/activity"), 403);
	assert_true(visitor_says(&anna, "Please connect again"));
	strava_web_connect(&web, &anna, 0);
	assert_int_equal(visitor_get(&anna, "/activity"), 200);
}

static void
a_sign_in_while_strava_fails_can_be_tried_again(void **state)
{
	char url[URL_SIZE], path[URL_SIZE];

	(void)state;
	strava_web_begin(&anna, url);
	strava_web_consent(&web, url, "decision=authorize", path);
	fault("/oauth/token", "status:500");
	assert_int_equal(visitor_get(&anna, path), 502);
	assert_true(visitor_says(&anna, "href=\"/login\">Try again</a>"));
	assert_string_equal(visitor_cookie(&anna, "sid"), "");
	forget_faults();
	strava_web_connect(&web, &anna, 0);
}

static void
disconnecting_while_strava_fails_keeps_everything(void **state)
{
	char *grant;

	(void)state;
	strava_web_connect(&web, &anna, 0);
	assert_string_equal(accounts(), "1");
	fault("/oauth/revoke", "status:503");
	assert_int_equal(
	    strava_web_post(&anna, "/profile", "/deauthorize"), 502);
	assert_true(visitor_says(&anna, "href=\"/profile\">Try again</a>"));
	assert_string_equal(accounts(), "1");
	assert_int_equal(visitor_get(&anna, "/profile"), 200);
	forget_faults();
	assert_int_equal(
	    strava_web_post(&anna, "/profile", "/deauthorize"), 303);
	assert_string_equal(accounts(), "0");
	grant = strava_web_grant(&web, strava_web_athlete(&web, 0));
	assert_string_equal(grant, "");
	free(grant);
}

/* --- the database --- */

static void
without_its_database_the_app_says_so(void **state)
{
	char url[URL_SIZE], path[URL_SIZE];

	(void)state;
	strava_web_connect(&web, &anna, 0);
	strava_web_begin(&anna, url);
	strava_web_consent(&web, url, "decision=authorize", path);
	assert_int_equal(visitor_get(&anna, "/ready"), 200);
	postgres_crash(web.world.postgres);
	assert_int_equal(visitor_get(&anna, "/profile"), 503);
	assert_true(visitor_says(&anna, "The database does not answer"));
	assert_non_null(visitor_header(&anna, "Retry-After"));
	assert_int_equal(visitor_get(&anna, path), 503);
	assert_int_equal(visitor_get(&anna, "/ready"), 503);
	assert_int_equal(visitor_get(&anna, "/health"), 200);
	visitor_end(&anna);
	visitor_start(&anna, web.base);
	assert_int_equal(visitor_get(&anna, "/"), 200);
	assert_int_equal(visitor_get(&anna, "/login"), 503);
	postgres_restart(web.world.postgres);
	assert_int_equal(visitor_get(&anna, "/ready"), 200);
	strava_web_connect(&web, &anna, 0);
	assert_int_equal(visitor_get(&anna, "/profile"), 200);
}

static void
a_sign_in_outlives_a_crash_of_the_database(void **state)
{
	char url[URL_SIZE], path[URL_SIZE];

	(void)state;
	strava_web_begin(&anna, url);
	strava_web_consent(&web, url, "decision=authorize", path);
	postgres_crash(web.world.postgres);
	assert_int_equal(visitor_get(&anna, path), 503);
	postgres_restart(web.world.postgres);
	assert_int_equal(visitor_get(&anna, path), 303);
	assert_int_equal(visitor_get(&anna, "/activity"), 200);
}

/* --- around every answer --- */

static void
check_headers(void)
{
	static const struct {
		const char *name, *holds;
	} always[] = {
		{ "Content-Security-Policy", "default-src 'none'; style-src "
					     "'self'; img-src 'self' data:; "
					     "form-action 'self' http://" },
		{ "Content-Security-Policy",
		    "frame-ancestors 'none'; base-uri 'none'" },
		{ "X-Content-Type-Options", "nosniff" },
		{ "Referrer-Policy", "same-origin" },
		{ "Cross-Origin-Opener-Policy", "same-origin" },
		{ "Cross-Origin-Resource-Policy", "same-origin" },
		{ "Permissions-Policy", "geolocation=()" },
		{ "Cache-Control", "" },
	};
	const char *value;

	for (size_t i = 0; i < sizeof(always) / sizeof(*always); i++) {
		value = visitor_header(&anna, always[i].name);
		assert_non_null(value);
		assert_non_null(strstr(value, always[i].holds));
	}
	assert_null(
	    strstr(visitor_header(&anna, "Content-Security-Policy"), "unsafe"));
	assert_null(strstr(
	    visitor_header(&anna, "Content-Security-Policy"), "script-src"));
	assert_null(visitor_header(&anna, "Server"));
}

static void
every_answer_carries_the_headers(void **state)
{
	static const struct {
		const char *method, *path;
		int         status;
	} cases[] = {
		{ "GET", "/", 200 },
		{ "GET", "/about", 200 },
		{ "GET", "/activity", 200 },
		{ "GET", "/history", 200 },
		{ "GET", "/profile", 200 },
		{ "GET", "/login", 303 },
		{ "GET", "/exchange_token", 400 },
		{ "GET", "/activity?id=x", 400 },
		{ "GET", "/activity?id=1", 404 },
		{ "GET", "/map/1", 404 },
		{ "POST", "/logout", 403 },
		{ "POST", "/deauthorize", 403 },
		{ "POST", "/activity_process", 403 },
		{ "GET", "/logout", 405 },
		{ "PUT", "/profile", 405 },
		{ "GET", "/webhook", 403 },
		{ "POST", "/webhook", 403 },
		{ "GET", "/health", 200 },
		{ "GET", "/ready", 200 },
		{ "GET", "/static/none.css", 404 },
		{ "GET", "/nowhere", 404 },
		{ "GET", "/.git/HEAD", 404 },
		{ "GET", "/favicon.ico", 404 },
		{ "GET", "/metrics", 404 },
		{ "GET", "/admin", 404 },
		{ "GET", "/activity/..%2fprofile", 400 },
		{ "GET", "/?a=%00", 400 },
		{ "GET", "/?a=%zz", 400 },
		{ "GET", "/?a=1&a=2", 400 },
	};

	(void)state;
	strava_web_connect(&web, &anna, 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(visitor_send(&anna, cases[i].method,
				     cases[i].path, NULL, NULL),
		    cases[i].status);
		check_headers();
		assert_string_equal(
		    visitor_header(&anna, "Cache-Control"), "no-store");
	}
}

static void
another_host_is_sent_away_but_for_a_probe(void **state)
{
	(void)state;
	anna.extra_header = "Host: evil.example";
	assert_int_equal(visitor_get(&anna, "/"), 421);
	assert_false(visitor_says(&anna, "evil.example"));
	assert_true(visitor_says(&anna, web.base));
	assert_int_equal(visitor_get(&anna, "/ready"), 421);
	assert_int_equal(visitor_get(&anna, "/health"), 200);
	assert_int_equal(visitor_get(&anna, "/health?x=1"), 421);
	anna.extra_header = "X-Forwarded-Host: evil.example";
	assert_int_equal(visitor_get(&anna, "/login"), 303);
	assert_null(strstr(visitor_header(&anna, "Location"), "evil"));
	anna.extra_header = NULL;
}

static void
behind_https_the_cookies_are_locked_to_the_host(void **state)
{
	const char *cookie;

	(void)state;
	strava_web_restart(&web, "BASE_URL", "https://rides.example");
	anna.extra_header = "Host: rides.example";
	assert_int_equal(visitor_get(&anna, "/login"), 303);
	cookie = visitor_header(&anna, "Set-Cookie");
	assert_memory_equal(cookie, "__Host-login0=", 14);
	assert_non_null(strstr(cookie, "; Secure"));
	assert_non_null(strstr(cookie, "; Path=/;"));
	assert_non_null(visitor_header(&anna, "Strict-Transport-Security"));
	anna.extra_header = NULL;
	strava_web_restart(&web, NULL, NULL);
	assert_int_equal(visitor_get(&anna, "/"), 200);
	assert_null(visitor_header(&anna, "Strict-Transport-Security"));
}

/* The path of the style sheet whose name begins so, in the last page. */
static void
style_path(const char *name, char path[128])
{
	const char *at = strstr(visitor_page(&anna), name);

	assert_non_null(at);
	snprintf(path, 128, "%.*s", (int)strcspn(at, "\""), at);
}

/* Undoes gzip and returns the length. */
static size_t
unpacked(const struct buf *packed)
{
	static unsigned char out[1 << 20];
	z_stream             z = { 0 };

	assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
	z.next_in = (unsigned char *)packed->data;
	z.avail_in = (unsigned)packed->len;
	z.next_out = out;
	z.avail_out = sizeof(out);
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	inflateEnd(&z);
	return z.total_out;
}

static void
style_sheets_are_small_and_stay_in_the_browser(void **state)
{
	static const char *const plain[] = { "Accept-Encoding: identity",
		"Accept-Encoding: gzip;q=0", "Accept-Encoding: *;q=0.000",
		"Accept-Encoding: br, gzip;q=0.0, *" };
	char                     path[128];
	size_t                   len;

	(void)state;
	visitor_get(&anna, "/");
	style_path("/static/bootstrap.", path);
	anna.extra_header = "Accept-Encoding: br, GZIP";
	assert_int_equal(visitor_get(&anna, path), 200);
	assert_string_equal(visitor_header(&anna, "Content-Encoding"), "gzip");
	assert_string_equal(visitor_header(&anna, "Vary"), "Accept-Encoding");
	assert_string_equal(visitor_header(&anna, "Cache-Control"),
	    "public, max-age=31536000, immutable");
	assert_string_equal(
	    visitor_header(&anna, "Content-Type"), "text/css; charset=utf-8");
	assert_true(anna.response.body.len < 31744);
	len = unpacked(&anna.response.body);
	check_headers();
	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++) {
		anna.extra_header = plain[i];
		assert_int_equal(visitor_get(&anna, path), 200);
		assert_null(visitor_header(&anna, "Content-Encoding"));
		assert_int_equal(anna.response.body.len, len);
	}
	anna.extra_header = NULL;
	assert_int_equal(visitor_get(&anna, "/static/bootstrap.css"), 404);
	assert_int_equal(visitor_get(&anna, "/static/001_sessions.sql"), 404);
}

static void
no_page_asks_another_site_for_anything(void **state)
{
	static const char *const pages[] = { "/", "/about", "/activity",
		"/history", "/profile" };

	(void)state;
	strava_web_connect(&web, &anna, 0);
	for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++) {
		assert_int_equal(visitor_get(&anna, pages[i]), 200);
		assert_false(visitor_says(&anna, "src=\"http"));
		assert_false(visitor_says(&anna, "stylesheet\" href=\"http"));
		assert_false(visitor_says(&anna, "style="));
		assert_false(visitor_says(&anna, "onclick"));
		assert_non_null(strstr(visitor_page(&anna), "<h1>"));
		assert_null(
		    strstr(strstr(visitor_page(&anna), "<h1>") + 4, "<h1>"));
	}
}

/* --- webhooks --- */

static int
post_event(const char *event)
{
	return visitor_send(
	    &anna, "POST", "/webhook", "application/json", event);
}

static void
switch_webhooks_on(void)
{
	strava_web_restart(&web, "STRAVA_WEBHOOK_VERIFY_TOKEN", VERIFY_TOKEN);
}

static void
the_handshake_takes_the_right_word_only(void **state)
{
	static const char *const odd[] = { "a=b",
		"hub.challenge=", "hub.challenge=%22%7D%3Cscript%3E" };
	static const char *const wrong[] = { "", "a", "a-word-for-the-handshak",
		"a-word-for-the-handshakee", "A-WORD-FOR-THE-HANDSHAKE" };
	char                     path[512];

	(void)state;
	switch_webhooks_on();
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		snprintf(path, sizeof(path),
		    "/webhook?hub.mode=subscribe&hub.challenge=abc&"
		    "hub.verify_token=%s",
		    wrong[i]);
		assert_int_equal(visitor_get(&anna, path), 403);
		assert_false(visitor_says(&anna, "abc"));
	}
	assert_int_equal(
	    visitor_get(&anna, "/webhook?hub.mode=subscribe&hub.challenge="
			       "15f7d1a91c1f40f8a748fd134752feb3&"
			       "hub.verify_token=" VERIFY_TOKEN),
	    200);
	assert_string_equal(visitor_page(&anna),
	    "{\"hub.challenge\":\"15f7d1a91c1f40f8a748fd134752feb3\"}");
	assert_string_equal(
	    visitor_header(&anna, "Content-Type"), "application/json");
	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
		snprintf(path, sizeof(path),
		    "/webhook?hub.mode=subscribe&%s&"
		    "hub.verify_token=" VERIFY_TOKEN,
		    odd[i]);
		assert_int_equal(visitor_get(&anna, path), 400);
		assert_false(visitor_says(&anna, "<script>"));
	}
}

/* D-66 */
static void
what_is_no_event_is_refused(void **state)
{
	static const char *const bad[] = { "", "{", "[]", "null", "1", "\"x\"",
		"{\"owner_id\":1,\"owner_id\":2}" };
	static const char *const ignored[] = { "{}",
		"{\"object_type\":\"club\"}", "{\"object_type\":5}",
		"{\"object_type\":\"athlete\",\"owner_id\":-1,"
		"\"updates\":{\"authorized\":\"false\"}}",
		"{\"object_type\":\"athlete\",\"owner_id\":\"1\","
		"\"updates\":{\"authorized\":\"false\"}}",
		"{\"object_type\":\"athlete\",\"owner_id\":1,\"updates\":[]}",
		"{\"object_type\":\"athlete\",\"owner_id\":1,"
		"\"updates\":{\"authorized\":\"true\"}}",
		"{\"object_type\":\"athlete\",\"owner_id\":424242,"
		"\"updates\":{\"authorized\":\"false\"}}" };

	(void)state;
	switch_webhooks_on();
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(post_event(bad[i]), 400);
	for (size_t i = 0; i < sizeof(ignored) / sizeof(*ignored); i++)
		assert_int_equal(post_event(ignored[i]), 200);
	assert_int_equal(
	    visitor_send(&anna, "POST", "/webhook", "text/html", "{}"), 415);
	assert_int_equal(visitor_get(&anna, "/webhook/"), 404);
	assert_int_equal(visitor_get(&anna, "/WEBHOOK"), 404);
}

static void
a_forged_event_costs_one_look_and_no_account(void **state)
{
	char    event[160];
	int64_t before;

	(void)state;
	switch_webhooks_on();
	strava_web_connect(&web, &anna, 0);
	snprintf(event, sizeof(event),
	    "{\"object_type\":\"athlete\",\"owner_id\":%" PRId64
	    ",\"updates\":{\"authorized\":\"false\"}}",
	    strava_web_athlete(&web, 0));
	before = world_calls(&web.world, "GET /api/v3/athlete");
	for (int i = 0; i < 20; i++)
		assert_int_equal(post_event(event), 200);
	assert_int_equal(
	    world_calls(&web.world, "GET /api/v3/athlete"), before + 1);
	assert_string_equal(accounts(), "1");
	assert_int_equal(visitor_get(&anna, "/profile"), 200);
}

static void
a_true_event_deletes_the_account(void **state)
{
	char body[64], event[160], query[128];

	(void)state;
	switch_webhooks_on();
	strava_web_connect(&web, &anna, 1);
	snprintf(body, sizeof(body), "{\"athlete\":%" PRId64 "}",
	    strava_web_athlete(&web, 1));
	snprintf(event, sizeof(event),
	    "{\"object_type\":\"athlete\",\"owner_id\":%" PRId64
	    ",\"updates\":{\"authorized\":\"false\"}}",
	    strava_web_athlete(&web, 1));
	world_tell(&web.world, "/_control/revoke", body);
	fault("/oauth/token", "status:503");
	assert_int_equal(post_event(event), 503);
	assert_int_equal(post_event(event), 503);
	forget_faults();
	world_advance(&web.world, 3600);
	switch_webhooks_on();
	assert_int_equal(post_event(event), 200);
	snprintf(query, sizeof(query),
	    "SELECT count(*) FROM tokenstore.account WHERE subject = "
	    "'%" PRId64 "'",
	    strava_web_athlete(&web, 1));
	assert_string_equal(postgres_value(web.world.postgres, query), "0");
	assert_int_equal(visitor_get(&anna, "/profile"), 403);
	assert_true(visitor_says(&anna, "Please sign in"));
}

/*
 * The database as it was before the athlete connected once more, but with that
 * consent to come in the moment in which the old one is found dead: after the
 * refusal is noted, before anybody else has looked.
 */
static void
let_consent_come_with_the_refusal(int64_t athlete)
{
	char sql[256];

	snprintf(sql, sizeof(sql),
	    "CREATE TABLE public.earlier AS SELECT * FROM tokenstore.account"
	    " WHERE subject = '%" PRId64 "'",
	    athlete);
	postgres_sql(web.world.postgres, sql);
	strava_web_connect(&web, &ben, 2);
	postgres_sql(web.world.postgres,
	    "CREATE TABLE public.later AS SELECT a.* FROM tokenstore.account a"
	    " JOIN public.earlier USING (subject);"
	    "DELETE FROM tokenstore.account a USING public.earlier e"
	    " WHERE a.subject = e.subject;"
	    "DELETE FROM tokenstore.spill;"
	    "INSERT INTO tokenstore.account SELECT * FROM public.earlier;"
	    "CREATE FUNCTION public.consent() RETURNS trigger"
	    " LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN"
	    " UPDATE tokenstore.account a SET state = 0, last_error = '',"
	    "  token_seq = a.token_seq + 1, rt_mac = l.rt_mac,"
	    "  key_id = l.key_id, refresh_ct = l.refresh_ct,"
	    "  access_ct = l.access_ct, expires_at = l.expires_at,"
	    "  due_at = l.due_at FROM public.later l"
	    " WHERE a.subject = l.subject;"
	    " RETURN NULL; END $$;"
	    "CREATE TRIGGER consent AFTER UPDATE ON tokenstore.account"
	    " FOR EACH ROW WHEN (OLD.state = 0 AND NEW.state = 1)"
	    " EXECUTE FUNCTION public.consent()");
}

static void
a_consent_that_comes_while_an_event_is_looked_into_stays(void **state)
{
	const int64_t athlete = strava_web_athlete(&web, 2);
	char          body[64], event[160], *before, *after;

	(void)state;
	switch_webhooks_on();
	strava_web_connect(&web, &anna, 2);
	snprintf(body, sizeof(body), "{\"athlete\":%" PRId64 "}", athlete);
	snprintf(event, sizeof(event),
	    "{\"object_type\":\"athlete\",\"owner_id\":%" PRId64
	    ",\"updates\":{\"authorized\":\"false\"}}",
	    athlete);
	world_tell(&web.world, "/_control/revoke", body);
	let_consent_come_with_the_refusal(athlete);
	before = strava_web_grant(&web, athlete);
	assert_string_not_equal(before, "");
	assert_int_equal(post_event(event), 200);
	after = strava_web_grant(&web, athlete);
	assert_string_equal(after, before);
	free(before);
	free(after);
	assert_int_equal(visitor_get(&ben, "/profile"), 200);
}

/* --- the program --- */

/* Runs the app with one setting changed (NULL: taken away) up to its end. */
static int
run_with(const char *option, const char *name, const char *value, char **err)
{
	struct environment env;
	struct process     process;
	int                code;

	world_environment(&web.world, &env);
	environment_unset(&env, "INVOKER_AUTH");
	if (name != NULL && value != NULL)
		environment_set(&env, name, value);
	else if (name != NULL)
		environment_unset(&env, name);
	world_run(&web.world, &process,
	    (const char *const[]){ PATH_STRAVA_WEB, option, NULL }, &env);
	environment_free(&env);
	assert_true(process_wait(&process, 20000));
	code = process.code;
	*err = process_err(&process);
	process_free(&process);
	return code;
}

static void
wrong_settings_are_named_and_nothing_starts(void **state)
{
	static const struct {
		const char *name, *value;
		int         code;
		const char *says;
	} cases[] = {
		{ "STRAVA_CLIENT_SECRET", NULL, 2, "STRAVA_CLIENT_SECRET" },
		{ "STRAVA_CLIENT_SECRT", "x", 2, "STRAVA_CLIENT_SECRT" },
		{ "TOKEN_KEYS", "1:short", 2, "TOKEN_KEYS" },
		{ "BASE_URL", "rides.example", 2, "BASE_URL" },
		{ "BASE_URL", "https://rides.example/x", 2, "BASE_URL" },
		{ "PORT", "no", 2, "PORT" },
		{ "DATABASE_URL", NULL, 2, "DATABASE_URL" },
		{ "DATABASE_URL", "host=db.example.org dbname=x", 2,
		    "DATABASE_URL" },
		{ "STRAVA_CLIENT_SECRET", "sm://none", 2,
		    "STRAVA_CLIENT_SECRET" },
	};
	char *err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(
		    run_with(NULL, cases[i].name, cases[i].value, &err),
		    cases[i].code);
		assert_non_null(strstr(err, cases[i].says));
		assert_null(strstr(err, WORLD_CLIENT_SECRET));
		free(err);
	}
}

static void
check_looks_and_changes_nothing(void **state)
{
	char *err;

	(void)state;
	assert_int_equal(run_with("--check", NULL, NULL, &err), 0);
	free(err);
	assert_int_equal(run_with("--help", NULL, NULL, &err), 0);
	free(err);
	assert_int_equal(run_with("--version", NULL, NULL, &err), 0);
	free(err);
	assert_int_equal(run_with("--nonsense", NULL, NULL, &err), 2);
	assert_non_null(strstr(err, "--nonsense"));
	free(err);
	world_new_database(&web.world);
	assert_int_equal(run_with("--check", NULL, NULL, &err), 1);
	assert_non_null(strstr(err, "database"));
	free(err);
	assert_string_equal(postgres_value(web.world.postgres,
				"SELECT count(*) FROM pg_namespace WHERE "
				"nspname IN ('web', 'tokenstore')"),
	    "0");
}

#define STAGE_TEST(f) \
	cmocka_unit_test_setup_teardown(f, stage_enter, stage_leave)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STAGE_TEST(each_trouble_of_strava_has_a_page),
		STAGE_TEST(a_token_that_strava_refuses_is_renewed_once),
		STAGE_TEST(consent_withdrawn_at_strava_is_noticed),
		STAGE_TEST(a_sign_in_while_strava_fails_can_be_tried_again),
		STAGE_TEST(disconnecting_while_strava_fails_keeps_everything),
		STAGE_TEST(without_its_database_the_app_says_so),
		STAGE_TEST(a_sign_in_outlives_a_crash_of_the_database),
		STAGE_TEST(every_answer_carries_the_headers),
		STAGE_TEST(another_host_is_sent_away_but_for_a_probe),
		STAGE_TEST(behind_https_the_cookies_are_locked_to_the_host),
		STAGE_TEST(style_sheets_are_small_and_stay_in_the_browser),
		STAGE_TEST(no_page_asks_another_site_for_anything),
		STAGE_TEST(the_handshake_takes_the_right_word_only),
		STAGE_TEST(what_is_no_event_is_refused),
		STAGE_TEST(a_forged_event_costs_one_look_and_no_account),
		STAGE_TEST(a_true_event_deletes_the_account),
		STAGE_TEST(
		    a_consent_that_comes_while_an_event_is_looked_into_stays),
		STAGE_TEST(wrong_settings_are_named_and_nothing_starts),
		STAGE_TEST(check_looks_and_changes_nothing),
	};

	return cmocka_run_group_tests_name(
	    "apps.web_troubles", tests, stage_open, stage_close);
}
