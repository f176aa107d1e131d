/* SPDX-License-Identifier: MIT */
#ifndef FUZZ_STRAVA_ERROR_H
#define FUZZ_STRAVA_ERROR_H

#include <strava/strava.h>

/* What holds for every failure of libstrava and its error. */
void fuzz_check_error(strava_status status, const strava_error *err);

#endif
