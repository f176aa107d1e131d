/* SPDX-License-Identifier: MIT */
#include "segment_json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "polyline.h"

#define KING_RIDES_MPS 11.5
#define KING_RUNS_MPS 5.6
#define QUEEN 1.27 /* times the king's time */

static const char *const categories[] = { "NC", "4", "3", "2", "1", "HC" };

static void
emit_ends(struct emit *e, const struct segment *s)
{
	const struct sample *first = s->track.samples;
	const struct sample *last = first + s->track.count - 1;

	emit_latlng(e, "start_latlng", first->lat, first->lng);
	emit_latlng(e, "end_latlng", last->lat, last->lng);
}

/* Strava's names of these two objects in its description are the other way
 * round; so they come. */
static void
emit_best(struct emit *e, const struct segment_ties *ties)
{
	const struct effort_record *best = &ties->best;

	if (best->count == 0) {
		emit_null(e, "pr_time");
		emit_null(e, "athlete_pr_effort");
		return;
	}
	emit_int(e, "pr_time", best->elapsed_s);
	emit_object(e, "athlete_pr_effort");
	emit_int(e, "id", effort_id(ties->person, best->number, best->i));
	emit_int(e, "activity_id", activity_id(ties->person, best->number));
	emit_int(e, "elapsed_time", best->elapsed_s);
	emit_fixed(e, "distance", best->distance_m, 1);
	emit_start_dates(e, best->start_utc, ties->person->home->utc_offset_s);
	emit_bool(e, "is_kom", false);
	emit_end(e);
}

void
segment_emit_stats(struct emit *e, const struct segment_ties *ties)
{
	const struct effort_record *best = &ties->best;
	char                        date[CLOCK_TEXT_SIZE];

	emit_object(e, "athlete_segment_stats");
	if (best->count == 0) {
		emit_null(e, "pr_elapsed_time");
		emit_null(e, "pr_date");
		emit_null(e, "pr_activity_id");
	} else {
		clock_format(best->start_utc, date);
		date[strlen("2018-06-22")] = '\0';
		emit_int(e, "pr_elapsed_time", best->elapsed_s);
		emit_text(e, "pr_date", date);
		emit_text(e, "pr_visibility", "everyone");
		emit_int(e, "pr_activity_id",
		    activity_id(ties->person, best->number));
		emit_text(e, "pr_activity_visibility",
		    activity_only_me(best->number) ? "only_me" : "everyone");
	}
	emit_int(e, "effort_count", best->count);
	emit_end(e);
}

static void
emit_members(struct emit *e, const struct segment *s, bool detail,
    const struct segment_ties *ties)
{
	emit_int(e, "id", s->id);
	emit_int(e, "resource_state", detail ? 3 : 2);
	emit_text(e, "name", s->name);
	emit_text(e, "activity_type", s->activity_type);
	emit_fixed(e, "distance", s->track.distance_m, 2);
	emit_fixed(e, "average_grade", s->grade_percent, 1);
	emit_fixed(e, "maximum_grade", s->steepest_percent, 1);
	emit_fixed(e, "elevation_high", s->track.high_m, 1);
	emit_fixed(e, "elevation_low", s->track.low_m, 1);
	emit_ends(e, s);
	emit_null(e, "elevation_profile");
	emit_null(e, "elevation_profiles");
	emit_int(e, "climb_category", s->climb_category);
	emit_text(e, "city", s->nowhere ? NULL : s->place->city);
	emit_text(e, "state", s->nowhere ? NULL : s->place->state);
	emit_text(e, "country", s->nowhere ? NULL : s->place->country);
	emit_bool(e, "private", s->is_private);
	emit_bool(e, "hazardous", s->hazardous);
	emit_bool(e, "starred", ties != NULL && ties->starred_at != 0);
	if (ties == NULL)
		return;
	emit_best(e, ties);
	if (ties->starred_at != 0)
		emit_utc(e, "starred_date", ties->starred_at);
}

void
segment_emit(struct emit *e, const char *key, const struct segment *s,
    const struct segment_ties *ties)
{
	emit_object(e, key);
	emit_members(e, s, false, ties);
	emit_end(e);
}

/* "1:09" */
static void
emit_clock(struct emit *e, const char *key, double seconds)
{
	int  whole = (int)ceil(seconds);
	char text[24];

	snprintf(text, sizeof(text), "%d:%02d", whole / 60, whole % 60);
	emit_text(e, key, text);
}

static void
emit_kings(struct emit *e, const struct segment *s)
{
	bool   run = strcmp(s->activity_type, "Run") == 0;
	double best =
	    s->track.distance_m / (run ? KING_RUNS_MPS : KING_RIDES_MPS);
	char href[64];

	snprintf(href, sizeof(href),
	    "strava://segments/%" PRId64 "/leaderboard", s->id);
	emit_object(e, "xoms");
	emit_clock(e, "kom", best);
	emit_clock(e, "qom", best * QUEEN);
	emit_clock(e, "overall", best);
	emit_object(e, "destination");
	emit_text(e, "href", href);
	emit_text(e, "type", "overall");
	emit_text(e, "name", "All-Time");
	emit_end(e);
	emit_end(e);
}

/* A count that is a text, and a legend whom not every segment has. */
static void
emit_legend(struct emit *e, const struct segment *s)
{
	if (s->number % 3 == 2) {
		emit_null(e, "local_legend");
		return;
	}
	emit_object(e, "local_legend");
	emit_int(e, "athlete_id", person_id(s->number % 5));
	emit_text(e, "title", "Olga Okafor");
	emit_text(e, "profile", "avatar/athlete/large.png");
	emit_text(e, "effort_description", "22 efforts in the last 90 days");
	emit_text(e, "effort_count", "22");
	emit_object(e, "effort_counts");
	emit_text(e, "overall", "22 efforts");
	emit_end(e);
	emit_end(e);
}

void
segment_emit_detail(
    struct emit *e, const struct segment *s, const struct segment_ties *ties)
{
	char id[32];

	snprintf(id, sizeof(id), "s%" PRId64, s->id);
	emit_object(e, NULL);
	emit_members(e, s, true, ties);
	emit_text(e, "created_at", "2012-03-19T22:00:20Z");
	emit_text(e, "updated_at", "2026-05-15T08:02:38Z");
	emit_fixed(e, "total_elevation_gain", s->track.gain_m, 1);
	emit_object(e, "map");
	emit_text(e, "id", id);
	polyline_emit(e, "polyline", &s->track, 1);
	emit_int(e, "resource_state", 3);
	emit_end(e);
	emit_int(e, "effort_count", (int64_t)(1000 + 37 * s->number));
	emit_int(e, "athlete_count", (int64_t)(300 + 11 * s->number));
	emit_int(e, "star_count", (int64_t)(3 + s->number % 50));
	segment_emit_stats(e, ties);
	emit_kings(e, s);
	emit_legend(e, s);
	emit_end(e);
}

void
segment_emit_found(struct emit *e, const struct segment *s, bool starred)
{
	const struct sample *first = s->track.samples;
	const struct sample *last = first + s->track.count - 1;

	emit_object(e, NULL);
	emit_int(e, "id", s->id);
	emit_int(e, "resource_state", 2);
	emit_text(e, "name", s->name);
	emit_int(e, "climb_category", s->climb_category);
	emit_text(e, "climb_category_desc", categories[s->climb_category]);
	emit_fixed(e, "avg_grade", s->grade_percent, 1);
	emit_ends(e, s);
	emit_fixed(e, "elev_difference",
	    fabs(last->altitude_m - first->altitude_m), 1);
	emit_fixed(e, "distance", s->track.distance_m, 1);
	polyline_emit(e, "points", &s->track, 1);
	emit_bool(e, "starred", starred);
	emit_null(e, "elevation_profile");
	emit_bool(e, "local_legend_enabled", true);
	emit_end(e);
}
