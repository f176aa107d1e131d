/* SPDX-License-Identifier: MIT */

/* What a DetailedActivity has beyond a SummaryActivity. */

#include <string.h>

#include "activity_json.h"
#include "athlete_json.h"
#include "effort_json.h"
#include "lap.h"
#include "members.h"
#include "photo.h"
#include "zone.h"

#define SIMILAR 5

/* Those that are hidden only for who asks for all. */
static void
emit_efforts(
    struct emit *e, const struct activity *a, const struct detail_wish *wish)
{
	struct effort efforts[EFFORTS];
	size_t        i;

	emit_array(e, "segment_efforts");
	if (wish->broken)
		emit_text(e, NULL, "not an effort");
	if (effort_is_there(a)) {
		if (!efforts_make(wish->seed, a, efforts)) {
			e->out->failed = true;
			return;
		}
		for (i = 0; i < EFFORTS; i++)
			if (!efforts[i].hidden || wish->all_efforts)
				effort_emit(e, &efforts[i], NULL);
		efforts_free(efforts);
	}
	emit_end(e);
}

static void
emit_gear(struct emit *e, const struct activity *a)
{
	if (a->caption.gear_id[0] != '\0')
		athlete_emit_gear(
		    e, "gear", a->person, a->caption.gear_id[0] == 'b', false);
}

static void
emit_visibility(struct emit *e)
{
	static const char *const types[] = { "heart_rate", "pace", "power",
		"speed", "calories" };
	size_t                   i;

	emit_array(e, "stats_visibility");
	for (i = 0; i < COUNT(types); i++) {
		emit_object(e, NULL);
		emit_text(e, "type", types[i]);
		emit_text(e, "visibility", "everyone");
		emit_end(e);
	}
	emit_end(e);
}

static void
emit_trend(struct emit *e, double mps)
{
	size_t i;

	emit_object(e, "trend");
	emit_array(e, "speeds");
	for (i = 0; i < SIMILAR; i++)
		emit_fixed(e, NULL, mps * (0.94 + 0.03 * (double)i), 14);
	emit_end(e);
	emit_int(e, "current_activity_index", SIMILAR - 1);
	emit_fixed(e, "min_speed", mps * 0.94, 14);
	emit_fixed(e, "mid_speed", mps, 14);
	emit_fixed(e, "max_speed", mps * 1.06, 14);
	emit_int(e, "direction", 1);
	emit_end(e);
}

static void
emit_similar(struct emit *e, const struct activity *a)
{
	const struct track *t = &a->track;
	double mps = t->moving_s > 0 ? t->distance_m / t->moving_s : 0;

	if (!activity_is_recorded(a) || mps <= 0)
		return;
	emit_object(e, "similar_activities");
	emit_int(e, "effort_count", SIMILAR);
	emit_fixed(e, "average_speed", mps, 14);
	emit_fixed(e, "min_average_speed", mps * 0.94, 14);
	emit_fixed(e, "mid_average_speed", mps, 14);
	emit_fixed(e, "max_average_speed", mps * 1.06, 14);
	emit_null(e, "pr_rank");
	emit_null(e, "frequency_milestone");
	emit_trend(e, mps);
	emit_int(e, "resource_state", 2);
	emit_end(e);
}

void
activity_emit_rest(
    struct emit *e, const struct activity *a, const struct detail_wish *wish)
{
	const struct caption *caption = &a->caption;

	emit_text(
	    e, "description", caption->described ? caption->description : NULL);
	emit_fixed(e, "calories", a->track.moving_s * 0.19, 1);
	if (a->number % 5 == 2) {
		emit_int(e, "perceived_exertion", 6);
		emit_bool(e, "prefer_perceived_exertion", false);
	} else {
		emit_null(e, "perceived_exertion");
		emit_null(e, "prefer_perceived_exertion");
	}
	emit_efforts(e, a, wish);
	effort_emit_fastest(e, a);
	lap_emit_splits(e, a);
	lap_emit_all(e, "laps", a);
	emit_gear(e, a);
	photo_emit_summary(e, wish->seed, a);
	emit_visibility(e);
	emit_bool(e, "hide_from_home", caption->hide_from_home);
	emit_text(e, "embed_token", "0000000000000000000000000000000000000000");
	emit_similar(e, a);
	zone_emit_available(e, a);
}
