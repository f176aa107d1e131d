/* SPDX-License-Identifier: MIT */
#include "photo.h"

#include <inttypes.h>
#include <stdio.h>

#include "chance.h"

#define FILM_WIDTH 1080
#define FILM_HEIGHT 1920
#define PHOTO_WIDTH 1536
#define PHOTO_HEIGHT 2048

/* "6D1E4A0B-0A46-406A-874A-C3ED694DDE55" */
#define UNIQUE_SIZE 40

static void
name_photo(
    uint64_t seed, const struct activity *a, size_t i, char unique[UNIQUE_SIZE])
{
	struct chance c = chance_of(
	    seed, "photo", activity_id(a->person, a->number), (int64_t)i);
	uint64_t first = chance_next(&c), second = chance_next(&c);

	snprintf(unique, UNIQUE_SIZE,
	    "%08" PRIX64 "-%04" PRIX64 "-4%03" PRIX64 "-8%03" PRIX64
	    "-%012" PRIX64,
	    first >> 32, first >> 16 & 0xffff, first & 0xfff, second >> 52,
	    second & 0xffffffffffff);
}

static void
emit_url(
    struct emit *e, const char *size, const char *unique, int width, int height)
{
	char url[160];

	snprintf(url, sizeof(url), "https://photos.example/%s-%dx%d.jpg",
	    unique, width, height);
	emit_text(e, size, url);
}

static void
emit_place(struct emit *e, const struct activity *a, size_t i)
{
	const struct track  *t = &a->track;
	const struct sample *s;

	if ((t->has & TRACK_POSITION) == 0 || t->count == 0)
		return;
	s = &t->samples[(i + 1) * t->count / (a->photos + 1)];
	emit_latlng(e, "location", s->lat, s->lng);
}

void
photo_emit(struct emit *e, uint64_t seed, const struct activity *a, size_t i,
    int64_t size)
{
	bool    film = i > 0 && i + 1 == a->photos;
	int     width = film ? FILM_WIDTH : PHOTO_WIDTH;
	int     height = film ? FILM_HEIGHT : PHOTO_HEIGHT;
	int64_t taken = a->start_utc + 60 * (int64_t)(i + 1);
	char    unique[UNIQUE_SIZE], key[24];

	name_photo(seed, a, i, unique);
	snprintf(key, sizeof(key), "%" PRId64, size);
	emit_object(e, NULL);
	emit_text(e, "unique_id", unique);
	emit_int(e, "athlete_id", a->person->id);
	emit_int(e, "activity_id", a->id);
	emit_text(e, "activity_name", a->caption.name);
	emit_null(e, "post_id");
	emit_int(e, "resource_state", 2);
	emit_text(e, "caption", "");
	emit_int(e, "type", film ? 2 : 1);
	emit_int(e, "source", 1);
	emit_int(e, "status", 3);
	emit_utc(e, "uploaded_at", taken + 86400);
	emit_utc(e, "created_at", taken);
	emit_utc(e, "created_at_local", taken + a->person->home->utc_offset_s);
	emit_object(e, "urls");
	emit_url(e, key, unique, width, height);
	emit_end(e);
	emit_null(e, "placeholder_image");
	emit_object(e, "sizes");
	emit_array(e, key);
	emit_int(e, NULL, width);
	emit_int(e, NULL, height);
	emit_end(e);
	emit_end(e);
	emit_bool(e, "default_photo", i == 0);
	emit_null(e, "cursor");
	if (film) {
		emit_fixed(e, "duration", 4, 1);
		emit_text(e, "video_url", "https://photos.example/film.m3u8");
	}
	emit_place(e, a, i);
	emit_end(e);
}

void
photo_emit_summary(struct emit *e, uint64_t seed, const struct activity *a)
{
	char unique[UNIQUE_SIZE];

	emit_object(e, "photos");
	if (a->photos == 0) {
		emit_null(e, "primary");
	} else {
		name_photo(seed, a, 0, unique);
		emit_object(e, "primary");
		emit_text(e, "unique_id", unique);
		emit_object(e, "urls");
		emit_url(e, "600", unique, 576, 768);
		emit_url(e, "100", unique, 96, 128);
		emit_end(e);
		emit_int(e, "source", 1);
		emit_int(e, "media_type", 1);
		emit_end(e);
		emit_bool(e, "use_primary_photo", true);
	}
	emit_int(e, "count", (int64_t)a->photos);
	emit_end(e);
}
