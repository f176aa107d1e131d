/* SPDX-License-Identifier: MIT */
#include "child.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "test.h"

#define PLENTY_MS 60000

static atomic_bool canceled;

static void
on_signal(int number)
{
	(void)number;
	atomic_store(&canceled, true);
}

/* Runs a script; what it writes is added to `out`. */
static enum child_outcome
run(const char *script, int64_t timeout_ms, struct buf *out, int *code)
{
	char         sh[] = "sh", c[] = "-c", greeting[] = "GREETING=hello";
	char        *argv[] = { sh, c, strdup(script), NULL };
	char        *environment[] = { greeting, NULL };
	struct child child = { .argv = argv,
		.environment = environment,
		.deadline_ms = clock_deadline_ms(timeout_ms),
		.canceled = &canceled };
	enum child_outcome outcome = gs_child_run(&child, out, code);

	free(argv[2]);
	return outcome;
}

static size_t
open_files(void)
{
	DIR   *folder = opendir("/proc/self/fd");
	size_t count = 0;

	assert_non_null(folder);
	while (readdir(folder) != NULL) /* NOLINT(concurrency-mt-unsafe) */
		count++;
	closedir(folder);
	return count;
}

/* Nobody is left, not even as a zombie. */
static void
assert_alone(void)
{
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

/* Children of a child that is gone are this program's: waits for all of them,
 * each of which was killed, and counts them. */
static size_t
count_killed(void)
{
	size_t count = 0;
	int    status;

	for (; waitpid(-1, &status, 0) > 0; count++) {
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), SIGKILL);
	}
	return count;
}

static void
what_a_child_writes_and_how_it_ends_is_known(void **state)
{
	static const struct {
		const char *script, *out;
		int         code;
	} rows[] = {
		{ "echo $GREETING", "hello\n", 0 },
		{ "echo $HOME", "\n", 0 },
		{ "printf a; exit 3", "a", 3 },
		{ "true", "", 0 },
		{ "cat", "", 0 },
		{ "exec >&-; exit 4", "", 4 },
		{ "printf a; kill -TERM $$", "a", CHILD_SIGNAL + SIGTERM },
		{ "printf a; echo b >&2; printf c", "ac", 0 },
		{ "kill -PIPE $$", "", CHILD_SIGNAL + SIGPIPE },
		{ "test -e /proc/$$/fd/9 && echo leaked", "", 1 },
	};
	struct buf out;
	size_t     files = open_files();
	int        code;

	(void)state;
	assert_int_equal(dup2(STDERR_FILENO, 9), 9);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_init(&out, 1000);
		code = -2;
		assert_int_equal(
		    run(rows[i].script, PLENTY_MS, &out, &code), CHILD_ENDED);
		assert_string_equal(buf_text(&out), rows[i].out);
		assert_int_equal(code, rows[i].code);
		buf_free(&out);
	}
	close(9);
	assert_alone();
	assert_int_equal(open_files(), files);
}

static void
more_than_a_pipe_holds_is_read(void **state)
{
	struct buf out;
	int        code;

	(void)state;
	buf_init(&out, 300000);
	assert_int_equal(
	    run("head -c 300000 /dev/zero", PLENTY_MS, &out, &code),
	    CHILD_ENDED);
	assert_int_equal(code, 0);
	assert_int_equal(out.len, 300000);
	buf_free(&out);
}

static void
a_program_that_is_not_there_is_not_started(void **state)
{
	char         name[] = "/nonexistent/program";
	char        *argv[] = { name, NULL };
	char        *environment[] = { NULL };
	struct child child = { .argv = argv,
		.environment = environment,
		.deadline_ms = clock_deadline_ms(PLENTY_MS),
		.canceled = &canceled };
	struct buf   out;
	size_t       files = open_files();
	int          code;

	(void)state;
	buf_init(&out, 1000);
	assert_int_equal(gs_child_run(&child, &out, &code), CHILD_NOT_STARTED);
	assert_int_equal(code, ENOENT);
	assert_alone();
	assert_int_equal(open_files(), files);
	buf_free(&out);
}

/* The pipe to the child gets their numbers then. */
static void
a_program_without_standard_streams_may_have_a_child(void **state)
{
	int                saved[3], code;
	struct buf         out;
	enum child_outcome outcome;

	(void)state;
	for (int closed = 1; closed <= 3; closed++) {
		buf_init(&out, 1000);
		for (int fd = 0; fd < closed; fd++) {
			saved[fd] = fcntl(fd, F_DUPFD_CLOEXEC, 10);
			close(fd);
		}
		outcome = run("cat; echo $GREETING", PLENTY_MS, &out, &code);
		for (int fd = 0; fd < closed; fd++) {
			dup2(saved[fd], fd);
			close(saved[fd]);
		}
		assert_int_equal(outcome, CHILD_ENDED);
		assert_int_equal(code, 0);
		assert_string_equal(buf_text(&out), "hello\n");
		buf_free(&out);
	}
}

static void
the_deadline_ends_a_child_and_its_children(void **state)
{
	struct buf out;
	int        code;
	int64_t    timeout_ms = 50;

	(void)state;
	buf_init(&out, 1000);
	/* On a busy machine the child needs more than that for its word. */
	for (; out.len == 0; timeout_ms *= 2) {
		assert_int_equal(run("sleep 600 & echo there; sleep 600",
				     timeout_ms, &out, &code),
		    CHILD_LATE);
		assert_int_equal(code, CHILD_SIGNAL + SIGKILL);
		if (out.len == 0)
			count_killed();
	}
	assert_true(count_killed() > 0);
	buf_free(&out);
}

static void
a_cancellation_ends_a_child_and_its_children(void **state)
{
	struct sigaction on = { .sa_handler = on_signal }, old;
	struct buf       out;
	int              code;

	(void)state;
	assert_int_equal(sigaction(SIGUSR1, &on, &old), 0);
	buf_init(&out, 1000);
	assert_int_equal(
	    run("sleep 600 & kill -USR1 $PPID; wait", PLENTY_MS, &out, &code),
	    CHILD_CANCELED);
	assert_int_equal(code, CHILD_SIGNAL + SIGKILL);
	assert_int_equal(count_killed(), 1);
	atomic_store(&canceled, false);
	assert_int_equal(sigaction(SIGUSR1, &old, NULL), 0);
	buf_free(&out);
}

static void
output_without_end_ends_a_child_and_its_children(void **state)
{
	struct buf out;
	int        code;

	(void)state;
	buf_init(&out, 1000);
	assert_int_equal(
	    run("sleep 600 & exec cat /dev/zero", PLENTY_MS, &out, &code),
	    CHILD_TOO_LARGE);
	assert_int_equal(code, CHILD_SIGNAL + SIGKILL);
	assert_true(out.len <= 1000);
	assert_int_equal(count_killed(), 1);
	buf_free(&out);
}

static void
a_process_that_stays_behind_is_not_waited_for(void **state)
{
	struct buf out;
	int        code;

	(void)state;
	buf_init(&out, 1000);
	assert_int_equal(
	    run("sleep 600 & echo $!", PLENTY_MS, &out, &code), CHILD_ENDED);
	assert_int_equal(code, 0);
	/* It goes on, as an agent would that a program leaves running. */
	assert_int_equal(kill((pid_t)strtol(out.data, NULL, 10), SIGKILL), 0);
	assert_int_equal(count_killed(), 1);
	buf_free(&out);
}

static void
a_code_that_others_took_is_unknown(void **state)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, old;
	struct buf       out;
	int              code = 0;

	(void)state;
	assert_int_equal(sigaction(SIGCHLD, &ignore, &old), 0);
	buf_init(&out, 1000);
	assert_int_equal(
	    run("printf a; exit 3", PLENTY_MS, &out, &code), CHILD_ENDED);
	assert_int_equal(code, CHILD_UNKNOWN);
	assert_string_equal(out.data, "a");
	buf_clear(&out);
	assert_int_equal(run("sleep 600", 50, &out, &code), CHILD_LATE);
	assert_int_equal(sigaction(SIGCHLD, &old, NULL), 0);
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_child_writes_and_how_it_ends_is_known),
		cmocka_unit_test(more_than_a_pipe_holds_is_read),
		cmocka_unit_test(a_program_that_is_not_there_is_not_started),
		cmocka_unit_test(
		    a_program_without_standard_streams_may_have_a_child),
		cmocka_unit_test(the_deadline_ends_a_child_and_its_children),
		cmocka_unit_test(a_cancellation_ends_a_child_and_its_children),
		cmocka_unit_test(
		    output_without_end_ends_a_child_and_its_children),
		cmocka_unit_test(a_process_that_stays_behind_is_not_waited_for),
		cmocka_unit_test(a_code_that_others_took_is_unknown),
	};

	/* Processes whose parent is gone become this one's. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	return cmocka_run_group_tests_name(
	    "libgcpsecret child", tests, NULL, NULL);
}
