/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "clock.h"
#include "log.h"
#include "refresh.h"

/* Claims that are put off without a request may be many at once. */
#define WAIT_BATCH 50

/* More than three athletes and more than a fifth refused without a reason that
 * we know of: something else is wrong, so flag nobody further. */
#define REFUSED_MOST 3
#define REFUSED_SHARE 5

/* Strava answers nobody, for so long and so often: it is down. */
#define TROUBLE_MOST 5
#define TROUBLE_MS 30000

struct run {
	struct backend               *backend;
	const struct refresh_options *options;
	struct refresh_report        *report;
	strava_error rate_limit;    /* RATE_LIMIT: nobody asks any more */
	int64_t      refused;       /* without an earlier doubt */
	int64_t      trouble;       /* put off, in a row ... */
	int64_t      trouble_since; /* ... since, on the steady clock */
	bool         over;
};

enum blame { OTHERS, OURS };

/* Ends the run before all is done; the first reason counts. */
static void
break_off(struct run *run, enum blame blame, const char *reason)
{
	struct refresh_report *report = run->report;

	run->over = true;
	report->ours = report->ours || blame == OURS;
	if (report->fault[0] == '\0')
		snprintf(report->fault, sizeof(report->fault), "%s", reason);
}

/* What passes by itself is not our fault. */
static enum blame
blame_of(tokenstore_status status)
{
	switch (status) {
	case TOKENSTORE_ERR_CONNECTION:
	case TOKENSTORE_ERR_TIMEOUT:
	case TOKENSTORE_ERR_BUSY:
	case TOKENSTORE_ERR_FULL: return OTHERS;
	default: return OURS;
	}
}

static bool
is_over(struct run *run)
{
	const struct refresh_options *options = run->options;

	if (options->stop != NULL && atomic_load(options->stop))
		break_off(run, OTHERS, "asked to end");
	else if (options->deadline_ms != 0 &&
		 clock_steady_ms() >= options->deadline_ms)
		break_off(run, OTHERS, "the time for one run is over");
	return run->over;
}

static void
count(struct refresh_report *report, enum refresh_outcome outcome)
{
	switch (outcome) {
	case REFRESH_DONE: report->refreshed++; break;
	case REFRESH_UNCHANGED: report->unchanged++; break;
	case REFRESH_REVOKED: report->revoked++; break;
	case REFRESH_RATE_LIMITED: report->rate_limited++; break;
	case REFRESH_DEFERRED: report->deferred++; break;
	case REFRESH_FAILED: report->failed++; break;
	case REFRESH_STOP: return;
	}
	report->due++;
}

/* Does what this outcome says say anything about the next one? */
static void
judge(struct run *run, enum refresh_outcome outcome, bool doubted,
    const strava_error *err)
{
	if (outcome == REFRESH_STOP)
		break_off(run, OURS, err->message);
	if (err->status == STRAVA_ERR_RATE_LIMIT)
		run->rate_limit = *err;
	if (outcome == REFRESH_REVOKED && !doubted)
		run->refused++;
	if (run->refused > REFUSED_MOST &&
	    run->refused * REFUSED_SHARE > run->report->due)
		break_off(run, OURS,
		    "Strava refuses so many refresh tokens that something "
		    "else must be wrong");
	if (outcome != REFRESH_DEFERRED)
		run->trouble = 0;
	else if (run->trouble++ == 0)
		run->trouble_since = clock_steady_ms();
	if (run->trouble >= TROUBLE_MOST &&
	    clock_steady_ms() - run->trouble_since >= TROUBLE_MS)
		break_off(run, OTHERS, err->message);
}

static void
settle(struct run *run, tokenstore_claim *claim)
{
	bool                 doubted = claim->in_doubt_since != 0;
	enum refresh_outcome outcome;
	strava_error         err;

	if (run->rate_limit.status == STRAVA_ERR_RATE_LIMIT) {
		count(run->report,
		    refresh_wait(run->backend, claim, &run->rate_limit));
		return;
	}
	outcome = refresh_claim(run->backend, claim, &err);
	count(run->report, outcome);
	judge(run, outcome, doubted, &err);
}

/* Nothing is left that could be refreshed.  Accounts that no key opens are met
 * again by every claim, so they count when it is the last one. */
static void
finish(struct run *run, int64_t unreadable)
{
	run->over = true;
	run->report->failed += unreadable;
	run->report->due += unreadable;
	if (unreadable > 0)
		log_line(LOG_ERROR,
		    "tokens cannot be opened: is a key missing in TOKEN_KEYS?",
		    LOG_FIELDS(LOG_INT_FIELD("accounts", unreadable)));
}

static void
finish_one(struct run *run, const tokenstore_claim_list *list)
{
	if (list->count == 0 && list->unreadable == 0)
		break_off(run, OTHERS,
		    "the athlete must consent first, or is being refreshed by "
		    "somebody else");
	finish(run, (int64_t)list->unreadable);
}

static tokenstore_status
claim(struct run *run, tokenstore_claim_list **list, tokenstore_error *err)
{
	tokenstore *store = run->backend->store;
	bool        waiting = run->rate_limit.status == STRAVA_ERR_RATE_LIMIT;

	if (run->options->athlete != NULL)
		return tokenstore_claim_one(
		    store, run->options->athlete, REFRESH_LEASE_S, list, err);
	return tokenstore_claim_due(
	    store, waiting ? WAIT_BATCH : 1, REFRESH_LEASE_S, list, err);
}

/*
 * Claims and settles.  While requests go out it is one claim at a time: a
 * process that is killed then leaves one athlete in doubt at most.
 */
static void
advance(struct run *run)
{
	const struct refresh_options *options = run->options;
	tokenstore_claim_list        *list;
	tokenstore_error              err;
	tokenstore_status             status = claim(run, &list, &err);

	if (status != TOKENSTORE_OK) {
		break_off(run, blame_of(status), err.message);
		return;
	}
	for (size_t i = 0; i < list->count; i++) {
		settle(run, list->items[i]);
		if (options->progress != NULL)
			options->progress(options->progress_ctx, run->report);
	}
	if (options->athlete != NULL)
		finish_one(run, list);
	else if (list->count == 0)
		finish(run, (int64_t)list->unreadable);
	tokenstore_claim_list_free(list);
}

/* 128 random bits, to find the lines of one run in the log. */
static void
name_run(char run_id[33])
{
	unsigned char bytes[16] = { 0 };

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		memset(bytes, 0, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(run_id + 2 * i, 3, "%02x", bytes[i]);
}

static void
log_report(const struct refresh_report *report)
{
	log_line(report->complete ? LOG_INFO : LOG_ERROR,
	    report->complete ? "refresh run complete"
			     : "refresh run incomplete",
	    LOG_FIELDS(LOG_INT_FIELD("due", report->due),
		LOG_INT_FIELD("refreshed", report->refreshed),
		LOG_INT_FIELD("unchanged", report->unchanged),
		LOG_INT_FIELD("revoked", report->revoked),
		LOG_INT_FIELD("failed", report->failed),
		LOG_INT_FIELD("deferred", report->deferred),
		LOG_INT_FIELD("rate_limited", report->rate_limited),
		LOG_INT_FIELD("remaining", report->remaining),
		LOG_INT_FIELD("duration_ms", report->duration_ms),
		LOG_TEXT_FIELD(
		    report->fault[0] != '\0' ? "fault" : NULL, report->fault)));
}

/* What a run that ended early left to the next one. */
static int64_t
count_remaining(struct run *run)
{
	tokenstore_stats stats;

	if (run->report->fault[0] == '\0' || run->options->athlete != NULL)
		return 0;
	if (tokenstore_stats_get(run->backend->store, &stats, NULL) !=
	    TOKENSTORE_OK)
		return -1;
	return stats.due;
}

void
refresh_run(struct backend *backend, const struct refresh_options *options,
    struct refresh_report *report)
{
	struct run run = {
		.backend = backend, .options = options, .report = report
	};
	int64_t           began_ms = clock_steady_ms();
	char              message[sizeof(report->fault)];
	tokenstore_status status;

	memset(report, 0, sizeof(*report));
	name_run(report->run_id);
	log_run(report->run_id);
	status = backend_prepare(backend, message, sizeof(message));
	if (status != TOKENSTORE_OK)
		break_off(&run, blame_of(status), message);
	while (!run.over && !is_over(&run))
		advance(&run);
	report->remaining = count_remaining(&run);
	report->complete = report->fault[0] == '\0' && report->failed == 0 &&
			   report->deferred == 0;
	report->duration_ms = clock_steady_ms() - began_ms;
	log_report(report);
	log_run(NULL);
}

bool
refresh_report_json(const struct refresh_report *report, struct buf *out)
{
	const struct {
		const char *name;
		int64_t     value;
	} counts[] = {
		{ "due", report->due },
		{ "refreshed", report->refreshed },
		{ "unchanged", report->unchanged },
		{ "revoked", report->revoked },
		{ "failed", report->failed },
		{ "deferred", report->deferred },
		{ "rate_limited", report->rate_limited },
		{ "remaining", report->remaining },
		{ "duration_ms", report->duration_ms },
	};

	buf_addf(out, "{\"run_id\":\"%s\"", report->run_id);
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		buf_addf(out, ",\"%s\":%lld", counts[i].name,
		    (long long)counts[i].value);
	return buf_add_text(out, "}");
}
