/* SPDX-License-Identifier: MIT */
#include "model.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK_FIRST 4096

/* Memory of a root, given out from the front and freed as a whole. */
struct chunk {
	struct chunk *next;
	size_t        size, used;
	_Alignas(max_align_t) char bytes[];
};

struct root {
	struct json_object *doc; /* owns the strings */
	struct chunk       *chunks;
};

/* Stands in front of each struct that is given out. */
struct head {
	_Alignas(
	    max_align_t) struct json_object *json; /* what it was read from */
	struct root *root;                         /* what it lives in */
};

/* Zeroed memory that lives as long as the root; NULL when there is none. */
static void *
take(struct root *root, size_t size)
{
	struct chunk *chunk = root->chunks;
	size_t        align = sizeof(max_align_t), room;

	size = (size + align - 1) / align * align;
	if (chunk == NULL || chunk->size - chunk->used < size) {
		room = chunk != NULL ? chunk->size * 2 : CHUNK_FIRST;
		if (room < size)
			room = size;
		if ((chunk = calloc(1, sizeof(*chunk) + room)) == NULL)
			return NULL;
		chunk->size = room;
		chunk->next = root->chunks;
		root->chunks = chunk;
	}
	chunk->used += size;
	return chunk->bytes + chunk->used - size;
}

/* A struct behind its head. */
static void *
take_struct(struct root *root, size_t size, struct json_object *json)
{
	struct head *head = take(root, sizeof(*head) + size);

	if (head == NULL)
		return NULL;
	head->json = json;
	head->root = root;
	return head + 1;
}

static const struct head *
head_of(const void *model)
{
	return (const struct head *)model - 1;
}

static void
free_root(struct root *root)
{
	struct chunk *chunk, *next;

	for (chunk = root->chunks; chunk != NULL; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	json_object_put(root->doc);
	free(root);
}

static enum reading read_object(struct root *root, const struct model *model,
    struct json_object *json, const void **out);

/* Room for the items of a list, which may turn out fewer. */
static enum reading
begin_list(struct root *root, struct json_object *json, size_t n,
    const void ***items, void **list)
{
	*list = take_struct(root, sizeof(struct any_list), json);
	*items = take(root, n * sizeof(**items));
	return *list != NULL && *items != NULL ? READ : NO_MEMORY;
}

static void
end_list(void *list, const void *items, size_t count, size_t n)
{
	struct any_list any = { count, items, n - count };

	memcpy(list, &any, sizeof(any));
}

static enum reading
read_list(struct root *root, const struct model *model,
    struct json_object *json, const void **out)
{
	size_t       n, count = 0;
	const void **items;
	void        *list;

	if (!json_object_is_type(json, json_type_array))
		return ODD;
	n = json_object_array_length(json);
	if (begin_list(root, json, n, &items, &list) != READ)
		return NO_MEMORY;
	for (size_t i = 0; i < n; i++) {
		switch (read_object(root, model,
		    json_object_array_get_idx(json, i), &items[count])) {
		case READ: count++; break;
		case ODD: break;
		case NO_MEMORY: return NO_MEMORY;
		}
	}
	end_list(list, items, count, n);
	*out = list;
	return READ;
}

static enum reading
read_texts(struct root *root, struct json_object *json, const void **out)
{
	size_t       n, count = 0;
	const void **items;
	const char  *text;
	void        *list;

	if (!json_object_is_type(json, json_type_array))
		return ODD;
	n = json_object_array_length(json);
	if (begin_list(root, json, n, &items, &list) != READ)
		return NO_MEMORY;
	for (size_t i = 0; i < n; i++) {
		struct json_object *item = json_object_array_get_idx(json, i);

		if (item != NULL && put_string(item, &text))
			items[count++] = text;
	}
	end_list(list, items, count, n);
	*out = list;
	return READ;
}

static enum reading
read_entries(struct root *root, struct json_object *json, const void **out)
{
	struct json_object_iterator it, end;
	size_t                      n, count = 0;
	struct model_entry         *entry;
	const void                **items;
	void                       *list;

	if (!json_object_is_type(json, json_type_object))
		return ODD;
	n = (size_t)json_object_object_length(json);
	if (begin_list(root, json, n, &items, &list) != READ)
		return NO_MEMORY;
	it = json_object_iter_begin(json);
	end = json_object_iter_end(json);
	for (; !json_object_iter_equal(&it, &end); json_object_iter_next(&it)) {
		struct json_object *value = json_object_iter_peek_value(&it);

		if ((entry = take(root, sizeof(*entry))) == NULL)
			return NO_MEMORY;
		entry->key = json_object_iter_peek_name(&it);
		if (value != NULL && put_scalar(value, &entry->value))
			items[count++] = entry;
		else if (is_unquoted(value)) /* whose text takes memory */
			return NO_MEMORY;
	}
	end_list(list, items, count, n);
	*out = list;
	return READ;
}

static enum reading
read_nested(struct root *root, const struct nested *nested,
    struct json_object *json, const void **out)
{
	switch (nested->nesting) {
	case IN_OBJECT: return read_object(root, nested->model, json, out);
	case IN_LIST: return read_list(root, nested->model, json, out);
	case IN_TEXTS: return read_texts(root, json, out);
	case IN_ENTRIES: return read_entries(root, json, out);
	}
	return ODD;
}

/* A nested member that is odd costs itself alone, as other members do. */
static enum reading
read_object(struct root *root, const struct model *model,
    struct json_object *json, const void **out)
{
	struct json_object *value;
	const char         *missing;
	const void         *inner;
	char               *at;

	if (!json_object_is_type(json, json_type_object))
		return ODD;
	if ((at = take_struct(root, model->size, json)) == NULL)
		return NO_MEMORY;
	if (model->member_count > 0 && !members_decode(json, model->members,
					   model->member_count, at, &missing))
		return ODD;
	for (size_t i = 0; i < model->nested_count; i++) {
		const struct nested *n = &model->nested[i];

		value = n->in != NULL ? members_get(json, n->in) : json;
		if ((value = members_get(value, n->key)) == NULL)
			continue;
		switch (read_nested(root, n, value, &inner)) {
		case READ: memcpy(at + n->offset, &inner, sizeof(inner)); break;
		case ODD: break;
		case NO_MEMORY: return NO_MEMORY;
		}
	}
	*out = at;
	return READ;
}

/* Reads a document as `nested` says, and is the one place that ends it. */
static enum reading
read_root(struct json_object *doc, const struct nested *nested, void *out)
{
	struct root *root = calloc(1, sizeof(*root));
	const void  *model;
	enum reading reading;

	if (root == NULL) {
		json_object_put(doc);
		return NO_MEMORY;
	}
	root->doc = doc;
	reading = read_nested(root, nested, doc, &model);
	if (reading == READ)
		memcpy(out, &model, sizeof(model));
	else
		free_root(root);
	return reading;
}

enum reading
model_read(struct json_object *doc, const struct model *model, void *out)
{
	struct nested whole = { .nesting = IN_OBJECT, .model = model };

	return read_root(doc, &whole, out);
}

enum reading
model_read_list(struct json_object *doc, const struct model *model, void *out)
{
	struct nested whole = { .nesting = IN_LIST, .model = model };

	return read_root(doc, &whole, out);
}

void
model_free(void *model)
{
	if (model != NULL)
		free_root(head_of(model)->root);
}

struct json_object *
model_object(const void *model)
{
	return head_of(model)->json;
}

const char *
model_json(const void *model)
{
	if (model == NULL)
		return NULL;
	return json_object_to_json_string_ext(head_of(model)->json,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}
