/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_ZONE_H
#define SANDBOX_ZONE_H

#include "activity.h"
#include "emit.h"

/* Zones: how an athlete divides heart rate and power.  Without an FTP there are
 * no zones of power. */
void zone_emit_athlete(struct emit *e, const struct person *person);

/* [ActivityZone]: how long an activity spent in each, of heart rate, of pace
 * and of power, as far as it has them. */
void zone_emit_activity(struct emit *e, const struct activity *activity);

/* As a member: the names of those. */
void zone_emit_available(struct emit *e, const struct activity *activity);

#endif
