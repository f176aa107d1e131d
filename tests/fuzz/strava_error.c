/* SPDX-License-Identifier: MIT */
#include "strava_error.h"

#include <string.h>

#include "fuzz.h"

void
fuzz_check_error(strava_status status, const strava_error *err)
{
	MUST(status != STRAVA_OK);
	MUST(err->status == status);
	MUST(memchr(err->message, '\0', sizeof(err->message)) != NULL);
	MUST(fuzz_is_message(err->message));
	MUST(err->retry_after_s >= -1);
	MUST(err->in_doubt == 0 || err->in_doubt == 1);
}
