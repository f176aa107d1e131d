/* SPDX-License-Identifier: MIT */
#include "secret_filter.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "members.h"

#define WORD_SIZE 512
#define NESTING_MAX 16

/* Reads and decides in one go; with no object it only reads. */
struct filter {
	const char         *at;
	const struct shape *shape;
	struct json_object *object;
	int                 depth;
	bool                is_wrong;
};

static bool decide_all(struct filter *f);

static void
skip_space(struct filter *f)
{
	while (isspace((unsigned char)*f->at) != 0)
		f->at++;
}

/* Passes over that word if it comes next. */
static bool
take_word(struct filter *f, const char *word)
{
	size_t n = strlen(word);

	skip_space(f);
	if (strncmp(f->at, word, n) != 0 ||
	    (isspace((unsigned char)f->at[n]) == 0 && f->at[n] != '('))
		return false;
	f->at += n;
	return true;
}

/* A value: in quotes, or up to what cannot be part of one. */
static void
read_word(struct filter *f, const char *stops, char word[WORD_SIZE])
{
	bool   is_quoted = *f->at == '"';
	size_t n = 0;

	if (is_quoted)
		f->at++;
	while (*f->at != '\0' && n + 1 < WORD_SIZE &&
	       (is_quoted ? *f->at != '"'
			  : isspace((unsigned char)*f->at) == 0 &&
				strchr(stops, *f->at) == NULL)) {
		if (is_quoted && *f->at == '\\' && f->at[1] != '\0')
			f->at++;
		word[n++] = *f->at++;
	}
	word[n] = '\0';
	if (is_quoted ? *f->at != '"' : n == 0)
		f->is_wrong = true;
	else if (is_quoted)
		f->at++;
}

static const char *
read_relation(struct filter *f)
{
	static const char *const relations[] = { "!=", "<=", ">=", "=", ":",
		"<", ">" };
	size_t                   i;

	skip_space(f);
	for (i = 0; i < COUNT(relations); i++)
		if (strncmp(f->at, relations[i], strlen(relations[i])) == 0) {
			f->at += strlen(relations[i]);
			skip_space(f);
			return relations[i];
		}
	return NULL;
}

/* The value of "labels.env"; a path goes down through objects. */
static struct json_object *
find_field(struct json_object *object, const char *path)
{
	char   part[WORD_SIZE];
	size_t n;

	while (object != NULL) {
		n = strcspn(path, ".");
		snprintf(part, sizeof(part), "%.*s", (int)n, path);
		object = members_get(object, part);
		if (path[n] == '\0')
			return object;
		path += n + 1;
	}
	return NULL;
}

static int
compare(const char *a, const char *b)
{
	int64_t time_a, time_b;

	if (clock_parse(a, &time_a) && clock_parse(b, &time_b))
		return (time_a > time_b) - (time_a < time_b);
	return strcmp(a, b);
}

/* ":" asks whether a text contains the value, or an object or array has it. */
static bool
contains(struct json_object *field, const char *value)
{
	size_t i, n;

	if (strcmp(value, "*") == 0)
		return true;
	if (json_object_is_type(field, json_type_object))
		return members_get(field, value) != NULL;
	if (!json_object_is_type(field, json_type_array))
		return strstr(json_object_get_string(field), value) != NULL;
	n = json_object_array_length(field);
	for (i = 0; i < n; i++)
		if (strstr(json_object_to_json_string(
			       json_object_array_get_idx(field, i)),
			value) != NULL)
			return true;
	return false;
}

static bool
holds(struct json_object *field, const char *relation, const char *value)
{
	int order;

	if (field == NULL)
		return strcmp(relation, "!=") == 0;
	if (strcmp(relation, ":") == 0)
		return contains(field, value);
	order = compare(json_object_get_string(field), value);
	switch (relation[0]) {
	case '=': return order == 0;
	case '!': return order != 0;
	case '<': return order < 0 || (relation[1] == '=' && order == 0);
	default: return order > 0 || (relation[1] == '=' && order == 0);
	}
}

/* Writes the path with its first name as answers spell it. */
static bool
spell(const struct filter *f, const char *word, char path[WORD_SIZE])
{
	const struct shape *shape = f->shape;
	size_t              n = strcspn(word, ".");

	while (shape->name != NULL && !shape_is_name(shape->name, word, n))
		shape++;
	if (shape->name == NULL)
		return false;
	snprintf(path, WORD_SIZE, "%s%s", shape->name, word + n);
	return true;
}

static bool
decide_term(struct filter *f)
{
	char        word[WORD_SIZE], path[WORD_SIZE], value[WORD_SIZE];
	const char *relation;

	read_word(f, "()=:<>!", word);
	relation = read_relation(f);
	if (relation == NULL)
		return !f->is_wrong && f->object != NULL &&
		       contains(members_get(f->object, "name"), word);
	read_word(f, "()", value);
	if (!spell(f, word, path))
		f->is_wrong = true;
	return !f->is_wrong && f->object != NULL &&
	       holds(find_field(f->object, path), relation, value);
}

static bool
decide_one(struct filter *f)
{
	bool is_turned, is_true;

	is_turned = take_word(f, "NOT");
	skip_space(f);
	if (!is_turned && *f->at == '-') {
		f->at++;
		is_turned = true;
	}
	if (*f->at != '(')
		return decide_term(f) != is_turned;
	f->at++;
	if (++f->depth > NESTING_MAX) {
		f->is_wrong = true;
		return false;
	}
	is_true = decide_all(f);
	skip_space(f);
	if (*f->at == ')')
		f->at++;
	else
		f->is_wrong = true;
	f->depth--;
	return is_true != is_turned;
}

static bool
decide_any(struct filter *f)
{
	bool is_true = decide_one(f);

	while (!f->is_wrong && take_word(f, "OR"))
		is_true = decide_one(f) || is_true;
	return is_true;
}

static bool
decide_all(struct filter *f)
{
	bool is_true = decide_any(f);

	for (;;) {
		skip_space(f);
		if (f->is_wrong || *f->at == '\0' || *f->at == ')')
			return is_true;
		take_word(f, "AND");
		is_true = decide_any(f) && is_true;
	}
}

static bool
decide(struct filter *f, bool *is_true)
{
	skip_space(f);
	*is_true = *f->at == '\0' || decide_all(f);
	return !f->is_wrong && *f->at == '\0';
}

bool
secret_filter_ok(const char *filter, const struct shape *shape)
{
	struct filter f = { filter, shape, NULL, 0, false };
	bool          is_true;

	return decide(&f, &is_true);
}

bool
secret_filter_holds(
    const char *filter, const struct shape *shape, struct json_object *object)
{
	struct filter f = { filter, shape, object, 0, false };
	bool          is_true;

	return decide(&f, &is_true) && is_true;
}
