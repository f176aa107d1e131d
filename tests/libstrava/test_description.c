/* SPDX-License-Identifier: MIT */

/*
 * Holds the library against Strava's own description of its API: every
 * operation is offered or known to be gone, and every property of every model
 * is read, with the type that it is said to have.  description.tsv has the
 * facts; describe.sh makes it.
 */

#include <stdio.h>
#include <stdlib.h>
#include <strava/sport.h>
#include <string.h>

#include "endpoint.h"
#include "test.h"

#define FIELDS 5

/* The model that reads what the description calls by this name. */
static const struct mapping {
	const char         *name;
	const struct model *model; /* NULL: none, for the reason */
	const char         *in;    /* the object in it; NULL: itself */
	const char         *reason;
} mappings[] = {
	{ "activityStats", &sv_stats_model, NULL, NULL },
	{ "activityTotal", &sv_totals_model, NULL, NULL },
	{ "activityZone", &sv_activity_zone_model, NULL, NULL },
	{ "comment", &sv_comment_model, NULL, NULL },
	{ "commentAthlete", &sv_person_model, NULL, NULL },
	{ "detailedActivity", &sv_activity_model, NULL, NULL },
	{ "detailedActivity.laps", &sv_lap_model, NULL, NULL },
	{ "detailedActivityAllOf1BestEffortsItems", &sv_effort_model, NULL,
	    NULL },
	{ "detailedAthlete", &sv_athlete_model, NULL, NULL },
	{ "detailedClub", &sv_club_model, NULL, NULL },
	{ "detailedClubAllOf0", &sv_club_model, NULL, NULL },
	{ "detailedGear", &sv_gear_model, NULL, NULL },
	{ "detailedSegment", &sv_segment_model, NULL, NULL },
	{ "detailedSegmentAllOf0", &sv_segment_model, NULL, NULL },
	{ "detailedSegmentEffort", &sv_effort_model, NULL, NULL },
	{ "explorerResponse", &sv_explorer_model, NULL, NULL },
	{ "explorerSegment", &sv_explorer_segment_model, NULL, NULL },
	{ "heartRateDetails", &sv_activity_model, NULL, NULL },
	{ "heartRateZoneRanges", &sv_zones_model, "heart_rate", NULL },
	{ "lap", &sv_lap_model, NULL, NULL },
	{ "metaActivity", &sv_activity_model, NULL, NULL },
	{ "metaAthlete", &sv_athlete_model, NULL, NULL },
	{ "metaClub", &sv_club_model, NULL, NULL },
	{ "photosSummary", &sv_photo_summary_model, NULL, NULL },
	{ "photosSummary.primary", &sv_photo_model, NULL, NULL },
	{ "polylineMap", &sv_activity_model, "map", NULL },
	{ "powerZoneRanges", &sv_zones_model, "power", NULL },
	{ "route", &sv_route_model, NULL, NULL },
	{ "split", &sv_split_model, NULL, NULL },
	{ "summaryActivity", &sv_activity_model, NULL, NULL },
	{ "summaryAthlete", &sv_person_model, NULL, NULL },
	{ "summaryClub", &sv_club_model, NULL, NULL },
	{ "summaryGear", &sv_gear_model, NULL, NULL },
	{ "summaryPRSegmentEffort", &sv_segment_model, "athlete_pr_effort",
	    NULL },
	{ "summarySegment", &sv_segment_model, NULL, NULL },
	{ "summarySegmentEffort", &sv_effort_model, NULL, NULL },
	{ "timedZoneRange", &sv_zone_bucket_model, NULL, NULL },
	{ "upload", &sv_upload_model, NULL, NULL },
	{ "waypoint", &sv_waypoint_model, NULL, NULL },
	{ "zoneRange", &sv_zone_model, NULL, NULL },
	{ "zones", &sv_zones_model, NULL, NULL },
	{ "detailedActivityAllOf1BestEffortsItems", &sv_effort_model, NULL,
	    NULL },
	{ "detailedClub", &sv_club_model, NULL, NULL },
	{ "detailedClubAllOf0", &sv_club_model, NULL, NULL },
	{ "detailedSegment", &sv_segment_model, NULL, NULL },
	{ "detailedSegmentAllOf0", &sv_segment_model, NULL, NULL },
	{ "detailedSegmentEffort", &sv_effort_model, NULL, NULL },
	{ "explorerResponse", &sv_explorer_model, NULL, NULL },
	{ "explorerSegment", &sv_explorer_segment_model, NULL, NULL },
	{ "metaClub", &sv_club_model, NULL, NULL },
	{ "route", &sv_route_model, NULL, NULL },
	{ "summaryClub", &sv_club_model, NULL, NULL },
	{ "summaryPRSegmentEffort", &sv_segment_model, "athlete_segment_stats",
	    NULL },
	{ "summarySegment", &sv_segment_model, NULL, NULL },
	{ "summarySegmentEffort", &sv_effort_model, NULL, NULL },
	{ "upload", &sv_upload_model, NULL, NULL },
	{ "waypoint", &sv_waypoint_model, NULL, NULL },

	/* Read or written without a table of members. */
	{ "altitudeStream", NULL, NULL, "test_stream.c" },
	{ "baseStream", NULL, NULL, "test_stream.c" },
	{ "cadenceStream", NULL, NULL, "test_stream.c" },
	{ "distanceStream", NULL, NULL, "test_stream.c" },
	{ "error", NULL, NULL, "test_fault.c" },
	{ "fault", NULL, NULL, "test_fault.c" },
	{ "heartrateStream", NULL, NULL, "test_stream.c" },
	{ "latLngStream", NULL, NULL, "test_stream.c" },
	{ "movingStream", NULL, NULL, "test_stream.c" },
	{ "powerStream", NULL, NULL, "test_stream.c" },
	{ "smoothGradeStream", NULL, NULL, "test_stream.c" },
	{ "smoothVelocityStream", NULL, NULL, "test_stream.c" },
	{ "streamSet", NULL, NULL, "test_stream.c" },
	{ "temperatureStream", NULL, NULL, "test_stream.c" },
	{ "timeStream", NULL, NULL, "test_stream.c" },
	{ "updatableActivity", NULL, NULL, "test_activity_write.c" },

	/* Of operations that Strava removed. */
	{ "clubActivity", NULL, NULL, "getClubActivitiesById is gone" },
	{ "clubAthlete", NULL, NULL, "getClubMembersById is gone" },
};

/* Properties that no model reads. */
static const struct {
	const char *model, *property, *reason;
} unread[] = {
	{ "photosSummary.primary", "id",
	    "null in every answer seen; unique_id "
	    "is what names a photo" },
};

/* Parameters that are sent by the functions of their operations, and those that
 * are not. */
static const char *const sent[] = { "activity_type", "after", "after_cursor",
	"before", "body", "bounds", "commute", "data_type", "description",
	"distance", "elapsed_time", "end_date_local", "external_id", "file",
	"id", "include_all_efforts", "key_by_type", "keys", "max_cat",
	"min_cat", "name", "page", "page_size", "per_page", "segment_id",
	"sport_type", "starred", "start_date_local", "trainer", "uploadId",
	"weight" };
static const struct {
	const char *operation, *parameter, *reason;
} unsent[] = {
	{ "createActivity", "type", "deprecated: sport_type" },
	{ "getCommentsByActivityId", "page", "deprecated: after_cursor" },
	{ "getCommentsByActivityId", "per_page", "deprecated: page_size" },
};

/* A value of each type, as JSON. */
static const struct {
	const char *type, *value;
} samples[] = {
	{ "boolean", "true" },
	{ "integer", "7" },
	{ "integer/int64", "9007199254740993" },
	{ "number/double", "1.5" },
	{ "number/float", "1.5" },
	{ "string", "\"text\"" },
	{ "string/date-time", "\"2018-02-16T14:52:54Z\"" },
	{ "[number/float]", "[1.5, 2.5]" },
};

/* One line of description.tsv; the fields that it lacks are "". */
struct fact {
	char        line[1024];
	const char *field[FIELDS];
};

typedef void (*fact_fn)(const struct fact *fact, void *ctx);

static void
split(struct fact *fact)
{
	char *rest = fact->line;

	fact->line[strcspn(fact->line, "\n")] = '\0';
	for (size_t i = 0; i < FIELDS; i++) {
		fact->field[i] = rest;
		rest += strcspn(rest, "\t");
		if (*rest == '\t')
			*rest++ = '\0';
	}
}

/* Calls `fn` with each fact of the kind; how many there were. */
static size_t
each(const char *kind, fact_fn fn, void *ctx)
{
	static const char path[] =
	    SOURCE_DIR "/tests/libstrava/description.tsv";
	FILE       *file = fopen(path, "r");
	struct fact fact;
	size_t      count = 0;

	if (file == NULL)
		fail_msg("cannot read %s", path);
	while (fgets(fact.line, sizeof(fact.line), file) != NULL) {
		assert_non_null(strchr(fact.line, '\n'));
		split(&fact);
		if (strcmp(fact.field[0], kind) != 0)
			continue;
		fn(&fact, ctx);
		count++;
	}
	fclose(file);
	return count;
}

/* Says what is missing and counts it. */
static void
miss(void *misses, const struct fact *fact, const char *what)
{
	fprintf(stderr, "%s %s %s: %s\n", fact->field[0], fact->field[1],
	    fact->field[2], what);
	++*(int *)misses;
}

/* Whether a path is the pattern, whatever the names of its ids. */
static bool
same_path(const char *path, const char *pattern)
{
	while (*path != '\0' && *path == *pattern) {
		if (*path == '{') {
			path += strcspn(path, "}");
			pattern += strcspn(pattern, "}");
		}
		path++;
		pattern++;
	}
	return *path == *pattern;
}

static void
look_for_operation(const struct fact *fact, void *misses)
{
	for (size_t i = 0; i < SV_REMOVED_COUNT; i++)
		if (strcmp(sv_removed[i].operation, fact->field[1]) == 0) {
			assert_true(
			    same_path(fact->field[3], sv_removed[i].path));
			return;
		}
	for (size_t i = 0; i < ENDPOINT_COUNT; i++) {
		const struct endpoint *e = &sv_endpoints[i];

		if (e->operation == NULL ||
		    strcmp(e->operation, fact->field[1]) != 0)
			continue;
		if (strcmp(e->method, fact->field[2]) != 0 ||
		    !same_path(fact->field[3], e->path))
			miss(misses, fact, "is another request here");
		return;
	}
	miss(misses, fact, "is not offered");
}

static void
every_operation_is_offered_or_gone(void **state)
{
	int misses = 0;

	(void)state;
	assert_true(each("operation", look_for_operation, &misses) >= 34);
	assert_int_equal(misses, 0);
}

struct search {
	const char *operation;
	bool        found;
};

static void
match_operation(const struct fact *fact, void *ctx)
{
	struct search *search = ctx;

	search->found |= strcmp(search->operation, fact->field[1]) == 0;
}

/* The other way round: no row names what Strava does not know. */
static void
every_row_is_described(void **state)
{
	(void)state;
	for (size_t i = 0; i < ENDPOINT_COUNT; i++) {
		struct search search = { sv_endpoints[i].operation, false };

		if (search.operation == NULL)
			continue;
		each("operation", match_operation, &search);
		if (!search.found)
			fail_msg("%s is no operation", search.operation);
	}
}

static bool
is_known(const char *operation, const char *parameter)
{
	for (size_t i = 0; i < COUNT(unsent); i++)
		if (strcmp(unsent[i].operation, operation) == 0 &&
		    strcmp(unsent[i].parameter, parameter) == 0)
			return true;
	for (size_t i = 0; i < COUNT(sent); i++)
		if (strcmp(sent[i], parameter) == 0)
			return true;
	return false;
}

static void
look_for_parameters(const struct fact *fact, void *misses)
{
	char  text[1024], name[256];
	char *rest = text;

	snprintf(text, sizeof(text), "%s", fact->field[4]);
	while (strcmp(text, "-") != 0 && *rest != '\0') {
		snprintf(
		    name, sizeof(name), "%.*s", (int)strcspn(rest, ":"), rest);
		if (!is_known(fact->field[1], name))
			miss(misses, fact, name);
		rest += strcspn(rest, " ");
		rest += strspn(rest, " ");
	}
}

static void
every_parameter_is_known(void **state)
{
	int misses = 0;

	(void)state;
	each("operation", look_for_parameters, &misses);
	assert_int_equal(misses, 0);
}

static const struct mapping *
mapping_of(const char *name)
{
	for (size_t i = 0; i < COUNT(mappings); i++)
		if (strcmp(mappings[i].name, name) == 0)
			return &mappings[i];
	return NULL;
}

static bool
is_unread(const char *model, const char *property)
{
	for (size_t i = 0; i < COUNT(unread); i++)
		if (strcmp(unread[i].model, model) == 0 &&
		    strcmp(unread[i].property, property) == 0)
			return true;
	return false;
}

static bool
is(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Whether a row reads the property, or something inside it. */
static bool
reads(const struct mapping *mapping, const char *property, const char *in,
    const char *key)
{
	return (is(in, mapping->in) && is(key, property)) ||
	       (mapping->in == NULL && is(in, property));
}

static bool
is_nested(const struct mapping *mapping, const char *property)
{
	const struct model *model = mapping->model;

	for (size_t i = 0; i < model->nested_count; i++)
		if (reads(mapping, property, model->nested[i].in,
			model->nested[i].key))
			return true;
	for (size_t i = 0; i < model->member_count; i++)
		if (mapping->in == NULL && is(model->members[i].in, property))
			return true;
	return false;
}

/* Whether a member of that name takes a value of that type. */
static bool
takes(const struct mapping *mapping, const char *property, const char *type)
{
	const struct model        *model = mapping->model;
	struct json_object        *value = NULL;
	bool                       taken = false;
	_Alignas(max_align_t) char room[64];

	for (size_t i = 0; i < COUNT(samples); i++)
		if (strcmp(samples[i].type, type) == 0)
			value = json_tokener_parse(samples[i].value);
	for (size_t i = 0; i < model->member_count && value != NULL; i++)
		if (is(model->members[i].in, mapping->in) &&
		    is(model->members[i].key, property))
			taken |= model->members[i].put(value, room);
	json_object_put(value);
	return taken;
}

static void
look_for_property(const struct fact *fact, void *misses)
{
	const struct mapping *mapping = mapping_of(fact->field[1]);

	if (mapping == NULL) {
		miss(misses, fact, "is of a model that no row above names");
	} else if (mapping->model != NULL &&
		   !is_unread(fact->field[1], fact->field[2]) &&
		   !is_nested(mapping, fact->field[2]) &&
		   !takes(mapping, fact->field[2], fact->field[3])) {
		miss(misses, fact, "is not read as what it is");
	}
}

static void
every_property_is_read(void **state)
{
	int misses = 0;

	(void)state;
	assert_true(each("property", look_for_property, &misses) > 500);
	assert_int_equal(misses, 0);
}

static void
look_for_sport(const struct fact *fact, void *misses)
{
	if (strcmp(fact->field[1], "sportType") == 0 &&
	    !strava_sport_known(fact->field[2]))
		miss(misses, fact, "is unknown");
	if (strcmp(fact->field[1], "activityType") == 0 &&
	    strava_sport_of_activity_type(fact->field[2]) == NULL)
		miss(misses, fact, "is unknown");
}

static void
every_sport_is_known(void **state)
{
	int    misses = 0;
	size_t count = 0;

	(void)state;
	while (strava_sport_at(count) != NULL)
		count++;
	assert_true(each("value", look_for_sport, &misses) > count);
	assert_int_equal(misses, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_operation_is_offered_or_gone),
		cmocka_unit_test(every_row_is_described),
		cmocka_unit_test(every_parameter_is_known),
		cmocka_unit_test(every_property_is_read),
		cmocka_unit_test(every_sport_is_known),
	};

	return cmocka_run_group_tests_name(
	    "libstrava description", tests, NULL, NULL);
}
