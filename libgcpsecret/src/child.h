/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SRC_CHILD_H
#define GCPSECRET_SRC_CHILD_H

#include <stdatomic.h>

#include "internal.h"

/*
 * Another program, run for what it writes to its standard output.  Its input is
 * empty, its standard error is that of this program, no other file descriptor
 * reaches it.  It leads a process group of its own.
 */
struct child {
	char *const       *argv; /* argv[0] is looked for in PATH */
	char *const       *environment;
	int64_t            deadline_ms; /* of the steady clock */
	const atomic_bool *canceled;
};

enum child_outcome {
	CHILD_ENDED = 0, /* by itself; all that it wrote is there */
	CHILD_NOT_STARTED,
	CHILD_LATE,     /* the deadline passed */
	CHILD_CANCELED, /* the flag was raised */
	CHILD_TOO_LARGE,
	CHILD_NOMEM
};

/* A signal that ended a child, in place of an exit code. */
#define CHILD_SIGNAL 256

/* The exit code is lost: this program ignores SIGCHLD, or another part of it
 * waits for every child. */
#define CHILD_UNKNOWN (-1)

/*
 * Adds what the child writes to `out`, whose ceiling bounds it.  Unless the
 * child ended by itself its whole process group is killed.  *code is its exit
 * code, CHILD_SIGNAL plus a signal or CHILD_UNKNOWN; of one that was not started,
 * the errno that says why.
 */
enum child_outcome gs_child_run(
    const struct child *child, struct buf *out, int *code);

#endif
