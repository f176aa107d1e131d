/* SPDX-License-Identifier: MIT */
#include "ride.h"

#include <strava/polyline.h>
#include <string.h>

#include "ask.h"
#include "html.h"
#include "page.h"
#include "problem.h"
#include "route_svg.h"

#define PER_PAGE 50
#define LOOK_AT_MAX 1000 /* 20 requests of an app's 100 in 15 minutes */
#define LIST_MAX 65536
#define NAMED_MAX 10 /* skipped ones that are told by name */

const char *
ride_name(const strava_activity *ride)
{
	return ride->name != NULL && ride->name[0] != '\0'
		   ? ride->name
		   : "Untitled activity";
}

struct one {
	int64_t          id;
	strava_activity *ride;
};

static strava_status
ask_one(strava_client *client, void *question, strava_error *err)
{
	struct one *one = question;

	return strava_activity_get(client, one->id, &one->ride, err);
}

bool
ride_get(struct visit *visit, int64_t id, strava_activity **out)
{
	struct one one = { .id = id };

	*out = NULL;
	if (!ask(visit, ask_one, &one))
		return false;
	/* Strava shows one athlete another's public activities; we do not. */
	if (one.ride->athlete_id != visit->session.athlete_id) {
		strava_activity_free(one.ride);
		problem_page(visit, PROBLEM_NOT_FOUND, -1);
		return false;
	}
	*out = one.ride;
	return true;
}

static const char *
why_no_distance(const strava_activity *ride)
{
	if (ride->manual == STRAVA_TRUE)
		return "entered by hand, without a distance";
	if (ride->trainer == STRAVA_TRUE)
		return "recorded indoors, without a distance";
	return "its distance is zero";
}

static void
skip(struct ride_search *search, const strava_activity *ride)
{
	struct buf *list = &search->list;

	if (search->skipped++ >= NAMED_MAX)
		return;
	buf_add_text(list, "<li>");
	html_foreign(list, ride_name(ride));
	buf_add_text(list, ", ");
	units_date(list, ride->start_time_local);
	buf_addf(list, ": %s</li>", why_no_distance(ride));
}

static strava_status
ask_latest(strava_client *client, void *question, strava_error *err)
{
	struct ride_search    *search = question;
	strava_activity_query  query = { .per_page = PER_PAGE };
	strava_activity_each  *each;
	const strava_activity *ride = NULL;
	strava_status          status;

	search->id = 0;
	search->looked_at = search->skipped = 0;
	buf_clear(&search->list);
	status = strava_activity_each_new(client, &query, &each, err);
	while (status == STRAVA_OK && search->id == 0 &&
	       search->looked_at < LOOK_AT_MAX) {
		status = strava_activity_each_next(each, &ride, err);
		if (status != STRAVA_OK || ride == NULL)
			break;
		search->looked_at++;
		if (ride->distance_m > 0)
			search->id = ride->id;
		else
			skip(search, ride);
	}
	strava_activity_each_free(each);
	return status;
}

bool
ride_find_latest(struct visit *visit, struct ride_search *search)
{
	memset(search, 0, sizeof(*search));
	buf_init(&search->list, LIST_MAX);
	return ask(visit, ask_latest, search);
}

void
ride_search_free(struct ride_search *search)
{
	buf_free(&search->list);
}

static const char *
why_no_route(const strava_activity *ride)
{
	if (ride->manual == STRAVA_TRUE)
		return "There is no route: the activity was entered by hand.";
	if (ride->trainer == STRAVA_TRUE)
		return "There is no route: the activity was recorded indoors.";
	return "Strava sent no route for this activity. It was recorded "
	       "without GPS, or its map is hidden.";
}

void
ride_add_route(
    struct visit *visit, const strava_activity *ride, strava_unit_system units)
{
	const char    *line = ride->polyline;
	strava_latlng *points = NULL;
	size_t         count = 0;

	if (line == NULL || line[0] == '\0')
		line = ride->summary_polyline;
	if (line == NULL || line[0] == '\0') {
		page_paragraph(visit, why_no_route(ride));
		return;
	}
	buf_add_text(visit->out, "<figure class=\"route\">");
	if (strava_polyline_decode(line, &points, &count, NULL) != STRAVA_OK ||
	    !route_svg(visit->out, points, count, ride_name(ride), units))
		page_paragraph(
		    visit, "Strava sent a route that cannot be read.");
	else
		buf_add_text(visit->out,
		    "<figcaption>North is up. The disc is the start, the "
		    "square the finish.</figcaption>");
	buf_add_text(visit->out, "</figure>");
	strava_polyline_free(points);
}

void
ride_add_line(struct buf *out, const strava_activity *ride)
{
	buf_add_text(out, "<span>");
	units_sport(out, ride->sport_type);
	buf_add_text(out, "</span><span>");
	units_date(out, ride->start_time_local);
	buf_add_text(out, ", ");
	units_time(out, ride->start_time_local);
	buf_add_text(out, "</span>");
}
