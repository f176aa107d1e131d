/* SPDX-License-Identifier: MIT */
#include <err.h>
#include <inttypes.h>
#include <libpq-fe.h>
#include <openssl/rand.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "internal.h"
#include "postgres.h"
#include "rounds.h"

/*
 * What a claim and a save cost for each token, in a table of so many accounts,
 * against a table as one would write it down first: columns as they come to mind,
 * null for never, an index on the due time, claims from its left edge, no room on
 * the pages.  Both claim and save 250 at a time with the same kind of statements;
 * ours also seals and opens what it stores.
 *
 * Every account is always due.  SETTLED tokens are refreshed before any time is
 * taken, then TOKENS of both in turn.  Then a forgotten transaction keeps the
 * server from removing what is dead, HELD more tokens are refreshed, and TOKENS
 * are timed again.  So many at every size: what is dead weighs the same.
 */

#define BATCH 250
#define TOKENS 20000
#define SETTLED 40000
#define HELD 100000
#define BULK 5000 /* what the naive table claims and saves at once, untimed */
#define SAMPLES (TOKENS / BATCH)
#define LOOKS 21
#define INTERVAL_S INT64_C(21600)
#define LONG_AGO_S INT64_C(1000000) /* nobody is due so early */
#define KEYS "1:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
#define TOKEN "r4b945687g8b945687g8b945687g8b945687g8b9"

static struct postgres *server;

static void
check(tokenstore_status status, const tokenstore_error *err)
{
	if (status == TOKENSTORE_OK)
		return;
	errx(1, "%s", err->message);
}

static tokenstore *
open_at(int64_t offset_s)
{
	const tokenstore_options options = {
		.conninfo = postgres_conninfo(server),
		.keys = KEYS,
		.provider = "bench",
		.client_id = "1",
		.actor = "bench",
		.call_timeout_ms = 600000,
		.clock_offset_s = offset_s,
	};
	tokenstore      *store;
	tokenstore_error err;

	check(tokenstore_open(&options, &store, &err), &err);
	return store;
}

static PGresult *
ask(PGconn *conn, const char *sql, const struct ts_params *params)
{
	const char *values[TS_PARAMS_MAX];
	int         lengths[TS_PARAMS_MAX], formats[TS_PARAMS_MAX];
	PGresult   *result;

	for (int i = 0; i < params->count; i++) {
		values[i] = params->values[i].data;
		lengths[i] = params->values[i].len;
		formats[i] = params->values[i].len > 0;
	}
	result = PQexecParams(
	    conn, sql, params->count, NULL, values, lengths, formats, 1);
	if (PQresultStatus(result) == PGRES_COMMAND_OK ||
	    PQresultStatus(result) == PGRES_TUPLES_OK)
		return result;
	errx(1, "%s", PQerrorMessage(conn));
}

/* Our accounts: sealed here, since a record opens only in its own row.  They
 * are due from 11 days ago on, in the order of a hash. */
static void
add_accounts(PGconn *conn, tokenstore *store, int64_t first, size_t count)
{
	static const char sql[] =
	    "INSERT INTO tokenstore.account (due_at, grant_epoch, rt_mac,"
	    " expires_at, created_at, updated_at, app_id, expires_in, key_id,"
	    " slot, subject, access_ct, refresh_ct)"
	    " SELECT to_timestamp(floor(extract(epoch FROM now()))"
	    "  - 950400 + u.due), 1, u.mac, now(), now(), now(), $1::int4,"
	    "  21600, 1, u.slot, u.who, u.record, u.record"
	    " FROM unnest($2::int8[], $3::int8[], $4::int8[], $5::text[],"
	    "  $6::bytea[]) AS u (due, mac, slot, who, record)";
	static const enum ts_type types[] = { TS_INT8, TS_INT8, TS_INT8,
		TS_TEXT, TS_BYTEA };
	struct ts_params          params = { .count = 0 };
	struct ts_prints          prints;
	struct buf                columns[5], record;
	char                      subject[24];

	buf_init(&record, 1024);
	for (size_t c = 0; c < 5; c++) {
		buf_init(&columns[c], (size_t)1 << 24);
		ts_array_start(&columns[c], types[c], count);
	}
	for (size_t i = 0; i < count; i++) {
		struct ts_place place = ts_place_of(store, subject);

		snprintf(
		    subject, sizeof(subject), "%" PRId64, first + (int64_t)i);
		ts_seal(&store->ring, TS_REFRESH, &place, TOKEN, &record);
		ts_prints_make(&prints, &store->ring, TOKEN);
		ts_array_int(&columns[0], ts_hash(subject) % INTERVAL_S);
		ts_array_int(&columns[1], prints.values[0]);
		ts_array_int(&columns[2], ts_hash(subject) % TS_SLOTS);
		ts_array_text(&columns[3], subject);
		ts_array_bytes(&columns[4], &record);
	}
	ts_add_int(&params, store->app_id);
	for (size_t c = 0; c < 5; c++)
		ts_add_bytes(&params, &columns[c]);
	PQclear(ask(conn, sql, &params));
	for (size_t c = 0; c < 5; c++)
		buf_free(&columns[c]);
	buf_free(&record);
}

/* Rows go in faster without indexes, which come back as they were. */
static const char drop_indexes[] =
    "CREATE SCHEMA naive;"
    "CREATE TABLE naive.indexes AS SELECT pg_get_indexdef(indexrelid) AS sql"
    " FROM pg_index WHERE indrelid = 'tokenstore.account'::regclass;"
    "ALTER TABLE tokenstore.account DROP CONSTRAINT account_pkey;"
    "DROP INDEX tokenstore.account_due";
static const char make_indexes[] =
    "SET maintenance_work_mem = '512MB';"
    "DO $$ DECLARE index text; BEGIN FOR index IN SELECT sql"
    " FROM naive.indexes LOOP EXECUTE index; END LOOP; END $$;"
    "ALTER TABLE tokenstore.account ADD PRIMARY KEY USING INDEX account_pkey";
static const char make_naive[] =
    "SET maintenance_work_mem = '512MB';"
    "CREATE TABLE naive.account (subject text, app_id int4,"
    " access_ct bytea, refresh_ct bytea, rt_mac int8, expires_at timestamptz,"
    " expires_in int4, scope text, due_at timestamptz, lease_owner text,"
    " lease_until timestamptz, in_doubt_since timestamptz, last_error text,"
    " state int4 NOT NULL DEFAULT 0, fail_count int4 NOT NULL DEFAULT 0,"
    " total_refreshes int8 NOT NULL DEFAULT 0,"
    " total_refresh_checks int8 NOT NULL DEFAULT 0, last_refreshed_by text,"
    " last_used_at timestamptz, created_at timestamptz,"
    " updated_at timestamptz);"
    "INSERT INTO naive.account (subject, app_id, access_ct, refresh_ct,"
    " rt_mac, expires_at, expires_in, scope, due_at, created_at, updated_at)"
    " SELECT subject, app_id, access_ct, refresh_ct, rt_mac, expires_at,"
    "  expires_in, 'read', due_at + random() * interval '1 second',"
    "  created_at, updated_at FROM tokenstore.account;"
    "ALTER TABLE naive.account ADD PRIMARY KEY (app_id, subject);"
    "CREATE INDEX ON naive.account (due_at);"
    "GRANT ALL ON SCHEMA naive TO app; GRANT ALL ON naive.account TO app";

static void
load(PGconn *conn, int64_t rows)
{
	tokenstore      *store = open_at(0);
	tokenstore_error err;
	tokenstore_stats stats;

	check(tokenstore_migrate(store, &err), &err);
	check(tokenstore_stats_get(store, &stats, &err), &err);
	postgres_sql(server, drop_indexes);
	for (int64_t n = 0; n < rows; n += 5000)
		add_accounts(conn, store, n,
		    (size_t)(rows - n < 5000 ? rows - n : 5000));
	tokenstore_close(store);
	postgres_sql(server, make_indexes);
	postgres_sql(server, make_naive);
	postgres_sql(server, "VACUUM (ANALYZE) tokenstore.account");
	postgres_sql(server, "VACUUM (ANALYZE) naive.account");
}

/* One batch through the library; how many tokens. */
static size_t
refresh_ours(tokenstore *store, int64_t now, double *claim_us, double *save_us)
{
	static const tokenstore_claim_options options = { .limit = BATCH,
		.lease_s = 120 };
	const tokenstore_grant                grant = {
			       .access_token = TOKEN,
			       .refresh_token = TOKEN,
			       .expires_at = now + INTERVAL_S,
			       .expires_in = INTERVAL_S,
	};
	tokenstore_save_item   items[BATCH] = { { 0 } };
	tokenstore_claim_list *list;
	tokenstore_error       err;
	double                 began = rounds_wall_us();
	size_t                 count;

	check(tokenstore_claim_due(store, &options, &list, &err), &err);
	*claim_us = rounds_wall_us() - began;
	count = list->count;
	for (size_t i = 0; i < count; i++)
		items[i] = (tokenstore_save_item){ .claim = list->items[i],
			.grant = &grant,
			.due_at = now + INTERVAL_S - 3300 };
	began = rounds_wall_us();
	check(tokenstore_save_many(store, items, count, &err), &err);
	*save_us = rounds_wall_us() - began;
	tokenstore_claim_list_free(list);
	return count;
}

static const char naive_claim[] =
    "UPDATE naive.account t SET lease_owner = 'bench',"
    " lease_until = now() + $1::int8 * interval '1 second'"
    "  + interval '120 seconds',"
    " total_refresh_checks = total_refresh_checks + 1,"
    " in_doubt_since = now() + $1::int8 * interval '1 second'"
    " WHERE (app_id, subject) IN (SELECT app_id, subject FROM naive.account"
    "  WHERE state = 0 AND due_at <= now() + $1::int8 * interval '1 second'"
    "  AND (lease_until IS NULL OR"
    "   lease_until < now() + $1::int8 * interval '1 second')"
    "  ORDER BY due_at LIMIT $2::int8 FOR UPDATE SKIP LOCKED)"
    " RETURNING subject, access_ct, refresh_ct";
static const char naive_save[] =
    "UPDATE naive.account t SET access_ct = u.access, refresh_ct = u.refresh,"
    " expires_at = to_timestamp($2::int8), due_at = to_timestamp($2::int8)"
    "  - interval '3300 seconds' + random() * interval '1 second',"
    " lease_owner = NULL, lease_until = NULL, in_doubt_since = NULL,"
    " total_refreshes = total_refreshes + 1, last_refreshed_by = 'bench',"
    " last_error = NULL, fail_count = 0, updated_at = now()"
    " FROM unnest($3::text[], $4::bytea[], $5::bytea[])"
    "  AS u (who, access, refresh)"
    " WHERE app_id = $1::int4 AND subject = u.who";

/* As many bytes as a record has, as random as those of a cipher. */
static void
add_noise(struct buf *column, size_t count)
{
	unsigned char noise[TS_SEAL_SIZE + sizeof(TOKEN) - 1];
	struct buf    record;

	buf_init(&record, sizeof(noise));
	ts_array_start(column, TS_BYTEA, count);
	for (size_t i = 0; i < count; i++) {
		if (RAND_bytes(noise, sizeof(noise)) != 1)
			errx(1, "no randomness");
		buf_clear(&record);
		buf_add(&record, noise, sizeof(noise));
		ts_array_bytes(column, &record);
	}
	buf_free(&record);
}

static size_t
refresh_naive(PGconn *conn, size_t limit, int64_t offset_s, int64_t now,
    double *claim_us, double *save_us)
{
	struct ts_params claim = { .count = 0 }, save = { .count = 0 };
	struct buf       columns[3];
	double           began = rounds_wall_us();
	PGresult        *result;
	size_t           count;

	ts_add_int(&claim, offset_s);
	ts_add_int(&claim, (int64_t)limit);
	result = ask(conn, naive_claim, &claim);
	*claim_us = rounds_wall_us() - began;
	count = (size_t)PQntuples(result);
	for (size_t c = 0; c < 3; c++)
		buf_init(&columns[c], 1 << 20);
	add_noise(&columns[1], count);
	add_noise(&columns[2], count);
	began = rounds_wall_us();
	ts_array_start(&columns[0], TS_TEXT, count);
	for (size_t i = 0; i < count; i++)
		ts_array_text(&columns[0], PQgetvalue(result, (int)i, 0));
	ts_add_int(&save, 1);
	ts_add_int(&save, now + INTERVAL_S);
	for (size_t c = 0; c < 3; c++)
		ts_add_bytes(&save, &columns[c]);
	PQclear(ask(conn, naive_save, &save));
	*save_us = rounds_wall_us() - began;
	PQclear(result);
	for (size_t c = 0; c < 3; c++)
		buf_free(&columns[c]);
	return count;
}

/* The time of a claim and of a save, for each batch. */
struct times {
	double claim[SAMPLES], save[SAMPLES];
	size_t count;
};

struct run {
	PGconn      *conn;
	int64_t      rows, offset_s;
	struct times ours, naive;
};

/* One batch of each, timed. */
static size_t
refresh_both(struct run *run, tokenstore *store, int64_t now)
{
	struct times *ours = &run->ours, *naive = &run->naive;
	size_t        i = ours->count++, k = naive->count++, done;

	done = refresh_ours(store, now, &ours->claim[i], &ours->save[i]);
	if (refresh_naive(run->conn, BATCH, run->offset_s, now,
		&naive->claim[k], &naive->save[k]) != done)
		errx(1, "less is due in one table than in the other");
	return done;
}

/* The same without taking the time: in the naive table many at once, which
 * leaves as much behind. */
static size_t
refresh_unseen(struct run *run, tokenstore *store, int64_t now)
{
	double claim_us, save_us;
	size_t done = 0;

	while (done < BULK)
		done += refresh_ours(store, now, &claim_us, &save_us);
	if (refresh_naive(run->conn, BULK, run->offset_s, now, &claim_us,
		&save_us) != done)
		errx(1, "less is due in one table than in the other");
	return done;
}

typedef size_t (*refresh_fn)(struct run *, tokenstore *, int64_t);

/* Refreshes so many tokens, and lets time pass whenever all accounts were
 * refreshed, and for every TOKENS. */
static void
refresh_tokens(struct run *run, int64_t tokens, refresh_fn refresh)
{
	int64_t          round = run->rows < TOKENS ? run->rows : TOKENS, now;
	tokenstore_error err;
	tokenstore      *store;

	for (; tokens > 0; tokens -= round, run->offset_s += INTERVAL_S) {
		store = open_at(run->offset_s);
		check(tokenstore_now(store, &now, &err), &err);
		for (int64_t done = 0; done < round;)
			done += (int64_t)refresh(run, store, now);
		tokenstore_close(store);
	}
}

static void
print(const char *name, struct times *times)
{
	double claim = rounds_median(times->claim, times->count) / BATCH;
	double save = rounds_median(times->save, times->count) / BATCH;

	printf("  %-28s claim %6.1f  save %6.1f  both %6.1f us a token\n", name,
	    claim, save, claim + save);
	fflush(stdout);
}

static void
measure(struct run *run, const char *naive, const char *ours)
{
	run->ours.count = run->naive.count = 0;
	refresh_tokens(run, TOKENS, refresh_both);
	print(naive, &run->naive);
	print(ours, &run->ours);
}

/* Claims long before anybody is due. */
static void
look(struct run *run)
{
	static const tokenstore_claim_options options = { .limit = 8,
		.lease_s = 120 };
	tokenstore                           *store = open_at(-LONG_AGO_S);
	tokenstore_claim_list                *list;
	tokenstore_error                      err;
	struct ts_params                      claim = { .count = 0 };
	double                                ours[LOOKS], naive[LOOKS], began;

	ts_add_int(&claim, -LONG_AGO_S);
	ts_add_int(&claim, options.limit);
	for (size_t i = 0; i < LOOKS; i++) {
		began = rounds_wall_us();
		check(tokenstore_claim_due(store, &options, &list, &err), &err);
		ours[i] = rounds_wall_us() - began;
		tokenstore_claim_list_free(list);
		began = rounds_wall_us();
		PQclear(ask(run->conn, naive_claim, &claim));
		naive[i] = rounds_wall_us() - began;
	}
	printf("  nothing is due: naive %.0f, tokenstore %.0f us a claim\n",
	    rounds_median(naive, LOOKS), rounds_median(ours, LOOKS));
	tokenstore_close(store);
}

static void
bench(int64_t rows)
{
	static struct run run;
	PGconn           *forgotten;

	postgres_new_database(server);
	run.rows = rows;
	run.offset_s = 0;
	run.conn = PQconnectdb(postgres_conninfo(server));
	forgotten = PQconnectdb(postgres_conninfo(server));
	load(run.conn, rows);
	printf("%" PRId64 " accounts\n", rows);
	look(&run);
	refresh_tokens(&run, SETTLED, refresh_unseen);
	measure(&run, "naive", "tokenstore");
	PQclear(PQexec(forgotten, "BEGIN ISOLATION LEVEL REPEATABLE READ;"
				  "SELECT 1 FROM tokenstore.app"));
	refresh_tokens(&run, HELD, refresh_unseen);
	measure(&run, "naive, xmin held", "tokenstore, xmin held");
	PQfinish(forgotten);
	PQfinish(run.conn);
}

/* More memory than the tests' servers have, as a database of that size would. */
static void
start_server(void)
{
	server = postgres_start();
	postgres_sql(server, "ALTER SYSTEM SET shared_buffers = '1GB'");
	postgres_sql(server, "ALTER SYSTEM SET max_wal_size = '8GB'");
	postgres_crash(server);
	postgres_restart(server);
}

int
main(int argc, char **argv)
{
	static const char *const usual[] = { "10000", "100000", "1000000" };
	const char *const       *rows =
            argc > 1 ? (const char *const *)argv + 1 : usual;
	int     count = argc > 1 ? argc - 1 : 3;
	int64_t n;

	start_server();
	for (int i = 0; i < count; i++) {
		if ((n = strtoll(rows[i], NULL, 10)) < BULK)
			errx(2, "at least %d accounts", BULK);
		bench(n);
	}
	postgres_end(server);
	return 0;
}
