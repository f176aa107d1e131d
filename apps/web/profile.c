/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <strava/athlete.h>
#include <string.h>

#include "ask.h"
#include "html.h"
#include "page.h"
#include "routes.h"

static strava_status
ask_athlete(strava_client *client, void *question, strava_error *err)
{
	return strava_athlete_get(client, question, err);
}

/* "Girona, Catalonia, Spain": what there is of it. */
static void
add_place(struct buf *out, const strava_athlete *athlete)
{
	const char *parts[] = { athlete->city, athlete->state,
		athlete->country };
	bool        some = false;

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		if (parts[i] == NULL || parts[i][0] == '\0')
			continue;
		if (some)
			buf_add_text(out, ", ");
		else
			page_fact_begin(out, "Place");
		html_foreign(out, parts[i]);
		some = true;
	}
	if (some)
		page_fact_end(out);
}

static void
add_facts(
    struct buf *out, const strava_athlete *athlete, strava_unit_system units)
{
	buf_add_text(out, "<dl class=\"facts small\">");
	add_place(out, athlete);
	page_fact_begin(out, "Units");
	buf_add_text(out, units == STRAVA_IMPERIAL ? "Miles and feet"
						   : "Kilometres and metres");
	page_fact_end(out);
	if (athlete->weight_kg.set) {
		page_fact_begin(out, "Weight");
		units_weight(out, units, athlete->weight_kg.value);
		page_fact_end(out);
	}
	if (athlete->ftp_w.set) {
		page_fact_begin(out, "Threshold power (FTP)");
		buf_addf(out, "%" PRId64 " W", athlete->ftp_w.value);
		page_fact_end(out);
	}
	if (athlete->created_at != 0) {
		page_fact_begin(out, "On Strava since");
		units_date(out, athlete->created_at);
		page_fact_end(out);
	}
	buf_add_text(out, "</dl>");
}

static void
add_gear(struct buf *out, const char *heading, const strava_gear_list *list,
    strava_unit_system units)
{
	const strava_gear *gear;

	if (list == NULL || list->count == 0)
		return;
	buf_addf(out, "<h2>%s</h2><ul>", heading);
	for (size_t i = 0; i < list->count; i++) {
		gear = list->items[i];
		buf_add_text(out, "<li>");
		html_foreign(out, gear->name);
		buf_add_text(out, ": ");
		units_distance(out, units, gear->distance_m);
		if (gear->primary == STRAVA_TRUE)
			buf_add_text(out, " (the usual one)");
		buf_add_text(out, "</li>");
	}
	buf_add_text(out, "</ul>");
}

static void
add_data(struct visit *visit)
{
	buf_add_text(visit->out,
	    "<h2>Your data here</h2>"
	    "<p>This site keeps the tokens that Strava gave it for you, "
	    "encrypted, and your sign-in. What you see above was fetched for "
	    "this page and is not kept.</p>"
	    "<details class=\"danger\"><summary>Disconnect from Strava"
	    "</summary><p>Strava is told to end the permission, the tokens "
	    "here are deleted, and you are signed out in every browser. Your "
	    "activities on Strava stay as they are.</p>");
	page_form_begin(visit, "/deauthorize");
	buf_add_text(visit->out,
	    "<p><button class=\"btn btn-danger\">Disconnect and delete"
	    "</button></p></form></details>");
}

static void
add_name(struct buf *out, const strava_athlete *athlete)
{
	const char *first = athlete->firstname, *last = athlete->lastname;

	if (first != NULL)
		buf_add_text(out, first);
	if (first != NULL && last != NULL)
		buf_add_text(out, " ");
	if (last != NULL)
		buf_add_text(out, last);
}

static void
show(struct visit *visit)
{
	struct buf        *out = visit->out, name;
	strava_athlete    *athlete;
	strava_unit_system units;

	if (!ask(visit, ask_athlete, &athlete))
		return;
	units = strava_unit_system_of(athlete->measurement_preference);
	buf_init(&name, 1024);
	add_name(&name, athlete);
	page_begin(
	    visit, name.len > 0 ? buf_text(&name) : "Profile", "/profile");
	buf_free(&name);
	add_facts(out, athlete, units);
	add_gear(out, "Bikes", athlete->bikes, units);
	add_gear(out, "Shoes", athlete->shoes, units);
	add_data(visit);
	page_end(visit);
	strava_athlete_free(athlete);
}

void
profile_get(void *app, const struct request *request, struct response *response)
{
	visit_run(app, request, response, VISIT_ATHLETE, show);
}
