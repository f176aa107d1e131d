/* SPDX-License-Identifier: MIT */
#ifndef UPDATE_TOKENS_STATUS_H
#define UPDATE_TOKENS_STATUS_H

/* How the store's accounts are and what is left of the requests, for a person or a
 * monitor. */

#include <stdbool.h>
#include <tokenstore/tokenstore.h>

#include "buf.h"

/* One JSON object on one line, or lines for people.  `budget` is that of the
 * refreshes.  False when memory is short. */
bool status_write(const tokenstore_overview *overview,
    const tokenstore_budget *budget, bool as_json, struct buf *out);

/* Why somebody has to act, on one line: accounts are due for more than an hour,
 * or a key is missing.  NULL: nobody has. */
const char *status_complaint(const tokenstore_overview *overview);

#endif
