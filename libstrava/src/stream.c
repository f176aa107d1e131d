/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "endpoint.h"

#define QUERY_BYTES 512

/* Stores one sample at index `i`; `value` is NULL where Strava has null. */
typedef void (*sample_fn)(struct json_object *value, void *samples, size_t i);

static void
put_number(struct json_object *value, void *samples, size_t i)
{
	double *at = (double *)samples + i;

	*at = NAN;
	if (value != NULL)
		put_double(value, at);
}

static void
put_point(struct json_object *value, void *samples, size_t i)
{
	strava_latlng *at = (strava_latlng *)samples + i;

	*at = (strava_latlng){ NAN, NAN };
	if (value != NULL)
		sv_put_latlng(value, at);
}

static void
put_flag(struct json_object *value, void *samples, size_t i)
{
	bool yes;

	((unsigned char *)samples)[i] =
	    value != NULL && put_bool(value, &yes) && yes;
}

#define NUMBERS(name, key)                         \
	{                                          \
		key, put_number, sizeof(double),   \
		    offsetof(strava_streams, name) \
	}
/* The first one that an answer has says how long the others have to be. */
static const struct kind {
	const char *key;
	sample_fn   put;
	size_t      sample_size, offset; /* of the pointer in strava_streams */
} kinds[] = {
	NUMBERS(time_s, "time"),
	NUMBERS(distance_m, "distance"),
	{ "latlng", put_point, sizeof(strava_latlng),
	    offsetof(strava_streams, latlng) },
	NUMBERS(altitude_m, "altitude"),
	NUMBERS(velocity_mps, "velocity_smooth"),
	NUMBERS(heartrate_bpm, "heartrate"),
	NUMBERS(cadence_rpm, "cadence"),
	NUMBERS(power_w, "watts"),
	NUMBERS(temperature_c, "temp"),
	{ "moving", put_flag, 1, offsetof(strava_streams, moving) },
	NUMBERS(grade_percent, "grade_smooth"),
};
#undef NUMBERS

struct streams_box {
	strava_streams streams; /* first: the two share an address */
	void          *samples[COUNT(kinds)];
};

static void
free_box(struct streams_box *box)
{
	if (box == NULL)
		return;
	for (size_t k = 0; k < COUNT(kinds); k++)
		free(box->samples[k]);
	free(box);
}

/*
 * The samples of one kind, or NULL.  Strava sends {"time": {"data": [...]}} or
 * [{"type": "time", "data": [...]}].
 */
static struct json_object *
find_data(struct json_object *doc, const char *key)
{
	struct json_object *stream = members_get(doc, key), *item, *data;
	const char         *type;

	if (json_object_is_type(doc, json_type_array)) {
		size_t n = json_object_array_length(doc);

		for (size_t i = 0; i < n && stream == NULL; i++) {
			item = json_object_array_get_idx(doc, i);
			type = members_get_string(item, "type");
			if (type != NULL && strcmp(type, key) == 0)
				stream = item;
		}
	}
	data = members_get(stream, "data");
	return json_object_is_type(data, json_type_array) ? data : NULL;
}

/* False when out of memory. */
static bool
decode(struct json_object *doc, struct streams_box *box)
{
	strava_streams     *s = &box->streams;
	struct json_object *data;
	size_t              n;

	for (size_t k = 0; k < COUNT(kinds); k++) {
		data = find_data(doc, kinds[k].key);
		n = data != NULL ? json_object_array_length(data) : 0;
		if (s->count == 0)
			s->count = n;
		if (n == 0 || n != s->count)
			continue;
		box->samples[k] = calloc(n, kinds[k].sample_size);
		if (box->samples[k] == NULL)
			return false;
		for (size_t i = 0; i < n; i++)
			kinds[k].put(json_object_array_get_idx(data, i),
			    box->samples[k], i);
		memcpy((char *)s + kinds[k].offset, &box->samples[k],
		    sizeof(void *));
	}
	return true;
}

static bool
is_key(const char *text, size_t len)
{
	for (size_t k = 0; k < COUNT(kinds); k++)
		if (strlen(kinds[k].key) == len &&
		    memcmp(kinds[k].key, text, len) == 0)
			return true;
	return false;
}

/* Adds the list `keys`, or all that there are. */
static strava_status
add_keys(struct buf *query, const char *keys, strava_error *err)
{
	size_t len;

	for (size_t k = 0; keys == NULL && k < COUNT(kinds); k++)
		buf_addf(query, "%s%s", k > 0 ? "," : "", kinds[k].key);
	for (const char *key = keys; key != NULL; key += len + 1) {
		len = strcspn(key, ",");
		if (!is_key(key, len))
			return sv_fail(err, STRAVA_ERR_ARGUMENT,
			    "there is no stream \"%.*s\": see strava_stream(3)",
			    len < 32 ? (int)len : 32, key);
		buf_addf(query, "%s%.*s", key > keys ? "," : "", (int)len, key);
		if (key[len] == '\0')
			break;
	}
	return STRAVA_OK;
}

static strava_status
fetch(strava_client *client, int64_t activity_id, const char *keys,
    struct json_object **doc, strava_error *err)
{
	struct buf query;
	struct ask ask = {
		.endpoint = ACTIVITY_STREAMS, .id = activity_id, .query = &query
	};
	strava_status status;

	*doc = NULL;
	buf_init(&query, QUERY_BYTES);
	buf_add_text(&query, "keys=");
	status = add_keys(&query, keys, err);
	buf_add_text(&query, "&key_by_type=true");
	if (status == STRAVA_OK)
		status = sv_ask(client, &ask, doc, err);
	buf_free(&query);
	return status;
}

strava_status
strava_activity_streams_get(strava_client *client, int64_t activity_id,
    const char *keys, strava_streams **out, strava_error *err)
{
	struct streams_box *box;
	struct json_object *doc;
	strava_status       status;

	if (out != NULL)
		*out = NULL;
	if (client == NULL || out == NULL)
		return sv_fail_argument(err, "client or out is NULL");
	status = fetch(client, activity_id, keys, &doc, err);
	if (status != STRAVA_OK)
		return status;
	box = calloc(1, sizeof(*box));
	if (box != NULL && decode(doc, box)) {
		*out = &box->streams;
	} else {
		free_box(box);
		status = sv_fail_memory(err);
	}
	json_object_put(doc);
	return status;
}

void
strava_streams_free(strava_streams *streams)
{
	free_box((struct streams_box *)streams);
}
