/* SPDX-License-Identifier: MIT */

/* Activities, what belongs to them, and athletes, without memory. */

#include "starve.h"

#define ACTIVITY                                                   \
	"{\"id\":1,\"laps\":[{\"id\":1}],\"gear\":{\"id\":\"b\"}," \
	"\"available_zones\":[\"pace\"],\"photos\":{\"primary\":"  \
	"{\"urls\":{\"100\":\"https://example.org/\"}}}}"

static const strava_page             page = { .page = 2 };
static const strava_activity_query   after = { .after = 1, .per_page = 2 };
static const strava_comment_query    comments = { .after_cursor = "c" };
static const strava_activity_draft   draft = { .name = "n",
	  .sport_type = "Run",
	  .start_time_local = 1,
	  .elapsed_time_s = 1,
	  .distance_m = 1.5 };
static const strava_activity_changes changes = { .name = "n",
	.trainer = STRAVA_TRUE };
static const strava_athlete_changes  weight = { .weight_kg = { true, 70.5 } };

STARVE_JSON(get, activity, strava_activity_get(client, 1, &out, err),
    "@activity_detailed.json");
STARVE_JSON(get_efforts, activity,
    strava_activity_get_all_efforts(client, 1, &out, err),
    "@activity_detailed.json");
STARVE_PARSE(parse, activity, ACTIVITY);
STARVE_JSON(create, activity, strava_activity_create(client, &draft, &out, err),
    ACTIVITY);
STARVE_JSON(update, activity,
    strava_activity_update(client, 1, &changes, &out, err), ACTIVITY);
STARVE_JSON(get_page, activity_list,
    strava_activity_list_get(client, &after, &out, err),
    "@activities_page.json");
STARVE_PARSE(parse_page, activity_list, "[" ACTIVITY "]");
STARVE_JSON(get_zones, activity_zone_list,
    strava_activity_zone_list_get(client, 1, &out, err),
    "@activity_zones.json");
STARVE_PARSE(parse_zones, activity_zone_list,
    "[{\"type\":\"heartrate\",\"distribution_buckets\":[{\"min\":0}]}]");
STARVE_JSON(get_streams, streams,
    strava_activity_streams_get(client, 1, NULL, &out, err),
    "@streams_by_type.json");
STARVE_PARSE(parse_streams, streams,
    "{\"time\":{\"data\":[1]},\"latlng\":{\"data\":[[1,2]]}}");
STARVE_JSON(get_kudoers, athlete_list,
    strava_kudoer_list_get(client, 1, &page, &out, err), "@kudoers.json");
STARVE_JSON(get_comments, comment_list,
    strava_comment_list_get(client, 1, &comments, &out, err), "@comments.json");
STARVE_PARSE(parse_comments, comment_list, "[{\"id\":1,\"athlete\":{}}]");
STARVE_JSON(get_photos, photo_list,
    strava_photo_list_get(client, 1, 100, &out, err), "@photos.json");
STARVE_PARSE(parse_photos, photo_list, "[{\"urls\":{\"1\":\"u\"}}]");
STARVE_JSON(get_laps, lap_list, strava_lap_list_get(client, 1, &out, err),
    "@laps.json");
STARVE_PARSE(parse_laps, lap_list, "[{\"id\":1}]");

STARVE_JSON(get_athlete, athlete, strava_athlete_get(client, &out, err),
    "@athlete_detailed.json");
STARVE_PARSE(parse_athlete, athlete,
    "{\"id\":1,\"bikes\":[{\"id\":\"b\"}],\"shoes\":[]}");
STARVE_PARSE(parse_athletes, athlete_list, "[{\"id\":1},{}]");
STARVE_JSON(update_athlete, athlete,
    strava_athlete_update(client, &weight, &out, err),
    "@athlete_detailed.json");
STARVE_JSON(
    get_ranges, zones, strava_zones_get(client, &out, err), "@zones.json");
STARVE_PARSE(parse_ranges, zones, "{\"power\":{\"zones\":[{}]}}");
STARVE_JSON(
    get_stats, stats, strava_stats_get(client, 1, &out, err), "@stats.json");
STARVE_PARSE(parse_stats, stats, "{\"all_run_totals\":{}}");
STARVE_JSON(
    get_gear, gear, strava_gear_get(client, "b1", &out, err), "@gear.json");
STARVE_PARSE(parse_gear, gear, "{\"id\":\"b1\"}");
STARVE_JSON(get_club, club, strava_club_get(client, 1, &out, err),
    "@club_detailed.json");
STARVE_PARSE(parse_club, club, "{\"id\":1,\"activity_types\":[\"Ride\"]}");
STARVE_JSON(get_clubs, club_list,
    strava_club_list_get(client, &page, &out, err), "[{\"id\":1}]");
STARVE_PARSE(parse_clubs, club_list, "[{\"id\":1}]");

STARVE_EACH(each_kudoer, kudoer, athlete,
    strava_kudoer_each_new(client, 1, NULL, &out, err), "[{}]", "[]");
STARVE_EACH(each_comment, comment, comment,
    strava_comment_each_new(client, 1, &comments, &out, err),
    "[{\"id\":1,\"cursor\":\"d\"}]", "[]");
STARVE_EACH(each_club, club, club,
    strava_club_each_new(client, NULL, &out, err), "[{\"id\":1}]", "[]");

const struct starve_task *const memory_activity[] = { &get, &get_efforts,
	&parse, &create, &update, &get_page, &parse_page, &get_zones,
	&parse_zones, &get_streams, &parse_streams, &get_kudoers, &get_comments,
	&parse_comments, &get_photos, &parse_photos, &get_laps, &parse_laps,
	&get_athlete, &parse_athlete, &parse_athletes, &update_athlete,
	&get_ranges, &parse_ranges, &get_stats, &parse_stats, &get_gear,
	&parse_gear, &get_club, &parse_club, &get_clubs, &parse_clubs,
	&each_kudoer, &each_comment, &each_club, NULL };
