/* SPDX-License-Identifier: MIT */
#ifndef CALLERS_H
#define CALLERS_H

/* Those who call the listening update_tokens of a crew, both twice at once. */

#include "crew.h"
#include "http.h"

#define CALLS 4 /* at once, two for each listener */

struct call {
	struct http_exchange *exchange; /* NULL: none under way */
	struct http_request   request;
	struct http_response  response;
	char                  url[64];
};

struct callers {
	struct crew *crew;
	struct http *http;
	struct call  calls[CALLS];
	int64_t      reports; /* that came, and added up */
};

void callers_start(struct callers *callers, struct crew *crew);
void callers_end(struct callers *callers);

/* Whoever got an answer calls again. */
void callers_call(struct callers *callers);

/* Takes what was answered; a report adds up whatever happened. */
void callers_take(struct callers *callers, int64_t timeout_ms);

void callers_give_up(struct callers *callers);

#endif
