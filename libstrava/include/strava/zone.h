/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_ZONE_H
#define STRAVA_ZONE_H

#include <stddef.h>
#include <strava/client.h>
#include <strava/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Zones of effort: those that an athlete has, and how long an activity stayed in
 * each.
 *
 * Only the library allocates these structs; read them through a pointer and
 * never copy them, so that members can be added at the end without breaking
 * your program.
 *
 * Facts: developers.strava.com/docs/reference, and what Strava was seen to send
 * beyond it.
 */
typedef struct strava_zone {
	double            min;
	strava_opt_double max; /* not set: open, which Strava writes as -1 */
} strava_zone;

typedef struct strava_zone_list {
	size_t                    count;
	const strava_zone *const *items; /* from the easiest on */
	size_t                    skipped;
} strava_zone_list;

/* The zones of an athlete; NULL: none of that kind. */
typedef struct strava_zones {
	const strava_zone_list *heartrate;        /* beats per minute */
	strava_tri              custom_heartrate; /* chosen by the athlete */
	const strava_zone_list *power;            /* watts */
} strava_zones;

/* One zone of an activity, and the time spent in it. */
typedef struct strava_zone_bucket {
	double            min;
	strava_opt_double max; /* not set: open, which Strava writes as -1 */
	int64_t           time_s;
} strava_zone_bucket;

typedef struct strava_zone_bucket_list {
	size_t                           count;
	const strava_zone_bucket *const *items;
	size_t                           skipped;
} strava_zone_bucket_list;

/*
 * How the time of an activity spreads over the zones of one kind: "heartrate" in
 * beats per minute, "power" in watts, "pace" in metres per second, or one not
 * known yet.
 */
typedef struct strava_activity_zone {
	const char                    *type;
	int64_t                        resource_state;
	strava_opt_double              score;
	strava_opt_int                 points, max;
	strava_tri                     sensor_based;
	strava_tri                     custom_zones;
	const strava_zone_bucket_list *buckets;
} strava_activity_zone;

typedef struct strava_activity_zone_list {
	size_t                             count;
	const strava_activity_zone *const *items;
	size_t                             skipped; /* items that had no type */
} strava_activity_zone_list;

/*
 * Fetches the zones of the athlete whose access token the client holds; needs
 * the scope profile:read_all.  *out is to be freed with strava_zones_free().
 * Worth acting on: UNAUTHORIZED, SCOPE, RATE_LIMIT.
 */
STRAVA_API STRAVA_CHECK strava_status strava_zones_get(
    strava_client *client, strava_zones **out, strava_error *err);

/* Reads the JSON of such zones, kept or recorded.  Fails with: ARGUMENT, NOMEM,
 * FORMAT.  Does no I/O. */
STRAVA_API STRAVA_CHECK strava_status strava_zones_parse(
    const char *text, size_t len, strava_zones **out, strava_error *err);
STRAVA_API void strava_zones_free(strava_zones *zones);

/*
 * Fetches the zones of an activity.  Strava has them for subscribers only.
 * *out is to be freed with strava_activity_zone_list_free().
 * Worth acting on: UNAUTHORIZED, SCOPE, FORBIDDEN, NOT_FOUND, RATE_LIMIT.
 */
STRAVA_API STRAVA_CHECK strava_status strava_activity_zone_list_get(
    strava_client *client, int64_t activity_id, strava_activity_zone_list **out,
    strava_error *err);

/* Reads the JSON of such a list; fails as strava_zones_parse() does. */
STRAVA_API STRAVA_CHECK strava_status strava_activity_zone_list_parse(
    const char *text, size_t len, strava_activity_zone_list **out,
    strava_error *err);
STRAVA_API void strava_activity_zone_list_free(strava_activity_zone_list *list);

/* The JSON that Strava sent; see strava_activity_json(). */
STRAVA_API const char *strava_zones_json(const strava_zones *zones);
STRAVA_API const char *strava_zone_json(const strava_zone *zone);
STRAVA_API const char *strava_activity_zone_list_json(
    const strava_activity_zone_list *list);
STRAVA_API const char *strava_activity_zone_json(
    const strava_activity_zone *zone);
STRAVA_API const char *strava_zone_bucket_json(
    const strava_zone_bucket *bucket);

#ifdef __cplusplus
}
#endif
#endif
