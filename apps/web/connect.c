/* SPDX-License-Identifier: MIT */
#include <strava/oauth.h>
#include <strava/policy.h>
#include <string.h>

#include "attempt.h"
#include "fresh.h"
#include "html.h"
#include "page.h"
#include "problem.h"
#include "routes.h"
#include "session.h"

#define LONGEST_PARAMETER 512

static void
login(struct visit *visit)
{
	const struct backend *backend = visit->backend;
	char                  state[NONCE_SIZE];
	strava_authorize      wish = {
		     .redirect_uri = visit->web->callback,
		     .scope = visit->web->settings->strava_scope,
		     .state = state,
	};
	strava_error error;
	char        *url;

	if (!attempt_begin(visit, state)) {
		problem_page(visit, PROBLEM_STORE, -1);
		return;
	}
	if (strava_oauth_authorize_url(backend->strava, &backend->app, &wish,
		&url, &error) != STRAVA_OK) {
		visit_log(visit, LOG_ERROR, "no authorize URL", error.message);
		problem_page(visit, PROBLEM_INTERNAL, -1);
		return;
	}
	response_redirect(visit->response, url);
	strava_string_free(url);
}

void
connect_login(
    void *app, const struct request *request, struct response *response)
{
	visit_run(app, request, response, VISIT_ANYONE, login);
}

/* Visible ASCII, not empty, not endless: what a code and a scope are made of. */
static bool
is_plain(const char *text)
{
	size_t len = 0;

	if (text == NULL || text[0] == '\0')
		return false;
	for (; text[len] != '\0'; len++)
		if (len == LONGEST_PARAMETER || text[len] < 0x20 ||
		    text[len] > 0x7e)
			return false;
	return true;
}

/* Strava names no issuer today; should it begin to, it must be the one that we
 * sent the browser to. */
static bool
is_issuer(const struct visit *visit, const char *issuer)
{
	struct origin ours;

	return issuer == NULL ||
	       (origin_parse(visit->web->settings->strava_oauth_base, &ours) &&
		   strcmp(issuer, ours.text) == 0);
}

/* What each scope lets this app do; a scope that is not here is told as it is. */
static const struct {
	const char *scope, *words;
} scopes[] = {
	{ "read", "see your public profile" },
	{ "activity:read", "see your activities" },
	{ "activity:read_all",
	    "see your activities, those that only you can see included" },
	{ "profile:read_all", "see your whole profile: units, weight, gear" },
};

static void
add_scope(struct buf *out, const char *scope, size_t len)
{
	char name[64];

	if (len == 0 || len >= sizeof(name))
		return;
	memcpy(name, scope, len);
	name[len] = '\0';
	buf_add_text(out, "<li><code>");
	html_text(out, name);
	buf_add_text(out, "</code>");
	for (size_t i = 0; i < sizeof(scopes) / sizeof(*scopes); i++)
		if (strcmp(scopes[i].scope, name) == 0)
			buf_addf(out, ": %s", scopes[i].words);
	buf_add_text(out, "</li>");
}

/* The page for an athlete who took a tick away on Strava's page; `missing` is a
 * list with commas. */
static void
show_missing(struct visit *visit, const char *missing)
{
	struct buf *out = visit->out;
	size_t      len;

	visit->response->status = 403;
	page_begin(visit, "A permission is missing", NULL);
	page_paragraph(visit,
	    "On Strava's page a box was not ticked. Without it this app has "
	    "nothing to show, so nothing was stored and the rest of the "
	    "permission was given back. Missing:");
	buf_add_text(out, "<ul>");
	for (; *missing != '\0'; missing += strspn(missing, ",")) {
		len = strcspn(missing, ",");
		add_scope(out, missing, len);
		missing += len;
	}
	buf_add_text(out, "</ul>");
	page_paragraph(
	    visit, "To go on, connect again and leave all boxes ticked.");
	page_button_link(visit, "/login", STRAVA_CONNECT_WITH);
	problem_end(visit);
}

static void
show_refusal(struct visit *visit, const char *error)
{
	if (strcmp(error, "access_denied") != 0) {
		problem_page(visit, PROBLEM_ANSWER, -1);
		return;
	}
	page_begin(visit, "You did not connect", NULL);
	page_paragraph(visit,
	    "You chose not to give this app permission. Nothing was stored, "
	    "and Strava shares nothing with it. Should you change your mind:");
	page_button_link(visit, "/login", STRAVA_CONNECT_WITH);
	page_end(visit);
}

static void
sign_in(struct visit *visit, const char *code, const char *granted)
{
	struct fresh_error error;
	int64_t            athlete;
	enum fresh_status  status;

	status = fresh_connect(visit->backend, code, granted, &athlete, &error);
	if (status != FRESH_OK) {
		visit_log(visit, LOG_WARNING, "not connected", error.message);
		if (status == FRESH_SCOPE)
			show_missing(visit, error.message);
		else
			problem_page(visit, problem_of_fresh(status),
			    error.retry_after_s);
		return;
	}
	visit_note(visit, "an athlete connected", athlete);
	if (!session_start(visit, athlete)) {
		problem_page(visit, PROBLEM_STORE, -1);
		return;
	}
	response_redirect(visit->response, "/activity");
}

/*
 * Back from Strava.  The attempt is ended before anything else is looked at, so
 * that no address works twice, a refusal's included.
 */
static void
come_back(struct visit *visit)
{
	const struct request *request = visit->request;
	const char           *error = request_query(request, "error");
	const char           *code = request_query(request, "code");
	const char           *granted = request_query(request, "scope");

	switch (attempt_finish(visit, request_query(request, "state"))) {
	case ATTEMPT_UNKNOWN: problem_page(visit, PROBLEM_LINK, -1); return;
	case ATTEMPT_FAILED: problem_page(visit, PROBLEM_STORE, -1); return;
	case ATTEMPT_GOOD: break;
	}
	visit->again = "/login";
	if (error != NULL)
		show_refusal(visit, error);
	else if (!is_plain(code) || !is_plain(granted) ||
		 !is_issuer(visit, request_query(request, "iss")))
		problem_page(visit, PROBLEM_ANSWER, -1);
	else
		sign_in(visit, code, granted);
}

void
connect_return(
    void *app, const struct request *request, struct response *response)
{
	visit_run(app, request, response, VISIT_ANYONE, come_back);
}
