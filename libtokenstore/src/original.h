/* SPDX-License-Identifier: MIT */
#ifndef TOKENSTORE_ORIGINAL_H
#define TOKENSTORE_ORIGINAL_H

#include "internal.h"

/* The table of plain tokens that an import reads. */

struct ts_original {
	struct buf head, page; /* statements */
};

/* Looks the table up and writes the statements for the columns that it has.
 * Always to be ended with ts_original_free(). */
tokenstore_status ts_original_find(struct ts_original *original,
    tokenstore *store, const char *table, tokenstore_error *err);
void              ts_original_free(struct ts_original *original);

struct ts_original_head {
	int64_t rows, foreign;
	bool    dated;      /* it tells when it last changed */
	int64_t changed_at; /* epoch seconds; 0: it is empty */
};

tokenstore_status ts_original_read_head(const struct ts_original *original,
    tokenstore *store, struct ts_original_head *head, tokenstore_error *err);

/* Up to `limit` rows of the application, ordered by subject, of the subjects
 * behind `after`, NULL for all. */
tokenstore_status ts_original_read_page(const struct ts_original *original,
    tokenstore *store, const char *after, int64_t limit,
    struct pg_result **page, tokenstore_error *err);

/* Texts point into the page; "" stands for NULL, 0 for what is no number. */
struct ts_original_row {
	const char *subject, *refresh_token, *access_token, *scope;
	const char *last_refreshed_by;
	int64_t     number, expires_at, expires_in, updated_at;
	int64_t     total_refreshes, total_refresh_checks;
};

struct ts_original_row ts_original_row_at(
    const struct pg_result *page, int row);

#endif
