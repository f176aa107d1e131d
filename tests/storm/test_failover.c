/* SPDX-License-Identifier: MIT */

/*
 * PG-12: the primary dies while tokens are stored, its synchronous standby takes
 * over, and the store goes on there by itself.  What was acknowledged is there.
 *
 * STORM_PROMOTIONS is how often.
 */

#include <err.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tokenstore/tokenstore.h>
#include <unistd.h>

#include "clock.h"
#include "process.h"
#include "test.h"

#define PAIR SOURCE_DIR "/tests/storm/pair"
#define KEYS "7:VGhpcyBpcyBhIGtleSBmb3IgdGVzdHMgb25seSEhISE="
#define PROMOTIONS 2
#define WRITERS 4
#define PAIR_MS 120000
#define HOUR_S 3600

/* Stores one token after the other, each in exchange for the one before. */
struct writer {
	pthread_t       thread;
	pthread_mutex_t lock; /* held from one token to the next */
	tokenstore     *store;
	char            subject[8];
	int             stored; /* tokens that were acknowledged */
	int             failures;
	int64_t         acknowledged_ms, longest_ms;
};

static struct failover {
	char          base[64];
	FILE         *keeper;
	char          conninfo[320];
	atomic_bool   stop;
	struct writer writers[WRITERS];
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

static tokenstore *
open_store(void)
{
	const tokenstore_options options = {
		.conninfo = failover.conninfo,
		.keys = KEYS,
		.provider = "strava",
		.client_id = "1001",
		.actor = "test",
		.connect_timeout_ms = 2000,
	};
	tokenstore      *store;
	tokenstore_error err;

	if (tokenstore_open(&options, &store, &err) != TOKENSTORE_OK)
		fail_msg("%s", err.message);
	return store;
}

static tokenstore_grant
grant_of(const struct writer *writer, int number, char token[64])
{
	snprintf(token, 64, "refresh-%s-%d", writer->subject, number);
	return (tokenstore_grant){ .access_token = "access",
		.refresh_token = token,
		.expires_at = clock_utc_s(NULL) + HOUR_S,
		.expires_in = HOUR_S };
}

/* Counts what a call says; true when it is to be repeated. */
static bool
again(struct writer *writer, tokenstore_status status)
{
	if (status == TOKENSTORE_OK)
		return false;
	writer->failures++;
	clock_sleep_ms(20, NULL);
	return !atomic_load(&failover.stop);
}

/* The next token is stored in exchange for the last one, over and over until the
 * store says that it has it. */
static void
store_next(struct writer *writer)
{
	tokenstore_claim_list *list = NULL;
	char                   token[64];
	tokenstore_grant grant = grant_of(writer, writer->stored + 1, token);
	int64_t          now;
	int              stored = 0;

	/* A claim whose answer was lost ends with its lease of a second. */
	while (again(writer, tokenstore_claim_one(writer->store,
				 writer->subject, 1, &list, NULL)))
		continue;
	if (list == NULL || list->count == 0) {
		tokenstore_claim_list_free(list);
		clock_sleep_ms(20, NULL);
		return;
	}
	while (again(writer, tokenstore_save(writer->store, list->items[0],
				 &grant, grant.expires_at, &stored, NULL)))
		continue;
	tokenstore_claim_list_free(list);
	if (stored == 0)
		return;
	now = clock_steady_ms();
	if (now - writer->acknowledged_ms > writer->longest_ms)
		writer->longest_ms = now - writer->acknowledged_ms;
	writer->acknowledged_ms = now;
	writer->stored++;
}

static void *
write_on(void *ctx)
{
	struct writer *writer = ctx;

	while (!atomic_load(&failover.stop)) {
		pthread_mutex_lock(&writer->lock);
		store_next(writer);
		pthread_mutex_unlock(&writer->lock);
		clock_sleep_ms(1, NULL);
	}
	return NULL;
}

static void
start_writer(struct writer *writer, int number)
{
	char             token[64];
	tokenstore_grant grant;
	tokenstore_error err;

	snprintf(writer->subject, sizeof(writer->subject), "%d", number);
	grant = grant_of(writer, 0, token);
	writer->store = open_store();
	if (tokenstore_put(writer->store, writer->subject, &grant, &err) !=
	    TOKENSTORE_OK)
		fail_msg("%s", err.message);
	pthread_mutex_init(&writer->lock, NULL);
	writer->acknowledged_ms = clock_steady_ms();
	assert_int_equal(
	    pthread_create(&writer->thread, NULL, write_on, writer), 0);
}

/* The token that was acknowledged last is the one that the store has. */
static void
check(tokenstore *store, struct writer *writer)
{
	tokenstore_claim_list *list = NULL;
	tokenstore_error       err;
	char                   token[64];

	pthread_mutex_lock(&writer->lock);
	grant_of(writer, writer->stored, token);
	do {
		tokenstore_claim_list_free(list);
		if (tokenstore_claim_one(store, writer->subject, 1, &list,
			&err) != TOKENSTORE_OK)
			fail_msg("%s", err.message);
	} while (list->count == 0 && clock_sleep_ms(50, NULL));
	assert_string_equal(list->items[0]->refresh_token, token);
	assert_int_equal(
	    tokenstore_release(store, list->items[0], &err), TOKENSTORE_OK);
	tokenstore_claim_list_free(list);
	pthread_mutex_unlock(&writer->lock);
}

static void
what_was_acknowledged_outlives_the_primary(void **state)
{
	const char *wanted = secure_getenv("STORM_PROMOTIONS");
	int n = wanted != NULL ? (int)strtol(wanted, NULL, 10) : PROMOTIONS;
	tokenstore      *store = open_store();
	tokenstore_error err;
	int              before, after;

	(void)state;
	if (tokenstore_migrate(store, &err) != TOKENSTORE_OK)
		fail_msg("%s", err.message);
	for (int i = 0; i < WRITERS; i++)
		start_writer(&failover.writers[i], i);
	for (int i = 0; i < n; i++) {
		before = failover.writers[0].stored;
		pair("fail", i % 2 == 0 ? "0" : "1");
		for (int w = 0; w < WRITERS; w++)
			check(store, &failover.writers[w]);
		after = failover.writers[0].stored;
		assert_true(after > before);
	}
	atomic_store(&failover.stop, true);
	for (int i = 0; i < WRITERS; i++) {
		struct writer *writer = &failover.writers[i];

		pthread_join(writer->thread, NULL);
		print_message("writer %d: %d tokens stored, %d calls failed, "
			      "longest wait between two %lld ms\n",
		    i, writer->stored, writer->failures,
		    (long long)writer->longest_ms);
		tokenstore_close(writer->store);
	}
	tokenstore_close(store);
	print_message("%d promotions, nothing lost\n", n);
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
