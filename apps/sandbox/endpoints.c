/* SPDX-License-Identifier: MIT */
#include "endpoints.h"

#include <stdio.h>
#include <string.h>

#include "handlers.h"
#include "members.h"

#define ACTIVITY_ANY (SCOPE_ACTIVITY_READ | SCOPE_ACTIVITY_READ_ALL)
#define PROFILE_ANY (SCOPE_READ | SCOPE_PROFILE_READ_ALL)
#define READ_ANY (SCOPE_READ | SCOPE_READ_ALL)
#define EFFORT_ANY (READ_ANY | ACTIVITY_ANY)

static const struct endpoint endpoints[] = {
	{ "GET", "/", home_page, GUARD_NONE, 0, 0 },

	{ "GET", "/oauth/authorize", consent_page, GUARD_MUTEX, 0, 0 },
	{ "POST", "/oauth/authorize", consent_given, GUARD_MUTEX, 0, 0 },
	{ "GET", "/oauth/mobile/authorize", consent_page, GUARD_MUTEX, 0, 0 },
	{ "POST", "/oauth/mobile/authorize", consent_given, GUARD_MUTEX, 0, 0 },
	{ "POST", "/oauth/token", oauth_token, GUARD_MUTEX, 0, 0 },
	{ "POST", "/oauth/revoke", oauth_revoke, GUARD_MUTEX, 0, 0 },
	{ "POST", "/oauth/deauthorize", oauth_deauthorize, GUARD_API, 0, 0 },
	{ "GET", "/api/v3/oauth/authorize", consent_page, GUARD_MUTEX, 0, 0 },
	{ "POST", "/api/v3/oauth/authorize", consent_given, GUARD_MUTEX, 0, 0 },
	{ "POST", "/api/v3/oauth/token", oauth_token, GUARD_MUTEX, 0, 0 },

	{ "GET", "/api/v3/athlete", api_athlete, GUARD_API, PROFILE_ANY, 0 },
	{ "PUT", "/api/v3/athlete", api_athlete_update, GUARD_API,
	    SCOPE_PROFILE_WRITE, 0 },
	{ "GET", "/api/v3/athlete/zones", api_athlete_zones, GUARD_API,
	    SCOPE_PROFILE_READ_ALL, 0 },
	{ "GET", "/api/v3/athlete/activities", api_activities, GUARD_API,
	    ACTIVITY_ANY, 0 },
	{ "GET", "/api/v3/athlete/clubs", api_clubs, GUARD_API, PROFILE_ANY,
	    0 },
	{ "GET", "/api/v3/athletes/{}/stats", api_stats, GUARD_API, PROFILE_ANY,
	    0 },
	{ "GET", "/api/v3/athletes/{}/routes", api_routes, GUARD_API, READ_ANY,
	    0 },
	{ "GET", "/api/v3/gear/{}", api_gear, GUARD_API, PROFILE_ANY, 0 },

	{ "POST", "/api/v3/activities", api_activity_create, GUARD_API,
	    SCOPE_ACTIVITY_WRITE, ENDPOINT_UNREAD },
	{ "GET", "/api/v3/activities/{}", api_activity, GUARD_API, ACTIVITY_ANY,
	    0 },
	{ "PUT", "/api/v3/activities/{}", api_activity_update, GUARD_API,
	    SCOPE_ACTIVITY_WRITE, 0 },
	{ "GET", "/api/v3/activities/{}/comments", api_comments, GUARD_API,
	    ACTIVITY_ANY, 0 },
	{ "GET", "/api/v3/activities/{}/kudos", api_kudos, GUARD_API,
	    ACTIVITY_ANY, 0 },
	{ "GET", "/api/v3/activities/{}/laps", api_laps, GUARD_API,
	    ACTIVITY_ANY, 0 },
	{ "GET", "/api/v3/activities/{}/photos", api_photos, GUARD_API,
	    ACTIVITY_ANY, 0 },
	{ "GET", "/api/v3/activities/{}/streams", api_streams, GUARD_API,
	    ACTIVITY_ANY, ENDPOINT_QUIET },
	{ "GET", "/api/v3/activities/{}/zones", api_zones, GUARD_API,
	    ACTIVITY_ANY, 0 },
	{ "POST", "/api/v3/uploads", api_upload_create, GUARD_API,
	    SCOPE_ACTIVITY_WRITE, ENDPOINT_UNREAD },
	{ "GET", "/api/v3/uploads/{}", api_upload, GUARD_API,
	    SCOPE_ACTIVITY_WRITE, 0 },

	{ "GET", "/api/v3/routes/{}", api_route, GUARD_API, READ_ANY, 0 },
	{ "GET", "/api/v3/routes/{}/export_gpx", api_route_gpx, GUARD_API,
	    READ_ANY, 0 },
	{ "GET", "/api/v3/routes/{}/export_tcx", api_route_tcx, GUARD_API,
	    READ_ANY, 0 },
	{ "GET", "/api/v3/routes/{}/streams", api_route_streams, GUARD_API,
	    READ_ANY, 0 },

	{ "GET", "/api/v3/segments/explore", api_explore, GUARD_API, READ_ANY,
	    0 },
	{ "GET", "/api/v3/segments/starred", api_starred, GUARD_API, READ_ANY,
	    0 },
	{ "GET", "/api/v3/segments/{}", api_segment, GUARD_API, READ_ANY, 0 },
	{ "PUT", "/api/v3/segments/{}/starred", api_star, GUARD_API,
	    SCOPE_PROFILE_WRITE, 0 },
	{ "GET", "/api/v3/segments/{}/streams", api_segment_streams, GUARD_API,
	    READ_ANY, 0 },
	{ "GET", "/api/v3/segment_efforts", api_efforts, GUARD_API, EFFORT_ANY,
	    0 },
	{ "GET", "/api/v3/segment_efforts/{}", api_effort, GUARD_API,
	    EFFORT_ANY, 0 },
	{ "GET", "/api/v3/segment_efforts/{}/streams", api_effort_streams,
	    GUARD_API, SCOPE_READ_ALL, 0 },

	{ "GET", "/api/v3/clubs/{}", api_club, GUARD_API, PROFILE_ANY, 0 },
	{ "GET", "/api/v3/clubs/{}/activities", api_club_removed, GUARD_API,
	    PROFILE_ANY, 0 },
	{ "GET", "/api/v3/clubs/{}/members", api_club_removed, GUARD_API,
	    PROFILE_ANY, 0 },
	{ "GET", "/api/v3/clubs/{}/admins", api_club_removed, GUARD_API,
	    PROFILE_ANY, 0 },

	{ "POST", "/api/v3/push_subscriptions", subscription_create, GUARD_NONE,
	    0, 0 },
	{ "GET", "/api/v3/push_subscriptions", subscription_list, GUARD_NONE, 0,
	    0 },
	{ "DELETE", "/api/v3/push_subscriptions/{}", subscription_delete,
	    GUARD_NONE, 0, 0 },

	{ "GET", "/computeMetadata/v1/{*}", google_metadata, GUARD_MUTEX, 0,
	    0 },
	{ "POST", "/token", google_token, GUARD_MUTEX, 0, 0 },
	{ "GET", "/oauth2/v3/certs", google_certs, GUARD_MUTEX, 0, 0 },
	{ "GET", "/oauth2/v1/certs", google_certs_pem, GUARD_MUTEX, 0, 0 },
	{ "POST", "/v1/token", sts_token, GUARD_MUTEX, 0, 0 },
	{ "POST", "/v1/oauthtoken", sts_oauth_token, GUARD_MUTEX, 0, 0 },
	{ "GET", "/federation/token", federation_token, GUARD_MUTEX, 0, 0 },
	{ "PUT", "/aws/latest/api/token", aws_session, GUARD_MUTEX, 0, 0 },
	{ "GET", "/aws/latest/meta-data/{*}", aws_metadata, GUARD_MUTEX, 0, 0 },
	{ "POST", "/v1/projects/-/serviceAccounts/{}", iam_credentials,
	    GUARD_MUTEX, 0, 0 },
	{ "GET", "/v1/projects/{*}", secret_manager, GUARD_MUTEX, 0, 0 },
	{ "POST", "/v1/projects/{*}", secret_manager, GUARD_MUTEX, 0, 0 },
	{ "PATCH", "/v1/projects/{*}", secret_manager, GUARD_MUTEX, 0, 0 },
	{ "DELETE", "/v1/projects/{*}", secret_manager, GUARD_MUTEX, 0, 0 },

	{ "GET", "/_control/state", control_state, GUARD_MUTEX, 0, 0 },
	{ "POST", "/_control/athletes", control_athletes, GUARD_MUTEX, 0, 0 },
	{ "POST", "/_control/clock", control_clock, GUARD_MUTEX, 0, 0 },
	{ "POST", "/_control/faults", control_faults, GUARD_MUTEX, 0, 0 },
	{ "POST", "/_control/revoke", control_revoke, GUARD_MUTEX, 0, 0 },
	{ "POST", "/_control/rate", control_rate, GUARD_MUTEX, 0, 0 },
	{ "POST", "/_control/rotation", control_rotation, GUARD_MUTEX, 0, 0 },
	{ "POST", "/_control/oddities", control_oddities, GUARD_MUTEX, 0, 0 },
	{ "POST", "/_control/activity", control_activity, GUARD_NONE, 0, 0 },
	{ "POST", "/_control/secrets", control_secrets, GUARD_MUTEX, 0, 0 },
	{ "POST", "/_control/projects", control_projects, GUARD_MUTEX, 0, 0 },
	{ "POST", "/_control/permissions", control_permissions, GUARD_MUTEX, 0,
	    0 },
	{ "POST", "/_control/credentials", control_credentials, GUARD_MUTEX, 0,
	    0 },
	{ "POST", "/_control/subject-token", control_subject_token, GUARD_MUTEX,
	    0, 0 },
	{ "POST", "/_control/id-token", control_id_token, GUARD_MUTEX, 0, 0 },
	{ "POST", "/_control/keys", control_keys, GUARD_MUTEX, 0, 0 },
	{ "POST", "/_control/google", control_google, GUARD_MUTEX, 0, 0 },
	{ "GET", "/_control/service-account", control_service_account,
	    GUARD_MUTEX, 0, 0 },
	{ "GET", "/_control/authorized-user", control_authorized_user,
	    GUARD_MUTEX, 0, 0 },
	{ "GET", "/_control/requests", control_requests, GUARD_MUTEX, 0, 0 },
};

_Static_assert(COUNT(endpoints) <= ENDPOINTS_MAX, "world.calls is too short");

static bool
matches(const char *pattern, const char *path, struct call *call)
{
	size_t n;

	while (*pattern != '\0') {
		if (strcmp(pattern, "{*}") == 0) {
			call->rest = path;
			return true;
		}
		if (strncmp(pattern, "{}", 2) == 0) {
			n = strcspn(path, "/");
			if (n == 0 || n >= PART_SIZE)
				return false;
			memcpy(call->part, path, n);
			call->part[n] = '\0';
			path += n;
			pattern += 2;
		} else if (*pattern++ != *path++) {
			return false;
		}
	}
	return *path == '\0';
}

const struct endpoint *
endpoint_find(struct call *call)
{
	const char *method = request_method(call->request);
	const char *path = request_path(call->request);
	size_t      i;

	for (i = 0; i < COUNT(endpoints); i++)
		if (strcmp(endpoints[i].method, method) == 0 &&
		    matches(endpoints[i].path, path, call))
			return &endpoints[i];
	return NULL;
}

void
endpoint_count(struct world *world, const struct endpoint *endpoint)
{
	world->calls[endpoint - endpoints]++;
}

void
endpoint_emit_calls(struct emit *e, const struct world *world)
{
	char   name[64];
	size_t i;

	emit_object(e, "calls");
	for (i = 0; i < COUNT(endpoints); i++) {
		if (world->calls[i] == 0)
			continue;
		snprintf(name, sizeof(name), "%s %s", endpoints[i].method,
		    endpoints[i].path);
		emit_int(e, name, world->calls[i]);
	}
	emit_end(e);
}
