/* SPDX-License-Identifier: MIT */
#include "comment.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base64.h"
#include "chance.h"
#include "fields.h"
#include "members.h"

#define FIRST_ID INT64_C(2257000000)
#define BEYOND INT64_C(9007199254740993) /* 2^53 + 1 */
#define COMMENTS_MAX 100                 /* an activity */
#define CURSOR_MAX 256
#define PAUSE_S 600 /* between two comments */

static const char *const texts[] = {
	"Strong!",
	"Did you pass him?",
	"<script>alert('kudos')</script>",
	"🔥🔥🔥",
	"Next time \"with\" me & the others?",
	"first line\nsecond line",
	"",
	"Schöne Runde – bis Sonntag.",
};

static int64_t
id_of(const struct activity *a, size_t i)
{
	int64_t nth = (int64_t)(a->person->number * ACTIVITIES_MAX + a->number);

	return (i % 9 == 4 ? BEYOND : FIRST_ID) + nth * COMMENTS_MAX +
	       (int64_t)i;
}

static int64_t
time_of(const struct activity *a, size_t i)
{
	return a->start_utc + a->track.elapsed_s + PAUSE_S * (int64_t)(i + 1);
}

/* Base64 of a JSON text, percent-encoded. */
static void
emit_cursor(struct emit *e, const struct activity *a, size_t i)
{
	struct buf encoded, escaped;
	char       text[96];

	snprintf(text, sizeof(text),
	    "{\"id\":%" PRId64 ",\"createdAt\":%" PRId64 "}", id_of(a, i),
	    time_of(a, i) * 1000);
	buf_init(&encoded, CURSOR_MAX);
	buf_init(&escaped, CURSOR_MAX);
	base64_encode(&encoded, text, strlen(text), BASE64_STANDARD);
	buf_add_escaped(&escaped, buf_text(&encoded));
	emit_text(e, "cursor", buf_text(&escaped));
	buf_free(&encoded);
	buf_free(&escaped);
}

/* Somebody else, of whom only this is told. */
static void
emit_stranger(struct emit *e, const char *key, uint64_t seed,
    const struct activity *a, size_t i)
{
	struct person stranger;
	char          initial[INITIAL_SIZE];

	person_make(seed, a->person->number + 7 * i + a->number + 1, &stranger);
	person_initial(&stranger, initial);
	emit_object(e, key);
	emit_int(e, "resource_state", 2);
	emit_text(e, "firstname", stranger.firstname);
	emit_text(e, "lastname", initial);
	emit_end(e);
}

void
comment_emit(struct emit *e, uint64_t seed, const struct activity *a, size_t i)
{
	struct chance c = chance_of(
	    seed, "comment", activity_id(a->person, a->number), (int64_t)i);

	emit_object(e, NULL);
	emit_int(e, "id", id_of(a, i));
	emit_int(e, "activity_id", a->id);
	emit_null(e, "post_id");
	emit_int(e, "resource_state", 2);
	emit_text(e, "text", texts[chance_int(&c, 0, COUNT(texts) - 1)]);
	emit_null(e, "mentions_metadata");
	emit_utc(e, "created_at", time_of(a, i));
	emit_cursor(e, a, i);
	emit_stranger(e, "athlete", seed, a, i);
	emit_int(e, "reaction_count", chance_int(&c, 0, 3));
	emit_bool(e, "has_reacted", false);
	emit_end(e);
}

bool
comment_find(const struct activity *a, const char *cursor, size_t *i)
{
	struct json_object *object = NULL;
	struct buf          text;
	char                copy[CURSOR_MAX];
	int64_t             id = 0;

	if (strlen(cursor) >= sizeof(copy))
		return false;
	memcpy(copy, cursor, strlen(cursor) + 1);
	buf_init(&text, CURSOR_MAX);
	if (fields_unescape(copy, false) &&
	    base64_decode(&text, copy, strlen(copy), BASE64_STANDARD))
		object = members_parse(buf_text(&text), text.len);
	if (members_get(object, "id") != NULL)
		put_int64(members_get(object, "id"), &id);
	json_object_put(object);
	buf_free(&text);
	for (*i = 0; *i < a->comments; ++*i)
		if (id_of(a, *i) == id)
			return true;
	return false;
}

void
comment_emit_kudoer(
    struct emit *e, uint64_t seed, const struct activity *a, size_t i)
{
	emit_stranger(e, NULL, seed, a, i);
}
