/* SPDX-License-Identifier: MIT */
#include "breaker.h"

#include "verdict.h"

/* More than three athletes and more than a fifth refused without a reason that
 * we know of: something else is wrong, so flag nobody further. */
#define REFUSED_MOST 3
#define REFUSED_SHARE 5

/* Strava answers nobody, for so long and so often: it is down. */
#define TROUBLE_MOST 5
#define TROUBLE_MS 30000

void
breaker_begin(
    struct breaker *breaker, size_t window_most, struct refresh_report *report)
{
	*breaker = (struct breaker){
		.report = report, .window = 1, .window_most = window_most
	};
}

void
breaker_trip(struct breaker *breaker, enum blame blame, const char *reason)
{
	breaker->over = true;
	report_fault(breaker->report, blame, reason);
}

bool
breaker_is_limited(const struct breaker *breaker)
{
	return breaker->rate_limit.status == STRAVA_ERR_RATE_LIMIT;
}

void
breaker_hear(struct breaker *breaker, const strava_error *err)
{
	switch (verdict_of(err->status)->action) {
	case STORE:
		if (breaker->window < breaker->window_most)
			breaker->window++;
		break;
	case NEXT_WINDOW: breaker->rate_limit = *err; break;
	case PUT_OFF: breaker->window = 1; break;
	case GIVE_BACK:
	case STAND_ASIDE: breaker_trip(breaker, OURS, err->message); break;
	case REFUSE:
	case SKIP: break;
	}
}

void
breaker_judge(struct breaker *breaker, enum refresh_outcome outcome,
    bool doubted, const strava_error *err, int64_t now_ms)
{
	if (outcome == REFRESH_REVOKED && !doubted)
		breaker->refused++;
	if (breaker->refused > REFUSED_MOST &&
	    breaker->refused * REFUSED_SHARE > breaker->report->due) {
		breaker->distrust = true;
		breaker_trip(breaker, OURS,
		    "Strava refuses so many refresh tokens that something "
		    "else must be wrong");
	}
	if (outcome != REFRESH_DEFERRED)
		breaker->trouble = 0;
	else if (breaker->trouble++ == 0)
		breaker->trouble_since_ms = now_ms;
	if (breaker->trouble >= TROUBLE_MOST &&
	    now_ms - breaker->trouble_since_ms >= TROUBLE_MS)
		breaker_trip(breaker, OTHERS, err->message);
}
