/* SPDX-License-Identifier: MIT */
#ifndef UPDATE_TOKENS_JOB_H
#define UPDATE_TOKENS_JOB_H

/* One run and an end: for cron, a Cloud Run job, or an operator. */

#include <stdbool.h>
#include <stddef.h>

#include "cli.h"

struct job {
	const struct settings *settings;
	const char            *actor; /* the program's name */
	const char *athlete;          /* this one, due or not; NULL: all due */
};

/* Prints the report on stdout.  What went wrong before there could be one is
 * in `message`, else "". */
enum exit_code job_run(
    const struct job *job, char *message, size_t message_size);

/* Prints how many athletes are due; asks nobody else and changes nothing. */
enum exit_code job_count(
    const struct job *job, char *message, size_t message_size);

#endif
