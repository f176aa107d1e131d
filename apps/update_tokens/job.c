/* SPDX-License-Identifier: MIT */
#include "job.h"

#include <stdio.h>
#include <unistd.h>

#include "answer.h"
#include "log.h"
#include "progress.h"
#include "signals.h"

static void
give_up(void *ctx)
{
	backend_hurry(ctx);
}

static bool
print_report(const struct refresh_report *report)
{
	struct buf json;
	bool       ok;

	buf_init(&json, 1024);
	ok = report_json(report, &json) &&
	     printf("%s\n", buf_text(&json)) > 0 && fflush(stdout) == 0;
	buf_free(&json);
	return ok;
}

/* The tasks of a Cloud Run job share the work as any runs at once do, but that
 * each begins with a part of its own. */
static void
log_task(const struct settings *settings)
{
	if (settings->task_count == 1 && settings->task_attempt == 0)
		return;
	log_line(LOG_INFO, "task of a job",
	    LOG_FIELDS(LOG_INT_FIELD("index", settings->task_index),
		LOG_INT_FIELD("count", settings->task_count),
		LOG_INT_FIELD("attempt", settings->task_attempt)));
}

static void
run(struct backend *backend, const struct job *job,
    const struct signals *signals, struct refresh_report *report)
{
	struct progress        progress;
	struct refresh_options options = {
		.stop = &signals->stop,
		.athlete = job->athlete,
		.progress = progress_show,
		.progress_ctx = &progress,
	};

	progress_begin(&progress, STDERR_FILENO);
	refresh_run(backend, &options, report);
	progress_end(&progress);
}

enum exit_code
job_run(const struct job *job, char *message, size_t message_size)
{
	struct refresh_report report;
	struct signals        signals;
	struct backend       *backend;

	backend = backend_new(job->settings, job->actor, message, message_size);
	if (backend == NULL)
		return EXIT_FAILED;
	if (!signals_start(&signals, SIGNALS_GRACE_MS, give_up, backend)) {
		snprintf(message, message_size, "cannot start a thread");
		backend_free(backend);
		return EXIT_FAILED;
	}
	message[0] = '\0';
	log_task(job->settings);
	run(backend, job, &signals, &report);
	signals_end(&signals);
	backend_free(backend);
	return print_report(&report) && answer_status(&report) == 200
		   ? EXIT_DONE
		   : EXIT_FAILED;
}

enum exit_code
job_count(const struct job *job, char *message, size_t message_size)
{
	struct backend   *backend;
	tokenstore_stats  stats;
	tokenstore_error  err = { 0 };
	tokenstore_status status;

	backend = backend_new(job->settings, job->actor, message, message_size);
	if (backend == NULL)
		return EXIT_FAILED;
	status = tokenstore_stats_get(backend->store, &stats, &err);
	backend_free(backend);
	snprintf(message, message_size, "%s", err.message);
	if (status == TOKENSTORE_OK &&
	    printf("{\"due\":%lld,\"leased\":%lld,\"in_doubt\":%lld}\n",
		(long long)stats.due, (long long)stats.leased,
		(long long)stats.in_doubt) > 0 &&
	    fflush(stdout) == 0)
		return EXIT_DONE;
	return EXIT_FAILED;
}
