/* SPDX-License-Identifier: MIT */
#include "internal.h"

/*
 * How a claim ends.  Whether the lease is still ours decides only about the
 * lease: a token is stored because the one that was spent for it is ours to
 * replace, and lost leases are no reason to lose a token.
 */

static tokenstore_status
begin(tokenstore *store, const tokenstore_claim *claim, tokenstore_error *err)
{
	if (claim == NULL || claim->refresh_token == NULL)
		return ts_fail(
		    err, TOKENSTORE_ERR_ARGUMENT, "claim: is required");
	return ts_begin_call(store, claim->subject, err);
}

/* clang-format off */

/* For the SET of an UPDATE: ends the lease if its id is `param`. */
#define END_LEASE(param) \
	" lease_until = CASE WHEN lease_id = " param "::int8" \
	"  THEN 'epoch' ELSE lease_until END," \
	" lease_id = CASE WHEN lease_id = " param "::int8" \
	"  THEN 0 ELSE lease_id END"

/* The new token takes the place of the main one.  A doubt that began with the
 * claim of somebody else is not ours to settle. */
static const char update_main[] =
    "UPDATE tokenstore.account SET" TS_SET_GRANT ","
    " total_refreshes = total_refreshes + 1,"
    " in_doubt_since = CASE WHEN lease_id = $15::int8"
    "  THEN 'epoch' ELSE in_doubt_since END,"
    END_LEASE("$15")
    " WHERE app_id = $2::int4 AND subject = $3"
    " AND rt_mac = ANY ($13::int8[]) AND grant_epoch = $14::int8"
    " AND state <> 2";

/* The new token goes elsewhere: of the access tokens the longer-lived one
 * counts. */
static const char update_beside[] =
    "UPDATE tokenstore.account SET token_seq = token_seq + 1,"
    " total_refreshes = total_refreshes + 1, updated_at = " TS_NOW_EXACT ","
    " access_ct = CASE WHEN expires_at < to_timestamp($5::int8)"
    "  THEN coalesce($6::bytea, access_ct) ELSE access_ct END,"
    " expires_at = CASE WHEN $6::bytea IS NULL THEN expires_at"
    "  ELSE greatest(expires_at, to_timestamp($5::int8)) END,"
    " in_doubt_since = CASE WHEN lease_id = $4::int8"
    "  THEN 'epoch' ELSE in_doubt_since END,"
    END_LEASE("$4")
    " WHERE app_id = $2::int4 AND subject = $3";

/* There is no token left. */
static const char update_needy[] =
    "UPDATE tokenstore.account SET state = 1, rt_mac = 0, refresh_ct = '',"
    " last_error = $5, in_doubt_since = 'epoch',"
    " key_id = CASE WHEN access_ct = '' THEN 0 ELSE key_id END,"
    " updated_at = " TS_NOW_EXACT ","
    END_LEASE("$4")
    " WHERE app_id = $2::int4 AND subject = $3";

/* clang-format on */

struct save {
	const struct ts_claim  *claim;
	const struct ts_sealed *sealed;
	const struct ts_prints *spent;
	int64_t                 due_at;
	bool                    stored;
};

/*
 * The usual way, one statement: the new token takes the place of the main one
 * if that is one of `parents`, in the same consent.  *done: it was.
 */
static tokenstore_status
replace_main(tokenstore *store, const struct save *save,
    const struct ts_prints *parents, bool *done, tokenstore_error *err)
{
	struct ts_params  params;
	struct pg_result *result;
	tokenstore_status status;
	char              text[TS_PRINTS_SIZE];

	ts_grant_params(&params, store, save->claim->shown.subject,
	    save->sealed, save->due_at);
	ts_add_prints(&params, parents, text);
	ts_add_int(&params, save->claim->grant_epoch);
	ts_add_int(&params, save->claim->lease_id);
	status = ts_run_again(store, update_main, &params, &result, err);
	if (status != TOKENSTORE_OK)
		return status;
	*done = pg_result_affected(result) > 0;
	pg_result_free(result);
	return TOKENSTORE_OK;
}

/* A login or another refresh was faster: the new token joins the others, and
 * the access token counts if it lives longer than the one that is there. */
static tokenstore_status
add_beside(tokenstore *store, const struct save *save, tokenstore_error *err)
{
	const char       *subject = save->claim->shown.subject;
	struct ts_params  params;
	tokenstore_status status;

	status = ts_spill_add(store, subject, save->sealed, err);
	if (status != TOKENSTORE_OK)
		return status;
	ts_params_timed(&params, store, subject);
	ts_add_int(&params, save->claim->lease_id);
	ts_add_int(&params, save->sealed->grant->expires_at);
	if (save->sealed->has_access)
		ts_add_bytes(&params, &save->sealed->access);
	else
		ts_add_text(&params, NULL);
	status = ts_run(store, update_beside, &params, NULL, err);
	if (status == TOKENSTORE_OK)
		status = ts_add_event(store, subject, "spilled", err);
	return status;
}

/* The slow way, when the spent token is not the main one. */
static tokenstore_status
save_work(tokenstore *store, void *ctx, tokenstore_error *err)
{
	struct save      *save = ctx;
	const char       *subject = save->claim->shown.subject;
	struct ts_prints  main_token = { .count = 1 };
	struct ts_row     row;
	tokenstore_status status;
	bool              is_there;

	status = ts_lock_row(store, subject, &row, err);
	if (status != TOKENSTORE_OK)
		return status;
	save->stored = row.found &&
		       row.grant_epoch == save->claim->grant_epoch &&
		       row.state != TOKENSTORE_REVOKED;
	if (!save->stored)
		return ts_add_event(store, subject, "dropped", err);
	/* An earlier try may have stored it without our hearing of it. */
	is_there = ts_prints_have(&save->sealed->prints, row.rt_mac);
	if (is_there && row.lease_id != save->claim->lease_id)
		return TOKENSTORE_OK;
	status = ts_spill_remove(store, subject, save->spent, err);
	if (status != TOKENSTORE_OK)
		return status;
	if (row.rt_mac != 0 && !is_there &&
	    !ts_prints_have(save->spent, row.rt_mac))
		return add_beside(store, save, err);
	main_token.values[0] = row.rt_mac;
	return replace_main(store, save, &main_token, &save->stored, err);
}

tokenstore_status
tokenstore_save(tokenstore *store, const tokenstore_claim *claim,
    const tokenstore_grant *grant, int64_t due_at, int *stored_out,
    tokenstore_error *err)
{
	const struct ts_claim *mine = (const struct ts_claim *)claim;
	struct ts_sealed       sealed;
	struct ts_prints       spent;
	struct save            save = { mine, &sealed, &spent, due_at, false };
	tokenstore_status      status;

	if ((status = begin(store, claim, err)) != TOKENSTORE_OK ||
	    (status = ts_check_time("due_at", due_at, err)) != TOKENSTORE_OK)
		return status;
	status = ts_sealed_make(&sealed, store, claim->subject, grant, err);
	if (status == TOKENSTORE_OK &&
	    !ts_prints_make(&spent, &store->ring, claim->refresh_token))
		status = ts_no_memory(err);
	if (status == TOKENSTORE_OK)
		status = replace_main(store, &save, &spent, &save.stored, err);
	if (status == TOKENSTORE_OK && !save.stored)
		status = ts_transact(store, save_work, &save, err);
	ts_sealed_free(&sealed);
	if (status == TOKENSTORE_OK && stored_out != NULL)
		*stored_out = save.stored;
	return status;
}

struct refusal {
	struct ts_claim *claim;
	struct ts_prints refused;
	char            *next; /* the token to go on with; NULL: none */
};

/* No token is left: the person has to consent again. */
static tokenstore_status
need_consent(
    tokenstore *store, const struct ts_claim *claim, tokenstore_error *err)
{
	const char       *subject = claim->shown.subject;
	struct ts_params  params;
	tokenstore_status status;

	ts_params_timed(&params, store, subject);
	ts_add_int(&params, claim->lease_id);
	/* A refresh that never reported back may have got a token that nobody
	 * stored; else it is the person or the provider who ended it. */
	ts_add_text(&params,
	    claim->shown.in_doubt_since != 0 ? "maybe_lost" : "refused");
	status = ts_run(store, update_needy, &params, NULL, err);
	if (status == TOKENSTORE_OK)
		status = ts_add_event(store, subject, "needs_consent", err);
	return status;
}

/* Makes the newest of the other tokens the main one.  None left: the account
 * needs consent. */
static tokenstore_status
promote(tokenstore *store, struct refusal *refusal, tokenstore_error *err)
{
	static const char sql[] =
	    "UPDATE tokenstore.account SET rt_mac = $4::int8, refresh_ct = $5,"
	    " key_id = CASE WHEN access_ct = '' THEN $6::int4 ELSE key_id END,"
	    " token_seq = token_seq + 1, updated_at = " TS_NOW_EXACT
	    " WHERE app_id = $2::int4 AND subject = $3";
	const char       *subject = refusal->claim->shown.subject;
	tokenstore_grant  grant = { 0 };
	struct ts_params  params;
	struct ts_sealed  sealed;
	tokenstore_status status;

	status = ts_spill_newest(store, subject, &refusal->next, err);
	if (status != TOKENSTORE_OK)
		return status;
	if (refusal->next == NULL)
		return need_consent(store, refusal->claim, err);
	grant.refresh_token = refusal->next;
	status = ts_sealed_make(&sealed, store, subject, &grant, err);
	if (status == TOKENSTORE_OK)
		status = ts_spill_remove(store, subject, &sealed.prints, err);
	if (status == TOKENSTORE_OK) {
		ts_params_timed(&params, store, subject);
		ts_add_int(&params, sealed.prints.values[0]);
		ts_add_bytes(&params, &sealed.refresh);
		ts_add_int(&params, store->ring.keys[0].id);
		status = ts_run(store, sql, &params, NULL, err);
	}
	ts_sealed_free(&sealed);
	return status;
}

/* The main token, when another one was refused. */
static tokenstore_status
read_main(tokenstore *store, struct refusal *refusal, tokenstore_error *err)
{
	static const char sql[] = "SELECT refresh_ct FROM tokenstore.account"
				  " WHERE app_id = $1::int4 AND subject = $2";
	const char       *subject = refusal->claim->shown.subject;
	struct ts_place   place = ts_place_of(store, subject);
	struct ts_params  params;
	struct pg_result *result;
	tokenstore_status status;
	const void       *record;
	size_t            len;

	ts_params_plain(&params, store, subject);
	status = ts_run(store, sql, &params, &result, err);
	if (status != TOKENSTORE_OK)
		return status;
	record = pg_result_bytes(result, 0, 0, &len);
	refusal->next =
	    ts_unseal(&store->ring, TS_REFRESH, &place, record, len);
	if (refusal->next == NULL)
		status = ts_fail(err, TOKENSTORE_ERR_KEY,
		    "no key of the keyring opens the refresh token; nothing "
		    "was changed");
	pg_result_free(result);
	return status;
}

/* Starts the lease anew for the next token. */
static tokenstore_status
renew(tokenstore *store, const struct ts_claim *claim, tokenstore_error *err)
{
	static const char sql[] =
	    "UPDATE tokenstore.account SET lease_id = $4::int8,"
	    " lease_until = " TS_NOW " + $5::int8 * interval '1 second',"
	    " in_doubt_since = CASE WHEN in_doubt_since = 'epoch'"
	    "  THEN " TS_NOW " ELSE in_doubt_since END"
	    " WHERE app_id = $2::int4 AND subject = $3";
	struct ts_params params;

	ts_params_timed(&params, store, claim->shown.subject);
	ts_add_int(&params, claim->lease_id);
	ts_add_int(&params, claim->lease_s);
	return ts_run(store, sql, &params, NULL, err);
}

static tokenstore_status
refuse_work(tokenstore *store, void *ctx, tokenstore_error *err)
{
	struct refusal   *refusal = ctx;
	struct ts_claim  *claim = refusal->claim;
	struct ts_row     row;
	tokenstore_status status;

	wipe_free(refusal->next);
	refusal->next = NULL;
	status = ts_lock_row(store, claim->shown.subject, &row, err);
	if (status != TOKENSTORE_OK || !row.found ||
	    row.grant_epoch != claim->grant_epoch ||
	    row.state != TOKENSTORE_ACTIVE)
		return status;
	status = ts_spill_remove(
	    store, claim->shown.subject, &refusal->refused, err);
	if (status != TOKENSTORE_OK)
		return status;
	if (ts_prints_have(&refusal->refused, row.rt_mac))
		status = promote(store, refusal, err);
	else
		status = read_main(store, refusal, err);
	if (status != TOKENSTORE_OK || refusal->next == NULL)
		return status;
	if (row.lease_id == claim->lease_id)
		return renew(store, claim, err);
	if (!row.leased) {
		/* Others had the account meanwhile, and may have left a doubt. */
		claim->shown.in_doubt_since = row.in_doubt_since;
		return renew(store, claim, err);
	}
	/* Somebody else has the account by now. */
	wipe_free(refusal->next);
	refusal->next = NULL;
	return TOKENSTORE_OK;
}

tokenstore_status
tokenstore_refuse(tokenstore *store, tokenstore_claim *claim, int *more_out,
    tokenstore_error *err)
{
	struct ts_claim  *mine = (struct ts_claim *)claim;
	struct refusal    refusal = { .claim = mine };
	tokenstore_status status;

	if ((status = begin(store, claim, err)) != TOKENSTORE_OK)
		return status;
	if (more_out == NULL)
		return ts_fail(
		    err, TOKENSTORE_ERR_ARGUMENT, "more_out: is required");
	if (!ts_prints_make(
		&refusal.refused, &store->ring, claim->refresh_token))
		return ts_no_memory(err);
	status = ts_transact(store, refuse_work, &refusal, err);
	if (status != TOKENSTORE_OK) {
		wipe_free(refusal.next);
		return status;
	}
	*more_out = refusal.next != NULL;
	if (refusal.next != NULL) {
		wipe_free(mine->refresh_token);
		mine->refresh_token = refusal.next;
		claim->refresh_token = refusal.next;
	}
	return TOKENSTORE_OK;
}

tokenstore_status
tokenstore_defer(tokenstore *store, const tokenstore_claim *claim,
    int64_t due_at, int in_doubt, const char *reason, tokenstore_error *err)
{
	static const char sql[] =
	    "UPDATE tokenstore.account SET due_at = to_timestamp($4::int8),"
	    " lease_until = 'epoch', lease_id = 0,"
	    " in_doubt_since = CASE WHEN $5::int4 <> 0 THEN in_doubt_since"
	    "  ELSE to_timestamp($6::int8) END,"
	    " fail_count = least(fail_count + 1, 32767), last_error = $7"
	    " WHERE app_id = $1::int4 AND subject = $2 AND lease_id = $3::int8";
	const struct ts_claim *mine = (const struct ts_claim *)claim;
	struct ts_params       params;
	tokenstore_status      status;

	if ((status = begin(store, claim, err)) != TOKENSTORE_OK ||
	    (status = ts_check_time("due_at", due_at, err)) != TOKENSTORE_OK ||
	    (status = ts_check_text("reason", reason, TS_TEXT_MAX, err)) !=
		TOKENSTORE_OK)
		return status;
	ts_params_plain(&params, store, claim->subject);
	ts_add_int(&params, mine->lease_id);
	ts_add_int(&params, due_at);
	ts_add_int(&params, in_doubt != 0);
	ts_add_int(&params, claim->in_doubt_since);
	ts_add_text(&params, reason);
	return ts_run_again(store, sql, &params, NULL, err);
}

tokenstore_status
ts_release(
    tokenstore *store, const struct ts_claim *claim, tokenstore_error *err)
{
	static const char sql[] =
	    "UPDATE tokenstore.account SET"
	    " lease_until = 'epoch', lease_id = 0,"
	    " in_doubt_since = to_timestamp($4::int8),"
	    " total_refresh_checks = total_refresh_checks - 1"
	    " WHERE app_id = $1::int4 AND subject = $2 AND lease_id = $3::int8";
	struct ts_params params;

	ts_params_plain(&params, store, claim->shown.subject);
	ts_add_int(&params, claim->lease_id);
	ts_add_int(&params, claim->shown.in_doubt_since);
	return ts_run_again(store, sql, &params, NULL, err);
}

tokenstore_status
tokenstore_release(
    tokenstore *store, const tokenstore_claim *claim, tokenstore_error *err)
{
	tokenstore_status status = begin(store, claim, err);

	if (status != TOKENSTORE_OK)
		return status;
	return ts_release(store, (const struct ts_claim *)claim, err);
}
