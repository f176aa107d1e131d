/* SPDX-License-Identifier: MIT */
#include "problem.h"

#include <stdio.h>
#include <strava/policy.h>

#include "html.h"
#include "page.h"

/* Seconds, when a visitor is to come again and nobody said when. */
#define RETRY_AFTER_S 30

enum offer { OFFER_HOME, OFFER_CONNECT, OFFER_AGAIN };

static const struct {
	int         status;
	enum offer  offer;
	const char *title, *text;
} problems[] = {
	[PROBLEM_SIGN_IN] = { 403, OFFER_CONNECT, "Please sign in",
	    "This page shows an athlete's own data, and nobody is signed in "
	    "here. Perhaps your session has ended; connecting again takes one "
	    "click." },
	[PROBLEM_FORM] = { 403, OFFER_HOME, "That form was not accepted",
	    "It was sent from another site, or the page was open for so long "
	    "that it belongs to an earlier session. Nothing was changed. Open "
	    "the page again and repeat what you wanted to do." },
	[PROBLEM_ADDRESS] = { 400, OFFER_HOME, "That address is not complete",
	    "A part of the address is missing or is not what this page "
	    "understands, for example an activity number with letters in it." },
	[PROBLEM_LINK] = { 400, OFFER_CONNECT, "This sign-in is not valid",
	    "Each sign-in works once, for ten minutes, in the browser in which "
	    "it was begun. This one was used before, is too old, or was begun "
	    "elsewhere. Nothing was changed; please start again." },
	[PROBLEM_CODE] = { 400, OFFER_CONNECT,
	    "Strava did not accept the sign-in",
	    "Strava's code for this sign-in is used or too old. Nothing was "
	    "stored; please start again." },
	[PROBLEM_ANSWER] = { 400, OFFER_CONNECT,
	    "Strava's answer was not complete",
	    "Strava sent you back without what a sign-in needs. Nothing was "
	    "stored; please start again." },
	[PROBLEM_SCOPE] = { 403, OFFER_CONNECT, "A permission is missing",
	    "Strava says that you have not given the permission that this page "
	    "needs. Connect again and leave all boxes ticked." },
	[PROBLEM_CONSENT] = { 403, OFFER_CONNECT, "Please connect again",
	    "Strava no longer accepts the permission that you gave, probably "
	    "because it was withdrawn in Strava's settings. Connect again to "
	    "go on." },
	[PROBLEM_NOT_CONNECTED] = { 403, OFFER_CONNECT,
	    "Your Strava account is not connected",
	    "It was disconnected meanwhile, perhaps in another browser. "
	    "Nothing of it is kept here." },
	[PROBLEM_RECONNECTED] = { 409, OFFER_AGAIN, "You connected again",
	    "While your account was being disconnected you connected it anew, "
	    "perhaps in another browser. The new connection stays. To end it "
	    "too, disconnect once more." },
	[PROBLEM_NOT_FOUND] = { 404, OFFER_HOME, "No such activity",
	    "You have no activity of that number. It may have been deleted, or "
	    "it belongs to somebody else." },
	[PROBLEM_APPLICATION] = { 503, OFFER_HOME,
	    "Strava has switched this app off",
	    "Strava refuses this app as a whole: its registration is wrong or "
	    "no longer active. Your account is unharmed; the operator of this "
	    "site has to act." },
	[PROBLEM_RATE_LIMIT] = { 503, OFFER_AGAIN,
	    "Strava asks us to slow down",
	    "This app has used up the number of requests that Strava grants "
	    "it for now. Your account is unharmed." },
	[PROBLEM_LATER] = { 503, OFFER_AGAIN,
	    "Your access to Strava is being renewed",
	    "This site's access to your Strava data has to be renewed every "
	    "few hours, and that is done in the background. Your account is "
	    "unharmed; please come back in a few minutes." },
	[PROBLEM_STRAVA] = { 502, OFFER_AGAIN, "Strava has a problem",
	    "Strava answered with an error or with something unreadable. Your "
	    "account is unharmed; please try again in a moment." },
	[PROBLEM_UNREACHABLE] = { 504, OFFER_AGAIN, "Strava does not answer",
	    "No answer came from Strava in time. Your account is unharmed; "
	    "please try again in a moment." },
	[PROBLEM_STORE] = { 503, OFFER_AGAIN, "The database does not answer",
	    "This site cannot reach its own database. Nothing is lost; please "
	    "try again in a moment." },
	[PROBLEM_BUSY] = { 503, OFFER_AGAIN, "Too many visitors",
	    "All places are taken for the moment. Please try again." },
	[PROBLEM_INTERNAL] = { 500, OFFER_HOME, "Something went wrong",
	    "The fault is on this side. Nothing was changed." },
};

enum problem
problem_of_fresh(enum fresh_status status)
{
	switch (status) {
	case FRESH_NOT_CONNECTED: return PROBLEM_NOT_CONNECTED;
	case FRESH_CONSENT: return PROBLEM_CONSENT;
	case FRESH_STANDS: return PROBLEM_RECONNECTED;
	case FRESH_CODE: return PROBLEM_CODE;
	case FRESH_SCOPE: return PROBLEM_SCOPE;
	case FRESH_APPLICATION: return PROBLEM_APPLICATION;
	case FRESH_RATE_LIMIT: return PROBLEM_RATE_LIMIT;
	case FRESH_STRAVA: return PROBLEM_STRAVA;
	case FRESH_LATER: return PROBLEM_LATER;
	case FRESH_STORE: return PROBLEM_STORE;
	case FRESH_OK: break;
	}
	return PROBLEM_INTERNAL;
}

enum problem
problem_of_strava(strava_status status)
{
	switch (status) {
	case STRAVA_ERR_UNAUTHORIZED:
	case STRAVA_ERR_REVOKED: return PROBLEM_CONSENT;
	case STRAVA_ERR_SCOPE: return PROBLEM_SCOPE;
	case STRAVA_ERR_CODE: return PROBLEM_CODE;
	case STRAVA_ERR_APPLICATION:
	case STRAVA_ERR_INACTIVE: return PROBLEM_APPLICATION;
	case STRAVA_ERR_NOT_FOUND: return PROBLEM_NOT_FOUND;
	case STRAVA_ERR_RATE_LIMIT: return PROBLEM_RATE_LIMIT;
	case STRAVA_ERR_NETWORK:
	case STRAVA_ERR_TLS:
	case STRAVA_ERR_TIMEOUT: return PROBLEM_UNREACHABLE;
	case STRAVA_OK:
	case STRAVA_ERR_ARGUMENT:
	case STRAVA_ERR_NOMEM:
	case STRAVA_ERR_CANCELED: return PROBLEM_INTERNAL;
	case STRAVA_ERR_SERVER:
	case STRAVA_ERR_FORMAT:
	case STRAVA_ERR_FORBIDDEN:
	case STRAVA_ERR_REQUEST: break;
	}
	return PROBLEM_STRAVA;
}

static void
add_wait(struct visit *visit, int64_t retry_after_s)
{
	int64_t wait_s = retry_after_s >= 0 ? retry_after_s : RETRY_AFTER_S;
	char    text[PG_INT_SIZE];

	snprintf(text, sizeof(text), "%lld", (long long)wait_s);
	response_header(visit->response, "Retry-After", text);
	if (retry_after_s > 0)
		buf_addf(visit->out,
		    "<p>It is worth trying again in about "
		    "%lld %s.</p>",
		    (long long)(wait_s < 120 ? wait_s : (wait_s + 59) / 60),
		    wait_s < 120 ? "seconds" : "minutes");
}

static void
add_offer(struct visit *visit, enum offer offer)
{
	switch (offer) {
	case OFFER_HOME:
		page_button_link(visit, "/", "To the start page");
		break;
	case OFFER_CONNECT:
		page_button_link(visit, "/login", STRAVA_CONNECT_WITH);
		break;
	case OFFER_AGAIN:
		if (visit->again != NULL)
			page_button_link(visit, visit->again, "Try again");
		else
			buf_add_text(visit->out,
			    "<p><a class=\"btn btn-primary\" href=\"\">"
			    "Try again</a></p>");
		break;
	}
}

void
problem_end(struct visit *visit)
{
	buf_add_text(visit->out, "<p class=\"fine\">Request ");
	html_text(visit->out, request_id(visit->request));
	buf_add_text(visit->out, ". Tell this number if you ask for help.</p>");
	page_end(visit);
}

void
problem_page(struct visit *visit, enum problem problem, int64_t retry_after_s)
{
	buf_clear(visit->out);
	visit->response->status = problems[problem].status;
	page_begin(visit, problems[problem].title, NULL);
	page_paragraph(visit, problems[problem].text);
	if (problems[problem].status == 503)
		add_wait(visit, retry_after_s);
	add_offer(visit, problems[problem].offer);
	problem_end(visit);
}

static const struct {
	int         status;
	const char *title;
} gate_titles[] = {
	{ 400, "The request was not understood" },
	{ 404, "There is no such page" },
	{ 405, "That cannot be done here" },
	{ 408, "The request took too long" },
	{ 413, "The request was too large" },
	{ 414, "The address is too long" },
	{ 415, "That kind of content is not accepted" },
	{ 417, "The request was not understood" },
	{ 421, "This site has another address" },
	{ 431, "The request's headers are too large" },
	{ 501, "The request was not understood" },
	{ 503, "Too many visitors" },
	{ 505, "The request was not understood" },
};

static const char *
gate_title(int status)
{
	for (size_t i = 0; i < sizeof(gate_titles) / sizeof(*gate_titles); i++)
		if (gate_titles[i].status == status)
			return gate_titles[i].title;
	return "Something went wrong";
}

void
problem_gate(void *app, const struct request *request, int status,
    const char *reason, struct response *response)
{
	const struct web *web = app;
	struct visit      visit = {
		     .web = web,
		     .request = request,
		     .response = response,
		     .out = &response->body,
	};

	page_begin(&visit, gate_title(status), NULL);
	if (reason != NULL && reason[0] != '\0') {
		buf_add_text(visit.out, "<p>Reason: ");
		html_text(visit.out, reason);
		buf_add_text(visit.out, ".</p>");
	}
	/* Under a wrong host name a path of this site would lead nowhere. */
	page_button_link(&visit, web->origin.text, "To the start page");
	problem_end(&visit);
}
