/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/*
 * An access token is due for renewal this long before it ends; less when it
 * lives shorter.  A part of that, different for each account, is added, so that
 * accounts which connected together do not fall due together.
 */
#define MARGIN_S 3300

tokenstore_status
ts_lock_row(tokenstore *store, const char *subject, struct ts_row *row,
    tokenstore_error *err)
{
	/* clang-format off */
	static const char sql[] =
	    "SELECT state, rt_mac, grant_epoch, lease_id,"
	    " lease_until > " TS_NOW ","
	    " " TS_EPOCH("in_doubt_since") ", token_seq"
	    " FROM tokenstore.account WHERE app_id = $2::int4 AND subject = $3"
	    " FOR NO KEY UPDATE";
	/* clang-format on */
	struct ts_params  params;
	struct pg_result *result;
	tokenstore_status status;

	memset(row, 0, sizeof(*row));
	ts_params_timed(&params, store, subject);
	status = ts_run(store, sql, &params, &result, err);
	if (status != TOKENSTORE_OK)
		return status;
	row->found = pg_result_rows(result) > 0;
	if (row->found) {
		row->state = (tokenstore_state)pg_result_int(result, 0, 0);
		row->rt_mac = pg_result_int(result, 0, 1);
		row->grant_epoch = pg_result_int(result, 0, 2);
		row->lease_id = pg_result_int(result, 0, 3);
		row->leased = pg_result_int(result, 0, 4) != 0;
		row->in_doubt_since = pg_result_int(result, 0, 5);
		row->sequence = pg_result_int(result, 0, 6);
	}
	pg_result_free(result);
	return TOKENSTORE_OK;
}

tokenstore_status
ts_add_event(tokenstore *store, const char *subject, const char *kind,
    tokenstore_error *err)
{
	static const char sql[] =
	    "INSERT INTO tokenstore.event"
	    " (app_id, subject, at, kind, actor, token_seq)"
	    " SELECT app_id, subject,"
	    "  clock_timestamp() + $1::int8 * interval '1 second', $4, $5,"
	    "  token_seq FROM tokenstore.account"
	    " WHERE app_id = $2::int4 AND subject = $3"
	    " ON CONFLICT DO NOTHING";
	struct ts_params params;

	ts_params_timed(&params, store, subject);
	ts_add_text(&params, kind);
	ts_add_text(&params, store->actor);
	return ts_run(store, sql, &params, NULL, err);
}

tokenstore_status
ts_sealed_make(struct ts_sealed *sealed, const tokenstore *store,
    const char *subject, const tokenstore_grant *grant, tokenstore_error *err)
{
	struct ts_place   place = ts_place_of(store, subject);
	tokenstore_status status;
	bool              ok;

	memset(sealed, 0, sizeof(*sealed));
	buf_init(&sealed->access, TS_TOKEN_MAX + TS_SEAL_SIZE);
	buf_init(&sealed->refresh, TS_TOKEN_MAX + TS_SEAL_SIZE);
	if ((status = ts_check_grant(grant, err)) != TOKENSTORE_OK)
		return status;
	sealed->grant = grant;
	sealed->has_access =
	    grant->access_token != NULL && *grant->access_token != '\0';
	ok =
	    ts_seal(&store->ring, TS_REFRESH, &place, grant->refresh_token,
		&sealed->refresh) &&
	    ts_prints_make(&sealed->prints, &store->ring, grant->refresh_token);
	if (ok && sealed->has_access)
		ok = ts_seal(&store->ring, TS_ACCESS, &place,
		    grant->access_token, &sealed->access);
	return ok ? TOKENSTORE_OK : ts_no_memory(err);
}

void
ts_sealed_free(struct ts_sealed *sealed)
{
	buf_free(&sealed->access);
	buf_free(&sealed->refresh);
}

int64_t
ts_first_due(const char *subject, const struct ts_sealed *sealed)
{
	const tokenstore_grant *grant = sealed->grant;
	int64_t                 margin = MARGIN_S, due;

	if (!sealed->has_access)
		return 0;
	if (grant->expires_in > 0 && grant->expires_in / 2 < margin)
		margin = grant->expires_in / 2;
	due = grant->expires_at - margin + ts_hash(subject) % (margin / 3 + 1);
	return due > 0 ? due : 0;
}

struct put {
	const char             *subject;
	const struct ts_sealed *sealed;
	int64_t                 due_at, grant_epoch;
};

/* The first twelve parameters of both statements below. */
static void
put_params(
    struct ts_params *params, const tokenstore *store, const struct put *put)
{
	const struct ts_sealed *sealed = put->sealed;

	ts_params_timed(params, store, put->subject);
	ts_add_int(params, put->due_at);
	ts_add_int(params, sealed->prints.values[0]);
	ts_add_int(params, sealed->grant->expires_at);
	ts_add_int(params, sealed->grant->expires_in);
	ts_add_int(params, store->ring.keys[0].id);
	if (sealed->has_access)
		ts_add_bytes(params, &sealed->access);
	else
		ts_add_text(params, NULL);
	ts_add_bytes(params, &sealed->refresh);
	ts_add_text(params, store->actor);
	ts_add_text(params, sealed->grant->scope);
}

/* *inserted: the account was not there. */
static tokenstore_status
insert_account(tokenstore *store, const struct put *put, bool *inserted,
    tokenstore_error *err)
{
	static const char sql[] =
	    "INSERT INTO tokenstore.account (due_at, rt_mac, expires_at,"
	    " token_seq,"
	    " expires_in, key_id, access_ct, refresh_ct, last_refreshed_by,"
	    " scope, grant_epoch, slot, app_id, subject, created_at,"
	    " last_used_at, updated_at)"
	    " VALUES (to_timestamp($4::int8), $5::int8, CASE WHEN $9::bytea IS"
	    " NULL THEN 'epoch'::timestamptz ELSE to_timestamp($6::int8) END,"
	    " " TS_FIRST_SEQUENCE ","
	    " $7::int4, $8::int4, coalesce($9::bytea, ''), $10::bytea, $11,"
	    " coalesce($12, ''), $13::int8, $14::int2, $2::int4, $3, " TS_NOW
	    ", " TS_NOW ", " TS_NOW_EXACT
	    ") ON CONFLICT (subject, app_id) DO NOTHING";
	struct ts_params  params;
	struct pg_result *result;
	tokenstore_status status;

	put_params(&params, store, put);
	ts_add_int(&params, put->grant_epoch);
	ts_add_int(&params, ts_hash(put->subject) % TS_SLOTS);
	status = ts_run(store, sql, &params, &result, err);
	if (status != TOKENSTORE_OK)
		return status;
	*inserted = pg_result_affected(result) > 0;
	pg_result_free(result);
	return TOKENSTORE_OK;
}

/*
 * Makes the grant's refresh token the main one of an account that is there; the
 * old one joins the others.  A lease is left alone, and with it the doubt about
 * the token that its holder is spending.
 */
static tokenstore_status
update_account(tokenstore *store, const struct put *put, tokenstore_error *err)
{
	static const char sql[] = "UPDATE tokenstore.account SET" TS_SET_GRANT(
	    "$4::int8", "$5::int8", "$6::int8", "$7::int4", "$8::int4",
	    "$9::bytea", "$10::bytea", "$11",
	    "$12") ", in_doubt_since = CASE WHEN lease_until > " TS_NOW
		   "  THEN in_doubt_since ELSE 'epoch' END, revoked_at = "
		   "'epoch',"
		   " last_used_at = " TS_NOW
		   " WHERE app_id = $2::int4 AND subject = $3";
	struct pg_result *result;
	struct ts_params  params;
	struct ts_row     row;
	tokenstore_status status;

	status = ts_lock_row(store, put->subject, &row, err);
	if (status == TOKENSTORE_OK && !row.found)
		return ts_fail(err, TOKENSTORE_ERR_BUSY,
		    "the account was deleted at the same moment");
	if (status == TOKENSTORE_OK &&
	    !ts_prints_have(&put->sealed->prints, row.rt_mac))
		status = ts_spill_main(store, put->subject, err);
	if (status == TOKENSTORE_OK)
		status = ts_spill_remove(
		    store, put->subject, &put->sealed->prints, err);
	if (status != TOKENSTORE_OK)
		return status;
	put_params(&params, store, put);
	status = ts_run(store, sql, &params, &result, err);
	if (status != TOKENSTORE_OK)
		return status;
	if (pg_result_affected(result) == 0)
		status = ts_not_taken(err);
	pg_result_free(result);
	return status;
}

static tokenstore_status
put_work(tokenstore *store, void *ctx, tokenstore_error *err)
{
	const struct put *put = ctx;
	tokenstore_status status;
	bool              inserted = false;

	status = insert_account(store, put, &inserted, err);
	if (status == TOKENSTORE_OK && !inserted)
		status = update_account(store, put, err);
	if (status == TOKENSTORE_OK)
		status = ts_add_event(store, put->subject, "consent", err);
	return status;
}

tokenstore_status
tokenstore_put(tokenstore *store, const char *subject,
    const tokenstore_grant *grant, tokenstore_error *err)
{
	struct ts_sealed  sealed;
	struct put        put = { subject, &sealed, 0, ts_random() };
	tokenstore_status status;

	if ((status = ts_begin_call(store, subject, err)) != TOKENSTORE_OK)
		return status;
	status = ts_sealed_make(&sealed, store, subject, grant, err);
	if (status == TOKENSTORE_OK && put.grant_epoch == 0)
		status = ts_no_memory(err);
	if (status == TOKENSTORE_OK) {
		put.due_at = ts_first_due(subject, &sealed);
		status = ts_transact(store, put_work, &put, err);
	}
	ts_sealed_free(&sealed);
	return status;
}

/* What tokenstore_account points into. */
struct account {
	tokenstore_account shown;
	struct pg_result  *result;
	char              *access_token;
};

/* clang-format off */
static const char select_account[] =
    "SELECT subject, access_ct, scope, last_refreshed_by, last_error, state,"
    " " TS_EPOCH("expires_at") ","
    " expires_in,"
    " " TS_EPOCH("due_at") ","
    " " TS_EPOCH("lease_until") ","
    " " TS_EPOCH("in_doubt_since") ","
    " " TS_EPOCH("created_at") ","
    " " TS_EPOCH("updated_at") ","
    " " TS_EPOCH("last_used_at") ","
    " " TS_EPOCH("revoked_at") ","
    " token_seq, total_refreshes, total_refresh_checks, fail_count"
    " FROM tokenstore.account WHERE app_id = $1::int4 AND subject = $2";
/* clang-format on */

static void
fill_account(struct account *a)
{
	const struct pg_result *r = a->result;

	a->shown = (tokenstore_account){
		.subject = pg_result_text(r, 0, 0),
		.access_token = a->access_token,
		.scope = pg_result_text(r, 0, 2),
		.last_refreshed_by = pg_result_text(r, 0, 3),
		.last_error = pg_result_text(r, 0, 4),
		.state = (tokenstore_state)pg_result_int(r, 0, 5),
		.expires_at = pg_result_int(r, 0, 6),
		.expires_in = pg_result_int(r, 0, 7),
		.due_at = pg_result_int(r, 0, 8),
		.leased_until = pg_result_int(r, 0, 9),
		.in_doubt_since = pg_result_int(r, 0, 10),
		.created_at = pg_result_int(r, 0, 11),
		.updated_at = pg_result_int(r, 0, 12),
		.last_used_at = pg_result_int(r, 0, 13),
		.revoked_at = pg_result_int(r, 0, 14),
		.sequence = pg_result_int(r, 0, 15),
		.total_refreshes = pg_result_int(r, 0, 16),
		.total_refresh_checks = pg_result_int(r, 0, 17),
		.failures = pg_result_int(r, 0, 18),
	};
}

/* Opens the access token, if there is one, and fills the rest. */
static tokenstore_status
read_account(const tokenstore *store, struct account *a, tokenstore_error *err)
{
	struct ts_place place;
	const void     *record;
	size_t          len;

	if (pg_result_rows(a->result) == 0)
		return ts_fail(
		    err, TOKENSTORE_ERR_NOT_FOUND, "no such account");
	place = ts_place_of(store, pg_result_text(a->result, 0, 0));
	record = pg_result_bytes(a->result, 0, 1, &len);
	if (!ts_unseal(
		&store->ring, TS_ACCESS, &place, record, len, &a->access_token))
		return ts_no_memory(err);
	if (len > 0 && a->access_token == NULL)
		return ts_fail(err, TOKENSTORE_ERR_KEY,
		    "no key of the keyring opens the access token");
	fill_account(a);
	return TOKENSTORE_OK;
}

tokenstore_status
tokenstore_get(tokenstore *store, const char *subject, tokenstore_account **out,
    tokenstore_error *err)
{
	struct ts_params  params;
	struct account   *a;
	tokenstore_status status;

	if (out == NULL)
		return ts_fail(
		    err, TOKENSTORE_ERR_ARGUMENT, "out: is required");
	*out = NULL;
	if ((status = ts_begin_call(store, subject, err)) != TOKENSTORE_OK)
		return status;
	if ((a = calloc(1, sizeof(*a))) == NULL)
		return ts_no_memory(err);
	ts_params_plain(&params, store, subject);
	status = ts_run_again(store, select_account, &params, &a->result, err);
	if (status == TOKENSTORE_OK)
		status = read_account(store, a, err);
	if (status == TOKENSTORE_OK)
		*out = &a->shown;
	else
		tokenstore_account_free(&a->shown);
	return status;
}

void
tokenstore_account_free(tokenstore_account *account)
{
	struct account *a = (struct account *)account;

	if (a == NULL)
		return;
	wipe_free(a->access_token);
	pg_result_free(a->result);
	free(a);
}

tokenstore_status
tokenstore_touch(tokenstore *store, const char *subject, tokenstore_error *err)
{
	/* An account that nobody used may be due much later. */
	static const char sql[] =
	    "UPDATE tokenstore.account SET last_used_at = " TS_NOW ","
	    " due_at = CASE WHEN last_error = '' THEN least(due_at, expires_at)"
	    "  ELSE due_at END WHERE app_id = $2::int4 AND subject = $3";
	struct ts_params  params;
	struct pg_result *result;
	tokenstore_status status;

	if ((status = ts_begin_call(store, subject, err)) != TOKENSTORE_OK)
		return status;
	ts_params_timed(&params, store, subject);
	status = ts_run_again(store, sql, &params, &result, err);
	if (status != TOKENSTORE_OK)
		return status;
	if (pg_result_affected(result) == 0)
		status =
		    ts_fail(err, TOKENSTORE_ERR_NOT_FOUND, "no such account");
	pg_result_free(result);
	return status;
}

tokenstore_status
tokenstore_distrust(tokenstore *store, const char *subject, int64_t sequence,
    tokenstore_error *err)
{
	/* A while ago, by the clock of whoever asks next. */
	static const char sql[] =
	    "UPDATE tokenstore.account SET"
	    " expires_at = least(expires_at,"
	    "  " TS_NOW " - interval '1 minute'),"
	    " due_at = CASE WHEN last_error = '' THEN least(due_at, " TS_NOW ")"
	    "  ELSE due_at END WHERE app_id = $2::int4 AND subject = $3"
	    " AND token_seq = $4::int8";
	struct ts_params  params;
	tokenstore_status status;

	if ((status = ts_begin_call(store, subject, err)) != TOKENSTORE_OK)
		return status;
	if (sequence <= 0)
		return ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
		    "sequence: is that of an account");
	ts_params_timed(&params, store, subject);
	ts_add_int(&params, sequence);
	return ts_run_again(store, sql, &params, NULL, err);
}

/* What a person takes back. */
struct withdrawal {
	const char *subject;
	int64_t     sequence; /* of the account that was seen; 0: any */
	bool        newer;    /* tokens were stored since, and stay */
};

/* Locks the account.  row->found: it is there, and the one that was seen. */
static tokenstore_status
find_withdrawn(tokenstore *store, struct withdrawal *withdrawal,
    struct ts_row *row, tokenstore_error *err)
{
	tokenstore_status status;

	status = ts_lock_row(store, withdrawal->subject, row, err);
	if (status != TOKENSTORE_OK)
		return status;
	/* What is revoked holds no token that could be newer. */
	withdrawal->newer = row->found && row->state != TOKENSTORE_REVOKED &&
			    withdrawal->sequence != 0 &&
			    withdrawal->sequence != row->sequence;
	row->found = row->found && !withdrawal->newer;
	return TOKENSTORE_OK;
}

/* The lease is left alone; its holder finds another epoch, stores nothing. */
static tokenstore_status
revoke_work(tokenstore *store, void *ctx, tokenstore_error *err)
{
	static const char sql[] =
	    "UPDATE tokenstore.account SET state = 2,"
	    " grant_epoch = grant_epoch % 9223372036854775807 + 1,"
	    " token_seq = token_seq + 1,"
	    " access_ct = '', refresh_ct = '', rt_mac = 0, key_id = 0,"
	    " expires_at = 'epoch', in_doubt_since = 'epoch',"
	    " revoked_at = " TS_NOW ", updated_at = " TS_NOW_EXACT
	    " WHERE app_id = $2::int4 AND subject = $3";
	struct withdrawal *withdrawal = ctx;
	const char        *subject = withdrawal->subject;
	struct ts_params   params;
	struct ts_row      row;
	tokenstore_status  status;

	status = find_withdrawn(store, withdrawal, &row, err);
	if (status != TOKENSTORE_OK || !row.found ||
	    row.state == TOKENSTORE_REVOKED)
		return status;
	ts_params_timed(&params, store, subject);
	status = ts_run(store, sql, &params, NULL, err);
	if (status == TOKENSTORE_OK)
		status = ts_spill_clear(store, subject, err);
	if (status == TOKENSTORE_OK)
		status = ts_add_event(store, subject, "revoked", err);
	return status;
}

static tokenstore_status
delete_work(tokenstore *store, void *ctx, tokenstore_error *err)
{
	/* The account first: whoever writes the others holds its lock. */
	static const char *const statements[] = {
		"DELETE FROM tokenstore.account"
		" WHERE app_id = $1::int4 AND subject = $2",
		"DELETE FROM tokenstore.spill"
		" WHERE app_id = $1::int4 AND subject = $2",
		"DELETE FROM tokenstore.event"
		" WHERE app_id = $1::int4 AND subject = $2",
	};
	struct withdrawal *withdrawal = ctx;
	struct ts_params   params;
	struct ts_row      row;
	tokenstore_status  status;

	status = find_withdrawn(store, withdrawal, &row, err);
	if (!row.found)
		return status;
	ts_params_plain(&params, store, withdrawal->subject);
	for (size_t i = 0; i < 3 && status == TOKENSTORE_OK; i++)
		status = ts_run(store, statements[i], &params, NULL, err);
	return status;
}

static tokenstore_status
withdraw(tokenstore *store, ts_work work, struct withdrawal withdrawal,
    int *newer_out, tokenstore_error *err)
{
	tokenstore_status status =
	    ts_begin_call(store, withdrawal.subject, err);

	if (status == TOKENSTORE_OK && withdrawal.sequence < 0)
		status = ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
		    "sequence: is that of an account, or 0");
	if (status == TOKENSTORE_OK)
		status = ts_transact(store, work, &withdrawal, err);
	if (status == TOKENSTORE_OK && newer_out != NULL)
		*newer_out = withdrawal.newer;
	return status;
}

tokenstore_status
tokenstore_revoke(tokenstore *store, const char *subject, int64_t sequence,
    int *newer_out, tokenstore_error *err)
{
	return withdraw(store, revoke_work,
	    (struct withdrawal){ subject, sequence, false }, newer_out, err);
}

tokenstore_status
tokenstore_delete(tokenstore *store, const char *subject, int64_t sequence,
    int *newer_out, tokenstore_error *err)
{
	return withdraw(store, delete_work,
	    (struct withdrawal){ subject, sequence, false }, newer_out, err);
}
