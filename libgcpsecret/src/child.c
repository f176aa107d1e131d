/* SPDX-License-Identifier: MIT */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"

/* How late an end without a last word, or a cancellation, may be noticed. */
#define SLICE_MS 10

/* Standard output goes first: the pipe may be what stands at 0. */
static int
add_files(posix_spawn_file_actions_t *files, int to)
{
	int error = posix_spawn_file_actions_adddup2(files, to, STDOUT_FILENO);

	if (error == 0)
		error = posix_spawn_file_actions_addopen(
		    files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (error == 0)
		error = posix_spawn_file_actions_addclosefrom_np(
		    files, STDERR_FILENO + 1);
	return error;
}

/* A group of its own, and none of what this thread does about signals. */
static int
add_attributes(posix_spawnattr_t *attributes)
{
	sigset_t none, all;
	int      error;

	sigemptyset(&none);
	sigfillset(&all);
	error = posix_spawnattr_setflags(
	    attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
			    POSIX_SPAWN_SETSIGDEF);
	if (error == 0)
		error = posix_spawnattr_setpgroup(attributes, 0);
	if (error == 0)
		error = posix_spawnattr_setsigmask(attributes, &none);
	if (error == 0)
		error = posix_spawnattr_setsigdefault(attributes, &all);
	return error;
}

/* 0, or why it cannot be started. */
static int
spawn(const struct child *child, int to, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t          attributes;
	int                        error;

	if ((error = posix_spawn_file_actions_init(&files)) != 0)
		return error;
	if ((error = posix_spawnattr_init(&attributes)) != 0) {
		posix_spawn_file_actions_destroy(&files);
		return error;
	}
	error = add_files(&files, to);
	if (error == 0)
		error = add_attributes(&attributes);
	if (error == 0)
		error = posix_spawnp(pid, child->argv[0], &files, &attributes,
		    child->argv, child->environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	return error;
}

/* Adds what is there to be read; *fd becomes -1 at its end. */
static enum child_outcome
drain(int *fd, struct buf *out)
{
	char               part[4096];
	ssize_t            n = 0;
	enum child_outcome outcome = CHILD_ENDED;

	while (*fd >= 0 && outcome == CHILD_ENDED) {
		n = read(*fd, part, sizeof(part));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		if ((size_t)n > out->max - out->len)
			outcome = CHILD_TOO_LARGE;
		else if (!buf_add(out, part, (size_t)n))
			outcome = CHILD_NOMEM;
	}
	if (n == 0 && *fd >= 0) {
		close(*fd);
		*fd = -1;
	}
	wipe(part, sizeof(part));
	return outcome;
}

/* Whether the child is gone, and how; it is no zombie then. */
static bool
has_ended(pid_t pid, int options, int *code)
{
	int   status;
	pid_t answer;

	do
		answer = waitpid(pid, &status, options);
	while (answer < 0 && errno == EINTR);
	if (answer == 0)
		return false;
	if (answer < 0)
		*code = CHILD_UNKNOWN;
	else if (WIFSIGNALED(status))
		*code = CHILD_SIGNAL + WTERMSIG(status);
	else
		*code = WEXITSTATUS(status);
	return true;
}

/* As long as nobody waited for the child, its number is nobody else's. */
static void
kill_group(pid_t pid, int *code)
{
	kill(-pid, SIGKILL);
	has_ended(pid, 0, code);
}

/*
 * Waits for the end of the child and not for that of its output, which a process
 * that it leaves behind may hold open.
 */
static enum child_outcome
attend(
    const struct child *child, pid_t pid, int *fd, struct buf *out, int *code)
{
	for (;;) {
		bool               ended = has_ended(pid, WNOHANG, code);
		enum child_outcome outcome = drain(fd, out);
		struct pollfd      more = { .fd = *fd, .events = POLLIN };

		if (outcome == CHILD_ENDED && !ended) {
			if (atomic_load(child->canceled))
				outcome = CHILD_CANCELED;
			else if (clock_steady_ms() >= child->deadline_ms)
				outcome = CHILD_LATE;
		}
		if (outcome != CHILD_ENDED && !ended)
			kill_group(pid, code);
		if (outcome != CHILD_ENDED || ended)
			return outcome;
		poll(&more, 1, SLICE_MS);
	}
}

enum child_outcome
gs_child_run(const struct child *child, struct buf *out, int *code)
{
	int                ends[2];
	pid_t              pid = 0;
	enum child_outcome outcome;

	if (pipe2(ends, O_CLOEXEC) != 0) {
		*code = errno;
		return CHILD_NOT_STARTED;
	}
	*code = fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0
		    ? spawn(child, ends[1], &pid)
		    : errno;
	close(ends[1]);
	outcome = *code != 0 ? CHILD_NOT_STARTED
			     : attend(child, pid, &ends[0], out, code);
	if (ends[0] >= 0)
		close(ends[0]);
	return outcome;
}
