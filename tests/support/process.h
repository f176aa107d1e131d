/* SPDX-License-Identifier: MIT */
#ifndef PROCESS_H
#define PROCESS_H

/*
 * A program under test: started with an environment of its own, its two output
 * streams in files, ended for certain.  It dies with the test that started it.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* A list of "NAME=value", the later one of a name replacing the earlier. */
struct environment {
	char  *items[64]; /* ends with NULL */
	size_t count;
};

/* Ends the test when the list is full. */
void environment_set(
    struct environment *env, const char *name, const char *value);
void environment_unset(struct environment *env, const char *name);
void environment_free(struct environment *env);

struct process {
	pid_t pid;  /* 0 when it does not run */
	int   code; /* once ended: exit code, or 128 + signal */
	char *out;  /* path of what it wrote to stdout ... */
	char *err;  /* ... and to stderr */
};

/*
 * Starts argv[0], a path.  Output goes to LOGS/NAME.out and LOGS/NAME.err.
 * Ends the test when it cannot be started.
 */
void process_start(struct process *process, const char *const argv[],
    const struct environment *env, const char *logs, const char *name);

void process_signal(const struct process *process, int signal_number);

/* False when it still runs after that time.  Else `code` is set. */
bool process_wait(struct process *process, int64_t timeout_ms);

/* SIGTERM, ten seconds, SIGKILL; returns the code.  A process that does not run
 * is left alone.  The paths stay: process_free() ends them. */
int  process_end(struct process *process);
void process_free(struct process *process);

/* What it wrote so far; to be freed with free(). */
char *process_out(const struct process *process);
char *process_err(const struct process *process);

/* Waits until the file at `path` holds `text`; false after `timeout_ms`, or
 * when the process ended without writing it. */
bool process_await(struct process *process, const char *path, const char *text,
    int64_t timeout_ms);

/* The whole file as text, "" if it cannot be read; to be freed with free(). */
char *file_text(const char *path);

/* A port of 127.0.0.1 that was free a moment ago. */
int free_port(void);

#endif
