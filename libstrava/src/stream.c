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

#define NUMBERS(name, key, in_segment)                           \
	{                                                        \
		key, put_number, sizeof(double),                 \
		    offsetof(strava_streams, name), (in_segment) \
	}
/* The first one that an answer has says how long the others have to be. */
static const struct kind {
	const char *key;
	sample_fn   put;
	size_t      sample_size, offset; /* of the pointer in strava_streams */
	bool        in_segment;          /* a segment has it too */
} kinds[] = {
	NUMBERS(time_s, "time", false),
	NUMBERS(distance_m, "distance", true),
	{ "latlng", put_point, sizeof(strava_latlng),
	    offsetof(strava_streams, latlng), true },
	NUMBERS(altitude_m, "altitude", true),
	NUMBERS(velocity_mps, "velocity_smooth", false),
	NUMBERS(heartrate_bpm, "heartrate", false),
	NUMBERS(cadence_rpm, "cadence", false),
	NUMBERS(power_w, "watts", false),
	NUMBERS(temperature_c, "temp", false),
	{ "moving", put_flag, 1, offsetof(strava_streams, moving), false },
	NUMBERS(grade_percent, "grade_smooth", false),
};
#undef NUMBERS

static const struct member info_members[] = {
	MEMBER(strava_stream_info, original_size, sv_put_opt_int, NULL,
	    "original_size"),
	MEMBER(strava_stream_info, resolution, put_string, NULL, "resolution"),
	MEMBER(
	    strava_stream_info, series_type, put_string, NULL, "series_type"),
};

struct streams_box {
	strava_streams            streams; /* first: they share an address */
	struct json_object       *doc;
	void                     *samples[COUNT(kinds)];
	strava_stream_info        infos[COUNT(kinds)];
	const strava_stream_info *items[COUNT(kinds)];
	strava_stream_info_list   list;
};

static void
free_box(struct streams_box *box)
{
	if (box == NULL)
		return;
	for (size_t k = 0; k < COUNT(kinds); k++)
		free(box->samples[k]);
	json_object_put(box->doc);
	free(box);
}

/*
 * The stream of one kind, or NULL.  Strava sends {"time": {"data": [...]}} or
 * [{"type": "time", "data": [...]}].
 */
static struct json_object *
find_stream(struct json_object *doc, const char *key)
{
	struct json_object *item;
	const char         *type;
	size_t              n;

	if (!json_object_is_type(doc, json_type_array))
		return members_get(doc, key);
	n = json_object_array_length(doc);
	for (size_t i = 0; i < n; i++) {
		item = json_object_array_get_idx(doc, i);
		type = members_get_string(item, "type");
		if (type != NULL && strcmp(type, key) == 0)
			return item;
	}
	return NULL;
}

/* How many streams there are, of whatever kind. */
static size_t
count_streams(struct json_object *doc)
{
	if (json_object_is_type(doc, json_type_array))
		return json_object_array_length(doc);
	return (size_t)json_object_object_length(doc);
}

/* Takes over the samples of one kind, n > 0 of them.  False when out of
 * memory. */
static bool
keep(struct streams_box *box, size_t k, struct json_object *stream,
    struct json_object *data)
{
	strava_streams     *s = &box->streams;
	strava_stream_info *info = &box->infos[k];
	const char         *unused;

	box->samples[k] = calloc(s->count, kinds[k].sample_size);
	if (box->samples[k] == NULL)
		return false;
	for (size_t i = 0; i < s->count; i++)
		kinds[k].put(
		    json_object_array_get_idx(data, i), box->samples[k], i);
	memcpy((char *)s + kinds[k].offset, &box->samples[k], sizeof(void *));
	info->key = kinds[k].key;
	members_decode(
	    stream, info_members, COUNT(info_members), info, &unused);
	box->items[box->list.count++] = info;
	return true;
}

/* False when out of memory. */
static bool
decode(struct streams_box *box)
{
	struct json_object *stream, *data;
	size_t              n;

	for (size_t k = 0; k < COUNT(kinds); k++) {
		stream = find_stream(box->doc, kinds[k].key);
		data = members_get(stream, "data");
		n = json_object_is_type(data, json_type_array)
			? json_object_array_length(data)
			: 0;
		if (box->streams.count == 0)
			box->streams.count = n;
		if (n > 0 && n == box->streams.count &&
		    !keep(box, k, stream, data))
			return false;
	}
	box->list.items = box->items;
	box->list.skipped = count_streams(box->doc) - box->list.count;
	box->streams.info = &box->list;
	return true;
}

/* A read_fn. */
static strava_status
read_streams(struct json_object *doc, const struct model *unused, void *out,
    strava_error *err)
{
	const strava_streams *streams;
	struct streams_box   *box;

	(void)unused;
	if (!json_object_is_type(doc, json_type_array) &&
	    !json_object_is_type(doc, json_type_object)) {
		json_object_put(doc);
		return sv_fail(
		    err, STRAVA_ERR_FORMAT, "the answer is no set of streams");
	}
	if ((box = calloc(1, sizeof(*box))) == NULL) {
		json_object_put(doc);
		return sv_fail_memory(err);
	}
	box->doc = doc;
	if (!decode(box)) {
		free_box(box);
		return sv_fail_memory(err);
	}
	streams = &box->streams;
	memcpy(out, &streams, sizeof(streams));
	return STRAVA_OK;
}

static const struct kind *
find_kind(const char *text, size_t len)
{
	for (size_t k = 0; k < COUNT(kinds); k++)
		if (strlen(kinds[k].key) == len &&
		    memcmp(kinds[k].key, text, len) == 0)
			return &kinds[k];
	return NULL;
}

/* Adds the list `keys`, or all that there are. */
static strava_status
add_keys(
    struct buf *query, const char *keys, bool of_segment, strava_error *err)
{
	const struct kind *kind;
	const char        *before = "keys=";
	size_t             len;

	for (kind = kinds; keys == NULL && kind < kinds + COUNT(kinds); kind++)
		if (kind->in_segment || !of_segment) {
			buf_addf(query, "%s%s", before, kind->key);
			before = ",";
		}
	for (const char *key = keys; key != NULL; key += len + 1) {
		len = strcspn(key, ",");
		kind = find_kind(key, len);
		if (kind == NULL || (of_segment && !kind->in_segment))
			return sv_fail(err, STRAVA_ERR_ARGUMENT,
			    "there is no stream \"%.*s\": see strava_stream(3)",
			    len < 32 ? (int)len : 32, key);
		buf_addf(query, "%s%s", before, kind->key);
		before = ",";
		if (key[len] == '\0')
			break;
	}
	buf_add_text(query, "&key_by_type=true");
	return STRAVA_OK;
}

/* For an endpoint that wants to be told which streams. */
static strava_status
fetch_keys(strava_client *client, enum endpoint_id endpoint, int64_t id,
    const char *keys, strava_streams **out, strava_error *err)
{
	struct buf    query;
	struct ask    ask = { .endpoint = endpoint, .id = id, .query = &query };
	strava_status status;

	if (out != NULL)
		*out = NULL;
	buf_init(&query, QUERY_BYTES);
	status = add_keys(&query, keys, endpoint == SEGMENT_STREAMS, err);
	if (status == STRAVA_OK)
		status =
		    sv_ask_read(client, &ask, read_streams, NULL, out, err);
	buf_free(&query);
	return status;
}

strava_status
strava_activity_streams_get(strava_client *client, int64_t activity_id,
    const char *keys, strava_streams **out, strava_error *err)
{
	return fetch_keys(
	    client, ACTIVITY_STREAMS, activity_id, keys, out, err);
}

strava_status
strava_effort_streams_get(strava_client *client, int64_t effort_id,
    const char *keys, strava_streams **out, strava_error *err)
{
	return fetch_keys(client, EFFORT_STREAMS, effort_id, keys, out, err);
}

strava_status
strava_segment_streams_get(strava_client *client, int64_t segment_id,
    const char *keys, strava_streams **out, strava_error *err)
{
	return fetch_keys(client, SEGMENT_STREAMS, segment_id, keys, out, err);
}

strava_status
strava_route_streams_get(strava_client *client, int64_t route_id,
    strava_streams **out, strava_error *err)
{
	struct ask ask = { .endpoint = ROUTE_STREAMS, .id = route_id };

	return sv_ask_read(client, &ask, read_streams, NULL, out, err);
}

strava_status
strava_streams_parse(
    const char *text, size_t len, strava_streams **out, strava_error *err)
{
	return sv_parse(text, len, read_streams, NULL, out, err);
}

void
strava_streams_free(strava_streams *streams)
{
	free_box((struct streams_box *)streams);
}

const char *
strava_streams_json(const strava_streams *streams)
{
	if (streams == NULL)
		return NULL;
	return json_object_to_json_string_ext(
	    ((const struct streams_box *)streams)->doc,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}
