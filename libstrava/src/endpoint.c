/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "endpoint.h"

#define ROW(id, operation, method, path, function) \
	[id] = { operation, method, path, function }

const struct endpoint sv_endpoints[ENDPOINT_COUNT] = {
	ROW(ACTIVITY_CREATE, "createActivity", "POST", "/activities",
	    "strava_activity_create"),
	ROW(ACTIVITY_GET, "getActivityById", "GET", "/activities/{}",
	    "strava_activity_get"),
	ROW(ACTIVITY_UPDATE, "updateActivityById", "PUT", "/activities/{}",
	    "strava_activity_update"),
	ROW(ACTIVITY_LIST, "getLoggedInAthleteActivities", "GET",
	    "/athlete/activities", "strava_activity_list_get"),
	ROW(ACTIVITY_COMMENTS, "getCommentsByActivityId", "GET",
	    "/activities/{}/comments", "strava_comment_list_get"),
	ROW(ACTIVITY_KUDOS, "getKudoersByActivityId", "GET",
	    "/activities/{}/kudos", "strava_kudoer_list_get"),
	ROW(ACTIVITY_LAPS, "getLapsByActivityId", "GET", "/activities/{}/laps",
	    "strava_lap_list_get"),
	ROW(ACTIVITY_PHOTOS, NULL, "GET", "/activities/{}/photos",
	    "strava_photo_list_get"),
	ROW(ACTIVITY_STREAMS, "getActivityStreams", "GET",
	    "/activities/{}/streams", "strava_activity_streams_get"),
	ROW(ACTIVITY_ZONES, "getZonesByActivityId", "GET",
	    "/activities/{}/zones", "strava_activity_zone_list_get"),
	ROW(ATHLETE_GET, "getLoggedInAthlete", "GET", "/athlete",
	    "strava_athlete_get"),
	ROW(ATHLETE_UPDATE, "updateLoggedInAthlete", "PUT", "/athlete",
	    "strava_athlete_update"),
	ROW(ATHLETE_CLUBS, "getLoggedInAthleteClubs", "GET", "/athlete/clubs",
	    "strava_club_list_get"),
	ROW(ATHLETE_ROUTES, "getRoutesByAthleteId", "GET",
	    "/athletes/{}/routes", "strava_route_list_get"),
	ROW(ATHLETE_STATS, "getStats", "GET", "/athletes/{}/stats",
	    "strava_stats_get"),
	ROW(ATHLETE_ZONES, "getLoggedInAthleteZones", "GET", "/athlete/zones",
	    "strava_zones_get"),
	ROW(CLUB_GET, "getClubById", "GET", "/clubs/{}", "strava_club_get"),
	ROW(EFFORT_GET, "getSegmentEffortById", "GET", "/segment_efforts/{}",
	    "strava_effort_get"),
	ROW(EFFORT_LIST, "getEffortsBySegmentId", "GET", "/segment_efforts",
	    "strava_effort_list_get"),
	ROW(EFFORT_STREAMS, "getSegmentEffortStreams", "GET",
	    "/segment_efforts/{}/streams", "strava_effort_streams_get"),
	ROW(GEAR_GET, "getGearById", "GET", "/gear/{}", "strava_gear_get"),
	ROW(ROUTE_GET, "getRouteById", "GET", "/routes/{}", "strava_route_get"),
	ROW(ROUTE_GPX, "getRouteAsGPX", "GET", "/routes/{}/export_gpx",
	    "strava_route_gpx_get"),
	ROW(ROUTE_TCX, "getRouteAsTCX", "GET", "/routes/{}/export_tcx",
	    "strava_route_tcx_get"),
	ROW(ROUTE_STREAMS, "getRouteStreams", "GET", "/routes/{}/streams",
	    "strava_route_streams_get"),
	ROW(SEGMENT_GET, "getSegmentById", "GET", "/segments/{}",
	    "strava_segment_get"),
	ROW(SEGMENT_EXPLORE, "exploreSegments", "GET", "/segments/explore",
	    "strava_segment_explore"),
	ROW(SEGMENT_STAR, "starSegment", "PUT", "/segments/{}/starred",
	    "strava_segment_star"),
	ROW(SEGMENT_STARRED, "getLoggedInAthleteStarredSegments", "GET",
	    "/segments/starred", "strava_segment_starred_get"),
	ROW(SEGMENT_STREAMS, "getSegmentStreams", "GET", "/segments/{}/streams",
	    "strava_segment_streams_get"),
	ROW(SUBSCRIPTION_CREATE, NULL, "POST", "/push_subscriptions",
	    "strava_subscription_create"),
	ROW(SUBSCRIPTION_DELETE, NULL, "DELETE", "/push_subscriptions/{}",
	    "strava_subscription_delete"),
	ROW(SUBSCRIPTION_LIST, NULL, "GET", "/push_subscriptions",
	    "strava_subscription_list_get"),
	ROW(UPLOAD_CREATE, "createUpload", "POST", "/uploads",
	    "strava_upload_create"),
	ROW(UPLOAD_GET, "getUploadById", "GET", "/uploads/{}",
	    "strava_upload_get"),
};

const struct removed sv_removed[SV_REMOVED_COUNT] = {
	{ "getClubActivitiesById", "/clubs/{}/activities", "2026-09-01" },
	{ "getClubAdminsById", "/clubs/{}/admins", "2026-09-01" },
	{ "getClubMembersById", "/clubs/{}/members", "2026-09-01" },
};

/* What follows `start` in `path`, or NULL when it begins otherwise. */
static const char *
behind(const char *path, const char *start, size_t len)
{
	return strncmp(path, start, len) == 0 ? path + len : NULL;
}

/* Whether `path`, up to its query, is `pattern` with an id in it. */
static bool
fits(const char *path, const char *pattern)
{
	const char *hole = strstr(pattern, "{}"), *end = hole + 2;

	if ((path = behind(path, pattern, (size_t)(hole - pattern))) == NULL)
		return false;
	path += strcspn(path, "/?");
	path = behind(path, end, strlen(end));
	return path != NULL && (*path == '\0' || *path == '?');
}

const struct removed *
sv_removed_find(const char *path)
{
	for (size_t i = 0; i < SV_REMOVED_COUNT; i++)
		if (fits(path, sv_removed[i].path))
			return &sv_removed[i];
	return NULL;
}
