/* SPDX-License-Identifier: MIT */
#ifndef COMMON_CLOCK_H
#define COMMON_CLOCK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Two clocks.  The calendar (UTC seconds since the epoch) decides what has
 * expired; whoever asks it does so through a clock_fn, so that a test can move
 * it.  The steady clock measures how long something really takes; deadlines are
 * made of it and nobody moves it.
 */
typedef int64_t (*clock_fn)(void *ctx);

/* The real calendar; `ctx` is ignored. */
int64_t clock_utc_s(void *ctx);

int64_t clock_steady_ms(void);

/* The steady clock in that many milliseconds; INT64_MAX if that is too far. */
int64_t clock_deadline_ms(int64_t timeout_ms);

/* Sleeps, in slices, until the time is over or *canceled; false when canceled.
 * `canceled` may be NULL. */
bool clock_sleep_ms(int64_t ms, const atomic_bool *canceled);

/*
 * Reads an RFC 3339 time such as "2018-02-16T14:52:54Z", with an optional
 * fraction (dropped) and an offset instead of the Z.  The whole text must be
 * one time.
 */
bool clock_parse(const char *text, int64_t *utc_s);

#define CLOCK_TEXT_SIZE 32

/* Writes "2018-02-16T14:52:54Z". */
void clock_format(int64_t utc_s, char text[CLOCK_TEXT_SIZE]);

#endif
