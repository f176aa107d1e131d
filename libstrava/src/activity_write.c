/* SPDX-License-Identifier: MIT */

/* Activities that a program creates or changes. */

#include <math.h>
#include <string.h>

#include "clock.h"
#include "endpoint.h"
#include "json.h"

#define TEXT_MAX 65535

/* Room for five texts, each byte of which may become six. */
#define BODY_BYTES ((size_t)5 * 6 * TEXT_MAX)

/* What is wrong with a text, or NULL.  NULL is a text that is not sent. */
static const char *
fault_of_text(const char *text)
{
	if (text != NULL && !sv_is_text(text, TEXT_MAX))
		return "a text is not UTF-8, or longer than 65535 bytes";
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
	if (draft->start_time_local == 0 ||
	    !sv_is_time(draft->start_time_local))
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
	if (draft->distance_m > 0) {
		buf_add_text(form, "&distance=");
		sv_add_number(form, draft->distance_m);
	}
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
		   .content_type = FORM_TYPE,
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

/* As JSON, since Strava passes over the booleans of a form. */
static void
write_changes(struct buf *body, const strava_activity_changes *changes)
{
	char        before = '{';
	const char *text;
	strava_tri  tri;

	for (size_t i = 0; i < COUNT(texts); i++) {
		if ((text = text_of(changes, &texts[i])) == NULL)
			continue;
		buf_addf(body, "%c\"%s\":", before, texts[i].key);
		json_add_text(body, text);
		before = ',';
	}
	for (size_t i = 0; i < COUNT(tris); i++) {
		if ((tri = tri_of(changes, &tris[i])) == STRAVA_UNSET)
			continue;
		buf_addf(body, "%c\"%s\":%s", before, tris[i].key,
		    tri == STRAVA_TRUE ? "true" : "false");
		before = ',';
	}
	buf_add_text(body, "}");
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
	write_changes(&body, changes);
	status = sv_ask_model(client, &ask, &sv_activity_model, out, err);
	buf_free(&body);
	return status;
}
