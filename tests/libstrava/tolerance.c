/* SPDX-License-Identifier: MIT */
#include "tolerance.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_transport.h"
#include "test.h"

/* Whole numbers in a double are exact up to here. */
#define EXACT INT64_C(9007199254740992)

/* What a member is replaced by; NULL leaves it out. */
static const char *const replacements[] = { NULL, "null", "true", "7", "-1.5",
	"1e300", "18446744073709551616", "\"\"", "\"text\"", "\"a\\u0000b\"",
	"[]", "{}", "[null]", "[[]]", "[{}]", "{\"id\":\"x\"}", "[91,181]" };

/* A member by the place where it stands. */
struct place {
	const char *in, *key;
};

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* The fixture, to be ended with json_object_put(). */
static struct json_object *
load(const char *file, const char *member)
{
	char               *text = fixture(file);
	struct json_object *doc = members_parse(text, strlen(text)), *part;

	free(text);
	assert_non_null(doc);
	part = json_object_is_type(doc, json_type_array)
		   ? json_object_array_get_idx(doc, 0)
		   : doc;
	if (member != NULL)
		part = members_get(part, member);
	if (json_object_is_type(part, json_type_array))
		part = json_object_array_get_idx(part, 0);
	assert_non_null(part);
	json_object_get(part);
	json_object_put(doc);
	return part;
}

static const char *
text_of(struct json_object *json)
{
	return json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN);
}

/* Reads it as the model; NULL when it is none. */
static void *
read_as(const struct model *model, const char *text)
{
	void         *out = (void *)1;
	strava_status status =
	    sv_model_parse(text, strlen(text), model, &out, NULL);

	assert_true(status == STRAVA_OK || status == STRAVA_ERR_FORMAT);
	assert_int_equal(out != NULL, status == STRAVA_OK);
	return out;
}

/* Whether a row reads what stands at the place. */
static bool
reads(const struct place *place, const char *in, const char *key)
{
	return place->in == NULL && in != NULL
		   ? strcmp(place->key, in) == 0
		   : same_text(place->in, in) && strcmp(place->key, key) == 0;
}

/* Whether the member of the struct at the offset depends on the place. */
static bool
depends(const struct model *model, size_t offset, const struct place *place)
{
	for (size_t i = 0; i < model->member_count; i++)
		if (model->members[i].offset == offset &&
		    reads(place, model->members[i].in, model->members[i].key))
			return true;
	for (size_t i = 0; i < model->nested_count; i++)
		if (model->nested[i].offset == offset &&
		    reads(place, model->nested[i].in, model->nested[i].key))
			return true;
	return false;
}

/* From the offset of a member to that of the next. */
static size_t
extent(const struct model *model, size_t offset)
{
	size_t end = model->size;

	for (size_t i = 0; i < model->member_count; i++)
		if (model->members[i].offset > offset &&
		    model->members[i].offset < end)
			end = model->members[i].offset;
	for (size_t i = 0; i < model->nested_count; i++)
		if (model->nested[i].offset > offset &&
		    model->nested[i].offset < end)
			end = model->nested[i].offset;
	return end - offset;
}

static const void *
pointer_at(const void *model, size_t offset)
{
	const void *pointer;

	memcpy(&pointer, (const char *)model + offset, sizeof(pointer));
	return pointer;
}

/* Two readings agree in all that does not depend on the place. */
static void
agree(const struct model *model, const void *a, const void *b,
    const struct place *place, bool nested_too)
{
	for (size_t i = 0; i < model->member_count; i++) {
		const struct member *m = &model->members[i];

		if (depends(model, m->offset, place))
			continue;
		if (m->put == put_string)
			assert_true(same_text(pointer_at(a, m->offset),
			    pointer_at(b, m->offset)));
		else
			assert_memory_equal((const char *)a + m->offset,
			    (const char *)b + m->offset,
			    extent(model, m->offset));
	}
	for (size_t i = 0; nested_too && i < model->nested_count; i++) {
		size_t at = model->nested[i].offset;

		if (!depends(model, at, place))
			assert_string_equal(model_json(pointer_at(a, at)),
			    model_json(pointer_at(b, at)));
	}
}

/* Puts the replacement in the place. */
static void
replace(struct json_object *doc, const struct place *place, const char *text)
{
	struct json_object *holder =
	    place->in != NULL ? members_get(doc, place->in) : doc;
	struct json_object *value =
	    text != NULL ? json_tokener_parse(text) : NULL;

	if (text == NULL)
		json_object_object_del(holder, place->key);
	else
		json_object_object_add(holder, place->key, value);
}

static bool
is_required(const struct model *model, const struct place *place)
{
	for (size_t i = 0; i < model->member_count; i++)
		if (model->members[i].required &&
		    reads(place, model->members[i].in, model->members[i].key))
			return true;
	return false;
}

static void
bears_replacements(const struct model *model, struct json_object *whole,
    const struct place *place)
{
	void *good = read_as(model, text_of(whole));

	assert_non_null(good);
	for (size_t i = 0; i < COUNT(replacements); i++) {
		struct json_object *odd =
		    members_parse(text_of(whole), strlen(text_of(whole)));
		void *out;

		replace(odd, place, replacements[i]);
		out = read_as(model, text_of(odd));
		if (!is_required(model, place))
			assert_non_null(out);
		else if (i < 2) /* left out, null */
			assert_null(out);
		if (out != NULL)
			agree(model, good, out, place, true);
		model_free(out);
		json_object_put(odd);
	}
	model_free(good);
}

/* The member, and the object that it stands in. */
static void
bears_one(const struct model *model, struct json_object *whole, const char *in,
    const char *key)
{
	struct json_object *holder =
	    in != NULL ? members_get(whole, in) : whole;

	if (members_get(holder, key) == NULL)
		fail_msg("the fixture of %s lacks %s", model->noun, key);
	bears_replacements(model, whole, &(struct place){ in, key });
	if (in != NULL)
		bears_replacements(model, whole, &(struct place){ NULL, in });
}

/* Each whole number in a document as a float. */
static struct json_object *
as_floats(struct json_object *json)
{
	struct json_object         *copy;
	struct json_object_iterator it, end;
	char                        text[32];

	switch (json_object_get_type(json)) {
	case json_type_int:
		if (llabs(json_object_get_int64(json)) > EXACT)
			return json_object_get(json);
		snprintf(text, sizeof(text), "%lld.0",
		    (long long)json_object_get_int64(json));
		return json_object_new_double_s(
		    (double)json_object_get_int64(json), text);
	case json_type_array:
		copy = json_object_new_array();
		for (size_t i = 0; i < json_object_array_length(json); i++)
			json_object_array_add(copy,
			    as_floats(json_object_array_get_idx(json, i)));
		return copy;
	case json_type_object:
		copy = json_object_new_object();
		it = json_object_iter_begin(json);
		end = json_object_iter_end(json);
		for (; !json_object_iter_equal(&it, &end);
		     json_object_iter_next(&it))
			json_object_object_add(copy,
			    json_object_iter_peek_name(&it),
			    as_floats(json_object_iter_peek_value(&it)));
		return copy;
	default: return json_object_get(json);
	}
}

/* A whole that is the same in another dress. */
static void
bears_dress(const struct model *model, struct json_object *whole)
{
	static const struct place nowhere = { NULL, "" };
	struct json_object       *floats = as_floats(whole);
	void                     *good = read_as(model, text_of(whole));
	void                     *other = read_as(model, text_of(floats));
	char                      text[8192];

	assert_non_null(other);
	agree(model, good, other, &nowhere, false);
	model_free(other);
	json_object_put(floats);

	snprintf(text, sizeof(text),
	    "\xef\xbb\xbf{\"unknown\":{\"deep\":[1,{\"x\":null}]},%s",
	    text_of(whole) + 1);
	other = read_as(model, text);
	assert_non_null(other);
	agree(model, good, other, &nowhere, true);
	model_free(other);
	model_free(good);
}

void
bears_everything(
    const struct model *model, const char *file, const char *member)
{
	struct json_object *whole = load(file, member);

	for (size_t i = 0; i < model->member_count; i++)
		bears_one(
		    model, whole, model->members[i].in, model->members[i].key);
	for (size_t i = 0; i < model->nested_count; i++)
		bears_one(
		    model, whole, model->nested[i].in, model->nested[i].key);
	bears_dress(model, whole);
	json_object_put(whole);
}

/* "[ITEM,null,5,"x",true,[],ITEM]", of which two are good; "[]" for NULL. */
static struct json_object *
list_of(struct json_object *item)
{
	char text[16384] = "[]";

	if (item != NULL)
		assert_true(
		    snprintf(text, sizeof(text), "[%s,null,5,\"x\",true,[],%s]",
			text_of(item), text_of(item)) < (int)sizeof(text));
	return json_tokener_parse(text);
}

static void
has(const void *list, size_t count, size_t skipped)
{
	const strava_activity_list *any = list; /* all lists look alike */

	assert_non_null(any);
	assert_int_equal(any->count, count);
	assert_int_equal(any->skipped, skipped);
}

/* The list inside a model, with bad items and empty. */
static void
skips_inside(const struct model *model, struct json_object *whole,
    const struct nested *nested)
{
	struct json_object *holder =
	    nested->in != NULL ? members_get(whole, nested->in) : whole;
	struct json_object *item = json_object_get(
	    json_object_array_get_idx(members_get(holder, nested->key), 0));
	void *out;

	assert_non_null(item);
	for (int empty = 0; empty <= 1; empty++) {
		json_object_object_add(
		    holder, nested->key, list_of(empty ? NULL : item));
		out = read_as(model, text_of(whole));
		has(pointer_at(out, nested->offset), empty ? 0 : 2,
		    empty ? 0 : 5);
		model_free(out);
	}
	json_object_put(item);
}

void
skips_bad_items(const struct model *model, const char *file, const char *member)
{
	struct json_object *whole = load(file, member);
	struct json_object *list = list_of(whole), *empty = list_of(NULL);
	void               *out;

	assert_int_equal(sv_list_parse(text_of(list), strlen(text_of(list)),
			     model, &out, NULL),
	    STRAVA_OK);
	has(out, 2, 5);
	model_free(out);
	assert_int_equal(sv_list_parse(text_of(empty), strlen(text_of(empty)),
			     model, &out, NULL),
	    STRAVA_OK);
	has(out, 0, 0);
	model_free(out);
	for (size_t i = 0; i < model->nested_count; i++)
		if (model->nested[i].nesting == IN_LIST)
			skips_inside(model, whole, &model->nested[i]);
	json_object_put(empty);
	json_object_put(list);
	json_object_put(whole);
}
