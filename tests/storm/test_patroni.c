/* SPDX-License-Identifier: MIT */

/*
 * Three servers under Patroni, with a synchronous standby, and all programs at
 * work: again and again another server becomes the primary, because it was asked
 * to, because PostgreSQL died, or because Patroni died, and then the old one takes
 * writes for a while that nobody waits for.  Now and then a program dies with it.
 *
 * In the end the store is compared with what Strava has, as after a storm, and
 * what writers were told that it is stored has to be there after each change.
 *
 * STORM_FAILOVERS is how often, STORM_SEED what is drawn.
 */

#include <err.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "callers.h"
#include "clock.h"
#include "guests.h"
#include "pg.h"
#include "test.h"
#include "writers.h"

#define TRIO SOURCE_DIR "/tests/storm/trio"
#define FAILOVERS 20
#define ATHLETES 100
#define PARTS 20 /* of the athletes; one after the other is made due */
#define SIX_HOURS 21600
#define TRIO_MS 180000
#define TICK_MS 10
#define PART_MS 150
#define VISIT_MS 300
#define CALL_MS 1000

enum kind { SWITCHOVER, POSTGRES, PATRONI, KINDS };

static const char *const kinds[KINDS] = { "switchover", "postgres", "patroni" };

static struct patroni {
	char           base[64];
	FILE          *keeper; /* ends the servers when this closes */
	char           conninfo[320];
	struct world   world;
	struct crew    crew;
	struct oracle  oracle;
	struct guests  guests;
	struct callers callers;
	struct lot     lot;
	struct writers writers;
	struct pg     *pg;
	int            part;
	int64_t    part_at, visit_at, kill_at; /* steady clock; 0: no kill */
	enum place victim;
	int        kills;
	int64_t    longest_ms[KINDS];
} patroni;

/* A few athletes at a time: a commit that hangs keeps their rows locked. */
static void
make_due(int part)
{
	static const char sql[] =
	    "UPDATE tokenstore.account SET due_at = to_timestamp(0)"
	    " WHERE state = 0 AND subject = ANY ($1::text[])";
	const struct enrolled *enrolled = &patroni.oracle.enrolled;
	char                   list[512] = "{";
	size_t                 len = 1;
	struct pg_param        param = PG_TEXT(list);

	for (size_t i = (size_t)part; i < enrolled->count; i += PARTS)
		len += (size_t)snprintf(list + len, sizeof(list) - len,
		    "%s%" PRId64, len > 1 ? "," : "", enrolled->ids[i]);
	snprintf(list + len, sizeof(list) - len, "}");
	pg_run(patroni.pg, sql, &param, 1, NULL, NULL);
}

/* Time passes, and everybody is at work. */
static void
tick(void)
{
	int64_t now = clock_steady_ms();

	for (int i = 0; i < PLACES; i++)
		if (patroni.crew.hands[i].condition == DOWN)
			hand_start(&patroni.crew.hands[i]);
	callers_call(&patroni.callers);
	callers_take(&patroni.callers, TICK_MS);
	crew_look(&patroni.crew);
	if (now >= patroni.part_at) {
		make_due(patroni.part++ % PARTS);
		patroni.part_at = now + PART_MS;
	}
	if (now >= patroni.visit_at) {
		guests_visit(&patroni.guests);
		patroni.visit_at = now + VISIT_MS;
	}
	if (patroni.kill_at != 0 && now >= patroni.kill_at &&
	    patroni.crew.hands[patroni.victim].condition == UP) {
		hand_kill(&patroni.crew.hands[patroni.victim]);
		patroni.kills++;
		patroni.kill_at = 0;
	}
}

/* Runs the script while everybody is at work, and is skipped where it is. */
static char *
trio(const char *command, const char *argument, void (*meanwhile)(void))
{
	static const char  script[] = TRIO;
	const char *const  argv[] = { script, command, patroni.base, argument,
		 NULL };
	struct environment env = { 0 };
	struct process     process;
	int64_t            until = clock_steady_ms() + TRIO_MS;
	static unsigned    runs;
	char               name[32], *text;

	snprintf(name, sizeof(name), "%03u-%s", ++runs, command);
	environment_set(&env, "PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
	process_start(&process, argv, &env, patroni.base, name);
	while (!process_wait(&process, TICK_MS) && clock_steady_ms() < until)
		if (meanwhile != NULL)
			meanwhile();
	text = process_err(&process);
	if (process.code == 77)
		errx(77, "%.*s", (int)strcspn(text, "\n"), text);
	if (process.pid != 0 || process.code != 0)
		fail_msg("trio %s: %s", command, text);
	free(text);
	text = process_out(&process);
	text[strcspn(text, "\n")] = '\0';
	process_free(&process);
	environment_free(&env);
	return text;
}

static void
work_for(int64_t ms)
{
	int64_t until = clock_steady_ms() + ms;

	while (clock_steady_ms() < until)
		tick();
}

/* Each writer stores a token that it has not begun yet. */
static void
await_writers(void)
{
	int     before[WRITERS];
	int64_t until = clock_steady_ms() + TRIO_MS;

	for (int i = 0; i < WRITERS; i++)
		before[i] = patroni.writers.items[i].stored;
	for (int i = 0; i < WRITERS; i++)
		while (patroni.writers.items[i].stored < before[i] + 2) {
			assert_true(clock_steady_ms() < until);
			tick();
		}
}

static void
one_failover(int number)
{
	enum kind    kind = (enum kind)(number % KINDS);
	char        *leader = trio("settle", NULL, tick);
	struct waits waits;

	work_for(1000 + (int64_t)lot_draw(&patroni.lot, 2000));
	writers_waits(&patroni.writers);
	if (number % 2 == 1) {
		patroni.victim = (enum place)(number / 2 % PLACES);
		patroni.kill_at =
		    clock_steady_ms() + (int64_t)lot_draw(&patroni.lot, 3000);
	}
	free(trio(kinds[kind], leader, tick));
	free(trio("settle", NULL, tick));
	await_writers();
	writers_check(&patroni.writers);
	waits = writers_waits(&patroni.writers);
	if (waits.longest_ms > patroni.longest_ms[kind])
		patroni.longest_ms[kind] = waits.longest_ms;
	print_message("%2d: %-10s of n%s: %5lld ms from a failed call to a "
		      "good one, %5lld ms between two tokens\n",
	    number + 1, kinds[kind], leader, (long long)waits.outage_ms,
	    (long long)waits.longest_ms);
	free(leader);
}

static void
end_the_work(void)
{
	for (int i = 0; i < PLACES; i++)
		if (patroni.crew.hands[i].condition == UP)
			hand_ask_to_end(&patroni.crew.hands[i]);
	while (crew_is_busy(&patroni.crew)) {
		callers_take(&patroni.callers, TICK_MS);
		crew_look(&patroni.crew);
	}
	callers_give_up(&patroni.callers);
	while (oracle_strava_sum(&patroni.oracle, "in_flight") > 0)
		clock_sleep_ms(TICK_MS, NULL);
}

static void
nothing_is_lost_under_patroni(void **state)
{
	const char *wanted = secure_getenv("STORM_FAILOVERS");
	int n = wanted != NULL ? (int)strtol(wanted, NULL, 10) : FAILOVERS;
	int stored;

	(void)state;
	for (int i = 0; i < n; i++)
		one_failover(i);
	end_the_work();
	stored = writers_end(&patroni.writers);
	assert_int_equal(oracle_strava_sum(&patroni.oracle, "overlaps"), 0);
	world_advance(&patroni.world, SIX_HOURS);
	oracle_open(&patroni.oracle);
	oracle_judge_all(&patroni.oracle);
	print_message(
	    "%d failovers; %d tokens of writers; %" PRId64
	    " refreshes, %" PRId64
	    " reports added up; %d visits, %d consents, %d disconnects; %d "
	    "kills; longest between two tokens of a writer: %lld ms at a "
	    "switchover, %lld when PostgreSQL died, %lld when Patroni did\n",
	    n, stored, oracle_strava_sum(&patroni.oracle, "token_posts"),
	    patroni.callers.reports + patroni.crew.reports,
	    patroni.guests.visits, patroni.guests.consents,
	    patroni.guests.disconnects, patroni.kills,
	    (long long)patroni.longest_ms[SWITCHOVER],
	    (long long)patroni.longest_ms[POSTGRES],
	    (long long)patroni.longest_ms[PATRONI]);
	oracle_tell(&patroni.oracle);
}

static void
start_servers(void)
{
	char  command[256];
	char *conninfo;

	snprintf(patroni.base, sizeof(patroni.base), "/tmp/trio.XXXXXX");
	assert_non_null(mkdtemp(patroni.base));
	snprintf(command, sizeof(command), TRIO " keep %s", patroni.base);
	patroni.keeper = popen(command, "we");
	assert_non_null(patroni.keeper);
	conninfo = trio("start", NULL, NULL);
	snprintf(patroni.conninfo, sizeof(patroni.conninfo), "%s", conninfo);
	free(conninfo);
}

static int
start(void **state)
{
	const char *seed = secure_getenv("STORM_SEED");

	(void)state;
	patroni.lot.seed = seed != NULL ? strtoull(seed, NULL, 10)
					: (uint64_t)clock_utc_s(NULL);
	start_servers();
	world_start_on(&patroni.world, "apps.patroni", 0,
	    postgres_elsewhere(patroni.conninfo));
	fprintf(patroni.keeper, "%s\n", patroni.world.logs);
	fflush(patroni.keeper);
	patroni.oracle =
	    (struct oracle){ .world = &patroni.world, .crew = &patroni.crew };
	enrol(&patroni.world, ATHLETES, &patroni.oracle.enrolled);
	world_tell(
	    &patroni.world, "/_control/rotation", "{\"when\":\"always\"}");
	oracle_open(&patroni.oracle);
	crew_start(&patroni.crew, &patroni.world);
	guests_start(&patroni.guests, &patroni.oracle, &patroni.lot);
	callers_start(&patroni.callers, &patroni.crew);
	patroni.pg = pg_new(patroni.conninfo, NULL, "due", CALL_MS, CALL_MS);
	assert_non_null(patroni.pg);
	writers_start(&patroni.writers, patroni.conninfo);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	writers_end(&patroni.writers);
	pg_free(patroni.pg);
	callers_end(&patroni.callers);
	guests_end(&patroni.guests);
	oracle_close(&patroni.oracle);
	crew_end(&patroni.crew);
	world_end(&patroni.world);
	pclose(patroni.keeper);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_lost_under_patroni),
	};

	return cmocka_run_group_tests_name("apps patroni", tests, start, end);
}
