/* SPDX-License-Identifier: MIT */

/* Activities: the list, one of them, a new one, a changed one. */

#include <stdlib.h>
#include <string.h>

#include "activity_json.h"
#include "clock.h"
#include "diary.h"
#include "handlers.h"
#include "number.h"
#include "page.h"

#define ELAPSED_MAX_S 10000000
#define DISTANCE_MAX_M 1e7
#define BROKEN_ITEM 1 /* of a page, if one shall be */

struct bounds {
	int64_t     before, after;
	struct page page;
};

static bool
is_listed(const struct call *call, const struct bounds *bounds,
    const struct diary_entry *entry)
{
	return diary_shows(call, entry->only_me) &&
	       entry->start_utc < bounds->before &&
	       entry->start_utc > bounds->after;
}

static void
emit_list(
    struct call *call, const struct diary *diary, const struct bounds *bounds)
{
	struct emit    *e = call_json(call, 200);
	struct activity activity;
	size_t          i, place = 0;

	emit_array(e, NULL);
	for (i = 0; i < diary->count; i++) {
		if (!is_listed(call, bounds, &diary->entries[i]) ||
		    !page_holds(&bounds->page, place++) ||
		    !diary_read(call, diary->entries[i].number, &activity))
			continue;
		if (call->oddities.broken_items != 0 &&
		    (int64_t)place == bounds->page.first + BROKEN_ITEM + 1)
			activity.id = 0;
		activity_emit(e, &activity);
		activity_free(&activity);
	}
	emit_end(e);
}

void
api_activities(struct call *call)
{
	struct bounds bounds = { .before = INT64_MAX };
	struct diary  diary;

	if (!page_number(
		call, "Activity", "before", INT64_MAX, &bounds.before) ||
	    !page_number(call, "Activity", "after", INT64_MAX, &bounds.after) ||
	    !page_read(call, "Activity", &bounds.page) ||
	    !diary_open(call, &diary))
		return;
	emit_list(call, &diary, &bounds);
	diary_close(&diary);
}

static void
answer_detail(struct call *call, int status, const struct activity *activity)
{
	const char *all = request_query(call->request, "include_all_efforts");
	struct detail_wish wish = {
		.seed = call->world->options.seed,
		.all_efforts = all != NULL && strcmp(all, "true") == 0,
		.broken = call->oddities.broken_items != 0,
	};

	activity_emit_detail(call_json(call, status), activity, &wish);
}

void
api_activity(struct call *call)
{
	struct activity activity;

	if (!diary_find(call, &activity))
		return;
	answer_detail(call, 200, &activity);
	activity_free(&activity);
}

/* "2018-02-20T10:02:13Z": wall time, whatever offset is written behind it. */
static bool
read_local(const char *text, int64_t *local)
{
	char wall[32];

	if (strlen(text) < strlen("2018-02-20T10:02:13"))
		return false;
	memcpy(wall, text, 19);
	if (wall[10] == ' ')
		wall[10] = 'T';
	memcpy(wall + 19, "Z", 2);
	return clock_parse(wall, local);
}

static enum flag
read_flag(const char *text)
{
	if (text == NULL)
		return FLAG_STAYS;
	return strcmp(text, "1") == 0 || strcmp(text, "true") == 0 ? FLAG_ON
								   : FLAG_OFF;
}

static void
describe_new(const struct call *call, struct caption_change *change)
{
	const struct request *request = call->request;

	*change = (struct caption_change){
		.name = request_form(request, "name"),
		.description = request_form(request, "description"),
		.sport_type = request_form(request, "sport_type"),
		.type = request_form(request, "type"),
		.trainer = read_flag(request_form(request, "trainer")),
		.commute = read_flag(request_form(request, "commute")),
	};
}

/* False after an answer of 400. */
static bool
read_outing(struct call *call, struct outing *outing)
{
	const char *start = request_form(call->request, "start_date_local");
	const char *elapsed = request_form(call->request, "elapsed_time");
	const char *distance = request_form(call->request, "distance");
	int64_t     elapsed_s;

	outing->manual = true;
	if (start == NULL || !read_local(start, &outing->start_utc)) {
		call_refuse(call, "Activity", "start_date_local",
		    start == NULL ? "missing" : "invalid");
		return false;
	}
	outing->start_utc -= call->person.home->utc_offset_s;
	if (elapsed == NULL ||
	    !number_read(elapsed, 1, ELAPSED_MAX_S, &elapsed_s)) {
		call_refuse(call, "Activity", "elapsed_time",
		    elapsed == NULL ? "missing" : "invalid");
		return false;
	}
	outing->track.elapsed_s = outing->track.moving_s = (int)elapsed_s;
	if (distance != NULL && !number_read_real(distance, 0, DISTANCE_MAX_M,
				    &outing->track.distance_m)) {
		call_refuse(call, "Activity", "distance", "invalid");
		return false;
	}
	return true;
}

static void
create(struct call *call, const struct caption *caption)
{
	struct outing  *outing = calloc(1, sizeof(*outing));
	struct activity activity;
	size_t          number;

	if (outing == NULL) {
		call->response->failed = true;
	} else if (!read_outing(call, outing)) {
		outing_free(outing);
	} else if (diary_add(call, caption, outing, &number) &&
		   diary_read(call, number, &activity)) {
		answer_detail(call, 201, &activity);
		activity_free(&activity);
	}
}

void
api_activity_create(struct call *call)
{
	struct caption        caption = { .trainer = false };
	struct caption_change change;
	const char           *field;

	describe_new(call, &change);
	if (change.name == NULL)
		call_refuse(call, "Activity", "name", "missing");
	else if (change.sport_type == NULL && change.type == NULL)
		call_refuse(call, "Activity", "sport_type", "missing");
	else if (!caption_apply(&caption, &call->person, &change, &field))
		call_refuse(call, "Activity", field, "invalid");
	else {
		caption_give_gear(&caption, &call->person);
		create(call, &caption);
	}
}
