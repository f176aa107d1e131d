/* SPDX-License-Identifier: MIT */
#include "ask.h"

#include <strava/athlete.h>

#include "fresh.h"
#include "problem.h"

/* A page may ask three times; nobody waits longer than that for one. */
#define ANSWER_MS 10000

static bool
no_token(struct visit *visit, const struct fresh_error *error)
{
	visit_log(visit, LOG_WARNING, "no token that works", error->message);
	problem_page(
	    visit, problem_of_fresh(error->status), error->retry_after_s);
	return false;
}

static strava_status
put(struct backend *backend, ask_fn fn, void *question, strava_error *error)
{
	strava_status status;

	strava_client_set_timeout_ms(backend->strava, ANSWER_MS);
	status = fn(backend->strava, question, error);
	strava_client_set_timeout_ms(backend->strava, 0);
	return status;
}

bool
ask(struct visit *visit, ask_fn fn, void *question)
{
	struct backend    *backend = visit->backend;
	int64_t            athlete = visit->session.athlete_id;
	struct fresh_error fresh;
	strava_error       error;
	strava_status      status;

	if (fresh_token(backend, athlete, &fresh) != FRESH_OK)
		return no_token(visit, &fresh);
	status = put(backend, fn, question, &error);
	if (status == STRAVA_ERR_UNAUTHORIZED) {
		if (fresh_token_again(backend, athlete, &fresh) != FRESH_OK)
			return no_token(visit, &fresh);
		status = put(backend, fn, question, &error);
	}
	if (status == STRAVA_OK)
		return true;
	visit_log(
	    visit, LOG_WARNING, "a question to Strava failed", error.message);
	problem_page(visit, problem_of_strava(status), error.retry_after_s);
	return false;
}

static strava_status
ask_preference(strava_client *client, void *question, strava_error *error)
{
	strava_unit_system *units = question;
	strava_athlete     *athlete;
	strava_status status = strava_athlete_get(client, &athlete, error);

	if (status == STRAVA_OK) {
		*units = strava_unit_system_of(athlete->measurement_preference);
		strava_athlete_free(athlete);
	}
	return status;
}

strava_unit_system
ask_units(struct visit *visit)
{
	strava_unit_system units = STRAVA_METRIC;

	(void)put(visit->backend, ask_preference, &units, NULL);
	return units;
}
