/* SPDX-License-Identifier: MIT */
#ifndef APPS_BUDGET_H
#define APPS_BUDGET_H

/* The budget of requests to Strava that all programs share, in the database. */

#define BUDGET_NAME "refresh"

/* Strava counts in quarters of an hour and in days, both of UTC. */
#define BUDGET_SHORT_S INT64_C(900)
#define BUDGET_DAY_S INT64_C(86400)

#endif
