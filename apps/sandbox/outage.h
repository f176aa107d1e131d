/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_OUTAGE_H
#define SANDBOX_OUTAGE_H

#include "call.h"

/* Answers `status` as the service to which the path belongs does when it is in
 * trouble. */
void outage_answer(struct call *call, int status);

/* Strava's or Google's "too many". */
void outage_rate_limit(struct call *call);

/* A complete answer of status 200 that is no JSON. */
void outage_garbage(struct call *call);

#endif
