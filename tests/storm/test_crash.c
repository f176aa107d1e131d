/* SPDX-License-Identifier: MIT */

/*
 * update_tokens, killed at every point of a run: at each statement that it sends
 * to the database and at each request that it sends to Strava, half sent, sent
 * and not answered, half answered.  Nothing in the program helps: its links fall
 * silent at the point, and then it is killed.
 *
 * The rule that each death is judged by: the athlete must consent again if and
 * only if Strava handed out another refresh token that was not committed.
 */

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "enrolled.h"
#include "members.h"
#include "once.h"
#include "proxy.h"
#include "test.h"

#define SIX_HOURS 21600
#define RUN_MS 60000
#define STATEMENTS_MAX 64
#define STATEMENT_SIZE 512
#define DEAD_TOKEN "ffffffffffffffffffffffffffffffffffffffff"

/* Where a run dies. */
struct point {
	bool              database; /* else Strava */
	struct proxy_plan plan;
};

#define POINTS_MAX 512

static struct crash {
	struct world    world;
	struct enrolled enrolled; /* one athlete */
	struct proxy   *strava, *database;

	/* The statements that a run sends, each once; noted by the threads of
	 * the proxy. */
	atomic_bool     noting;
	pthread_mutex_t lock;
	char            statements[STATEMENTS_MAX][STATEMENT_SIZE];
	size_t          statement_count;

	struct point    points[POINTS_MAX];
	size_t          point_count;

	/* What came of them. */
	int not_reached, kept, flagged;
} crash;

/* The text that a message of the protocol has a statement parsed from: 'P', the
 * length, no name, the text.  Its length; 0 for any other message. */
static size_t
statement_of(const char *bytes, size_t len, const char **text)
{
	size_t text_len;

	if (len < 8 || bytes[0] != 'P')
		return 0;
	*text = bytes + 6;
	text_len = strnlen(*text, len - 6);
	return text_len < STATEMENT_SIZE ? text_len : STATEMENT_SIZE - 1;
}

static void
note_statement(void *ctx, uint64_t connection, enum proxy_way way,
    const char *bytes, size_t len)
{
	struct crash *c = ctx;
	const char   *text;
	size_t        i, text_len;

	(void)connection;
	if (way != PROXY_UP || !atomic_load(&c->noting) ||
	    (text_len = statement_of(bytes, len, &text)) == 0)
		return;
	pthread_mutex_lock(&c->lock);
	for (i = 0; i < c->statement_count; i++)
		if (strncmp(c->statements[i], text, text_len) == 0)
			break;
	if (i == c->statement_count && i < STATEMENTS_MAX)
		memcpy(c->statements[c->statement_count++], text, text_len);
	pthread_mutex_unlock(&c->lock);
}

static int
start(void **state)
{
	(void)state;
	world_start(&crash.world, "apps.crash", 0);
	enrol(&crash.world, 1, &crash.enrolled);
	crash.strava = proxy_to_port(crash.world.sandbox_port);
	crash.database =
	    proxy_to_postgres(postgres_conninfo(crash.world.postgres));
	pthread_mutex_init(&crash.lock, NULL);
	proxy_watch(crash.database, note_statement, &crash);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	proxy_stop(crash.strava);
	proxy_stop(crash.database);
	world_end(&crash.world);
	return 0;
}

static void
all_passes(void)
{
	static const struct proxy_plan pass = { .act = PROXY_PASS };

	proxy_plan(crash.strava, &pass);
	proxy_plan(crash.database, &pass);
}

/* A run whose links are the proxies. */
static void
start_run(struct process *process)
{
	struct world      *world = &crash.world;
	struct environment env;
	char               text[512];

	world_environment(world, &env);
	proxy_conninfo(crash.database, postgres_conninfo(world->postgres), text,
	    sizeof(text));
	environment_set(&env, "DATABASE_URL", text);
	snprintf(text, sizeof(text), "http://127.0.0.1:%d/oauth",
	    proxy_port(crash.strava));
	environment_set(&env, "STRAVA_OAUTH_BASE", text);
	once_start(world, process, &env);
	environment_free(&env);
}

/* The store holds the athlete's live refresh token and, in front of it, a dead
 * one if the run shall meet two. */
static void
prepare(int candidates)
{
	struct world      *world = &crash.world;
	struct strava_side side =
	    enrolled_strava_side(world, crash.enrolled.ids[0]);
	char             subject[24];
	tokenstore      *store = enrolled_store(world);
	tokenstore_grant grant = { .access_token = "short-lived",
		.refresh_token = side.refresh_token,
		.expires_in = 60 };
	tokenstore_error err;

	snprintf(
	    subject, sizeof(subject), "%lld", (long long)crash.enrolled.ids[0]);
	if (tokenstore_now(store, &grant.expires_at, &err) != TOKENSTORE_OK ||
	    tokenstore_delete(store, subject, 0, NULL, &err) != TOKENSTORE_OK ||
	    tokenstore_put(store, subject, &grant, &err) != TOKENSTORE_OK)
		fail_msg("%s", err.message);
	grant.refresh_token = DEAD_TOKEN;
	if (candidates == 2 &&
	    tokenstore_put(store, subject, &grant, &err) != TOKENSTORE_OK)
		fail_msg("%s", err.message);
	tokenstore_close(store);
	world_advance(world, SIX_HOURS);
}

static void
add(bool database, const struct proxy_plan *plan)
{
	struct point *point = &crash.points[crash.point_count++];

	assert_true(crash.point_count <= POINTS_MAX);
	*point = (struct point){ database, *plan };
	point->plan.act = PROXY_HOLE;
}

/* Of each statement: half sent, executed and not answered, half answered. */
static void
add_statements(void)
{
	for (size_t i = 0; i < crash.statement_count; i++) {
		const char *text = crash.statements[i];

		add(true,
		    &(struct proxy_plan){ .text = text, .way = PROXY_UP });
		add(true,
		    &(struct proxy_plan){ .text = text, .way = PROXY_DOWN });
		add(true, &(struct proxy_plan){
			      .text = text, .way = PROXY_DOWN, .after = 12 });
	}
}

/* Of the n-th request: nothing, a part and all but the end of it sent; the same
 * of the answer. */
static void
add_request(uint64_t n)
{
	static const size_t sent[] = { 0, 1, 120, 300 };
	static const size_t answered[] = { 0, 1, 16, 120, 240, 300, 360, 420 };

	for (size_t i = 0; i < COUNT(sent); i++)
		add(false,
		    &(struct proxy_plan){
			.request = n, .way = PROXY_UP, .after = sent[i] });
	for (size_t i = 0; i < COUNT(answered); i++)
		add(false, &(struct proxy_plan){ .request = n,
			       .way = PROXY_DOWN,
			       .after = answered[i] });
}

/* A run that goes well shows what there is to break. */
static void
find_points(int candidates)
{
	static char    subject[24];
	struct process process;

	crash.statement_count = crash.point_count = 0;
	memset(crash.statements, 0, sizeof(crash.statements));
	prepare(candidates);
	all_passes();
	atomic_store(&crash.noting, true);
	start_run(&process);
	assert_int_equal(once_wait(&process, 0).refreshed, 1);
	process_free(&process);
	atomic_store(&crash.noting, false);
	assert_true(crash.statement_count > 3);
	assert_true(crash.statement_count < STATEMENTS_MAX);
	add_statements();
	for (int i = 1; i <= candidates; i++)
		add_request((uint64_t)i);
	/* The claim of this athlete, which need not be the first one. */
	snprintf(
	    subject, sizeof(subject), "%lld", (long long)crash.enrolled.ids[0]);
	add(true,
	    &(struct proxy_plan){
		.text = subject, .text_way = PROXY_DOWN, .way = PROXY_DOWN });
}

/* Runs until the point and kills; false when the run ended before. */
static bool
die_at(const struct point *point)
{
	struct proxy  *link = point->database ? crash.database : crash.strava;
	int64_t        until = clock_steady_ms() + RUN_MS;
	struct process process;
	bool           hit = false;

	all_passes();
	proxy_plan(link, &point->plan);
	start_run(&process);
	while (!hit && !process_wait(&process, 0)) {
		assert_true(clock_steady_ms() < until);
		clock_sleep_ms(1, NULL);
		hit = proxy_counts(link).hits > 0;
	}
	process_signal(&process, SIGKILL);
	assert_true(process_wait(&process, RUN_MS));
	process_free(&process);
	all_passes();
	return hit;
}

static int64_t
refreshes_stored(void)
{
	tokenstore_account *account =
	    enrolled_account(&crash.world, crash.enrolled.ids[0]);
	int64_t n = account->total_refreshes;

	tokenstore_account_free(account);
	return n;
}

static void
describe(const struct point *point)
{
	const struct proxy_plan *plan = &point->plan;

	if (plan->text != NULL)
		print_error("database, %s %zu bytes behind: %.200s\n",
		    plan->way == PROXY_UP ? "sent" : "answered", plan->after,
		    plan->text);
	else
		print_error("Strava, request %d, %zu bytes %s\n",
		    (int)plan->request, plan->after,
		    plan->way == PROXY_UP ? "sent" : "answered");
}

static void
hold(const struct point *point, bool holds, const char *what)
{
	if (holds)
		return;
	describe(point);
	fail_msg("%s", what);
}

/* One death, and what the next run makes of it. */
static void
one_death(const struct point *point, int candidates)
{
	int64_t            id = crash.enrolled.ids[0];
	struct strava_side before, after;
	struct report      report;
	bool               rotated, lost;

	prepare(candidates);
	before = enrolled_strava_side(&crash.world, id);
	if (!die_at(point)) {
		crash.not_reached++;
		return;
	}
	after = enrolled_strava_side(&crash.world, id);
	rotated = strcmp(before.refresh_token, after.refresh_token) != 0;
	lost = rotated && refreshes_stored() == 0;
	world_advance(&crash.world, SIX_HOURS);
	report = once(&crash.world, 0);
	hold(point, report.due == 1, "the athlete was not due");
	hold(point, report.revoked == lost, "flagged, or not, wrongly");
	hold(point, report.refreshed == !lost, "refreshed, or not, wrongly");
	hold(point, enrolled_compare(&crash.world, &crash.enrolled) == lost,
	    "the store does not say what the report says");
	hold(point, enrolled_strava_side(&crash.world, id).overlaps == 0,
	    "two requests at once");
	crash.kept += !lost;
	crash.flagged += lost;
}

static void
all_deaths(const char *rotation, int candidates)
{
	char body[64];

	snprintf(body, sizeof(body), "{\"when\":\"%s\"}", rotation);
	world_tell(&crash.world, "/_control/rotation", body);
	crash.kept = crash.flagged = crash.not_reached = 0;
	find_points(candidates);
	for (size_t i = 0; i < crash.point_count; i++)
		one_death(&crash.points[i], candidates);
	print_message("rotation %s, %d candidates: %zu points, %d not reached, "
		      "%d kept, %d flagged\n",
	    rotation, candidates, crash.point_count, crash.not_reached,
	    crash.kept, crash.flagged);
	if (strcmp(rotation, "never") == 0)
		assert_int_equal(crash.flagged, 0);
	assert_true(crash.kept > crash.flagged);
}

static void
no_death_loses_the_only_token(void **state)
{
	(void)state;
	all_deaths("always", 1);
}

static void
no_death_loses_the_second_candidate(void **state)
{
	(void)state;
	all_deaths("always", 2);
}

/* Where fewer answers rotate, fewer points can cost anything at all. */
static void
nor_where_tokens_rotate_sometimes_or_never(void **state)
{
	(void)state;
	if (secure_getenv("STORM_FULL") == NULL)
		skip();
	for (int candidates = 1; candidates <= 2; candidates++) {
		all_deaths("sometimes", candidates);
		all_deaths("never", candidates);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_death_loses_the_only_token),
		cmocka_unit_test(no_death_loses_the_second_candidate),
		cmocka_unit_test(nor_where_tokens_rotate_sometimes_or_never),
	};

	return cmocka_run_group_tests_name("apps crash", tests, start, end);
}
