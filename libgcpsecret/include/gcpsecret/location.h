/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_LOCATION_H
#define GCPSECRET_LOCATION_H

/*
 * The regions that Secret Manager serves.  gcpsecret_location(3) shows how.
 * Facts: cloud.google.com/secret-manager/docs/reference/rest/v1/
 * projects.locations
 */

#include <gcpsecret/client.h>
#include <gcpsecret/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct gcpsecret_location {
	const char                 *name; /* "projects/P/locations/L" */
	const char                 *id;   /* "europe-west1" */
	const char                 *display_name;
	const gcpsecret_entry_list *labels;
} gcpsecret_location;

/*
 * Reads one; `name` is projects/P/locations/L, or locations/L in the client's
 * own project.  *out is to be freed with gcpsecret_location_free().
 * Worth acting on: NOT_FOUND.
 */
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_location_get(
    gcpsecret_client *client, const char *name, gcpsecret_location **out,
    gcpsecret_error *err);

/* Frees; NULL is ignored. */
GCPSECRET_API void gcpsecret_location_free(gcpsecret_location *location);

/* As gcpsecret_secret_json(). */
GCPSECRET_API const char *gcpsecret_location_json(
    const gcpsecret_location *location);

/* All that a project may use, as gcpsecret_secret_each_new() says; `project` is
 * projects/P, or NULL. */
typedef struct gcpsecret_location_each         gcpsecret_location_each;
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_location_each_new(
    gcpsecret_client *client, const char *project, const gcpsecret_query *query,
    gcpsecret_location_each **out, gcpsecret_error *err);
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_location_each_next(
    gcpsecret_location_each *each, const gcpsecret_location **out,
    gcpsecret_error *err);
GCPSECRET_API void gcpsecret_location_each_free(gcpsecret_location_each *each);

#ifdef __cplusplus
}
#endif

#endif
