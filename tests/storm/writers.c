/* SPDX-License-Identifier: MIT */
#include "writers.h"

#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "test.h"

#define KEYS "7:VGhpcyBpcyBhIGtleSBmb3IgdGVzdHMgb25seSEhISE="
#define HOUR_S 3600

static tokenstore *
open_store(const char *conninfo)
{
	const tokenstore_options options = {
		.conninfo = conninfo,
		.keys = KEYS,
		.provider = "strava",
		.client_id = "1002",
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

static void
keep_longest(int64_t *longest_ms, int64_t since_ms, int64_t now)
{
	if (now - since_ms > *longest_ms)
		*longest_ms = now - since_ms;
}

/* Counts what a call says; true when it is to be repeated. */
static bool
again(struct writer *writer, tokenstore_status status)
{
	int64_t now = clock_steady_ms();

	if (status == TOKENSTORE_OK) {
		if (writer->failing_ms != 0)
			keep_longest(
			    &writer->outage_ms, writer->failing_ms, now);
		writer->failing_ms = 0;
		return false;
	}
	if (writer->failing_ms == 0)
		writer->failing_ms = now;
	writer->failures++;
	clock_sleep_ms(20, NULL);
	return !atomic_load(&writer->writers->stop);
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
	keep_longest(&writer->longest_ms, writer->acknowledged_ms, now);
	writer->acknowledged_ms = now;
	writer->stored++;
}

static void *
write_on(void *ctx)
{
	struct writer *writer = ctx;

	while (!atomic_load(&writer->writers->stop)) {
		pthread_mutex_lock(&writer->lock);
		store_next(writer);
		pthread_mutex_unlock(&writer->lock);
		clock_sleep_ms(1, NULL);
	}
	return NULL;
}

static void
start_writer(struct writers *writers, int number)
{
	struct writer   *writer = &writers->items[number];
	char             token[64];
	tokenstore_grant grant;
	tokenstore_error err;

	writer->writers = writers;
	snprintf(writer->subject, sizeof(writer->subject), "%d", number);
	grant = grant_of(writer, 0, token);
	writer->store = open_store(writers->conninfo);
	if (tokenstore_put(writer->store, writer->subject, &grant, &err) !=
	    TOKENSTORE_OK)
		fail_msg("%s", err.message);
	pthread_mutex_init(&writer->lock, NULL);
	writer->acknowledged_ms = clock_steady_ms();
	assert_int_equal(
	    pthread_create(&writer->thread, NULL, write_on, writer), 0);
}

void
writers_start(struct writers *writers, const char *conninfo)
{
	tokenstore_error err;

	*writers = (struct writers){ .conninfo = conninfo };
	writers->store = open_store(conninfo);
	if (tokenstore_migrate(writers->store, &err) != TOKENSTORE_OK)
		fail_msg("%s", err.message);
	for (int i = 0; i < WRITERS; i++)
		start_writer(writers, i);
}

/* The claim that the store has for a writer who does not write. */
static tokenstore_status
claim(tokenstore *store, const struct writer *writer,
    tokenstore_claim_list **list, tokenstore_error *err)
{
	tokenstore_status status;

	*list = NULL;
	do {
		tokenstore_claim_list_free(*list);
		status =
		    tokenstore_claim_one(store, writer->subject, 1, list, err);
	} while (status == TOKENSTORE_OK && (*list)->count == 0 &&
		 clock_sleep_ms(50, NULL));
	return status;
}

static void
check(tokenstore *store, struct writer *writer)
{
	tokenstore_claim_list *list;
	tokenstore_error       err;
	tokenstore_status      status;
	char                   expected[64], token[64] = "";

	pthread_mutex_lock(&writer->lock);
	grant_of(writer, writer->stored, expected);
	status = claim(store, writer, &list, &err);
	if (status == TOKENSTORE_OK) {
		snprintf(
		    token, sizeof(token), "%s", list->items[0]->refresh_token);
		status = tokenstore_release(store, list->items[0], &err);
	}
	tokenstore_claim_list_free(list);
	pthread_mutex_unlock(&writer->lock);
	if (status != TOKENSTORE_OK)
		fail_msg("%s", err.message);
	assert_string_equal(token, expected);
}

void
writers_check(struct writers *writers)
{
	for (int i = 0; i < WRITERS; i++)
		check(writers->store, &writers->items[i]);
}

struct waits
writers_waits(struct writers *writers)
{
	struct waits waits = { 0 };

	for (int i = 0; i < WRITERS; i++) {
		struct writer *writer = &writers->items[i];

		pthread_mutex_lock(&writer->lock);
		if (writer->longest_ms > waits.longest_ms)
			waits.longest_ms = writer->longest_ms;
		if (writer->outage_ms > waits.outage_ms)
			waits.outage_ms = writer->outage_ms;
		writer->longest_ms = 0;
		writer->outage_ms = 0;
		pthread_mutex_unlock(&writer->lock);
	}
	return waits;
}

int
writers_end(struct writers *writers)
{
	int stored = 0;

	atomic_store(&writers->stop, true);
	for (int i = 0; i < WRITERS; i++) {
		struct writer *writer = &writers->items[i];

		stored += writer->stored;
		if (writer->thread == 0)
			continue;
		pthread_join(writer->thread, NULL);
		pthread_mutex_destroy(&writer->lock);
		tokenstore_close(writer->store);
		writer->thread = 0;
	}
	tokenstore_close(writers->store);
	writers->store = NULL;
	return stored;
}
