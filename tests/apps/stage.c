/* SPDX-License-Identifier: MIT */
#include "stage.h"

#include <errno.h>

struct strava_web web;
struct visitor    anna, ben;

int
stage_open(void **state)
{
	(void)state;
	strava_web_start(&web, program_invocation_short_name);
	return 0;
}

int
stage_close(void **state)
{
	(void)state;
	strava_web_end(&web);
	return 0;
}

int
stage_enter(void **state)
{
	(void)state;
	visitor_start(&anna, web.base);
	visitor_start(&ben, web.base);
	return 0;
}

int
stage_leave(void **state)
{
	(void)state;
	visitor_end(&anna);
	visitor_end(&ben);
	world_tell(&web.world, "/_control/faults", "[]");
	return 0;
}

int64_t
stage_token_calls(void)
{
	return world_calls(&web.world, "POST /oauth/token");
}
