/* SPDX-License-Identifier: MIT */
#ifndef APPS_BUDGET_H
#define APPS_BUDGET_H

/* What all programs share of the requests that Strava allows: the name of the
 * refreshes in tokenstore_budget_take(), and the lengths of its two windows.  The
 * longer one is a day of UTC. */

#include <stdint.h>

#define BUDGET_NAME "refresh"
#define BUDGET_QUARTER_S INT64_C(900)
#define BUDGET_DAY_S INT64_C(86400)

#endif
