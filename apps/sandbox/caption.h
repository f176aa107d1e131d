/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_CAPTION_H
#define SANDBOX_CAPTION_H

#include <stdbool.h>
#include <stdint.h>

#include "person.h"

/* What its owner can change about an activity. */
struct caption {
	char name[256], description[2048];
	bool described; /* without: null on the wire */
	char sport_type[48], type[48];
	char gear_id[GEAR_ID_SIZE]; /* "": null on the wire */
	bool trainer, commute, hide_from_home;
};

/* "Morning Ride": what Strava calls an activity that has no name; `title` NULL:
 * as the sport is called. */
void caption_name_by_time(
    struct caption *caption, int64_t start_local, const char *title);

/* The athlete's bicycle for what is ridden, shoes for the rest. */
void caption_give_gear(struct caption *caption, const struct person *person);

enum flag { FLAG_STAYS, FLAG_OFF, FLAG_ON };

/* What shall be otherwise; what is NULL stays. */
struct caption_change {
	const char *name, *description;
	const char *sport_type, *type; /* the first counts if both are there */
	const char *gear_id;           /* "none": no gear */
	enum flag   trainer, commute, hide_from_home;
};

/* False when something in it cannot be; *field is that then, and the caption is
 * spoilt. */
bool caption_apply(struct caption *caption, const struct person *person,
    const struct caption_change *change, const char **field);

#endif
