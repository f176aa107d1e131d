/* SPDX-License-Identifier: MIT */

/* Clubs: the athlete's own, one of them, and what Strava has taken away. */

#include "club.h"
#include "handlers.h"
#include "number.h"
#include "page.h"

void
api_clubs(struct call *call)
{
	uint64_t        seed = call->world->options.seed;
	enum membership membership;
	struct page     page;
	struct emit    *e;
	size_t          i, place = 0;

	if (!page_read(call, "Club", &page))
		return;
	e = call_json(call, 200);
	emit_array(e, NULL);
	for (i = 0; i < CLUB_COUNT; i++) {
		membership = club_membership(seed, &call->person, i);
		if (membership == MEMBERSHIP_MEMBER &&
		    page_holds(&page, place++))
			club_emit(e, i, membership);
	}
	emit_end(e);
}

void
api_club(struct call *call)
{
	int64_t id;
	size_t  number;

	if (!number_read(call->part, 1, INT64_MAX, &id) ||
	    !club_find(id, &number))
		call_not_found(call, "Club");
	else
		club_emit_detail(call_json(call, 200), number,
		    club_membership(
			call->world->options.seed, &call->person, number));
}

/* Activities, members and admins of a club: gone since September 2026. */
void
api_club_removed(struct call *call)
{
	call_not_found(call, "Club");
}
