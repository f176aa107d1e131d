/* SPDX-License-Identifier: MIT */
#ifndef UPDATE_TOKENS_ANSWER_H
#define UPDATE_TOKENS_ANSWER_H

/* What a run's report means to whoever asked for the run. */

#include "refresh.h"

/*
 * 200 when every athlete that was due is settled: refreshed, unchanged, in need
 * of consent, or waiting for Strava's next window.  503 when somebody else failed
 * or time was short, and another call will help.  500 when the fault is ours,
 * which an operator has to look at.
 */
int answer_status(const struct refresh_report *report);

#endif
