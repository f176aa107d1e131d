/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_GOOGLE_QUERY_H
#define SANDBOX_GOOGLE_QUERY_H

/* The parameters of Google's methods, in camelCase or in snake_case. */

#include "call.h"

/* NULL when absent. */
const char *google_query(const struct call *call, const char *name);

/* Refuses a parameter that is neither one of `names`, separated by spaces, nor
 * one that every method takes; false after an answer of 400. */
bool google_query_check(struct call *call, const char *names);

#endif
