/* SPDX-License-Identifier: MIT */
#include "cookie.h"

#include <stdio.h>

#define NAME_SIZE 32

static void
full_name(const struct visit *visit, const char *name, char full[NAME_SIZE])
{
	snprintf(full, NAME_SIZE, "%s%s",
	    visit->web->origin.secure ? "__Host-" : "", name);
}

const char *
cookie_get(const struct visit *visit, const char *name)
{
	char full[NAME_SIZE];

	full_name(visit, name, full);
	return request_cookie(visit->request, full);
}

void
cookie_set(const struct visit *visit, const char *name, const char *value,
    int64_t max_age_s)
{
	char full[NAME_SIZE], header[256];

	full_name(visit, name, full);
	snprintf(header, sizeof(header),
	    "%s=%s; Path=/; Max-Age=%lld; HttpOnly; SameSite=Lax%s", full,
	    value, (long long)max_age_s,
	    visit->web->origin.secure ? "; Secure" : "");
	response_header(visit->response, "Set-Cookie", header);
	wipe(header, sizeof(header));
}

void
cookie_clear(const struct visit *visit, const char *name)
{
	cookie_set(visit, name, "", 0);
}
