/* SPDX-License-Identifier: MIT */
#ifndef LISTENER_H
#define LISTENER_H

/* update_tokens as a function: a process that listens in a world.  Whatever fails
 * here ends the test. */

#include "once.h"
#include "wire.h"
#include "world.h"

struct listener {
	struct process process;
	char           base[64]; /* http://127.0.0.1:PORT */
};

/* `env` NULL: that of the world.  A port is chosen and added. */
void listener_start(
    struct world *world, struct listener *listener, struct environment *env);

/* A POST to it, with lines that each end with CR LF. */
struct wire_answer listener_call(
    const struct listener *listener, const char *lines, const char *body);

/* The report in an answer, whose status must be this one. */
struct report answer_report(const struct wire_answer *answer, int status);

/* Expects it to end well, now or some time ago. */
void listener_end(struct listener *listener);

#endif
