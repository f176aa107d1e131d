/* SPDX-License-Identifier: MIT */
#ifndef WEB_SCHEMA_H
#define WEB_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include "pg.h"

/*
 * The web app's own tables, in the schema "web".
 */

/* Makes them or brings them up to date.  False, with one line in `message`. */
bool schema_prepare(struct pg *pg, char *message, size_t message_size);

/* Changes nothing: are they there, and as new as this program? */
bool schema_check(struct pg *pg, char *message, size_t message_size);

#endif
