/* SPDX-License-Identifier: MIT */
#ifndef TOKENSTORE_IMPORT_H
#define TOKENSTORE_IMPORT_H

#include <stdint.h>
#include <tokenstore/api.h>
#include <tokenstore/error.h>
#include <tokenstore/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Only read during tokenstore_import().  Members left zero take their default. */
typedef struct tokenstore_import_options {
	/* "name" or "schema.name" of letters, digits and underscores, as the
	 * database spells it; default "public.strava_access_tokens". */
	const char *table;
	int         dry_run; /* 1: count, write nothing */
	int         force;   /* 1: even if the table seems to be in use */
	int      batch; /* rows taken at a time, default 200, at most 10000 */
	uint64_t reserved[4];
} tokenstore_import_options;

#define TOKENSTORE_IMPORT_NAMED 16

/*
 * What an import found and did.  The first four count rows, the next five
 * subjects, the last two refresh tokens.
 */
typedef struct tokenstore_import_report {
	int64_t rows;          /* all of the table */
	int64_t foreign;       /* of another client_id: left alone */
	int64_t without_token; /* no refresh token in it */
	int64_t unreadable;    /* a token or a subject that cannot be one */

	int64_t created;       /* accounts made, active */
	int64_t needs_consent; /* accounts made, without a token */
	int64_t joined;        /* accounts that were there: tokens were added */
	int64_t unchanged;     /* imported before, or consent was withdrawn */
	int64_t skipped;       /* nothing but unreadable tokens: none made */

	int64_t spilled; /* kept beside the main one */
	int64_t surplus; /* left out, older than the nine youngest */

	/* The first unreadable rows, by their pk_id; 0 where there is none. */
	int64_t  unreadable_rows[TOKENSTORE_IMPORT_NAMED];
	uint64_t reserved[8];
} tokenstore_import_report;

/*
 * Takes over a table of plain tokens with a row for each grant, as Python
 * programs for Strava keep it.  Its columns athlete_id and refresh_token are
 * required; pk_id, client_id, access_token, expires_at (epoch seconds or a
 * timestamp), expires_in, scope or current_scope, total_refreshes,
 * total_refresh_checks, last_refreshed_by and last_updated are used if they are
 * there.  Numbers may be stored as text.  The table is only read.
 *
 * The youngest row of a subject makes the account, every other refresh token
 * joins its set.  A subject is taken over once: an import that was interrupted
 * goes on when it is repeated, and one that was finished changes nothing, even
 * after tokens were spent.
 *
 * Two programs must not refresh the same accounts: BUSY, unless force is set,
 * when last_updated is less than ten minutes ago or cannot be told.
 * Worth acting on also: NOT_FOUND, no such table, or a column or the right to
 * read it is missing.  *report is filled as far as the import went, also when it
 * fails.
 */
TOKENSTORE_API TOKENSTORE_CHECK tokenstore_status tokenstore_import(
    tokenstore *store, const tokenstore_import_options *options,
    tokenstore_import_report *report, tokenstore_error *err);

#ifdef __cplusplus
}
#endif

#endif
