/* SPDX-License-Identifier: MIT */
#include "routes.h"

const struct route routes[] = {
	{ "GET", "/", home_get },
	{ "GET", "/login", connect_login },
	{ "GET", "/exchange_token", connect_return },
	{ "GET", "/activity", activity_get },
	{ "POST", "/activity_process", activity_choose },
	{ "GET", "/map/{}", map_get },
	{ "GET", "/history", history_get },
	{ "GET", "/profile", profile_get },
	{ "GET", "/about", about_get },
	{ "POST", "/logout", account_logout },
	{ "POST", "/deauthorize", account_disconnect },
	{ "GET", "/webhook", webhook_handshake },
	{ "POST", "/webhook", webhook_event },
	{ "GET", "/health", health_alive },
	{ "GET", "/ready", health_ready },
	{ "GET", "/static/{}", asset_get },
};

const size_t route_count = sizeof(routes) / sizeof(*routes);
