/* SPDX-License-Identifier: MIT */

/* Segments, efforts, routes and uploads, without memory. */

#include "starve.h"

#define SEGMENT                  \
	"{\"id\":1,\"xoms\":{}," \
	"\"local_legend\":{\"effort_counts\":{\"a\":\"1\"}}}"
#define EFFORT "{\"id\":1,\"segment\":{\"id\":1},\"achievements\":[{}]}"
#define ROUTE                               \
	"{\"id\":1,\"athlete\":{\"id\":1}," \
	"\"waypoints\":[{\"categories\":[\"a\"]}]}"
#define UPLOAD "{\"id\":1,\"error\":\"e\"}"
#define READY                                                              \
	"{\"id\":1,\"error\":null,\"status\":\"Your activity is ready.\"," \
	"\"activity_id\":7}"

static const strava_page           page = { .page = 2 };
static const strava_explorer_query box = { .south_west = { 1, 1 },
	.north_east = { 2, 2 } };
static const strava_effort_query   efforts = { .segment_id = 1,
	  .start_time_local = 1 };
static const strava_upload_file    file = {
	   .data = "x", .len = 1, .data_type = "gpx", .name = "n"
};

STARVE_JSON(get, segment, strava_segment_get(client, 1, &out, err),
    "@segment_detailed.json");
STARVE_PARSE(parse, segment, SEGMENT);
STARVE_JSON(
    star, segment, strava_segment_star(client, 1, true, &out, err), SEGMENT);
STARVE_JSON(get_starred, segment_list,
    strava_segment_starred_get(client, &page, &out, err),
    "@segments_starred.json");
STARVE_PARSE(parse_list, segment_list, "[" SEGMENT "]");
STARVE_JSON(explore, explorer, strava_segment_explore(client, &box, &out, err),
    "@explorer.json");
STARVE_PARSE(parse_explorer, explorer, "{\"segments\":[{\"id\":1}]}");
STARVE_JSON(get_streams, streams,
    strava_segment_streams_get(client, 1, NULL, &out, err),
    "@streams_by_type.json");

STARVE_JSON(get_effort, effort, strava_effort_get(client, 1, &out, err),
    "@effort_detailed.json");
STARVE_PARSE(parse_effort, effort, EFFORT);
STARVE_JSON(get_efforts, effort_list,
    strava_effort_list_get(client, &efforts, &out, err), "[" EFFORT "]");
STARVE_PARSE(parse_efforts, effort_list, "[" EFFORT "]");
STARVE_JSON(get_effort_streams, streams,
    strava_effort_streams_get(client, 1, NULL, &out, err),
    "@streams_by_type.json");

STARVE_JSON(get_route, route, strava_route_get(client, 1, &out, err),
    "@route_detailed.json");
STARVE_PARSE(parse_route, route, ROUTE);
STARVE_JSON(get_routes, route_list,
    strava_route_list_get(client, 1, &page, &out, err), "[" ROUTE "]");
STARVE_PARSE(parse_routes, route_list, "[" ROUTE "]");
STARVE_JSON(get_route_streams, streams,
    strava_route_streams_get(client, 1, &out, err), "@streams_array.json");
STARVE_TEXT(get_gpx, strava_route_gpx_get(client, 1, &out, err), "<gpx/>");
STARVE_TEXT(get_tcx, strava_route_tcx_get(client, 1, &out, err), "<tcx/>");

STARVE_JSON(create_upload, upload,
    strava_upload_create(client, &file, &out, err), UPLOAD);
STARVE_JSON(
    get_upload, upload, strava_upload_get(client, 1, &out, err), UPLOAD);
STARVE_JSON(
    wait_upload, upload, strava_upload_wait(client, 1, 1000, &out, err), READY);
STARVE_PARSE(parse_upload, upload, UPLOAD);

STARVE_EACH(each_starred, starred, segment,
    strava_starred_each_new(client, NULL, &out, err), "[{\"id\":1}]", "[]");
STARVE_EACH(each_route, route, route,
    strava_route_each_new(client, 1, NULL, &out, err), "[{\"id\":1}]", "[]");

const struct starve_task *const memory_segment[] = { &get, &parse, &star,
	&get_starred, &parse_list, &explore, &parse_explorer, &get_streams,
	&get_effort, &parse_effort, &get_efforts, &parse_efforts,
	&get_effort_streams, &get_route, &parse_route, &get_routes,
	&parse_routes, &get_route_streams, &get_gpx, &get_tcx, &create_upload,
	&get_upload, &wait_upload, &parse_upload, &each_starred, &each_route,
	NULL };
