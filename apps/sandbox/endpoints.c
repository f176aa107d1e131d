/* SPDX-License-Identifier: MIT */
#include "endpoints.h"

#include <stdio.h>
#include <string.h>

#include "handlers.h"
#include "members.h"

#define ACTIVITY_ANY (SCOPE_ACTIVITY_READ | SCOPE_ACTIVITY_READ_ALL)
#define PROFILE_ANY (SCOPE_READ | SCOPE_PROFILE_READ_ALL)

static const struct endpoint endpoints[] = {
	{ "GET", "/", home_page, GUARD_NONE, 0, false },

	{ "GET", "/oauth/authorize", consent_page, GUARD_MUTEX, 0, false },
	{ "POST", "/oauth/authorize", consent_given, GUARD_MUTEX, 0, false },
	{ "GET", "/oauth/mobile/authorize", consent_page, GUARD_MUTEX, 0,
	    false },
	{ "POST", "/oauth/mobile/authorize", consent_given, GUARD_MUTEX, 0,
	    false },
	{ "POST", "/oauth/token", oauth_token, GUARD_MUTEX, 0, false },
	{ "POST", "/oauth/revoke", oauth_revoke, GUARD_MUTEX, 0, false },
	{ "POST", "/oauth/deauthorize", oauth_deauthorize, GUARD_API, 0,
	    false },
	{ "GET", "/api/v3/oauth/authorize", consent_page, GUARD_MUTEX, 0,
	    false },
	{ "POST", "/api/v3/oauth/authorize", consent_given, GUARD_MUTEX, 0,
	    false },
	{ "POST", "/api/v3/oauth/token", oauth_token, GUARD_MUTEX, 0, false },

	{ "GET", "/api/v3/athlete", api_athlete, GUARD_API, PROFILE_ANY,
	    false },
	{ "GET", "/api/v3/athletes/{}/stats", api_stats, GUARD_API, PROFILE_ANY,
	    false },
	{ "GET", "/api/v3/athlete/activities", api_activities, GUARD_API,
	    ACTIVITY_ANY, false },
	{ "GET", "/api/v3/activities/{}", api_activity, GUARD_API, ACTIVITY_ANY,
	    false },
	{ "GET", "/api/v3/activities/{}/streams", api_streams, GUARD_API,
	    ACTIVITY_ANY, true },
	{ "GET", "/api/v3/gear/{}", api_gear, GUARD_API, PROFILE_ANY, false },

	{ "POST", "/api/v3/push_subscriptions", subscription_create, GUARD_NONE,
	    0, false },
	{ "GET", "/api/v3/push_subscriptions", subscription_list, GUARD_NONE, 0,
	    false },
	{ "DELETE", "/api/v3/push_subscriptions/{}", subscription_delete,
	    GUARD_NONE, 0, false },

	{ "GET", "/computeMetadata/v1/{*}", google_metadata, GUARD_MUTEX, 0,
	    false },
	{ "POST", "/token", google_token, GUARD_MUTEX, 0, false },
	{ "GET", "/oauth2/v3/certs", google_certs, GUARD_NONE, 0, false },
	{ "GET", "/v1/projects/{*}", secret_manager, GUARD_MUTEX, 0, false },
	{ "POST", "/v1/projects/{*}", secret_manager, GUARD_MUTEX, 0, false },

	{ "GET", "/_control/state", control_state, GUARD_MUTEX, 0, false },
	{ "POST", "/_control/athletes", control_athletes, GUARD_MUTEX, 0,
	    false },
	{ "POST", "/_control/clock", control_clock, GUARD_MUTEX, 0, false },
	{ "POST", "/_control/faults", control_faults, GUARD_MUTEX, 0, false },
	{ "POST", "/_control/revoke", control_revoke, GUARD_MUTEX, 0, false },
	{ "POST", "/_control/rate", control_rate, GUARD_MUTEX, 0, false },
	{ "POST", "/_control/secrets", control_secrets, GUARD_MUTEX, 0, false },
	{ "GET", "/_control/service-account", control_service_account,
	    GUARD_MUTEX, 0, false },
	{ "GET", "/_control/authorized-user", control_authorized_user,
	    GUARD_MUTEX, 0, false },
	{ "GET", "/_control/requests", control_requests, GUARD_MUTEX, 0,
	    false },
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
