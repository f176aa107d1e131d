/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_ROUTE_H
#define STRAVA_ROUTE_H

/*
 * Routes that the athlete drew.  strava_route(3) shows how.
 *
 * Models are as <strava/segment.h> says.
 * Facts: developers.strava.com/docs/reference, and what Strava was seen to send
 * beyond it.
 */

#include <stddef.h>
#include <stdint.h>
#include <strava/client.h>
#include <strava/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The known values of strava_route.type and .sub_type; expect others. */
enum { STRAVA_ROUTE_RIDE = 1, STRAVA_ROUTE_RUN = 2 };
enum {
	STRAVA_ROUTE_ROAD = 1,
	STRAVA_ROUTE_MOUNTAIN_BIKE = 2,
	STRAVA_ROUTE_CROSS = 3,
	STRAVA_ROUTE_TRAIL = 4,
	STRAVA_ROUTE_MIXED = 5
};

/* A place on a route that its maker marked. */
typedef struct strava_waypoint {
	strava_opt_latlng       latlng;        /* on the route */
	strava_opt_latlng       target_latlng; /* off it, where it points to */
	const strava_text_list *categories;
	const char             *title, *description;
	strava_opt_double       distance_into_route_m;
} strava_waypoint;

typedef struct strava_waypoint_list {
	size_t                        count;
	const strava_waypoint *const *items;
	size_t                        skipped;
} strava_waypoint_list;

typedef struct strava_route {
	const strava_athlete *athlete; /* see <strava/athlete.h> */
	const char           *description;
	double                distance_m;
	double                elevation_gain_m;
	int64_t               id;     /* beyond 2^53: no double holds it */
	const char           *id_str; /* the same as a text */
	const char           *map_id;
	const char *summary_polyline;         /* for strava_polyline_decode() */
	const char *polyline;                 /* in detail only */
	const char *map_url, *map_retina_url; /* of pictures */
	const char *map_light_url, *map_dark_url;
	const char *name;
	strava_tri  is_private;
	int64_t     resource_state; /* enum strava_resource_state */
	strava_tri  starred;
	int64_t     sub_type; /* STRAVA_ROUTE_ROAD and so on; 0: absent */
	int64_t     created_at, updated_at;
	int64_t     timestamp; /* of its creation, as Strava has it twice */
	int64_t     type;      /* STRAVA_ROUTE_RIDE, _RUN; 0: absent */
	int64_t     estimated_moving_time_s; /* of this athlete */
	const strava_waypoint_list *waypoints;
	const strava_segment_list  *segments; /* in detail only */
} strava_route;

typedef struct strava_route_list {
	size_t                     count;
	const strava_route *const *items;
	size_t skipped; /* items that were no route, and are not here */
} strava_route_list;

/*
 * Fetches a route in detail.  Needs the scope read, for a private route
 * read_all.  *out is to be freed with strava_route_free().
 * Worth acting on: UNAUTHORIZED, SCOPE, NOT_FOUND, RATE_LIMIT.
 */
STRAVA_API STRAVA_CHECK strava_status strava_route_get(
    strava_client *client, int64_t id, strava_route **out, strava_error *err);
STRAVA_API void strava_route_free(strava_route *route);

/*
 * Fetches one page of the routes that an athlete made; without read_all the
 * private ones are left out.  `page` may be NULL.  A page may be shorter than
 * asked although more follow; only an empty page is the end, and it is
 * STRAVA_OK with count 0.  *out is to be freed with strava_route_list_free().
 */
STRAVA_API STRAVA_CHECK strava_status strava_route_list_get(
    strava_client *client, int64_t athlete_id, const strava_page *page,
    strava_route_list **out, strava_error *err);
STRAVA_API void strava_route_list_free(strava_route_list *list);

/*
 * Fetches a route as a file, GPX or TCX, of at most 32 MiB.  *text_out is to be
 * freed with strava_string_free().
 */
STRAVA_API STRAVA_CHECK strava_status strava_route_gpx_get(
    strava_client *client, int64_t id, char **text_out, strava_error *err);
STRAVA_API STRAVA_CHECK strava_status strava_route_tcx_get(
    strava_client *client, int64_t id, char **text_out, strava_error *err);

/* As strava_segment_parse() and strava_segment_json(). */
STRAVA_API STRAVA_CHECK strava_status strava_route_parse(
    const char *text, size_t len, strava_route **out, strava_error *err);
STRAVA_API STRAVA_CHECK strava_status strava_route_list_parse(
    const char *text, size_t len, strava_route_list **out, strava_error *err);
STRAVA_API const char *strava_route_json(const strava_route *route);
STRAVA_API const char *strava_route_list_json(const strava_route_list *list);
STRAVA_API const char *strava_waypoint_json(const strava_waypoint *waypoint);

#ifdef __cplusplus
}
#endif
#endif
