/* SPDX-License-Identifier: MIT */
#include "refresh.h"

#include "clock.h"
#include "log.h"
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

/* Which claims a run settles. */
struct work {
	tokenstore_claim_list *list; /* NULL: all that are due */
	int64_t                claimed_ms;
};

/* Claims the athlete that the options name; false when there is nobody to
 * refresh. */
static bool
claim_athlete(struct backend *backend, const char *athlete, struct work *work,
    struct refresh_report *report)
{
	tokenstore_error  err;
	tokenstore_status status;

	work->claimed_ms = clock_steady_ms();
	status = tokenstore_claim_one(
	    backend->store, athlete, ENGINE_LEASE_S, &work->list, &err);
	if (status != TOKENSTORE_OK) {
		report_fault(report, report_blame(status), err.message);
		return false;
	}
	if (work->list->count > 0)
		return true;
	if (work->list->unreadable > 0)
		report_unreadable(report, work->list->unreadable);
	else
		report_fault(report, OTHERS,
		    "the athlete must consent first, or is being refreshed by "
		    "somebody else");
	tokenstore_claim_list_free(work->list);
	return false;
}

/* What refresh_run() is told of each claim. */
struct watcher {
	const struct refresh_options *options;
	const struct refresh_report  *report;
};

static void
show_progress(void *ctx, const tokenstore_claim *claim,
    enum refresh_outcome outcome, const strava_error *err)
{
	const struct watcher         *watcher = ctx;
	const struct refresh_options *options = watcher->options;

	(void)claim, (void)outcome, (void)err;
	if (options->progress != NULL)
		options->progress(options->progress_ctx, watcher->report);
}

static void
refresh_all(struct backend *backend, const struct refresh_options *options,
    struct refresh_report *report)
{
	struct watcher              watcher = { options, report };
	const struct engine_options engine_options = {
		.in_flight = (size_t)backend->settings->refresh_in_flight,
		.deadline_ms = options->deadline_ms,
		.stop = options->stop,
		.hurry = &backend->hurry,
		.settled = show_progress,
		.ctx = &watcher,
	};
	struct work       work = { 0 };
	char              message[sizeof(report->fault)];
	strava_error      err;
	tokenstore_status status =
	    backend_prepare(backend, message, sizeof(message));

	if (status != TOKENSTORE_OK) {
		report_fault(report, report_blame(status), message);
		return;
	}
	if (options->athlete != NULL &&
	    !claim_athlete(backend, options->athlete, &work, report))
		return;
	if (run(backend, &engine_options, report, work.list, work.claimed_ms,
		&err) == STRAVA_OK)
		return;
	report_fault(report, OURS, err.message);
	tokenstore_claim_list_free(work.list);
}

/* What a run that ended early left to the next one. */
static int64_t
count_remaining(struct backend *backend, const struct refresh_options *options,
    const struct refresh_report *report)
{
	tokenstore_stats stats;

	if ((report->fault[0] == '\0' && report->again_at == 0) ||
	    options->athlete != NULL)
		return 0;
	if (tokenstore_stats_get(backend->store, &stats, NULL) != TOKENSTORE_OK)
		return -1;
	return stats.due;
}

void
refresh_run(struct backend *backend, const struct refresh_options *options,
    struct refresh_report *report)
{
	int64_t began_ms = clock_steady_ms();

	report_begin(report);
	log_run(report->run_id);
	refresh_all(backend, options, report);
	report->remaining = count_remaining(backend, options, report);
	report_end(report, clock_steady_ms() - began_ms);
	log_run(NULL);
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
