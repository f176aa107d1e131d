/* SPDX-License-Identifier: MIT */
#ifndef TOKENSTORE_TAKEOVER_H
#define TOKENSTORE_TAKEOVER_H

#include "original.h"

/* How one subject of the original table becomes an account. */

struct ts_takeover {
	tokenstore              *store;
	bool                     dry_run;
	tokenstore_import_report report; /* what was found and done so far */
};

/* All rows of one subject, the youngest first.  Runs in a transaction unless it
 * is a dry run. */
tokenstore_status ts_takeover_subject(struct ts_takeover *t,
    const struct ts_original_row *rows, size_t count, tokenstore_error *err);

#endif
