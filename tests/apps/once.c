/* SPDX-License-Identifier: MIT */
#include "once.h"

#include <stdlib.h>
#include <string.h>

#include "members.h"
#include "test.h"

#define RUN_MS 90000

static const struct member report_members[] = {
	MEMBER_REQUIRED(struct report, due, put_int64, NULL, "due"),
	MEMBER_REQUIRED(struct report, refreshed, put_int64, NULL, "refreshed"),
	MEMBER_REQUIRED(struct report, unchanged, put_int64, NULL, "unchanged"),
	MEMBER_REQUIRED(struct report, revoked, put_int64, NULL, "revoked"),
	MEMBER_REQUIRED(struct report, failed, put_int64, NULL, "failed"),
	MEMBER_REQUIRED(struct report, deferred, put_int64, NULL, "deferred"),
	MEMBER_REQUIRED(
	    struct report, rate_limited, put_int64, NULL, "rate_limited"),
	MEMBER_REQUIRED(struct report, in_doubt, put_int64, NULL, "in_doubt"),
	MEMBER_REQUIRED(struct report, remaining, put_int64, NULL, "remaining"),
	MEMBER_REQUIRED(
	    struct report, duration_ms, put_int64, NULL, "duration_ms"),
};

void
once_start(
    struct world *world, struct process *process, const struct environment *env)
{
	world_run(world, process,
	    (const char *const[]){ PATH_UPDATE_TOKENS, "--once", NULL }, env);
}

struct report
report_read(const char *text)
{
	struct json_object *object = members_parse(text, strlen(text));
	struct report       report;
	const char         *missing, *run_id;

	assert_non_null(object);
	assert_true(members_decode(
	    object, report_members, COUNT(report_members), &report, &missing));
	run_id = members_get_string(object, "run_id");
	assert_non_null(run_id);
	assert_int_equal(strlen(run_id), 32);
	assert_int_equal(
	    json_object_object_length(object), (int)COUNT(report_members) + 1);
	assert_int_equal(report.due, report.refreshed + report.unchanged +
					 report.revoked + report.failed +
					 report.deferred + report.rate_limited);
	assert_true(report.in_doubt <= report.deferred);
	json_object_put(object);
	return report;
}

struct report
once_wait(struct process *process, int code)
{
	struct report report;
	char         *text;

	assert_true(process_wait(process, RUN_MS));
	if (process->code != code) {
		text = process_err(process);
		fail_msg("exit code %d: %s", process->code, text);
	}
	text = process_out(process);
	report = report_read(text);
	free(text);
	return report;
}

struct report
once(struct world *world, int code)
{
	struct process process;
	struct report  report;

	once_start(world, &process, NULL);
	report = once_wait(&process, code);
	process_free(&process);
	return report;
}

void
assert_logged(const struct process *process, const char *text)
{
	char *log = process_err(process);

	if (strstr(log, text) == NULL)
		fail_msg("\"%s\" is not in the log: %s", text, log);
	free(log);
}
