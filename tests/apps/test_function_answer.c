/* SPDX-License-Identifier: MIT */

/* What a run's report means to its caller, and to somebody who looks on. */

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "answer.h"
#include "progress.h"
#include "test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* FN-5: a mix of outcomes, and the status that tells the truth about it. */
static const struct {
	int64_t     refreshed, unchanged, revoked, failed, deferred;
	int64_t     rate_limited;
	const char *fault;
	bool        ours;
	int         status;
} mixes[] = {
	{ 0, 0, 0, 0, 0, 0, "", false, 200 },
	{ 9, 0, 0, 0, 0, 0, "", false, 200 },
	{ 0, 9, 0, 0, 0, 0, "", false, 200 },
	{ 0, 0, 9, 0, 0, 0, "", false, 200 },
	{ 0, 0, 0, 0, 0, 9, "", false, 200 },
	{ 5, 1, 1, 0, 0, 2, "", false, 200 },
	{ 0, 0, 0, 0, 1, 0, "", false, 503 },
	{ 8, 0, 0, 0, 1, 0, "", false, 503 },
	{ 8, 0, 1, 0, 1, 1, "", false, 503 },
	{ 8, 0, 0, 0, 0, 0, "no time", false, 503 },
	{ 0, 0, 0, 0, 0, 0, "no database", false, 503 },
	{ 4, 0, 0, 1, 0, 0, "no database", false, 503 },
	{ 0, 0, 0, 0, 5, 0, "Strava is down", false, 503 },
	{ 0, 0, 0, 1, 0, 0, "", false, 500 },
	{ 8, 0, 0, 1, 0, 0, "", false, 500 },
	{ 8, 0, 0, 1, 1, 1, "", false, 500 },
	{ 0, 0, 0, 0, 0, 0, "wrong secret", true, 500 },
	{ 8, 1, 0, 0, 1, 0, "wrong secret", true, 500 },
	{ 0, 0, 4, 0, 0, 0, "too many refused", true, 500 },
};

static void
each_mix_of_outcomes_has_its_status(void **state)
{
	struct refresh_report report;

	(void)state;
	for (size_t i = 0; i < COUNT(mixes); i++) {
		report = (struct refresh_report){
			.failed = mixes[i].failed,
			.refreshed = mixes[i].refreshed,
			.unchanged = mixes[i].unchanged,
			.revoked = mixes[i].revoked,
			.deferred = mixes[i].deferred,
			.rate_limited = mixes[i].rate_limited,
			.ours = mixes[i].ours,
			/* As the end of a run has it. */
			.complete = mixes[i].fault[0] == '\0' &&
				    mixes[i].failed + mixes[i].deferred == 0,
		};
		strncpy(report.fault, mixes[i].fault, sizeof(report.fault) - 1);
		if (answer_status(&report) != mixes[i].status)
			fail_msg("mix %zu: %d", i, answer_status(&report));
	}
}

/* Shows a report once, twice and no more, and reads what came of it, up to so
 * many bytes: a terminal passes them on in pieces. */
static size_t
watch(int fd, int other, char *text, size_t size)
{
	const struct refresh_report report = { .due = 3, .refreshed = 2 };
	struct progress             progress;
	size_t                      len = 0;
	ssize_t                     n;

	progress_begin(&progress, fd);
	progress_show(&progress, &report);
	progress_show(&progress, &report);
	progress_end(&progress);
	while (len < size && (n = read(other, text + len, size - len)) > 0)
		len += (size_t)n;
	text[len] = '\0';
	return len;
}

static void
progress_is_one_line_of_a_terminal(void **state)
{
	static const char line[] =
	    "\r\033[K3 athletes: 2 refreshed, 0 put off, 0 failed\r"
	    "\r\033[K\r";
	int  terminal = posix_openpt(O_RDWR | O_NOCTTY);
	char name[64], text[sizeof(line)];
	int  fd;

	(void)state;
	assert_true(terminal >= 0);
	assert_int_equal(grantpt(terminal), 0);
	assert_int_equal(unlockpt(terminal), 0);
	assert_int_equal(ptsname_r(terminal, name, sizeof(name)), 0);
	fd = open(name, O_RDWR | O_NOCTTY);
	assert_true(fd >= 0);
	watch(fd, terminal, text, strlen(line));
	assert_string_equal(text, line);
	close(fd);
	close(terminal);
}

static void
without_a_terminal_nothing_is_shown(void **state)
{
	int  ends[2];
	char text[64];

	(void)state;
	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	assert_int_equal(watch(ends[1], ends[0], text, sizeof(text) - 1), 0);
	close(ends[0]);
	close(ends[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_mix_of_outcomes_has_its_status),
		cmocka_unit_test(progress_is_one_line_of_a_terminal),
		cmocka_unit_test(without_a_terminal_nothing_is_shown),
	};

	return cmocka_run_group_tests_name(
	    "apps function_answer", tests, NULL, NULL);
}
