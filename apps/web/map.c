/* SPDX-License-Identifier: MIT */
#include <inttypes.h>

#include "ask.h"
#include "page.h"
#include "problem.h"
#include "ride.h"
#include "routes.h"

static void
show(struct visit *visit)
{
	struct buf      *out = visit->out;
	strava_activity *ride;
	int64_t          id;

	if (!visit_number(request_part(visit->request, 0), &id)) {
		problem_page(visit, PROBLEM_ADDRESS, -1);
		return;
	}
	if (!ride_get(visit, id, &ride))
		return;
	page_begin(visit, ride_name(ride), NULL);
	buf_add_text(out, "<p class=\"line\">");
	ride_add_line(out, ride);
	buf_addf(
	    out, "<a href=\"/activity?id=%" PRId64 "\">All numbers</a>", id);
	page_view_on_strava(visit, id);
	buf_add_text(out, "</p><div class=\"wide\">");
	ride_add_route(visit, ride, ask_units(visit));
	buf_add_text(out, "</div>");
	page_end(visit);
	strava_activity_free(ride);
}

void
map_get(void *app, const struct request *request, struct response *response)
{
	visit_run(app, request, response, VISIT_ATHLETE, show);
}
