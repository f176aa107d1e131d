/* SPDX-License-Identifier: MIT */
#include "original.h"

#include <stdlib.h>
#include <string.h>

#define NAME_MAX_LEN 63 /* PostgreSQL cuts what is longer */
#define SQL_MAX 8192

/* The columns of a page, in this order, and of the condition on it. */
enum column {
	SUBJECT,
	NUMBER,
	REFRESH_TOKEN,
	ACCESS_TOKEN,
	SCOPE,
	LAST_REFRESHED_BY,
	EXPIRES_AT,
	EXPIRES_IN,
	TOTAL_REFRESHES,
	TOTAL_REFRESH_CHECKS,
	UPDATED_AT,
	PAGE_COLUMNS,
	CLIENT_ID = PAGE_COLUMNS,
	COLUMNS
};

static const struct {
	const char *names[2];
	bool        required;
} columns[COLUMNS] = {
	[SUBJECT] = { { "athlete_id" }, true },
	[NUMBER] = { { "pk_id" }, false },
	[REFRESH_TOKEN] = { { "refresh_token" }, true },
	[ACCESS_TOKEN] = { { "access_token" }, false },
	[SCOPE] = { { "scope", "current_scope" }, false },
	[LAST_REFRESHED_BY] = { { "last_refreshed_by" }, false },
	[EXPIRES_AT] = { { "expires_at" }, false },
	[EXPIRES_IN] = { { "expires_in" }, false },
	[TOTAL_REFRESHES] = { { "total_refreshes" }, false },
	[TOTAL_REFRESH_CHECKS] = { { "total_refresh_checks" }, false },
	[UPDATED_AT] = { { "last_updated" }, false },
	[CLIENT_ID] = { { "client_id" }, false },
};

/* What the table has of a column. */
struct found {
	const char *name; /* NULL: nothing */
	enum { OTHER, NUMERIC, TIMESTAMP } type;
};

/* The two parts of "schema.name"; what is not said is the default. */
struct table {
	char schema[NAME_MAX_LEN + 1], name[NAME_MAX_LEN + 1];
};

/* Copies a part of a table's name; false when it is no identifier. */
static bool
take_part(char out[NAME_MAX_LEN + 1], const char *text, size_t len)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz_";

	if (len == 0 || len > NAME_MAX_LEN || strchr(letters, *text) == NULL)
		return false;
	for (size_t i = 1; i < len; i++)
		if (strchr(letters, text[i]) == NULL &&
		    (text[i] < '0' || text[i] > '9'))
			return false;
	memcpy(out, text, len);
	out[len] = '\0';
	return true;
}

static tokenstore_status
read_table(struct table *table, const char *text, tokenstore_error *err)
{
	const char *dot;

	*table = (struct table){ "public", "strava_access_tokens" };
	if (text == NULL)
		return TOKENSTORE_OK;
	dot = strchr(text, '.');
	if ((dot == NULL ||
		take_part(table->schema, text, (size_t)(dot - text))) &&
	    take_part(table->name, dot == NULL ? text : dot + 1,
		strlen(dot == NULL ? text : dot + 1)))
		return TOKENSTORE_OK;
	return ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
	    "table: must be a name, or a schema's and a name with a dot "
	    "between, of letters, digits and underscores");
}

/* Notes a column of the table, if it is one of ours. */
static void
note_column(struct found found[COLUMNS], const char *name, const char *type)
{
	static const char *const numeric[] = { "smallint", "integer", "bigint",
		"numeric", "real", "double precision" };

	for (size_t c = 0; c < COLUMNS; c++) {
		for (size_t i = 0; i < 2 && columns[c].names[i] != NULL; i++)
			if (strcmp(columns[c].names[i], name) == 0 &&
			    (i == 0 || found[c].name == NULL)) {
				found[c].name = columns[c].names[i];
				found[c].type = OTHER;
				if (strncmp(type, "timestamp", 9) == 0)
					found[c].type = TIMESTAMP;
				for (size_t n = 0; n < 6; n++)
					if (strcmp(type, numeric[n]) == 0)
						found[c].type = NUMERIC;
			}
	}
}

static tokenstore_status
find_columns(tokenstore *store, const struct table *table,
    struct found found[COLUMNS], tokenstore_error *err)
{
	static const char sql[] =
	    "SELECT column_name::text, data_type::text"
	    " FROM information_schema.columns"
	    " WHERE table_schema = $1 AND table_name = $2";
	struct ts_params  params = { .count = 0 };
	struct pg_result *result;
	tokenstore_status status;

	ts_add_text(&params, table->schema);
	ts_add_text(&params, table->name);
	status = ts_run_again(store, sql, &params, &result, err);
	if (status != TOKENSTORE_OK)
		return status;
	for (int row = 0; row < pg_result_rows(result); row++)
		note_column(found, pg_result_text(result, row, 0),
		    pg_result_text(result, row, 1));
	pg_result_free(result);
	for (size_t c = 0; c < COLUMNS; c++)
		if (columns[c].required && found[c].name == NULL)
			return ts_fail(err, TOKENSTORE_ERR_NOT_FOUND,
			    "there is no table %s.%s with a column %s that may "
			    "be read",
			    table->schema, table->name, columns[c].names[0]);
	return TOKENSTORE_OK;
}

/* A column as text without blanks around it, times as epoch seconds. */
static void
add_column(struct buf *sql, const struct found *found)
{
	if (found->name == NULL)
		buf_add_text(sql, "NULL::text");
	else if (found->type == TIMESTAMP)
		buf_addf(
		    sql, TS_EPOCH("%s::timestamptz") "::text", found->name);
	else
		buf_addf(sql, "%s::text", found->name);
}

/* True for the rows of the application, those included that name none. */
static void
add_is_ours(struct buf *sql, const struct found found[COLUMNS],
    const char *client_param)
{
	if (found[CLIENT_ID].name == NULL)
		buf_addf(sql, "%s::text IS NOT NULL", client_param);
	else
		buf_addf(sql, "coalesce(btrim(%s::text), %s) IN (%s, '')",
		    found[CLIENT_ID].name, client_param, client_param);
}

static void
write_head(struct buf *sql, const struct table *table,
    const struct found found[COLUMNS])
{
	const struct found *updated = &found[UPDATED_AT];

	buf_add_text(sql, "SELECT count(*), count(*) FILTER (WHERE NOT (");
	add_is_ours(sql, found, "$1");
	buf_add_text(sql, ")), ");
	if (updated->name == NULL || updated->type == OTHER)
		buf_add_text(sql, "0, NULL");
	else if (updated->type == NUMERIC)
		buf_addf(
		    sql, "1, floor(max(%s::numeric))::int8", updated->name);
	else
		buf_addf(
		    sql, "1, " TS_EPOCH("max(%s::timestamptz)"), updated->name);
	buf_addf(sql, " FROM \"%s\".\"%s\"", table->schema, table->name);
}

static void
write_page(struct buf *sql, const struct table *table,
    const struct found found[COLUMNS])
{
	buf_add_text(sql, "SELECT * FROM (SELECT coalesce(btrim(");
	add_column(sql, &found[SUBJECT]);
	buf_add_text(sql, "), '') COLLATE \"C\" AS subject");
	for (size_t c = NUMBER; c < PAGE_COLUMNS; c++) {
		buf_add_text(sql, ", ");
		add_column(sql, &found[c]);
	}
	buf_addf(sql, " FROM \"%s\".\"%s\" WHERE ", table->schema, table->name);
	add_is_ours(sql, found, "$1");
	buf_add_text(sql, ") t WHERE $2::text IS NULL OR subject > $2::text"
			  " ORDER BY subject LIMIT $3::int8");
}

tokenstore_status
ts_original_find(struct ts_original *original, tokenstore *store,
    const char *table, tokenstore_error *err)
{
	struct found      found[COLUMNS] = { { NULL, OTHER } };
	struct table      place;
	tokenstore_status status;

	buf_init(&original->head, SQL_MAX);
	buf_init(&original->page, SQL_MAX);
	if ((status = read_table(&place, table, err)) != TOKENSTORE_OK ||
	    (status = find_columns(store, &place, found, err)) != TOKENSTORE_OK)
		return status;
	write_head(&original->head, &place, found);
	write_page(&original->page, &place, found);
	if (!buf_ok(&original->head) || !buf_ok(&original->page))
		return ts_no_memory(err);
	return TOKENSTORE_OK;
}

void
ts_original_free(struct ts_original *original)
{
	buf_free(&original->head);
	buf_free(&original->page);
}

tokenstore_status
ts_original_read_head(const struct ts_original *original, tokenstore *store,
    struct ts_original_head *head, tokenstore_error *err)
{
	struct ts_params  params = { .count = 0 };
	struct pg_result *result;
	tokenstore_status status;

	ts_add_text(&params, store->client_id);
	status = ts_run_again(
	    store, buf_text(&original->head), &params, &result, err);
	if (status != TOKENSTORE_OK)
		return status;
	head->rows = pg_result_int(result, 0, 0);
	head->foreign = pg_result_int(result, 0, 1);
	head->dated = pg_result_int(result, 0, 2) != 0;
	head->changed_at = pg_result_int(result, 0, 3);
	pg_result_free(result);
	return TOKENSTORE_OK;
}

tokenstore_status
ts_original_read_page(const struct ts_original *original, tokenstore *store,
    const char *after, int64_t limit, struct pg_result **page,
    tokenstore_error *err)
{
	struct ts_params params = { .count = 0 };

	ts_add_text(&params, store->client_id);
	ts_add_text(&params, after);
	ts_add_int(&params, limit);
	return ts_run_again(
	    store, buf_text(&original->page), &params, page, err);
}

/* A whole number from 0 on, perhaps with a fraction, which is cut; else 0. */
static int64_t
read_number(const struct pg_result *page, int row, enum column column)
{
	const char *text = pg_result_text(page, row, (int)column);
	int64_t     n = 0;
	size_t      digits = strspn(text, "0123456789");

	if (digits == 0 || digits > 18 || strchr(".", text[digits]) == NULL)
		return 0;
	for (size_t i = 0; i < digits; i++)
		n = n * 10 + (text[i] - '0');
	return n;
}

static int64_t
read_time(const struct pg_result *page, int row, enum column column)
{
	int64_t n = read_number(page, row, column);

	return n <= TS_TIME_MAX ? n : 0;
}

struct ts_original_row
ts_original_row_at(const struct pg_result *page, int row)
{
	return (struct ts_original_row){
		.subject = pg_result_text(page, row, SUBJECT),
		.refresh_token = pg_result_text(page, row, REFRESH_TOKEN),
		.access_token = pg_result_text(page, row, ACCESS_TOKEN),
		.scope = pg_result_text(page, row, SCOPE),
		.last_refreshed_by =
		    pg_result_text(page, row, LAST_REFRESHED_BY),
		.number = read_number(page, row, NUMBER),
		.expires_at = read_time(page, row, EXPIRES_AT),
		.expires_in = read_number(page, row, EXPIRES_IN),
		.updated_at = read_time(page, row, UPDATED_AT),
		.total_refreshes = read_number(page, row, TOTAL_REFRESHES),
		.total_refresh_checks =
		    read_number(page, row, TOTAL_REFRESH_CHECKS),
	};
}
