/* SPDX-License-Identifier: MIT */

/* Activities that a program creates or changes. */

#include <math.h>
#include <string.h>

#include "clock.h"
#include "endpoint.h"
#include "utf8.h"

#define TEXT_MAX 65535
#define BODY_BYTES \
	((size_t)6 * 5 * (TEXT_MAX + 1)) /* 5 texts, each byte \u00xx */
#define TIME_MAX INT64_C(253402300799)   /* 9999-12-31T23:59:59Z */

/* What is wrong with a text, or NULL.  NULL is a text that is not sent. */
static const char *
fault_of_text(const char *text)
{
	size_t len = text != NULL ? strlen(text) : 0;

	if (len > TEXT_MAX)
		return "a text is longer than 65535 bytes";
	if (len > 0 && !utf8_valid(text, len))
		return "a text is not UTF-8";
	return NULL;
}

static bool
is_empty(const char *text)
{
	return text == NULL || text[0] == '\0';
}

/* What is wrong with a draft, or NULL. */
static const char *
fault_of_draft(const strava_activity_draft *draft)
{
	const char *fault;

	if (draft == NULL)
		return "draft is NULL";
	if (is_empty(draft->name) || is_empty(draft->sport_type))
		return "an activity needs a name and a sport type";
	if (draft->start_time_local < 1 || draft->start_time_local > TIME_MAX)
		return "an activity needs a start between 1970 and 9999";
	if (draft->elapsed_time_s < 1 || draft->elapsed_time_s > INT32_MAX)
		return "an activity needs a time of 1 to 2147483647 s";
	if (!isfinite(draft->distance_m) || draft->distance_m < 0 ||
	    draft->distance_m > SV_NUMBER_MAX)
		return "the distance is not 0 to 1000000000 m";
	if ((fault = fault_of_text(draft->name)) == NULL &&
	    (fault = fault_of_text(draft->sport_type)) == NULL)
		fault = fault_of_text(draft->description);
	return fault;
}

/* 1 or 0, which is how a form says yes or no here. */
static void
add_tri(struct buf *form, const char *name, strava_tri tri)
{
	if (tri != STRAVA_UNSET)
		buf_add_field(form, name, tri == STRAVA_TRUE ? "1" : "0");
}

static void
write_draft(struct buf *form, const strava_activity_draft *draft)
{
	char start[CLOCK_TEXT_SIZE];

	clock_format(draft->start_time_local, start);
	buf_add_field(form, "name", draft->name);
	buf_add_field(form, "sport_type", draft->sport_type);
	buf_add_field(form, "start_date_local", start);
	sv_query_int(form, "elapsed_time", draft->elapsed_time_s);
	if (draft->description != NULL)
		buf_add_field(form, "description", draft->description);
	if (draft->distance_m > 0)
		sv_query_number(form, "distance", draft->distance_m);
	add_tri(form, "trainer", draft->trainer);
	add_tri(form, "commute", draft->commute);
}

strava_status
strava_activity_create(strava_client *client,
    const strava_activity_draft *draft, strava_activity **out,
    strava_error *err)
{
	struct buf    form;
	struct ask    ask = { .endpoint = ACTIVITY_CREATE,
		   .content_type = SV_FORM,
		   .body = &form };
	const char   *fault = fault_of_draft(draft);
	strava_status status;

	if (out != NULL)
		*out = NULL;
	if (fault != NULL)
		return sv_fail_argument(err, fault);
	buf_init(&form, BODY_BYTES);
	write_draft(&form, draft);
	status = sv_ask_model(client, &ask, &sv_activity_model, out, err);
	buf_free(&form);
	return status;
}

/* The members of changes under Strava's names. */
struct change {
	const char *key;
	size_t      offset;
};
#define CHANGE(name, key)                                    \
	{                                                    \
		key, offsetof(strava_activity_changes, name) \
	}
static const struct change texts[] = {
	CHANGE(description, "description"), /* the one that may be empty */
	CHANGE(name, "name"),
	CHANGE(sport_type, "sport_type"),
	CHANGE(gear_id, "gear_id"),
};
static const struct change tris[] = {
	CHANGE(commute, "commute"),
	CHANGE(trainer, "trainer"),
	CHANGE(hide_from_home, "hide_from_home"),
};
#undef CHANGE

static const char *
text_of(const strava_activity_changes *changes, const struct change *change)
{
	const char *text;

	memcpy(&text, (const char *)changes + change->offset, sizeof(text));
	return text;
}

static strava_tri
tri_of(const strava_activity_changes *changes, const struct change *change)
{
	strava_tri tri;

	memcpy(&tri, (const char *)changes + change->offset, sizeof(tri));
	return tri;
}

static bool
is_nothing(const strava_activity_changes *changes)
{
	for (size_t i = 0; i < COUNT(texts); i++)
		if (text_of(changes, &texts[i]) != NULL)
			return false;
	for (size_t i = 0; i < COUNT(tris); i++)
		if (tri_of(changes, &tris[i]) != STRAVA_UNSET)
			return false;
	return true;
}

/* What is wrong with changes, or NULL. */
static const char *
fault_of_changes(const strava_activity_changes *changes)
{
	const char *text, *fault = NULL;

	if (changes == NULL)
		return "changes is NULL";
	if (is_nothing(changes))
		return "there is nothing to change";
	for (size_t i = 0; i < COUNT(texts) && fault == NULL; i++) {
		text = text_of(changes, &texts[i]);
		if (i > 0 && text != NULL && text[0] == '\0')
			return "only the description may be empty";
		fault = fault_of_text(text);
	}
	return fault;
}

/* Takes over `value`; false when there was no memory. */
static bool
add(struct json_object *json, const char *key, struct json_object *value)
{
	if (value != NULL && json_object_object_add(json, key, value) == 0)
		return true;
	json_object_put(value);
	return false;
}

/* NULL when there was no memory. */
static struct json_object *
json_of(const strava_activity_changes *changes)
{
	struct json_object *json = json_object_new_object();
	bool                done = json != NULL;
	const char         *text;
	strava_tri          tri;

	for (size_t i = 0; i < COUNT(texts) && done; i++)
		if ((text = text_of(changes, &texts[i])) != NULL)
			done = add(
			    json, texts[i].key, json_object_new_string(text));
	for (size_t i = 0; i < COUNT(tris) && done; i++)
		if ((tri = tri_of(changes, &tris[i])) != STRAVA_UNSET)
			done = add(json, tris[i].key,
			    json_object_new_boolean(tri == STRAVA_TRUE));
	if (done)
		return json;
	json_object_put(json);
	return NULL;
}

/* Booleans must be JSON: Strava passes over those of a form. */
static bool
write_changes(struct buf *body, const strava_activity_changes *changes)
{
	struct json_object *json = json_of(changes);
	const char         *text = NULL;
	bool                done;

	if (json != NULL)
		text = json_object_to_json_string_ext(json,
		    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	done = text != NULL && buf_add_text(body, text);
	json_object_put(json);
	return done;
}

strava_status
strava_activity_update(strava_client *client, int64_t id,
    const strava_activity_changes *changes, strava_activity **out,
    strava_error *err)
{
	struct buf    body;
	struct ask    ask = { .endpoint = ACTIVITY_UPDATE,
		   .id = id,
		   .content_type = "application/json",
		   .body = &body };
	const char   *fault = fault_of_changes(changes);
	strava_status status;

	if (out != NULL)
		*out = NULL;
	if (fault != NULL)
		return sv_fail_argument(err, fault);
	buf_init(&body, BODY_BYTES);
	if (write_changes(&body, changes))
		status =
		    sv_ask_model(client, &ask, &sv_activity_model, out, err);
	else
		status = sv_fail_memory(err);
	buf_free(&body);
	return status;
}
