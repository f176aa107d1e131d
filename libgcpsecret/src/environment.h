/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SRC_ENVIRONMENT_H
#define GCPSECRET_SRC_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>

/* What another program is told: this program's environment, with changes. */
struct environment {
	char **items;     /* "NAME=value", ends with NULL */
	size_t inherited; /* so many of them are borrowed */
};

struct variable {
	const char *name;
	const char *value; /* NULL: it must not be there */
};

/* False when out of memory; gs_environment_free() in any case.  Nobody may change
 * this program's environment as long as it is used. */
bool gs_environment_make(struct environment *environment,
    const struct variable *changes, size_t count);
void gs_environment_free(struct environment *environment);

#endif
