/* SPDX-License-Identifier: MIT */
#ifndef STAGE_H
#define STAGE_H

/* What the tests of the web app play on: one app for a test program, and two
 * visitors who are strangers to it at the beginning of each test. */

#include "strava_web.h"

extern struct strava_web web;
extern struct visitor    anna, ben;

/* For cmocka_run_group_tests(); the world is named after the program. */
int stage_open(void **state);
int stage_close(void **state);

/* For cmocka_unit_test_setup_teardown(). */
int stage_enter(void **state);
int stage_leave(void **state);

/* How often the token endpoint was asked. */
int64_t stage_token_calls(void);

#endif
