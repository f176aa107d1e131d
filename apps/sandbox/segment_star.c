/* SPDX-License-Identifier: MIT */
#include "segment_star.h"

#include <stdlib.h>

#include "chance.h"

#define FIRST_STARS INT64_C(1760829683) /* October 2025 */
#define DAY_S 86400

/* When it was starred before the sandbox began; 0: it was not. */
static int64_t
starred_before(const struct call *call, size_t segment)
{
	struct chance c = chance_of(call->world->options.seed, "star",
	    (int64_t)call->person.number, (int64_t)segment);
	size_t        home = place_number(call->person.home);

	if (segment / SEGMENTS_A_PLACE != home || chance_int(&c, 0, 2) != 0 ||
	    segment_is_private(segment))
		return 0;
	return FIRST_STARS + DAY_S * chance_int(&c, 0, 300);
}

/* Wants the mutex. */
static int64_t
starred_at(const struct call *call, size_t segment)
{
	const struct journal *journal =
	    journals_find(&call->world->journals, call->person.number);
	int64_t kept = journal != NULL ? journal->starred_at[segment] : 0;

	if (kept != 0)
		return kept > 0 ? kept : 0;
	return starred_before(call, segment);
}

static int
newest_first(const void *left, const void *right)
{
	const struct star *a = left, *b = right;

	if (a->since != b->since)
		return a->since > b->since ? -1 : 1;
	return a->segment < b->segment ? -1 : a->segment > b->segment;
}

size_t
segment_star_list(struct call *call, struct star stars[SEGMENT_COUNT])
{
	size_t  i, count = 0;
	int64_t since;

	world_lock(call->world);
	for (i = 0; i < SEGMENT_COUNT; i++)
		if ((since = starred_at(call, i)) != 0)
			stars[count++] = (struct star){ i, since };
	world_unlock(call->world);
	qsort(stars, count, sizeof(*stars), newest_first);
	return count;
}

bool
segment_star_ties(
    struct call *call, const struct segment *segment, struct segment_ties *ties)
{
	ties->person = &call->person;
	world_lock(call->world);
	ties->starred_at = starred_at(call, segment->number);
	world_unlock(call->world);
	if (effort_best(call->world->options.seed, &call->person,
		(call->scope & SCOPE_ACTIVITY_READ_ALL) != 0, segment,
		&ties->best))
		return true;
	call->response->failed = true;
	return false;
}

bool
segment_star_keep(struct call *call, size_t segment, int64_t since)
{
	struct world   *world = call->world;
	struct journal *journal;

	world_lock(world);
	journal = journals_open(&world->journals, call->person.number);
	if (journal != NULL)
		journal->starred_at[segment] = since > 0 ? since : -1;
	world_unlock(world);
	return journal != NULL;
}
