/* SPDX-License-Identifier: MIT */
#include <strava/api.h>

#include "page.h"
#include "routes.h"

static void
show(struct visit *visit)
{
	page_begin(visit, "About " PAGE_APP_NAME, "/about");
	buf_add_text(visit->out,
	    "<p>" PAGE_APP_NAME " shows athletes their own activities. It is "
	    "free software, written in C; version " STRAVA_VERSION ".</p>"
	    "<h2>Your data</h2>"
	    "<p>With your consent on Strava's page this site receives tokens "
	    "that let it read your profile and your activities. The tokens are "
	    "encrypted in its database and go to Strava only. Activities and "
	    "profile are fetched anew for each page and are not stored, not "
	    "passed on, not put together with other data, and not given to any "
	    "artificial intelligence.</p>"
	    "<h2>Withdrawing</h2>"
	    "<p>\"Disconnect\" on the profile page ends the permission at "
	    "Strava and deletes the tokens here at once. If you remove this "
	    "app in Strava's settings instead, the tokens are worthless from "
	    "then on, and are deleted when this site notices.</p>"
	    "<h2>Cookies</h2>"
	    "<p>One to keep you signed in, and one for each sign-in under way. "
	    "No scripts, no tracking, nothing from other sites.</p>"
	    "<h2>Licences</h2>"
	    "<p>The program: MIT. The style sheet is Bootstrap, \xc2\xa9 The "
	    "Bootstrap Authors and Twitter, Inc., MIT.</p>");
	page_end(visit);
}

void
about_get(void *app, const struct request *request, struct response *response)
{
	visit_run(app, request, response, VISIT_ANYONE, show);
}
