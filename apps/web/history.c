/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <string.h>

#include "ask.h"
#include "html.h"
#include "page.h"
#include "problem.h"
#include "ride.h"
#include "routes.h"

#define PER_PAGE 30
#define PAGE_MAX 9999

struct page_of {
	int                   page;
	strava_activity_list *list;
};

/* The page asked for: absent is the first. */
static bool
page_number(const char *text, int *page)
{
	int64_t number;

	*page = 1;
	if (text == NULL)
		return true;
	if (!visit_number(text, &number) || number > PAGE_MAX)
		return false;
	*page = (int)number;
	return true;
}

static strava_status
ask_page(strava_client *client, void *question, strava_error *err)
{
	struct page_of       *page = question;
	strava_activity_query query = { .page = page->page,
		.per_page = PER_PAGE };

	return strava_activity_list_get(client, &query, &page->list, err);
}

/* On a phone each row becomes a block, and each cell tells its column from
 * data-label; the roles keep it a table for a screen reader. */
static void
begin_cell(struct buf *out, const char *label)
{
	buf_addf(out, "<td role=\"cell\" data-label=\"%s\">", label);
}

static void
add_row(struct buf *out, const strava_activity *ride, strava_unit_system units)
{
	buf_add_text(out, "<tr role=\"row\">");
	begin_cell(out, "Date");
	units_date(out, ride->start_time_local);
	buf_addf(out,
	    "</td><th role=\"rowheader\" scope=\"row\">"
	    "<a href=\"/activity?id=%" PRId64 "\">",
	    ride->id);
	html_foreign(out, ride_name(ride));
	buf_add_text(out, "</a></th>");
	begin_cell(out, "Sport");
	units_sport(out, ride->sport_type);
	buf_add_text(out, "</td>");
	begin_cell(out, "Distance");
	units_distance(out, units, ride->distance_m);
	buf_add_text(out, "</td>");
	begin_cell(out, "Moving time");
	units_duration(out, ride->moving_time_s);
	buf_add_text(out, "</td>");
	begin_cell(out, "Elevation");
	units_elevation(out, units, ride->elevation_gain_m);
	buf_add_text(out, "</td></tr>");
}

static void
add_table(
    struct buf *out, const strava_activity_list *list, strava_unit_system units)
{
	buf_add_text(out,
	    "<table class=\"table rides\" role=\"table\">"
	    "<caption>Newest first</caption>"
	    "<thead role=\"rowgroup\"><tr role=\"row\">"
	    "<th role=\"columnheader\" scope=\"col\">Date</th>"
	    "<th role=\"columnheader\" scope=\"col\">Activity</th>"
	    "<th role=\"columnheader\" scope=\"col\">Sport</th>"
	    "<th role=\"columnheader\" scope=\"col\">Distance</th>"
	    "<th role=\"columnheader\" scope=\"col\">Moving time</th>"
	    "<th role=\"columnheader\" scope=\"col\">Elevation</th>"
	    "</tr></thead><tbody role=\"rowgroup\">");
	for (size_t i = 0; i < list->count; i++)
		add_row(out, list->items[i], units);
	buf_add_text(out, "</tbody></table>");
}

/* A page may be short although more follow; only an empty one is the end. */
static void
add_paging(struct buf *out, int page, bool empty)
{
	buf_add_text(out, "<nav class=\"paging\" aria-label=\"Pages\"><ul>");
	if (page > 1)
		buf_addf(out,
		    "<li><a rel=\"prev\" href=\"/history?page=%d\">Newer</a>"
		    "</li>",
		    page - 1);
	buf_addf(out, "<li aria-current=\"page\">Page %d</li>", page);
	if (!empty && page < PAGE_MAX)
		buf_addf(out,
		    "<li><a rel=\"next\" href=\"/history?page=%d\">Older</a>"
		    "</li>",
		    page + 1);
	buf_add_text(out, "</ul></nav>");
}

static void
add_chooser(struct visit *visit)
{
	page_form_begin(visit, "/activity_process");
	buf_add_text(visit->out,
	    "<p><label for=\"activity_id\">Open an activity by its number on "
	    "Strava</label></p><p class=\"field\">"
	    "<input class=\"form-control\" id=\"activity_id\" "
	    "name=\"activity_id\" inputmode=\"numeric\" "
	    "pattern=\"[1-9][0-9]{0,18}\" required autocomplete=\"off\">"
	    "<button class=\"btn btn-secondary\">Open</button></p></form>");
}

static void
show(struct visit *visit)
{
	struct page_of     page;
	strava_unit_system units;

	if (!page_number(request_query(visit->request, "page"), &page.page)) {
		problem_page(visit, PROBLEM_ADDRESS, -1);
		return;
	}
	if (!ask(visit, ask_page, &page))
		return;
	units = ask_units(visit);
	page_begin(visit, "History", "/history");
	if (page.list->count == 0)
		page_paragraph(visit,
		    page.page == 1
			? "Strava holds no activity of yours that this app "
			  "may see."
			: "There are no older activities.");
	else
		add_table(visit->out, page.list, units);
	add_paging(visit->out, page.page, page.list->count == 0);
	add_chooser(visit);
	page_end(visit);
	strava_activity_list_free(page.list);
}

void
history_get(void *app, const struct request *request, struct response *response)
{
	visit_run(app, request, response, VISIT_ATHLETE, show);
}
