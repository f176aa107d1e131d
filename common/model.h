/* SPDX-License-Identifier: MIT */
#ifndef COMMON_MODEL_H
#define COMMON_MODEL_H

/*
 * Models: a service's JSON as public structs, by tables.
 *
 *	#define M(name, put, key) MEMBER(strava_lap, name, put, NULL, key)
 *	static const struct member members[] = {
 *		MEMBER_REQUIRED(strava_lap, id, put_int64, NULL, "id"),
 *		M(name, put_string, "name"),
 *	};
 *	static const struct nested nested[] = {
 *		NESTED_OBJECT(strava_lap, athlete, "athlete", sv_athlete_model),
 *	};
 *	const struct model sv_lap_model = MODEL(
 *	    strava_lap, "lap", members, nested);
 *
 * A model that was read is one piece of memory with all that it leads to, and
 * keeps the JSON it came from, in which its strings live.  model_free() ends the
 * whole; a model inside another is never freed by itself.
 */

#include "members.h"

enum nesting {
	IN_OBJECT, /* const type *, NULL when absent */
	IN_LIST,   /* const type_list *, of objects */
	IN_TEXTS,  /* const any_list *, of strings */
	IN_ENTRIES /* const any_list *, of model_entry: an object of scalars */
};

/* A member that is more than one value, at a pointer in the struct. */
struct nested {
	const char         *in, *key; /* as in struct member */
	enum nesting        nesting;
	const struct model *model; /* of the object, or of each in the list */
	size_t              offset;
};

struct model {
	const char          *noun; /* for messages: "the answer is no ..." */
	size_t               size;
	const struct member *members;
	size_t               member_count;
	const struct nested *nested;
	size_t               nested_count;
};

#define NESTED(type, name, in, key, nesting, model)           \
	{                                                     \
		in, key, nesting, model, offsetof(type, name) \
	}
#define NESTED_OBJECT(type, name, key, model) \
	NESTED(type, name, NULL, key, IN_OBJECT, &(model))
#define NESTED_LIST(type, name, key, model) \
	NESTED(type, name, NULL, key, IN_LIST, &(model))
#define NESTED_TEXTS(type, name, key) \
	NESTED(type, name, NULL, key, IN_TEXTS, NULL)
#define NESTED_ENTRIES(type, name, key) \
	NESTED(type, name, NULL, key, IN_ENTRIES, NULL)

#define MODEL(type, noun, members, nested)                           \
	{                                                            \
		noun, sizeof(type), members, COUNT(members), nested, \
		    COUNT(nested)                                    \
	}
#define MODEL_FLAT(type, noun, members)                              \
	{                                                            \
		noun, sizeof(type), members, COUNT(members), NULL, 0 \
	}
#define MODEL_NEST(type, noun, nested)                             \
	{                                                          \
		noun, sizeof(type), NULL, 0, nested, COUNT(nested) \
	}

/* What all lists look like: the public ones have these members too. */
struct any_list {
	size_t             count;
	const void *const *items;
	size_t             skipped; /* items that were none, and are left out */
};

/* A name and a text, of an object whose names are data. */
struct model_entry {
	const char *key, *value;
};

enum reading {
	READ,
	ODD, /* not what the model says */
	NO_MEMORY
};

/*
 * Both take over `doc` and store at *out, a pointer to a pointer to the struct
 * or its list, something to be ended with model_free(); unless it was READ, *out
 * stays as it was.  An item of a list that is no such model is left out and
 * counted as skipped.
 */
enum reading model_read(
    struct json_object *doc, const struct model *model, void *out);
enum reading model_read_list(
    struct json_object *doc, const struct model *model, void *out);

/* NULL is ignored. */
void model_free(void *model);

/* What a model or one inside it was read from; it belongs to the whole. */
struct json_object *model_object(const void *model);

/* The JSON of a model or of one inside it; NULL for NULL, and when out of
 * memory. */
const char *model_json(const void *model);

#endif
