/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_OUTAGE_H
#define SANDBOX_OUTAGE_H

#include "call.h"

/* Answers `status` as the service to which the path belongs does when it is in
 * trouble. */
void outage_answer(struct call *call, int status);

/* Bodies of Strava's that its description does not know: none at all, and a
 * fault whose "errors" is null or a string. */
void outage_empty(struct call *call, int status);
void outage_odd_fault(struct call *call, int status, const char *errors);

/* Strava's or Google's "too many". */
void outage_rate_limit(struct call *call);

/* A complete answer of status 200 that is no JSON. */
void outage_garbage(struct call *call);

#endif
