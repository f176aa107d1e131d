/* SPDX-License-Identifier: MIT */
#ifndef UPDATE_TOKENS_EVENT_H
#define UPDATE_TOKENS_EVENT_H

/*
 * What called the function.  It decides nothing but what the log says of the run:
 * whatever the call brings, the run takes what is due.  Only what claims to be an
 * envelope and is none is refused, since its sender is not who it seems to be, or
 * is set up wrongly.
 */

#include <stdint.h>

#include "server.h"

enum event_kind {
	EVENT_PLAIN,     /* a POST; whatever its body is, it is not read */
	EVENT_SCHEDULER, /* a job of Cloud Scheduler */
	EVENT_TASK,      /* a task of Cloud Tasks */
	EVENT_PUBSUB,    /* a push of Pub/Sub, wrapped in an envelope or not */
	EVENT_CLOUDEVENT /* in its headers or in its body */
};

#define EVENT_TEXT_SIZE 256 /* what is longer is cut off */

/* Texts are "" and numbers -1 where the call does not tell. */
struct event {
	enum event_kind kind;
	char            id[EVENT_TEXT_SIZE];
	char            type[EVENT_TEXT_SIZE];
	char            source[EVENT_TEXT_SIZE]; /* job or queue, too */
	char            subscription[EVENT_TEXT_SIZE];
	int64_t         attempt; /* as its sender counts them */
};

/* NULL, or why the call is refused: a sentence without quotes. */
const char *event_read(struct event *event, const struct request *request);

/* "scheduler" ... */
const char *event_name(enum event_kind kind);

#endif
