/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <string.h>

#include "clock.h"
#include "internal.h"
#include "json.h"

#define NAME_MAX_BYTES 64
#define CREATOR_MAX 255

/* The offsets that the world has. */
#define OFFSET_MIN_S (-12 * 3600)
#define OFFSET_MAX_S (14 * 3600)

/* Words of A to Z and 0 to 9, with one "_" in between. */
static bool
is_exercise_type(const char *name)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	size_t            len;

	if (name == NULL || strlen(name) > NAME_MAX_BYTES)
		return false;
	while ((len = strspn(name, letters)) > 0) {
		name += len;
		if (*name == '\0')
			return true;
		if (*name++ != '_')
			return false;
	}
	return false;
}

static bool
is_amount(const strava_opt_double *opt)
{
	return !opt->set || (opt->value >= 0 && opt->value <= SV_NUMBER_MAX);
}

/* What is wrong with a set, or NULL. */
static const char *
fault_of_set(const strava_strength_set *set)
{
	if (!is_exercise_type(set->exercise_type))
		return "an exercise_type is no name such as BENCH_PRESS";
	if (set->repetitions.set && set->repetitions.value < 0)
		return "repetitions are below 0";
	if (!is_amount(&set->weight_kg) || !is_amount(&set->duration_s))
		return "a weight or a duration is below 0, or out of bounds";
	if (!sv_is_time(set->start_time))
		return "the start_time of a set is no time since 1970";
	return NULL;
}

/* What is wrong with the samples, or NULL. */
static const char *
fault_of_samples(const strava_strength *s)
{
	if (s->sample_count > 0 && s->time_s == NULL)
		return "there are samples without time_s";
	for (size_t i = 0; i < s->sample_count; i++)
		if (s->time_s[i] < 0 ||
		    (s->heartrate_bpm != NULL && s->heartrate_bpm[i] < 0))
			return "a sample is below 0";
	return NULL;
}

/* What is wrong with a session, or NULL. */
static const char *
fault_of(const strava_strength *s)
{
	const char *fault;

	if (s == NULL)
		return "session is NULL";
	if (s->start_time == 0 || !sv_is_time(s->start_time))
		return "start_time is no time since 1970";
	if (s->utc_offset_s < OFFSET_MIN_S || s->utc_offset_s > OFFSET_MAX_S)
		return "utc_offset_s is not -12 to 14 hours";
	if (s->elapsed_time_s < 1)
		return "elapsed_time_s is below 1";
	if (s->active_time_s.set && s->active_time_s.value < 0)
		return "active_time_s is below 0";
	if (!is_amount(&s->total_calories_kcal))
		return "total_calories_kcal is below 0, or out of bounds";
	if (s->creator != NULL && !sv_is_text(s->creator, CREATOR_MAX))
		return "creator is no UTF-8 or longer than 255 bytes";
	if (s->sets == NULL || s->set_count == 0)
		return "there is no set";
	for (size_t i = 0; i < s->set_count; i++)
		if ((fault = fault_of_set(&s->sets[i])) != NULL)
			return fault;
	return fault_of_samples(s);
}

/* The name of the next member of an object. */
static void
add_name(struct buf *json, const char *name)
{
	if (json->len > 0 && json->data[json->len - 1] != '{')
		buf_add_text(json, ",");
	buf_addf(json, "\"%s\":", name);
}

static void
add_int(struct buf *json, const char *name, int64_t value)
{
	add_name(json, name);
	buf_addf(json, "%" PRId64, value);
}

static void
add_opt_int(struct buf *json, const char *name, const strava_opt_int *opt)
{
	if (opt->set)
		add_int(json, name, opt->value);
}

static void
add_amount(struct buf *json, const char *name, const strava_opt_double *opt)
{
	if (!opt->set)
		return;
	add_name(json, name);
	sv_add_number(json, opt->value);
}

static void
add_text(struct buf *json, const char *name, const char *text)
{
	add_name(json, name);
	json_add_text(json, text);
}

static void
add_time(struct buf *json, const char *name, int64_t t)
{
	char text[CLOCK_TEXT_SIZE];

	if (t == 0)
		return;
	clock_format(t, text);
	add_text(json, name, text);
}

static void
add_set(struct buf *json, const strava_strength_set *set)
{
	buf_add_text(json, "{");
	add_text(json, "exercise_type", set->exercise_type);
	add_opt_int(json, "repetitions", &set->repetitions);
	add_amount(json, "weight", &set->weight_kg);
	add_amount(json, "duration", &set->duration_s);
	add_time(json, "start_time", set->start_time);
	buf_add_text(json, "}");
}

/* One stream of numbers, or of flags. */
static void
add_stream(struct buf *json, const char *name, const int64_t *numbers,
    const unsigned char *flags, size_t count)
{
	if (numbers == NULL && flags == NULL)
		return;
	add_name(json, name);
	for (size_t i = 0; i < count; i++) {
		buf_add_text(json, i == 0 ? "[" : ",");
		if (numbers != NULL)
			buf_addf(json, "%" PRId64, numbers[i]);
		else
			buf_add_text(json, flags[i] != 0 ? "true" : "false");
	}
	buf_add_text(json, "]");
}

static void
add_samples(struct buf *json, const strava_strength *s)
{
	if (s->sample_count == 0)
		return;
	add_name(json, "streams");
	buf_add_text(json, "{");
	add_stream(json, "time", s->time_s, NULL, s->sample_count);
	add_stream(json, "active", NULL, s->active, s->sample_count);
	add_stream(json, "heartrate", s->heartrate_bpm, NULL, s->sample_count);
	buf_add_text(json, "}");
}

static void
write_session(struct buf *json, const strava_strength *s)
{
	buf_add_text(json, "{");
	add_text(json, "version", "1.0");
	add_time(json, "start_time", s->start_time);
	add_int(json, "utc_offset", s->utc_offset_s);
	add_int(json, "elapsed_time", s->elapsed_time_s);
	add_opt_int(json, "active_time", &s->active_time_s);
	add_amount(json, "total_calories", &s->total_calories_kcal);
	if (s->creator != NULL) {
		add_name(json, "creator");
		buf_add_text(json, "{");
		add_text(json, "name", s->creator);
		buf_add_text(json, "}");
	}
	add_name(json, "sets");
	for (size_t i = 0; i < s->set_count; i++) {
		buf_add_text(json, i == 0 ? "[" : ",");
		add_set(json, &s->sets[i]);
	}
	buf_add_text(json, "]");
	add_samples(json, s);
	buf_add_text(json, "}");
}

strava_status
strava_strength_json(
    const strava_strength *session, char **text_out, strava_error *err)
{
	const char *fault;
	struct buf  json;

	if (text_out == NULL)
		return sv_fail_argument(err, "text_out is NULL");
	*text_out = NULL;
	if ((fault = fault_of(session)) != NULL)
		return sv_fail_argument(err, fault);
	buf_init(&json, STRAVA_UPLOAD_MAX);
	write_session(&json, session);
	if (!buf_ok(&json)) {
		buf_free(&json);
		return sv_fail_memory(err);
	}
	*text_out = json.data;
	return STRAVA_OK;
}
