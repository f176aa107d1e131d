/* SPDX-License-Identifier: MIT */
#include "endpoint.h"

#define QUERY_BYTES 64

#define M(name, put, key) MEMBER(strava_photo, name, put, NULL, key)
static const struct member members[] = {
	M(unique_id, put_string, "unique_id"),
	M(athlete_id, put_int64, "athlete_id"),
	M(activity_id, put_int64, "activity_id"),
	M(activity_name, put_string, "activity_name"),
	M(post_id, put_int64, "post_id"),
	M(resource_state, put_int64, "resource_state"),
	M(caption, put_string, "caption"),
	M(media_type, sv_put_opt_int, "type"), /* in a list */
	M(source, sv_put_opt_int, "source"),
	M(status, sv_put_opt_int, "status"),
	M(uploaded_at, put_time, "uploaded_at"),
	M(created_at, put_time, "created_at"),
	M(created_at_local, put_time, "created_at_local"),
	M(video_url, put_string, "video_url"),
	M(duration_s, sv_put_opt_double, "duration"),
	M(default_photo, sv_put_tri, "default_photo"),
	M(location, sv_put_opt_latlng, "location"),
	M(media_type, sv_put_opt_int, "media_type"), /* in an activity */
};
#undef M

static const struct nested nested[] = {
	NESTED(strava_photo, urls, NULL, "urls", IN_ENTRIES, NULL),
};

const struct model sv_photo_model =
    MODEL(strava_photo, "photo", members, nested);

static const struct member summary_members[] = {
	MEMBER(strava_photo_summary, use_primary_photo, sv_put_tri, NULL,
	    "use_primary_photo"),
	MEMBER(strava_photo_summary, count, put_int64, NULL, "count"),
};

static const struct nested summary_nested[] = {
	NESTED_OBJECT(strava_photo_summary, primary, "primary", sv_photo_model),
};

const struct model sv_photo_summary_model = MODEL(
    strava_photo_summary, "summary of photos", summary_members, summary_nested);

strava_status
strava_photo_list_get(strava_client *client, int64_t activity_id, int size,
    strava_photo_list **out, strava_error *err)
{
	struct buf query;
	struct ask ask = {
		.endpoint = ACTIVITY_PHOTOS, .id = activity_id, .query = &query
	};
	strava_status status;

	if (out != NULL)
		*out = NULL;
	if (size < 0)
		return sv_fail_argument(err, "the size is below 0");
	buf_init(&query, QUERY_BYTES);
	sv_query_int(&query, "size", size);
	status = sv_ask_list(client, &ask, &sv_photo_model, out, err);
	buf_free(&query);
	return status;
}

strava_status
strava_photo_list_parse(
    const char *text, size_t len, strava_photo_list **out, strava_error *err)
{
	return sv_list_parse(text, len, &sv_photo_model, out, err);
}

void
strava_photo_list_free(strava_photo_list *list)
{
	model_free(list);
}

const char *
strava_photo_list_json(const strava_photo_list *list)
{
	return model_json(list);
}

const char *
strava_photo_json(const strava_photo *photo)
{
	return model_json(photo);
}

const char *
strava_photo_summary_json(const strava_photo_summary *summary)
{
	return model_json(summary);
}
