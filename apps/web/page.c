/* SPDX-License-Identifier: MIT */
#include "page.h"

#include <strava/policy.h>
#include <string.h>

#include "assets.h"
#include "html.h"

static const struct {
	const char *path, *label;
	bool        signed_in; /* shown to whom it is of use */
} entries[] = {
	{ "/activity", "Latest ride", true },
	{ "/history", "History", true },
	{ "/profile", "Profile", true },
	{ "/about", "About", false },
};

static void
add_asset(struct buf *out, const char *before, const char *name)
{
	const struct asset *asset = asset_named(name);

	buf_add_text(out, before);
	html_url(out, asset != NULL ? asset->path : "");
	buf_add_text(out, "\">");
}

static void
add_head(struct buf *out, const char *title)
{
	buf_add_text(out,
	    "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">"
	    "<meta name=\"viewport\" "
	    "content=\"width=device-width, initial-scale=1\">"
	    "<meta name=\"color-scheme\" content=\"light dark\"><title>");
	html_text(out, title);
	buf_add_text(out, " \xc2\xb7 " PAGE_APP_NAME "</title>");
	add_asset(out, "<link rel=\"stylesheet\" href=\"", "bootstrap.css");
	add_asset(out, "<link rel=\"stylesheet\" href=\"", "app.css");
	add_asset(out, "<link rel=\"icon\" type=\"image/svg+xml\" href=\"",
	    "icon.svg");
	buf_add_text(out, "</head>");
}

static void
add_entry(struct buf *out, const char *path, const char *label, bool here)
{
	buf_add_text(out, "<li><a href=\"");
	html_url(out, path);
	buf_add_text(out, here ? "\" aria-current=\"page\">" : "\">");
	html_text(out, label);
	buf_add_text(out, "</a></li>");
}

static void
add_navigation(struct visit *visit, const char *here)
{
	struct buf *out = visit->out;
	bool        signed_in = visit->session.athlete_id != 0;
	size_t      i;

	buf_add_text(out, "<nav aria-label=\"Main\"><ul>");
	for (i = 0; i < sizeof(entries) / sizeof(*entries); i++)
		if (signed_in || !entries[i].signed_in)
			add_entry(out, entries[i].path, entries[i].label,
			    here != NULL && strcmp(here, entries[i].path) == 0);
	if (signed_in) {
		buf_add_text(out, "<li>");
		page_form_begin(visit, "/logout");
		buf_add_text(out, "<button class=\"plain\">Sign out</button>"
				  "</form></li>");
	}
	buf_add_text(out, "</ul></nav>");
}

void
page_begin(struct visit *visit, const char *title, const char *here)
{
	struct buf *out = visit->out;

	response_type(visit->response, "text/html; charset=utf-8");
	add_head(out, title);
	buf_add_text(out,
	    "<body><a class=\"skip\" href=\"#main\">Skip to content</a>"
	    "<header class=\"site\"><div class=\"container\">"
	    "<a class=\"brand\" href=\"/\">" PAGE_APP_NAME "</a>");
	add_navigation(visit, here);
	buf_add_text(out,
	    "</div></header><main id=\"main\" class=\"container\" "
	    "tabindex=\"-1\"><h1>");
	html_foreign(out, title);
	buf_add_text(out, "</h1>");
}

void
page_end(struct visit *visit)
{
	buf_add_text(visit->out,
	    "</main><footer class=\"site\"><div class=\"container\">"
	    "<p>" STRAVA_POWERED_BY ". " PAGE_APP_NAME
	    " is independent of Strava "
	    "and shows you your own activities only.</p></div></footer>"
	    "</body></html>\n");
}

void
page_paragraph(struct visit *visit, const char *text)
{
	buf_add_text(visit->out, "<p>");
	html_text(visit->out, text);
	buf_add_text(visit->out, "</p>");
}

void
page_fact_begin(struct buf *out, const char *label)
{
	buf_addf(out, "<div><dt>%s</dt><dd>", label);
}

void
page_fact_end(struct buf *out)
{
	buf_add_text(out, "</dd></div>");
}

void
page_notice(struct visit *visit, const char *text)
{
	buf_add_text(visit->out, "<p class=\"notice\" role=\"status\">");
	html_text(visit->out, text);
	buf_add_text(visit->out, "</p>");
}

void
page_button_link(struct visit *visit, const char *url, const char *label)
{
	buf_add_text(visit->out, "<p><a class=\"btn btn-primary\" href=\"");
	html_url(visit->out, url);
	buf_add_text(visit->out, "\">");
	html_text(visit->out, label);
	buf_add_text(visit->out, "</a></p>");
}

void
page_form_begin(struct visit *visit, const char *action)
{
	buf_add_text(visit->out, "<form method=\"post\" action=\"");
	html_url(visit->out, action);
	buf_add_text(visit->out,
	    "\"><input type=\"hidden\" name=\"form_token\" value=\"");
	html_attribute(visit->out, visit->session.form_token);
	buf_add_text(visit->out, "\">");
}

void
page_view_on_strava(struct visit *visit, int64_t activity_id)
{
	buf_addf(visit->out,
	    "<a class=\"strava\" rel=\"external\" "
	    "href=\"https://www.strava.com/activities/"
	    "%lld\">" STRAVA_VIEW_ON_STRAVA "</a>",
	    (long long)activity_id);
}
