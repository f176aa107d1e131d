/* SPDX-License-Identifier: MIT */
#include "fresh.h"
#include "problem.h"
#include "routes.h"
#include "session.h"

static void
logout(struct visit *visit)
{
	if (!session_end(visit)) {
		problem_page(visit, PROBLEM_STORE, -1);
		return;
	}
	response_header(
	    visit->response, "Clear-Site-Data", "\"cache\", \"storage\"");
	response_redirect(visit->response, "/?done=signed-out");
}

void
account_logout(
    void *app, const struct request *request, struct response *response)
{
	visit_run(app, request, response, VISIT_FORM, logout);
}

/* Sessions go last: as long as Strava has not been told, the athlete must be
 * able to try again. */
static void
disconnect(struct visit *visit)
{
	int64_t            athlete = visit->session.athlete_id;
	struct fresh_error error;

	visit->again = "/profile";
	if (fresh_disconnect(visit->backend, athlete, &error) != FRESH_OK) {
		visit_log(
		    visit, LOG_WARNING, "not disconnected", error.message);
		problem_page(
		    visit, problem_of_fresh(error.status), error.retry_after_s);
		return;
	}
	visit_note(visit, "an athlete disconnected", athlete);
	if (!session_end_all(visit, athlete) || !session_end(visit)) {
		problem_page(visit, PROBLEM_STORE, -1);
		return;
	}
	response_header(
	    visit->response, "Clear-Site-Data", "\"cache\", \"storage\"");
	response_redirect(visit->response, "/?done=disconnected");
}

void
account_disconnect(
    void *app, const struct request *request, struct response *response)
{
	visit_run(app, request, response, VISIT_FORM, disconnect);
}
