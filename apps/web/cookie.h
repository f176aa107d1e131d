/* SPDX-License-Identifier: MIT */
#ifndef WEB_COOKIE_H
#define WEB_COOKIE_H

/*
 * The app's cookies: none is readable by scripts, each is sent along when the
 * athlete comes back from Strava (SameSite=Lax) but with no form of another
 * site.  Where the app is reached over https their names begin with "__Host-",
 * so that no other host of the domain can plant one.
 */

#include <stdint.h>

#include "visit.h"

/* NULL when absent or there twice.  Valid during the request. */
const char *cookie_get(const struct visit *visit, const char *name);

void cookie_set(const struct visit *visit, const char *name, const char *value,
    int64_t max_age_s);
void cookie_clear(const struct visit *visit, const char *name);

#endif
