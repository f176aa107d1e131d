/* SPDX-License-Identifier: MIT */
#include "visit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "problem.h"
#include "session.h"

/* How long a visitor waits for a backend before being told to come again. */
#define PATIENCE_MS 10000

#define DIGITS_MAX 19 /* of INT64_MAX */

/* Applies `rule`; false when the visit is over, with a page. */
static bool
admit(struct visit *visit, enum visit_rule rule)
{
	if (!session_find(visit)) {
		problem_page(visit, PROBLEM_STORE, -1);
		return false;
	}
	if (rule != VISIT_ANYONE && visit->session.athlete_id == 0) {
		problem_page(visit, PROBLEM_SIGN_IN, -1);
		return false;
	}
	if (rule == VISIT_FORM && !session_owns_form(visit)) {
		problem_page(visit, PROBLEM_FORM, -1);
		return false;
	}
	return true;
}

void
visit_run(void *app, const struct request *request, struct response *response,
    enum visit_rule rule, visit_fn fn)
{
	const struct web *web = app;
	struct visit      visit = {
		     .web = web,
		     .request = request,
		     .response = response,
		     .out = &response->body,
		     .again = rule == VISIT_FORM ? "/" : NULL,
	};

	log_trace(web->settings->google_cloud_project,
	    request_header(request, "X-Cloud-Trace-Context"),
	    request_header(request, "traceparent"));
	visit.backend = pool_take(web->pool, PATIENCE_MS);
	if (visit.backend == NULL) {
		problem_page(&visit, PROBLEM_BUSY, -1);
		return;
	}
	if (admit(&visit, rule))
		fn(&visit);
	wipe(&visit.session, sizeof(visit.session));
	pool_give(web->pool, visit.backend);
}

bool
visit_number(const char *text, int64_t *number)
{
	size_t len = text != NULL ? strlen(text) : 0;

	if (len == 0 || len > DIGITS_MAX || text[0] == '0' ||
	    strspn(text, "0123456789") != len)
		return false;
	errno = 0;
	*number = strtoll(text, NULL, 10);
	return errno == 0;
}

int64_t
visit_now(const struct visit *visit)
{
	return backend_clock(visit->web->settings);
}

bool
visit_sql(const struct visit *visit, const char *sql,
    const struct pg_param *params, int count, struct pg_result **result)
{
	const struct web *web = visit->web;
	struct pg_error   error;
	char              message[512];

	if (!ready_ask(web->ready, web->pool, visit->backend, message,
		sizeof(message))) {
		visit_log(visit, LOG_ERROR, "the database failed", message);
		return false;
	}
	if (pg_run_again(visit->backend->pg, sql, params, count, result,
		&error) == PG_OK)
		return true;
	visit_log(visit, LOG_ERROR, "the database failed", error.message);
	return false;
}

void
visit_log(const struct visit *visit, enum log_severity severity,
    const char *message, const char *detail)
{
	log_line(severity, message,
	    LOG_FIELDS(LOG_TEXT_FIELD("request_id", request_id(visit->request)),
		LOG_TEXT_FIELD("detail", detail)));
}

void
visit_note(const struct visit *visit, const char *message, int64_t athlete)
{
	log_line(LOG_NOTICE, message,
	    LOG_FIELDS(LOG_TEXT_FIELD("request_id", request_id(visit->request)),
		LOG_INT_FIELD("athlete", athlete)));
}
