/* SPDX-License-Identifier: MIT */
#ifndef APPS_TURN_H
#define APPS_TURN_H

/*
 * One thread at a time for each athlete, in this process: the others wait for
 * what it finds out, at no cost to the database.
 */

#include <stdbool.h>
#include <stdint.h>

/* Lives with the thread whose turn it is. */
struct turn {
	struct turn *next;
	const char  *subject; /* outlives the turn */
};

/* False when it is somebody else's turn. */
bool turn_take(struct turn *turn, const char *subject);
void turn_give(struct turn *turn);

/* Waits until it is nobody's turn, at most so long.  False, at once, when it was
 * nobody's. */
bool turn_await(const char *subject, int64_t wait_ms);

#endif
