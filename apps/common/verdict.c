/* SPDX-License-Identifier: MIT */
#include "verdict.h"

#include "members.h"

const struct verdict *
verdict_of(strava_status status)
{
	static const struct verdict verdicts[] = {
		{ STRAVA_OK, STORE, "" },
		{ STRAVA_ERR_REVOKED, REFUSE, "refused" },
		{ STRAVA_ERR_RATE_LIMIT, NEXT_WINDOW, "rate_limit" },
		{ STRAVA_ERR_APPLICATION, GIVE_BACK, "application" },
		{ STRAVA_ERR_INACTIVE, GIVE_BACK, "inactive" },
		{ STRAVA_ERR_UNAUTHORIZED, STAND_ASIDE, "unauthorized" },
		{ STRAVA_ERR_FORBIDDEN, STAND_ASIDE, "forbidden" },
		{ STRAVA_ERR_NOT_FOUND, STAND_ASIDE, "not_found" },
		{ STRAVA_ERR_NETWORK, PUT_OFF, "network" },
		{ STRAVA_ERR_TLS, PUT_OFF, "tls" },
		{ STRAVA_ERR_TIMEOUT, PUT_OFF, "timeout" },
		{ STRAVA_ERR_CANCELED, PUT_OFF, "canceled" },
		{ STRAVA_ERR_SERVER, PUT_OFF, "server" },
		{ STRAVA_ERR_FORMAT, PUT_OFF, "format" },
		{ STRAVA_ERR_REQUEST, PUT_OFF, "request" },
		{ STRAVA_ERR_NOMEM, SKIP, "memory" },
		{ STRAVA_ERR_ARGUMENT, SKIP, "argument" },
	};
	static const struct verdict unknown = { STRAVA_ERR_SERVER, PUT_OFF,
		"unknown" };

	for (size_t i = 0; i < COUNT(verdicts); i++)
		if (verdicts[i].status == status)
			return &verdicts[i];
	return &unknown;
}
