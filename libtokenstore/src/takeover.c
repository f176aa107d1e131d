/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "takeover.h"

#define TOKENS_MAX (1 + TS_SPILL_MAX)

/* One subject: its rows, the youngest first, and its different tokens. */
struct group {
	const char                   *subject;
	const struct ts_original_row *rows;
	const struct ts_original_row *tokens[TOKENS_MAX];
	size_t                        row_count, token_count;
	bool                          unreadable; /* some token is */
};

/* What the store has of a subject. */
struct known {
	bool             found, imported;
	tokenstore_state state;
	int64_t          rt_mac;
};

static bool
is_token(const char *text)
{
	return ts_check_text("token", text, TS_TOKEN_MAX, NULL) ==
	       TOKENSTORE_OK;
}

static bool
is_subject(const char *text)
{
	size_t len = strlen(text);

	return len > 0 && len <= 20 && strspn(text, "0123456789") == len;
}

static void
note_unreadable(struct ts_takeover *t, const struct ts_original_row *row)
{
	tokenstore_import_report *report = &t->report;

	if (report->unreadable < TOKENSTORE_IMPORT_NAMED)
		report->unreadable_rows[report->unreadable] = row->number;
	report->unreadable++;
}

/* Adds the row's refresh token unless it is there. */
static void
add_token(struct ts_takeover *t, struct group *group,
    const struct ts_original_row *row)
{
	for (size_t i = 0; i < group->token_count; i++)
		if (strcmp(group->tokens[i]->refresh_token,
			row->refresh_token) == 0)
			return;
	if (group->token_count == TOKENS_MAX)
		t->report.surplus++;
	else
		group->tokens[group->token_count++] = row;
}

static void
sort_out(struct ts_takeover *t, struct group *group)
{
	const struct ts_original_row *row;
	bool                          bad_token, bad_access;

	for (size_t i = 0; i < group->row_count; i++) {
		row = &group->rows[i];
		bad_token = *row->refresh_token != '\0' &&
			    !is_token(row->refresh_token);
		bad_access =
		    *row->access_token != '\0' && !is_token(row->access_token);
		if (bad_token || bad_access || !is_subject(row->subject))
			note_unreadable(t, row);
		if (!is_subject(row->subject))
			continue;
		group->unreadable |= bad_token;
		if (*row->refresh_token == '\0')
			t->report.without_token++;
		else if (!bad_token)
			add_token(t, group, row);
	}
}

/* What can be kept of a row. */
static tokenstore_grant
grant_of(const struct ts_original_row *row)
{
	tokenstore_grant grant = {
		.access_token =
		    is_token(row->access_token) ? row->access_token : NULL,
		.refresh_token = row->refresh_token,
		.expires_at = row->expires_at,
		.expires_in =
		    row->expires_in <= INT32_MAX ? row->expires_in : 0,
		.scope = row->scope,
	};

	if (ts_check_grant(&grant, NULL) != TOKENSTORE_OK)
		grant.scope = NULL;
	return grant;
}

/* Reads what is known, and locks it unless nothing will be written. */
static tokenstore_status
look(struct ts_takeover *t, const char *subject, struct known *known,
    tokenstore_error *err)
{
#define LOOK                                                             \
	"SELECT state, rt_mac, EXISTS (SELECT 1 FROM tokenstore.event e" \
	"  WHERE e.app_id = $1::int4 AND e.subject = $2"                 \
	"  AND e.kind = 'imported')"                                     \
	" FROM tokenstore.account WHERE app_id = $1::int4 AND subject = $2"
	struct ts_params  params;
	struct pg_result *result;
	tokenstore_status status;

	*known = (struct known){ .found = false };
	ts_params_plain(&params, t->store, subject);
	status = ts_run(t->store, t->dry_run ? LOOK : LOOK " FOR NO KEY UPDATE",
	    &params, &result, err);
	if (status != TOKENSTORE_OK)
		return status;
	known->found = pg_result_rows(result) > 0;
	if (known->found) {
		known->state = (tokenstore_state)pg_result_int(result, 0, 0);
		known->rt_mac = pg_result_int(result, 0, 1);
		known->imported = pg_result_int(result, 0, 2) != 0;
	}
	pg_result_free(result);
	return TOKENSTORE_OK;
}

/* Parameters 1 to 12 of the statement below. */
static void
account_params(struct ts_params *params, const tokenstore *store,
    const struct group *group, const struct ts_sealed *sealed)
{
	static const struct buf       none = { 0 };
	const struct ts_original_row *row = group->rows;
	const tokenstore_grant       *grant = NULL;
	bool                          has_access = false;

	if (sealed != NULL) {
		row = group->tokens[0];
		grant = sealed->grant;
		has_access = sealed->has_access;
	}
	ts_params_timed(params, store, group->subject);
	ts_add_int(
	    params, sealed != NULL ? ts_first_due(group->subject, sealed) : 0);
	ts_add_int(params, sealed != NULL ? sealed->prints.values[0] : 0);
	ts_add_int(params, has_access ? grant->expires_at : 0);
	ts_add_int(params, has_access ? grant->expires_in : 0);
	ts_add_int(params, sealed != NULL ? store->ring.keys[0].id : 0);
	if (has_access)
		ts_add_bytes(params, &sealed->access);
	else
		ts_add_text(params, NULL);
	ts_add_bytes(params, sealed != NULL ? &sealed->refresh : &none);
	ts_add_text(params,
	    is_token(row->last_refreshed_by) ? row->last_refreshed_by : "");
	ts_add_text(
	    params, grant != NULL && grant->scope != NULL ? grant->scope : "");
}

/* Makes the account of a group; `sealed` NULL: there is no token for it. */
static tokenstore_status
insert_account(struct ts_takeover *t, const struct group *group,
    const struct ts_sealed *sealed, tokenstore_error *err)
{
	static const char sql[] =
	    "WITH a AS (INSERT INTO tokenstore.account (due_at, rt_mac,"
	    "  token_seq,"
	    "  expires_at, expires_in, key_id, access_ct, refresh_ct,"
	    "  last_refreshed_by, scope, grant_epoch, slot, app_id, subject,"
	    "  created_at, last_used_at, updated_at, total_refreshes,"
	    "  total_refresh_checks, state, last_error)"
	    " VALUES (greatest(to_timestamp($4::int8), " TS_NOW "), $5::int8,"
	    "  " TS_FIRST_SEQUENCE ","
	    "  to_timestamp($6::int8), $7::int4, $8::int4,"
	    "  coalesce($9::bytea, ''), $10::bytea, $11, $12, $13::int8,"
	    "  $14::int2, $2::int4, $3, " TS_NOW ", " TS_NOW ","
	    "  CASE WHEN $15::int8 = 0 THEN " TS_NOW_EXACT
	    "   ELSE least(to_timestamp($15::int8), " TS_NOW_EXACT ") END,"
	    "  $16::int8, $17::int8, $18::int2,"
	    "  CASE WHEN $18::int2 = 0 THEN '' ELSE 'no_token' END)"
	    " ON CONFLICT (subject, app_id) DO NOTHING"
	    " RETURNING app_id, subject, token_seq)"
	    " INSERT INTO tokenstore.event"
	    " (app_id, subject, at, kind, actor, token_seq)"
	    " SELECT app_id, subject, " TS_NOW_EXACT ", 'imported', $19,"
	    "  token_seq FROM a";
	struct ts_params  params;
	struct pg_result *result;
	tokenstore_status status;
	int64_t           epoch = ts_random(), inserted;

	if (epoch == 0)
		return ts_no_memory(err);
	account_params(&params, t->store, group, sealed);
	ts_add_int(&params, epoch);
	ts_add_int(&params, ts_hash(group->subject) % TS_SLOTS);
	ts_add_int(&params, group->rows->updated_at);
	ts_add_int(&params, group->rows->total_refreshes);
	ts_add_int(&params, group->rows->total_refresh_checks);
	ts_add_int(&params,
	    sealed != NULL ? TOKENSTORE_ACTIVE : TOKENSTORE_NEEDS_CONSENT);
	ts_add_text(&params, t->store->actor);
	status = ts_run(t->store, sql, &params, &result, err);
	if (status != TOKENSTORE_OK)
		return status;
	inserted = pg_result_affected(result);
	pg_result_free(result);
	if (inserted == 0)
		return ts_fail(err, TOKENSTORE_ERR_BUSY,
		    "an account was made at the same moment");
	return TOKENSTORE_OK;
}

static tokenstore_status
seal(const struct ts_takeover *t, const struct ts_original_row *row,
    tokenstore_grant *grant, struct ts_sealed *sealed, tokenstore_error *err)
{
	*grant = grant_of(row);
	return ts_sealed_make(sealed, t->store, row->subject, grant, err);
}

static tokenstore_status
spill(struct ts_takeover *t, const struct ts_original_row *row,
    const struct ts_sealed *sealed, tokenstore_error *err)
{
	t->report.spilled++;
	if (t->dry_run)
		return TOKENSTORE_OK;
	return ts_spill_add_old(
	    t->store, row->subject, sealed, row->updated_at, err);
}

/* Makes the account and keeps its other tokens beside the main one. */
static tokenstore_status
create(struct ts_takeover *t, const struct group *group, tokenstore_error *err)
{
	bool              dry = t->dry_run;
	tokenstore_grant  grant;
	struct ts_sealed  sealed;
	tokenstore_status status = TOKENSTORE_OK;

	if (group->token_count == 0 && group->unreadable) {
		t->report.skipped++;
		return TOKENSTORE_OK;
	}
	if (group->token_count == 0) {
		t->report.needs_consent++;
		return dry ? TOKENSTORE_OK
			   : insert_account(t, group, NULL, err);
	}
	t->report.created++;
	for (size_t i = 0; i < group->token_count && status == TOKENSTORE_OK;
	     i++) {
		status = seal(t, group->tokens[i], &grant, &sealed, err);
		if (status == TOKENSTORE_OK && i > 0)
			status = spill(t, group->tokens[i], &sealed, err);
		else if (status == TOKENSTORE_OK && !dry)
			status = insert_account(t, group, &sealed, err);
		ts_sealed_free(&sealed);
	}
	return status;
}

/* Is the token among those beside the main one? */
static tokenstore_status
is_spilled(struct ts_takeover *t, const char *subject,
    const struct ts_prints *prints, bool *spilled, tokenstore_error *err)
{
	static const char sql[] =
	    "SELECT 1 FROM tokenstore.spill WHERE app_id = $1::int4"
	    " AND subject = $2 AND rt_mac = ANY ($3::int8[])";
	struct ts_params  params;
	struct pg_result *result;
	tokenstore_status status;
	char              text[TS_INTS_SIZE];

	ts_params_plain(&params, t->store, subject);
	ts_add_ints(&params, prints->values, prints->count, text);
	status = ts_run(t->store, sql, &params, &result, err);
	if (status != TOKENSTORE_OK)
		return status;
	*spilled = pg_result_rows(result) > 0;
	pg_result_free(result);
	return TOKENSTORE_OK;
}

/* The token becomes the main one of an account that has none. */
static tokenstore_status
revive(struct ts_takeover *t, const char *subject,
    const struct ts_sealed *sealed, tokenstore_error *err)
{
	static const char sql[] =
	    "UPDATE tokenstore.account SET state = 0, rt_mac = $4::int8,"
	    " refresh_ct = $5::bytea, due_at = " TS_NOW ","
	    " key_id = CASE WHEN access_ct = '' THEN $6::int4 ELSE key_id END,"
	    " token_seq = token_seq + 1, updated_at = " TS_NOW_EXACT ","
	    " fail_count = 0, last_error = ''"
	    " WHERE app_id = $2::int4 AND subject = $3";
	struct ts_params params;

	if (t->dry_run)
		return TOKENSTORE_OK;
	ts_params_timed(&params, t->store, subject);
	ts_add_int(&params, sealed->prints.values[0]);
	ts_add_bytes(&params, &sealed->refresh);
	ts_add_int(&params, t->store->ring.keys[0].id);
	return ts_run(t->store, sql, &params, NULL, err);
}

/* Adds one token to an account that was there, unless it has it. */
static tokenstore_status
join_token(struct ts_takeover *t, const struct ts_original_row *row,
    struct known *known, bool *added, tokenstore_error *err)
{
	tokenstore_grant  grant;
	struct ts_sealed  sealed;
	tokenstore_status status;
	bool              there = false;

	status = seal(t, row, &grant, &sealed, err);
	if (status == TOKENSTORE_OK)
		status =
		    is_spilled(t, row->subject, &sealed.prints, &there, err);
	there |= ts_prints_have(&sealed.prints, known->rt_mac);
	if (status == TOKENSTORE_OK && !there && known->rt_mac == 0) {
		status = revive(t, row->subject, &sealed, err);
		known->rt_mac = sealed.prints.values[0];
		*added = true;
	} else if (status == TOKENSTORE_OK && !there) {
		status = spill(t, row, &sealed, err);
		*added = true;
	}
	ts_sealed_free(&sealed);
	return status;
}

/* The account was there: the person connected to the new program before. */
static tokenstore_status
join(struct ts_takeover *t, const struct group *group, struct known *known,
    tokenstore_error *err)
{
	tokenstore_status status = TOKENSTORE_OK;
	bool              added = false;

	if (known->state != TOKENSTORE_REVOKED)
		for (size_t i = 0;
		     i < group->token_count && status == TOKENSTORE_OK; i++)
			status =
			    join_token(t, group->tokens[i], known, &added, err);
	t->report.joined += added;
	t->report.unchanged += !added;
	if (status == TOKENSTORE_OK && !t->dry_run)
		status =
		    ts_add_event(t->store, group->subject, "imported", err);
	return status;
}

tokenstore_status
ts_takeover_subject(struct ts_takeover *t, const struct ts_original_row *rows,
    size_t count, tokenstore_error *err)
{
	struct group group = {
		.subject = rows->subject,
		.rows = rows,
		.row_count = count,
	};
	struct known      known;
	tokenstore_status status;

	sort_out(t, &group);
	if (!is_subject(group.subject))
		return TOKENSTORE_OK;
	status = look(t, group.subject, &known, err);
	if (status != TOKENSTORE_OK)
		return status;
	if (!known.found)
		return create(t, &group, err);
	if (!known.imported)
		return join(t, &group, &known, err);
	t->report.unchanged++;
	return TOKENSTORE_OK;
}
