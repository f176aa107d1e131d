/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_WEBHOOK_H
#define SANDBOX_WEBHOOK_H

/*
 * The application's push subscription, of which there is one, and the thread
 * that delivers events.  Callbacks go to loopback and nowhere else.
 */

#include <stdbool.h>
#include <stdint.h>

#define WEBHOOK_URL_SIZE 256

struct webhook;

/* `secret` signs deliveries and must outlive it.  NULL: no memory or thread. */
struct webhook *webhook_new(const char *secret);

/* Waits for the delivery that runs; what is queued is dropped. */
void webhook_free(struct webhook *webhook);

enum webhook_result {
	WEBHOOK_OK,
	WEBHOOK_EXISTS,    /* there is a subscription already */
	WEBHOOK_BAD_URL,   /* not on loopback, or too long */
	WEBHOOK_NOT_VALID, /* the callback did not echo the challenge */
};

/* Asks the callback and subscribes; takes up to two seconds. */
enum webhook_result webhook_subscribe(struct webhook *webhook, const char *url,
    const char *verify_token, int64_t now);

struct subscription {
	int64_t id; /* 0: there is none */
	int64_t created_at;
	char    url[WEBHOOK_URL_SIZE];
};

void webhook_current(struct webhook *webhook, struct subscription *out);

/* False when there is no subscription of that id. */
bool webhook_unsubscribe(struct webhook *webhook, int64_t id);

#define EVENT_UPDATES_SIZE 2048

/* What happened to an athlete or to one of an athlete's activities. */
struct event {
	const char *object_type; /* "activity", "athlete" */
	const char *aspect_type; /* "create", "update", "delete" */
	int64_t     object_id, owner_id, time;
	int64_t     delay_ms;                    /* before it is told */
	char        updates[EVENT_UPDATES_SIZE]; /* JSON: name to string */
};

/* Queues an event, if there is a subscription; one that finds the queue full is
 * lost. */
void webhook_tell(struct webhook *webhook, const struct event *event);

/* The event "this athlete has withdrawn consent". */
void webhook_revoked(struct webhook *webhook, int64_t athlete, int64_t now);

#endif
