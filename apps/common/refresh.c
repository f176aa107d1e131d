/* SPDX-License-Identifier: MIT */
#include "refresh.h"

#include <stdio.h>

#include "clock.h"
#include "seams.h"

static strava_status
fail_memory(strava_error *err)
{
	*err = (strava_error){ .status = STRAVA_ERR_NOMEM,
		.retry_after_s = -1,
		.message = "out of memory" };
	return err->status;
}

/* Runs an engine to its end: on `list`, unless that is NULL.  Not OK: nothing
 * was done. */
static strava_status
run(struct backend *backend, const struct engine_options *options,
    struct refresh_report *report, tokenstore_claim_list *list,
    int64_t claimed_ms, strava_error *err)
{
	struct seams   seams;
	struct engine *engine;
	strava_status  status =
	    seams_open(&seams, backend, options->in_flight, err);

	if (status != STRAVA_OK)
		return status;
	engine = engine_new(&seams.engine, options, report);
	if (engine != NULL && list != NULL)
		engine_adopt(engine, list, claimed_ms);
	if (engine == NULL)
		status = fail_memory(err);
	else
		while (engine_step(engine))
			continue;
	engine_free(engine);
	seams_close(&seams);
	return status;
}

void
refresh_run(struct backend *backend, const struct refresh_options *options,
    struct refresh_report *report)
{
	const struct engine_options engine_options = {
		.deadline_ms = options->deadline_ms,
		.stop = options->stop,
		.hurry = &backend->hurry,
	};
	int64_t      began_ms = clock_steady_ms();
	char         message[sizeof(report->fault)];
	strava_error err;

	report_begin(report);
	if (!backend_prepare(backend, message, sizeof(message)))
		report_fault(report, message);
	else if (run(backend, &engine_options, report, NULL, 0, &err) !=
		 STRAVA_OK)
		report_fault(report, err.message);
	report_end(report, clock_steady_ms() - began_ms);
}

/* How one claim ended. */
struct end {
	enum refresh_outcome outcome;
	strava_error         err;
};

static void
note_end(void *ctx, const tokenstore_claim *claim, enum refresh_outcome outcome,
    const strava_error *err)
{
	struct end *end = ctx;

	(void)claim;
	end->outcome = outcome;
	end->err = *err;
}

enum refresh_outcome
refresh_claim(struct backend *backend, tokenstore_claim_list *list,
    int64_t claimed_ms, strava_error *err)
{
	struct end                  end = { .outcome = REFRESH_FAILED };
	const struct engine_options options = {
		.in_flight = 1,
		.held = 1,
		.hurry = &backend->hurry,
		.settled = note_end,
		.ctx = &end,
	};
	struct refresh_report report = { 0 };

	if (run(backend, &options, &report, list, claimed_ms, err) !=
	    STRAVA_OK) {
		tokenstore_claim_list_free(list);
		return REFRESH_FAILED;
	}
	*err = end.err;
	return end.outcome;
}
