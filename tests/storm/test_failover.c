/* SPDX-License-Identifier: MIT */

/*
 * PG-12: the primary dies while tokens are stored, its synchronous standby takes
 * over, and the store goes on there by itself.  What was acknowledged is there.
 *
 * STORM_PROMOTIONS is how often.
 */

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "process.h"
#include "test.h"
#include "writers.h"

#define PAIR SOURCE_DIR "/tests/storm/pair"
#define PROMOTIONS 2
#define PAIR_MS 120000

static struct failover {
	char           base[64];
	FILE          *keeper;
	char           conninfo[320];
	struct writers writers;
} failover;

/* Runs the script, and is skipped where it is. */
static void
pair(const char *command, const char *argument)
{
	static const char  script[] = PAIR;
	const char *const  argv[] = { script, command, failover.base, argument,
		 NULL };
	struct environment env = { 0 };
	struct process     process;

	environment_set(&env, "PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
	process_start(&process, argv, &env, failover.base, "pair");
	assert_true(process_wait(&process, PAIR_MS));
	if (process.code == 77)
		errx(77, "skipped");
	if (process.code != 0)
		fail_msg("pair %s: %s", command, process_err(&process));
	process_free(&process);
	environment_free(&env);
}

static void
what_was_acknowledged_outlives_the_primary(void **state)
{
	const char *wanted = secure_getenv("STORM_PROMOTIONS");
	int n = wanted != NULL ? (int)strtol(wanted, NULL, 10) : PROMOTIONS;
	struct waits waits;
	int          before, stored;

	(void)state;
	writers_start(&failover.writers, failover.conninfo);
	for (int i = 0; i < n; i++) {
		before = failover.writers.items[0].stored;
		pair("fail", i % 2 == 0 ? "0" : "1");
		writers_check(&failover.writers);
		assert_true(failover.writers.items[0].stored > before);
	}
	waits = writers_waits(&failover.writers);
	stored = writers_end(&failover.writers);
	print_message("%d promotions, %d tokens stored, nothing lost; longest "
		      "wait between two tokens of a writer %lld ms\n",
	    n, stored, (long long)waits.longest_ms);
}

static int
start(void **state)
{
	char command[256];

	(void)state;
	snprintf(failover.base, sizeof(failover.base), "/tmp/pair.XXXXXX");
	assert_non_null(mkdtemp(failover.base));
	/* It ends both servers when its input ends, with this process at the
	 * latest. */
	snprintf(command, sizeof(command), PAIR " keep %s", failover.base);
	failover.keeper = popen(command, "we");
	assert_non_null(failover.keeper);
	pair("start", NULL);
	snprintf(failover.conninfo, sizeof(failover.conninfo),
	    "host=%s/0/run,%s/1/run port=5432,5432 dbname=app user=app "
	    "target_session_attrs=read-write",
	    failover.base, failover.base);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	writers_end(&failover.writers);
	pclose(failover.keeper);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_acknowledged_outlives_the_primary),
	};

	return cmocka_run_group_tests_name("apps failover", tests, start, end);
}
