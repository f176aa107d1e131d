/* SPDX-License-Identifier: MIT */
#include <strava/policy.h>
#include <string.h>

#include "page.h"
#include "routes.h"

/* What brought the visitor here, in ?done=; words of ours only. */
static const struct {
	const char *done, *text;
} notices[] = {
	{ "signed-out", "You are signed out." },
	{ "disconnected",
	    "Your Strava account is disconnected. Strava has been told, and "
	    "the tokens that were kept here are deleted." },
};

static void
add_notice(struct visit *visit)
{
	const char *done = request_query(visit->request, "done");

	for (size_t i = 0; i < sizeof(notices) / sizeof(*notices); i++)
		if (done != NULL && strcmp(done, notices[i].done) == 0)
			page_notice(visit, notices[i].text);
}

static void
add_offer(struct visit *visit)
{
	bool signed_in = visit->session.athlete_id != 0;

	buf_addf(visit->out,
	    "<p class=\"lead\">%s your latest activity with its route, and a "
	    "plain list of what you did before.</p>",
	    signed_in ? "Your Strava account is connected. See"
		      : "Connect your Strava account and see");
	if (signed_in)
		page_button_link(visit, "/activity", "Show my latest ride");
	else
		page_button_link(visit, "/login", STRAVA_CONNECT_WITH);
}

static void
show(struct visit *visit)
{
	page_begin(visit, "Your rides, drawn and listed", NULL);
	add_notice(visit);
	add_offer(visit);
	buf_add_text(visit->out,
	    "<h2>What is kept, and for how long</h2><ul>"
	    "<li>The permission that you give on Strava's own page: encrypted, "
	    "until you disconnect.</li>"
	    "<li>Your activities: not at all. They are fetched when you open a "
	    "page and are shown to you alone.</li>"
	    "<li>One cookie that keeps you signed in, for a day without a "
	    "visit and for a month at most.</li></ul>"
	    "<p>You can withdraw at any time: on your profile page, where what "
	    "is kept here is deleted at once, or in Strava's settings.</p>");
	page_end(visit);
}

void
home_get(void *app, const struct request *request, struct response *response)
{
	visit_run(app, request, response, VISIT_ANYONE, show);
}
