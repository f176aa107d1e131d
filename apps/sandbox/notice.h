/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_NOTICE_H
#define SANDBOX_NOTICE_H

#include "world.h"

/* What happened to an activity, for the application's callback. */
struct notice {
	size_t      athlete, number; /* of the athlete, of the activity */
	const char *aspect_type;
	bool        only_me;
	int64_t     delay_ms;

	/* What an update changed; NULL: this was not. */
	const char *title, *type, *is_private;
};

/* Tells it if the athlete's consent covers it: nothing without a scope for
 * activities, nothing of an activity that the scope does not show.  Wants the
 * mutex. */
void notice_send(struct world *world, const struct notice *notice);

#endif
