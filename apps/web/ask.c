/* SPDX-License-Identifier: MIT */
#include "ask.h"

#include <strava/athlete.h>

#include "fresh.h"
#include "problem.h"

static bool
no_token(struct visit *visit, const struct fresh_error *error)
{
	visit_log(visit, LOG_WARNING, "no token that works", error->message);
	problem_page(
	    visit, problem_of_fresh(error->status), error->retry_after_s);
	return false;
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
	status = fn(backend->strava, question, &error);
	if (status == STRAVA_ERR_UNAUTHORIZED) {
		if (fresh_token_again(backend, athlete, &fresh) != FRESH_OK)
			return no_token(visit, &fresh);
		status = fn(backend->strava, question, &error);
	}
	if (status == STRAVA_OK)
		return true;
	visit_log(visit, LOG_WARNING, "Strava did not answer", error.message);
	problem_page(visit, problem_of_strava(status), error.retry_after_s);
	return false;
}

struct units
ask_units(struct visit *visit)
{
	struct units    units = { 0 };
	strava_athlete *athlete;

	if (strava_athlete_get(visit->backend->strava, &athlete, NULL) !=
	    STRAVA_OK)
		return units;
	units = units_of(athlete->measurement_preference);
	strava_athlete_free(athlete);
	return units;
}
