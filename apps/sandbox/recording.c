/* SPDX-License-Identifier: MIT */
#include "recording.h"

#include <stdlib.h>
#include <string.h>

#define LONGEST_S 10000000

const char recording_malformed[] =
    "The upload appears to be malformed and we are unable to process it.";
const char recording_timeless[] = "Time information is missing from file.";

/* Forgets every second point. */
static void
thin(struct recording *recording)
{
	struct track *t = &recording->track;
	size_t        i;

	t->count /= 2;
	for (i = 0; i < t->count; i++)
		t->samples[i] = t->samples[2 * i];
	recording->stride *= 2;
}

bool
recording_add(
    struct recording *recording, int64_t utc_s, const struct sample *point)
{
	struct track *t = &recording->track;

	if (t->samples == NULL) {
		recording->stride = 1;
		t->samples = calloc(RECORDING_POINTS_MAX, sizeof(*t->samples));
		if (t->samples == NULL)
			return false;
	}
	if (t->count == 0)
		recording->start_utc = utc_s;
	if (recording->seen++ % recording->stride != 0)
		return true;
	t->samples[t->count] = *point;
	t->samples[t->count++].time_s = (int)(utc_s - recording->start_utc);
	if (t->count == RECORDING_POINTS_MAX)
		thin(recording);
	return true;
}

const char *
recording_end(struct recording *recording)
{
	struct track *t = &recording->track;
	size_t        i;

	if (t->count == 0)
		return recording_timeless;
	for (i = 1; i < t->count; i++)
		if (t->samples[i].time_s < t->samples[i - 1].time_s ||
		    t->samples[i].time_s > LONGEST_S)
			return recording_malformed;
	track_complete(t);
	track_sum_up(t);
	return NULL;
}
