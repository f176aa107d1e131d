/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "takeover.h"

/*
 * Rows come ordered by subject, a page at a time, so that all rows of a subject
 * are looked at together.  A page is one transaction; the event "imported" of a
 * subject tells later imports that it is done, whatever became of its tokens.
 */

#define QUIET_S 600
#define BATCH 200
#define BATCH_MAX 10000

struct import {
	struct ts_takeover       takeover;
	struct ts_original       original;
	tokenstore_import_report done; /* by the pages before this one */

	/* The page: where it begins, and its rows, which point into it. */
	char                   *after; /* NULL: at the first subject */
	int64_t                 batch, limit;
	bool                    last;
	struct ts_original_row *rows;
	size_t                  count;
};

/* How many rows from `first` on are of one subject. */
static size_t
group_size(const struct import *import, size_t first)
{
	size_t n = first + 1;

	while (n < import->count && strcmp(import->rows[n].subject,
					import->rows[first].subject) == 0)
		n++;
	return n - first;
}

static tokenstore_status
settle_page(tokenstore *store, void *ctx, tokenstore_error *err)
{
	struct import    *import = ctx;
	tokenstore_status status = TOKENSTORE_OK;
	size_t            n;

	(void)store;
	/* A transaction that is repeated counts anew. */
	import->takeover.report = import->done;
	for (size_t i = 0; i < import->count && status == TOKENSTORE_OK;
	     i += n) {
		n = group_size(import, i);
		status = ts_takeover_subject(
		    &import->takeover, &import->rows[i], n, err);
	}
	return status;
}

/* By subject, then the youngest first. */
static int
compare_rows(const void *a, const void *b)
{
	const struct ts_original_row *x = a, *y = b;
	int                           order = strcmp(x->subject, y->subject);

	if (order != 0)
		return order;
	if (x->updated_at != y->updated_at)
		return x->updated_at > y->updated_at ? -1 : 1;
	if (x->expires_at != y->expires_at)
		return x->expires_at > y->expires_at ? -1 : 1;
	return (x->number < y->number) - (x->number > y->number);
}

/* Takes the rows of those subjects that are complete in a page, which all are
 * in the last one.  False when memory is short. */
static bool
take_rows(struct import *import, const struct pg_result *page)
{
	size_t count = (size_t)pg_result_rows(page), n;

	import->count = 0;
	if (count == 0)
		return true;
	if ((import->rows = calloc(count, sizeof(*import->rows))) == NULL)
		return false;
	for (n = 0; n < count; n++)
		import->rows[n] = ts_original_row_at(page, (int)n);
	while (!import->last && n > 0 &&
	       strcmp(import->rows[n - 1].subject,
		   import->rows[count - 1].subject) == 0)
		n--;
	import->count = n;
	qsort(import->rows, n, sizeof(*import->rows), compare_rows);
	return true;
}

/* Where the next page begins.  A subject that has more rows than a page asks for
 * a larger one. */
static tokenstore_status
move_on(struct import *import, tokenstore_error *err)
{
	if (import->count == 0) {
		import->limit *= 2;
		return TOKENSTORE_OK;
	}
	free(import->after);
	import->after = strdup(import->rows[import->count - 1].subject);
	import->limit = import->batch;
	import->done = import->takeover.report;
	return import->after != NULL ? TOKENSTORE_OK : ts_no_memory(err);
}

static tokenstore_status
take_page(struct import *import, tokenstore_error *err)
{
	tokenstore       *store = import->takeover.store;
	struct pg_result *page;
	tokenstore_status status;

	status = ts_original_read_page(
	    &import->original, store, import->after, import->limit, &page, err);
	if (status != TOKENSTORE_OK)
		return status;
	import->last = pg_result_rows(page) < import->limit;
	if (!take_rows(import, page))
		status = ts_no_memory(err);
	else if (import->takeover.dry_run)
		status = settle_page(store, import, err);
	else if (import->count > 0)
		status = ts_transact(store, settle_page, import, err);
	if (status == TOKENSTORE_OK)
		status = move_on(import, err);
	free(import->rows);
	import->rows = NULL;
	pg_result_free(page);
	return status;
}

/* Refuses a table that another program seems to work with. */
static tokenstore_status
check_quiet(tokenstore *store, const struct ts_original_head *head,
    tokenstore_error *err)
{
	tokenstore_status status;
	int64_t           now;

	if (head->rows == 0)
		return TOKENSTORE_OK;
	if (!head->dated)
		return ts_fail(err, TOKENSTORE_ERR_BUSY,
		    "the table does not tell when it last changed: make sure "
		    "that nothing else refreshes its tokens, and force it");
	if ((status = tokenstore_now(store, &now, err)) != TOKENSTORE_OK)
		return status;
	if (head->changed_at > now - QUIET_S)
		return ts_fail(err, TOKENSTORE_ERR_BUSY,
		    "the table changed less than ten minutes ago: end what "
		    "refreshes its tokens, or force it");
	return TOKENSTORE_OK;
}

static tokenstore_status
run(struct import *import, bool force, tokenstore_error *err)
{
	tokenstore             *store = import->takeover.store;
	struct ts_original_head head;
	tokenstore_status       status;

	status = ts_original_read_head(&import->original, store, &head, err);
	if (status != TOKENSTORE_OK)
		return status;
	import->done.rows = head.rows;
	import->done.foreign = head.foreign;
	if (!force)
		status = check_quiet(store, &head, err);
	while (status == TOKENSTORE_OK && !import->last)
		status = take_page(import, err);
	return status;
}

tokenstore_status
tokenstore_import(tokenstore *store, const tokenstore_import_options *options,
    tokenstore_import_report *report, tokenstore_error *err)
{
	static const tokenstore_import_options defaults = { 0 };
	struct import     import = { .takeover.store = store };
	tokenstore_status status;

	if (store == NULL || report == NULL)
		return ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
		    "store and report: are required");
	*report = import.done;
	if (options == NULL)
		options = &defaults;
	if (options->batch < 0 || options->batch > BATCH_MAX)
		return ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
		    "batch: must be from 0 (the default) to %d", BATCH_MAX);
	import.takeover.dry_run = options->dry_run != 0;
	import.batch = options->batch != 0 ? options->batch : BATCH;
	import.limit = import.batch;
	if ((status = ts_know_app(store, err)) != TOKENSTORE_OK)
		return status;
	status = ts_original_find(&import.original, store, options->table, err);
	if (status == TOKENSTORE_OK)
		status = run(&import, options->force != 0, err);
	*report = import.done;
	ts_original_free(&import.original);
	free(import.after);
	return status;
}
