/* SPDX-License-Identifier: MIT */
#include "internal.h"

/*
 * The end of a claim whose refresh token is dead.
 */

/* clang-format off */

/* There is no token left. */
static const char update_needy[] =
    "UPDATE tokenstore.account SET state = 1, rt_mac = 0, refresh_ct = '',"
    " last_error = $5, in_doubt_since = 'epoch',"
    " key_id = CASE WHEN access_ct = '' THEN 0 ELSE key_id END,"
    " updated_at = " TS_NOW_EXACT ","
    TS_END_LEASE("$4::int8")
    " WHERE app_id = $2::int4 AND subject = $3";

/* clang-format on */

struct refusal {
	struct ts_claim *claim;
	struct ts_prints refused;
	char            *next;   /* the token to go on with; NULL: none */
	int64_t          rt_mac; /* and its fingerprint in the row */
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
		refusal->rt_mac = sealed.prints.values[0];
		ts_add_int(&params, refusal->rt_mac);
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
	static const char sql[] =
	    "SELECT refresh_ct, rt_mac FROM tokenstore.account"
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
	refusal->rt_mac = pg_result_int(result, 0, 1);
	if (!ts_unseal_main(&store->ring, &place, record, len, refusal->rt_mac,
		&refusal->next))
		status = ts_no_memory(err);
	else if (refusal->next == NULL)
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

	if ((status = ts_begin_outcome(store, claim, err)) != TOKENSTORE_OK)
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
		mine->rt_mac = refusal.rt_mac;
		claim->refresh_token = refusal.next;
	}
	return TOKENSTORE_OK;
}
