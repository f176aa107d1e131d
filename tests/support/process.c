/* SPDX-License-Identifier: MIT */
#include "process.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "test.h"

#define END_MS 10000
#define POLL_MS 10

/* The index of NAME, or the count when it is not there. */
static size_t
find(const struct environment *env, const char *name)
{
	size_t len = strlen(name), i;

	for (i = 0; i < env->count; i++)
		if (strncmp(env->items[i], name, len) == 0 &&
		    env->items[i][len] == '=')
			break;
	return i;
}

void
environment_set(struct environment *env, const char *name, const char *value)
{
	size_t i = find(env, name);
	char  *item;

	assert_true(asprintf(&item, "%s=%s", name, value) > 0);
	if (i == env->count) {
		assert_true(i + 1 < sizeof(env->items) / sizeof(env->items[0]));
		env->count++;
	} else {
		free(env->items[i]);
	}
	env->items[i] = item;
	env->items[env->count] = NULL;
}

void
environment_unset(struct environment *env, const char *name)
{
	size_t i = find(env, name);

	if (i == env->count)
		return;
	free(env->items[i]);
	env->items[i] = env->items[--env->count];
	env->items[env->count] = NULL;
}

void
environment_free(struct environment *env)
{
	while (env->count > 0)
		free(env->items[--env->count]);
	env->items[0] = NULL;
}

/* In the child, between fork and exec: stdin is empty, output goes to files. */
static void
become(const struct process *process, const char *const argv[],
    const struct environment *env)
{
	char *const *args;
	int          in = open("/dev/null", O_RDONLY);
	int out = open(process->out, O_WRONLY | O_CREAT | O_APPEND, 0600);
	int err = open(process->err, O_WRONLY | O_CREAT | O_APPEND, 0600);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (in < 0 || out < 0 || err < 0 || dup2(in, 0) < 0 ||
	    dup2(out, 1) < 0 || dup2(err, 2) < 0)
		_exit(126);
	/* execve() is older than const, and changes nothing. */
	memcpy(&args, &argv, sizeof(args));
	execve(argv[0], args, env->items);
	_exit(127);
}

void
process_start(struct process *process, const char *const argv[],
    const struct environment *env, const char *logs, const char *name)
{
	*process = (struct process){ 0 };
	assert_true(asprintf(&process->out, "%s/%s.out", logs, name) > 0);
	assert_true(asprintf(&process->err, "%s/%s.err", logs, name) > 0);
	process->pid = fork();
	assert_true(process->pid >= 0);
	if (process->pid == 0)
		become(process, argv, env);
}

void
process_signal(const struct process *process, int signal_number)
{
	if (process->pid > 0)
		kill(process->pid, signal_number);
}

bool
process_wait(struct process *process, int64_t timeout_ms)
{
	int64_t until = clock_steady_ms() + timeout_ms;
	int     status;
	pid_t   pid;

	while (process->pid > 0) {
		pid = waitpid(process->pid, &status, WNOHANG);
		if (pid == 0 && clock_steady_ms() >= until)
			return false;
		if (pid == 0) {
			clock_sleep_ms(POLL_MS, NULL);
			continue;
		}
		if (pid < 0 && errno == EINTR)
			continue;
		assert_int_equal(pid, process->pid);
		process->pid = 0;
		process->code = WIFEXITED(status) ? WEXITSTATUS(status)
						  : 128 + WTERMSIG(status);
	}
	return true;
}

int
process_end(struct process *process)
{
	process_signal(process, SIGTERM);
	if (!process_wait(process, END_MS)) {
		process_signal(process, SIGKILL);
		process_wait(process, END_MS);
	}
	return process->code;
}

void
process_free(struct process *process)
{
	process_end(process);
	free(process->out);
	free(process->err);
	*process = (struct process){ 0 };
}

char *
file_text(const char *path)
{
	FILE   *file = fopen(path, "rbe");
	char   *text = NULL;
	size_t  len = 0;
	ssize_t n = -1;

	if (file != NULL) {
		n = getdelim(&text, &len, '\0', file);
		fclose(file);
	}
	if (n < 0) {
		free(text);
		text = strdup("");
	}
	assert_non_null(text);
	return text;
}

char *
process_out(const struct process *process)
{
	return file_text(process->out);
}

char *
process_err(const struct process *process)
{
	return file_text(process->err);
}

bool
process_await(struct process *process, const char *path, const char *text,
    int64_t timeout_ms)
{
	int64_t until = clock_steady_ms() + timeout_ms;
	bool    ended = false, found = false;
	char   *content;

	/* What a process wrote right before its end counts. */
	while (!found && !ended && clock_steady_ms() < until) {
		ended = process_wait(process, POLL_MS);
		content = file_text(path);
		found = strstr(content, text) != NULL;
		free(content);
	}
	return found;
}

int
free_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t          len = sizeof(address);
	int                fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	close(fd);
	return ntohs(address.sin_port);
}
