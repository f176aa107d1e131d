/* SPDX-License-Identifier: MIT */

/*
 * The page on which an athlete allows the application what it asks for.  Its
 * form goes back to the very path and query from which the page came, so both
 * requests are checked by the same code and no value has to be carried over.
 */

#include <curl/curl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "handlers.h"
#include "html.h"

#define LISTED_MAX 200    /* athletes to choose from */
#define LOCATION_MAX 1599 /* what a header holds */

static const char *const scope_words[SCOPE_COUNT] = {
	"View data about your public profile",
	"View your private routes, segments and events",
	"View your complete Strava profile",
	"Change your weight and zones, star segments",
	"View data about your activities",
	"View data about your private activities",
	"Upload and change your activities",
};

/* What the application asks for. */
struct ask {
	const char *redirect_uri, *state; /* state may be NULL */
	unsigned    scope;
};

/* "host" is the domain or lies below it. */
static bool
is_within(const char *host, const char *domain)
{
	size_t n = strlen(host), m = strlen(domain);

	return n >= m && strcasecmp(host + n - m, domain) == 0 &&
	       (n == m || host[n - m - 1] == '.');
}

/* Only the callback domain, localhost and 127.0.0.1 get codes. */
static bool
is_allowed(const char *uri, const char *domain)
{
	CURLU *url = curl_url();
	char  *host = NULL, *scheme = NULL;
	bool   allowed = false;

	/* A browser reads a backslash as a slash. */
	if (url != NULL && strpbrk(uri, "#\\") == NULL &&
	    curl_url_set(url, CURLUPART_URL, uri, CURLU_DISALLOW_USER) ==
		CURLUE_OK &&
	    curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
	    curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK)
		allowed = strncmp(scheme, "http", 4) == 0 &&
			  (is_within(host, domain) ||
			      strcmp(host, "localhost") == 0 ||
			      strcmp(host, "127.0.0.1") == 0);
	curl_free(host);
	curl_free(scheme);
	curl_url_cleanup(url);
	return allowed;
}

static bool
refuse(struct call *call, const char *resource, const char *field)
{
	call_fault(call, 400, "Bad Request", resource, field, "invalid");
	return false;
}

/* False after an answer of 400: an unchecked redirect_uri gets no redirect. */
static bool
read_ask(struct call *call, struct ask *ask)
{
	const struct options *options = &call->world->options;
	const char           *id = request_query(call->request, "client_id");
	const char *type = request_query(call->request, "response_type");
	const char *scope = request_query(call->request, "scope");
	const char *prompt = request_query(call->request, "approval_prompt");

	ask->redirect_uri = request_query(call->request, "redirect_uri");
	ask->state = request_query(call->request, "state");
	if (id == NULL || strcmp(id, options->client_id) != 0)
		return refuse(call, "Application", "client_id");
	if (ask->redirect_uri == NULL ||
	    !is_allowed(ask->redirect_uri, options->callback_domain))
		return refuse(call, "Application", "redirect_uri");
	if (type == NULL || strcmp(type, "code") != 0)
		return refuse(call, "Authorize", "response_type");
	if (prompt != NULL && strcmp(prompt, "auto") != 0 &&
	    strcmp(prompt, "force") != 0)
		return refuse(call, "Authorize", "approval_prompt");
	if (scope == NULL || !scope_parse(scope, &ask->scope) ||
	    ask->scope == 0)
		return refuse(call, "Authorize", "scope");
	return true;
}

static const char style[] =
    "body{font:16px/1.5 system-ui,sans-serif;margin:0;background:#f4f4f2;"
    "color:#222}"
    "main{max-width:30rem;margin:3rem auto;padding:1.5rem 2rem;"
    "background:#fff;border-radius:8px;box-shadow:0 1px 4px #0003}"
    "h1{font-size:1.35rem;margin-top:0}"
    "label{display:block;margin:.5rem 0}"
    "select{font:inherit;width:100%;padding:.4rem}"
    "button{font:inherit;padding:.6rem 1.4rem;border-radius:4px;"
    "border:1px solid #888;background:#fff;cursor:pointer}"
    "#authorize{background:#c2410c;border-color:#c2410c;color:#fff}"
    "p.note{color:#666;font-size:.875rem}"
    "@media(max-width:32rem){main{margin:0;border-radius:0}}";

static void
add_athletes(struct buf *page, const struct world *world)
{
	struct person person;
	size_t        i;

	buf_add_text(page, "<label>Athlete <select id=athlete name=athlete>\n");
	for (i = 0; i < world->grants.count && i < LISTED_MAX; i++) {
		person_make(world->options.seed, i, &person);
		buf_addf(page, "<option value=\"%" PRId64 "\">", person.id);
		html_add_escaped(
		    page, person.firstname != NULL ? person.firstname : "");
		buf_add(page, " ", 1);
		html_add_escaped(
		    page, person.lastname != NULL ? person.lastname : "");
		buf_add_text(page, ", ");
		html_add_escaped(page, person.home->city);
		buf_addf(
		    page, " (%zu activities)</option>\n", person.activities);
	}
	buf_add_text(page, "</select></label>\n");
}

static void
add_scopes(struct buf *page, unsigned scope)
{
	size_t i;

	for (i = 0; i < SCOPE_COUNT; i++)
		if ((scope & 1U << i) != 0)
			buf_addf(page,
			    "<label><input type=checkbox checked name=scope "
			    "value=\"%s\"> %s</label>\n",
			    scope_name(i), scope_words[i]);
}

/*
 * The form is sent as text/plain, which keeps fields of one name apart without
 * a script; in form encoding the server refuses a name given twice.
 */
void
consent_page(struct call *call)
{
	struct buf *page = &call->response->body;
	struct ask  ask;

	if (!read_ask(call, &ask))
		return;
	response_type(call->response, "text/html; charset=utf-8");
	buf_addf(page,
	    "<!DOCTYPE html>\n<html lang=en>\n<meta charset=utf-8>\n"
	    "<meta name=viewport content=\"width=device-width\">\n"
	    "<title>Authorize (sandbox)</title>\n<style>%s</style>\n"
	    "<main>\n<h1>Application %s wants to connect</h1>\n"
	    "<form method=post enctype=\"text/plain\" action=\"",
	    style, call->world->options.client_id);
	html_add_escaped(page, request_path(call->request));
	buf_add(page, "?", 1);
	html_add_escaped(page, request_raw_query(call->request));
	buf_add_text(page, "\">\n");
	add_athletes(page, call->world);
	buf_add_text(page, "<p>It will be able to:</p>\n");
	add_scopes(page, ask.scope);
	buf_add_text(page,
	    "<p><button id=authorize name=decision value=authorize>Authorize"
	    "</button>\n"
	    "<button id=cancel name=decision value=cancel>Cancel</button></p>\n"
	    "</form>\n<p class=note>This is a sandbox. Nobody here is real.</p>"
	    "\n</main>\n");
}

/* What was decided. */
struct answer {
	bool     authorize;
	size_t   athlete;
	unsigned scope;
};

/* The values of a name in a text/plain form, joined by commas. */
static void
gather(const char *body, const char *name, struct buf *values)
{
	size_t n, len = strlen(name);

	for (; *body != '\0'; body += n + strspn(body + n, "\r\n")) {
		n = strcspn(body, "\r\n");
		if (n <= len || memcmp(body, name, len) != 0 ||
		    body[len] != '=')
			continue;
		if (values->len > 0)
			buf_add(values, ",", 1);
		buf_add(values, body + len + 1, n - len - 1);
	}
}

static bool
understand(struct call *call, const char *decision, const char *athlete,
    const char *scope, struct answer *answer)
{
	char   *end;
	int64_t id = person_id(0);

	if (decision == NULL || (strcmp(decision, "authorize") != 0 &&
				    strcmp(decision, "cancel") != 0))
		return refuse(call, "Authorize", "decision");
	answer->authorize = strcmp(decision, "authorize") == 0;
	if (athlete != NULL) {
		id = strtoll(athlete, &end, 10);
		if (end == athlete || *end != '\0')
			return refuse(call, "Authorize", "athlete");
	}
	if (!person_number(id, &answer->athlete) ||
	    answer->athlete >= call->world->grants.count)
		return refuse(call, "Authorize", "athlete");
	if (scope != NULL && !scope_parse(scope, &answer->scope))
		return refuse(call, "Authorize", "scope");
	return true;
}

static bool
read_plain(struct call *call, struct answer *answer)
{
	const char *body = request_body(call->request, NULL);
	struct buf  decision, athlete, scope;
	bool        ok;

	buf_init(&decision, 64);
	buf_init(&athlete, 64);
	buf_init(&scope, SCOPE_SIZE);
	gather(body, "decision", &decision);
	gather(body, "athlete", &athlete);
	gather(body, "scope", &scope);
	ok = understand(call, buf_text(&decision), buf_text(&athlete),
	    buf_text(&scope), answer);
	buf_free(&decision);
	buf_free(&athlete);
	buf_free(&scope);
	return ok;
}

static bool
read_answer(struct call *call, struct answer *answer)
{
	const char *type = request_header(call->request, "Content-Type");

	if (type != NULL && strncasecmp(type, "text/plain", 10) == 0)
		return read_plain(call, answer);
	return understand(call, request_form(call->request, "decision"),
	    request_form(call->request, "athlete"),
	    request_form(call->request, "scope"), answer);
}

/* Back to the application; `code` NULL is a refusal. */
static void
send_back(struct call *call, const struct ask *ask, const char *code,
    unsigned granted)
{
	char       scope[SCOPE_SIZE];
	struct buf location;

	buf_init(&location, LOCATION_MAX);
	buf_addf(&location, "%s%s", ask->redirect_uri,
	    strchr(ask->redirect_uri, '?') == NULL ? "?" : "");
	if (ask->state != NULL)
		buf_add_field(&location, "state", ask->state);
	if (code != NULL) {
		scope_format(granted, scope);
		buf_add_field(&location, "code", code);
		buf_add_field(&location, "scope", scope);
	} else {
		buf_add_field(&location, "error", "access_denied");
	}
	response_redirect(call->response, buf_text(&location));
	if (!buf_ok(&location))
		call->response->failed = true;
	buf_free(&location);
}

/* An application has room for so many athletes; one who is connected stays. */
static bool
has_room(const struct world *world, size_t athlete)
{
	const struct grants *grants = &world->grants;

	return world->oddities.capacity == 0 ||
	       grants->athletes[athlete].refresh[0] != '\0' ||
	       (int64_t)grants_alive(grants) < world->oddities.capacity;
}

void
consent_given(struct call *call)
{
	struct world *world = call->world;
	struct answer answer;
	struct ask    ask;
	const char   *code;

	if (!read_ask(call, &ask))
		return;
	answer.scope = ask.scope;
	if (!read_answer(call, &answer))
		return;
	if (!answer.authorize) {
		send_back(call, &ask, NULL, 0);
		return;
	}
	if (!has_room(world, answer.athlete)) {
		call_fault(call, 403, "Forbidden", "Application", "athletes",
		    "Limit of connected athletes exceeded");
		return;
	}
	code = grants_consent(&world->grants, answer.athlete,
	    answer.scope & ask.scope, call->now);
	if (code != NULL)
		send_back(call, &ask, code, answer.scope & ask.scope);
	else
		call->response->failed = true;
}
