/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_SPORT_H
#define SANDBOX_SPORT_H

/* What Strava lets somebody do. */
struct sport_name {
	const char *sport_type;
	const char *type; /* the nearest one of before 2022 */
};

/* By name, upper and lower case told apart; NULL when there is none. */
const struct sport_name *sport_find(const char *sport_type);

/* The same for the deprecated `type`. */
const struct sport_name *sport_find_type(const char *type);

#endif
