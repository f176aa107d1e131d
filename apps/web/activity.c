/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#include "ask.h"
#include "html.h"
#include "page.h"
#include "problem.h"
#include "ride.h"
#include "routes.h"

/* The four numbers that everybody looks for. */
static bool
is_pace(const strava_activity *ride)
{
	return strava_units_of_speed(ride->sport_type) != STRAVA_QUANTITY_SPEED;
}

static void
add_main_facts(
    struct buf *out, const strava_activity *ride, strava_unit_system units)
{
	buf_add_text(out, "<dl class=\"facts\">");
	page_fact_begin(out, "Distance");
	units_distance(out, units, ride->distance_m);
	page_fact_end(out);
	page_fact_begin(out, "Moving time");
	units_duration(out, ride->moving_time_s);
	page_fact_end(out);
	page_fact_begin(out, is_pace(ride) ? "Average pace" : "Average speed");
	units_speed(out, units, ride->sport_type, ride->average_speed_mps);
	page_fact_end(out);
	page_fact_begin(out, "Elevation gain");
	units_elevation(out, units, ride->elevation_gain_m);
	page_fact_end(out);
	buf_add_text(out, "</dl>");
}

/* Measurements that an activity may lack, in the order of the page. */
static const struct {
	const char *label, *unit;
	size_t      offset;
} measurements[] = {
	{ "Average heart rate", "bpm",
	    offsetof(strava_activity, average_heartrate_bpm) },
	{ "Highest heart rate", "bpm",
	    offsetof(strava_activity, max_heartrate_bpm) },
	{ "Average power", "W", offsetof(strava_activity, average_power_w) },
	{ "Highest power", "W", offsetof(strava_activity, max_power_w) },
	{ "Average cadence", "rpm",
	    offsetof(strava_activity, average_cadence_rpm) },
	{ "Work", "kJ", offsetof(strava_activity, energy_kj) },
	{ "Energy", "kcal", offsetof(strava_activity, calories_kcal) },
};

static void
add_measurements(struct buf *out, const strava_activity *ride)
{
	const strava_opt_double *number;

	for (size_t i = 0; i < sizeof(measurements) / sizeof(*measurements);
	     i++) {
		number =
		    (const void *)((const char *)ride + measurements[i].offset);
		if (!number->set)
			continue;
		page_fact_begin(out, measurements[i].label);
		buf_addf(out, "%.0f %s", number->value, measurements[i].unit);
		page_fact_end(out);
	}
}

static void
add_other_facts(
    struct buf *out, const strava_activity *ride, strava_unit_system units)
{
	buf_add_text(out, "<dl class=\"facts small\">");
	page_fact_begin(out, "Elapsed time");
	units_duration(out, ride->elapsed_time_s);
	page_fact_end(out);
	if (ride->max_speed_mps > 0) {
		page_fact_begin(
		    out, is_pace(ride) ? "Fastest pace" : "Highest speed");
		units_speed(out, units, ride->sport_type, ride->max_speed_mps);
		page_fact_end(out);
	}
	add_measurements(out, ride);
	if (ride->device_name != NULL) {
		page_fact_begin(out, "Recorded with");
		html_foreign(out, ride->device_name);
		page_fact_end(out);
	}
	buf_add_text(out, "</dl>");
}

/* Which newer activities were passed over, since their distance is zero. */
static void
add_skipped(struct buf *out, const struct ride_search *search)
{
	if (search->skipped == 0)
		return;
	buf_addf(out,
	    "<details class=\"notice\"><summary>%d newer %s no distance and "
	    "%s passed over</summary><ul>",
	    search->skipped,
	    search->skipped == 1 ? "activity has" : "activities have",
	    search->skipped == 1 ? "was" : "were");
	buf_add(out, search->list.data, search->list.len);
	buf_add_text(out, "</ul></details>");
}

static void
show_ride(struct visit *visit, const strava_activity *ride,
    const struct ride_search *search)
{
	struct buf        *out = visit->out;
	strava_unit_system units = ask_units(visit);

	page_begin(visit, ride_name(ride), search != NULL ? "/activity" : NULL);
	buf_add_text(out, "<p class=\"line\">");
	ride_add_line(out, ride);
	page_view_on_strava(visit, ride->id);
	buf_add_text(out, "</p>");
	if (search != NULL)
		add_skipped(out, search);
	add_main_facts(out, ride, units);
	ride_add_route(visit, ride, units);
	buf_addf(out, "<p><a href=\"/map/%" PRId64 "\">The route alone</a></p>",
	    ride->id);
	if (ride->description != NULL && ride->description[0] != '\0') {
		buf_add_text(out, "<p class=\"description\">");
		html_foreign(out, ride->description);
		buf_add_text(out, "</p>");
	}
	buf_add_text(out, "<h2>More numbers</h2>");
	add_other_facts(out, ride, units);
	page_end(visit);
}

static void
show_none(struct visit *visit, const struct ride_search *search)
{
	page_begin(visit, "No activity to show yet", "/activity");
	page_paragraph(visit,
	    search->looked_at == 0
		? "Strava holds no activity of yours that this app may see."
		: "None of your latest activities has a distance.");
	add_skipped(visit->out, search);
	page_end(visit);
}

static void
show_latest(struct visit *visit)
{
	struct ride_search search;
	strava_activity   *ride;

	if (ride_find_latest(visit, &search)) {
		if (search.id == 0)
			show_none(visit, &search);
		else if (ride_get(visit, search.id, &ride)) {
			show_ride(visit, ride, &search);
			strava_activity_free(ride);
		}
	}
	ride_search_free(&search);
}

static void
show(struct visit *visit)
{
	const char      *text = request_query(visit->request, "id");
	strava_activity *ride;
	int64_t          id;

	if (text == NULL) {
		show_latest(visit);
		return;
	}
	if (!visit_number(text, &id)) {
		problem_page(visit, PROBLEM_ADDRESS, -1);
		return;
	}
	if (ride_get(visit, id, &ride)) {
		show_ride(visit, ride, NULL);
		strava_activity_free(ride);
	}
}

void
activity_get(
    void *app, const struct request *request, struct response *response)
{
	visit_run(app, request, response, VISIT_ATHLETE, show);
}

/* A number that was typed in leads to its page. */
static void
choose(struct visit *visit)
{
	const char *text = request_form(visit->request, "activity_id");
	char        location[64] = "/activity";
	int64_t     id;

	if (text != NULL && text[0] != '\0') {
		if (!visit_number(text, &id)) {
			problem_page(visit, PROBLEM_ADDRESS, -1);
			return;
		}
		snprintf(
		    location, sizeof(location), "/activity?id=%" PRId64, id);
	}
	response_redirect(visit->response, location);
}

void
activity_choose(
    void *app, const struct request *request, struct response *response)
{
	visit_run(app, request, response, VISIT_FORM, choose);
}
