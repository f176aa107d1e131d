/* SPDX-License-Identifier: MIT */

/*
 * Every model that can be read from text; the first byte chooses it.  All texts
 * in it are read to their ends, and what it says its JSON is must be read as the
 * same again.
 */

#include "models.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "strava_error.h"

/* The public functions of one, behind pointers of one type. */
struct kind {
	const struct model *model; /* of it, or of the items; NULL: streams */
	bool                is_list;
	strava_status (*parse)(
	    const char *text, size_t len, void **out, strava_error *err);
	const char *(*json)(const void *model);
	void (*end)(void *model);
};

#define FUNCTIONS(name)                                                  \
	static strava_status parse_##name(                               \
	    const char *text, size_t len, void **out, strava_error *err) \
	{                                                                \
		strava_##name *model = NULL;                             \
		strava_status  status =                                  \
		    strava_##name##_parse(text, len, &model, err);       \
                                                                         \
		*out = model;                                            \
		return status;                                           \
	}                                                                \
	static const char *json_##name(const void *model)                \
	{                                                                \
		return strava_##name##_json(model);                      \
	}                                                                \
	static void end_##name(void *model)                              \
	{                                                                \
		strava_##name##_free(model);                             \
	}
FUNCTIONS(activity)
FUNCTIONS(activity_list)
FUNCTIONS(activity_zone_list)
FUNCTIONS(athlete)
FUNCTIONS(athlete_list)
FUNCTIONS(club)
FUNCTIONS(club_list)
FUNCTIONS(comment_list)
FUNCTIONS(effort)
FUNCTIONS(effort_list)
FUNCTIONS(explorer)
FUNCTIONS(gear)
FUNCTIONS(lap_list)
FUNCTIONS(photo_list)
FUNCTIONS(route)
FUNCTIONS(route_list)
FUNCTIONS(segment)
FUNCTIONS(segment_list)
FUNCTIONS(stats)
FUNCTIONS(streams)
FUNCTIONS(subscription)
FUNCTIONS(subscription_list)
FUNCTIONS(upload)
FUNCTIONS(zones)

#define KIND(name, model, is_list)                                    \
	{                                                             \
		model, is_list, parse_##name, json_##name, end_##name \
	}
#define ONE(name) KIND(name, &sv_##name##_model, false)
#define LIST(name) KIND(name##_list, &sv_##name##_model, true)

/* 'a' and so on: the corpus goes by this order, so add at the end. */
static const struct kind kinds[] = {
	ONE(activity),
	LIST(activity),
	LIST(activity_zone),
	ONE(athlete),
	LIST(athlete),
	ONE(club),
	LIST(club),
	LIST(comment),
	ONE(effort),
	LIST(effort),
	ONE(explorer),
	ONE(gear),
	LIST(lap),
	LIST(photo),
	ONE(route),
	LIST(route),
	ONE(segment),
	LIST(segment),
	ONE(stats),
	KIND(streams, NULL, false),
	ONE(subscription),
	LIST(subscription),
	ONE(upload),
	ONE(zones),
};

static void
check_text(const char *text)
{
	MUST(text == NULL || sv_is_text(text, SIZE_MAX - 1));
}

static void
check_latlng(const strava_latlng *point)
{
	MUST(point->lat >= -90 && point->lat <= 90);
	MUST(point->lng >= -180 && point->lng <= 180);
}

static void
check_member(put_fn put, const char *at)
{
	strava_opt_latlng point;
	const char       *text;

	if (put == put_string || put == put_scalar) {
		memcpy(&text, at, sizeof(text));
		check_text(text);
	} else if (put == sv_put_opt_latlng) {
		memcpy(&point, at, sizeof(point));
		check_latlng(&point.value);
	}
}

static void
check_entry(const struct model_entry *entry)
{
	MUST(entry->key != NULL && entry->value != NULL);
	check_text(entry->key);
	check_text(entry->value);
}

static void check_model(const struct model *model, const void *at);

static void
check_list(const struct nested *nested, const struct any_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		MUST(list->items[i] != NULL);
		if (nested->nesting == IN_LIST)
			check_model(nested->model, list->items[i]);
		else if (nested->nesting == IN_TEXTS)
			check_text(list->items[i]);
		else
			check_entry(list->items[i]);
	}
}

static void
check_model(const struct model *model, const void *at)
{
	const struct nested *nested;
	const void          *inner;

	for (size_t i = 0; i < model->member_count; i++)
		check_member(model->members[i].put,
		    (const char *)at + model->members[i].offset);
	for (size_t i = 0; i < model->nested_count; i++) {
		nested = &model->nested[i];
		memcpy(
		    &inner, (const char *)at + nested->offset, sizeof(inner));
		if (inner == NULL)
			continue;
		if (nested->nesting == IN_OBJECT)
			check_model(nested->model, inner);
		else
			check_list(nested, inner);
	}
}

/* Each sample is read by the exports, which must be text too. */
static void
check_streams(const strava_streams *streams)
{
	const strava_export_info info = { .name = "\xff&]]>",
		.start_time = 1795435200 };
	strava_error             err;
	char                    *gpx, *tcx;

	if (strava_export_gpx(streams, &info, &gpx, &err) == STRAVA_OK)
		check_text(gpx);
	else
		fuzz_check_error(err.status, &err);
	if (strava_export_tcx(streams, &info, &tcx, &err) == STRAVA_OK)
		check_text(tcx);
	else
		fuzz_check_error(err.status, &err);
	strava_string_free(gpx);
	strava_string_free(tcx);
}

static void
check_whole(const struct kind *kind, const void *at)
{
	const struct nested items = { .nesting = IN_LIST,
		.model = kind->model };

	if (kind->model == NULL)
		check_streams(at);
	else if (kind->is_list)
		check_list(&items, at);
	else
		check_model(kind->model, at);
}

/* What was read and written is read and written alike. */
static void
check_again(const struct kind *kind, const char *json)
{
	void       *again;
	const char *json_again;

	MUST(json != NULL);
	MUST(kind->parse(json, strlen(json), &again, NULL) == STRAVA_OK);
	json_again = kind->json(again);
	MUST(json_again != NULL && strcmp(json, json_again) == 0);
	kind->end(again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct kind *kind;
	void              *model;
	strava_error       err;
	strava_status      status;

	if (size == 0)
		return 0;
	kind = &kinds[(uint8_t)(data[0] - 'a') % COUNT(kinds)];
	status = kind->parse((const char *)data + 1, size - 1, &model, &err);
	MUST((model != NULL) == (status == STRAVA_OK));
	if (status != STRAVA_OK) {
		fuzz_check_error(status, &err);
		return 0;
	}
	check_whole(kind, model);
	check_again(kind, kind->json(model));
	kind->end(model);
	return 0;
}
