/* SPDX-License-Identifier: MIT */
#include "clock.h"
#include "endpoint.h"

#define QUERY_BYTES 256

static const struct member achievement_members[] = {
	MEMBER(strava_achievement, type_id, sv_put_opt_int, NULL, "type_id"),
	MEMBER(strava_achievement, type, put_string, NULL, "type"),
	MEMBER(strava_achievement, rank, sv_put_opt_int, NULL, "rank"),
};

const struct model sv_achievement_model =
    MODEL_FLAT(strava_achievement, "achievement", achievement_members);

#define IN(name, put, in, key) MEMBER(strava_effort, name, put, in, key)
#define M(name, put, key) IN(name, put, NULL, key)
static const struct member members[] = {
	MEMBER_REQUIRED(strava_effort, id, put_int64, NULL, "id"),
	M(resource_state, put_int64, "resource_state"),
	M(name, put_string, "name"),
	/* In a summary by itself, else in an object of the activity. */
	M(activity_id, put_int64, "activity_id"),
	IN(activity_id, put_int64, "activity", "id"),
	IN(activity_visibility, put_string, "activity", "visibility"),
	IN(athlete_id, put_int64, "athlete", "id"),
	M(elapsed_time_s, put_int64, "elapsed_time"),
	M(moving_time_s, put_int64, "moving_time"),
	M(start_time, put_time, "start_date"),
	M(start_time_local, put_time, "start_date_local"),
	M(distance_m, put_double, "distance"),
	M(start_index, sv_put_opt_int, "start_index"),
	M(end_index, sv_put_opt_int, "end_index"),
	M(average_cadence_rpm, sv_put_opt_double, "average_cadence"),
	M(device_watts, sv_put_tri, "device_watts"),
	M(average_power_w, sv_put_opt_double, "average_watts"),
	M(average_heartrate_bpm, sv_put_opt_double, "average_heartrate"),
	M(max_heartrate_bpm, sv_put_opt_double, "max_heartrate"),
	M(pr_rank, sv_put_opt_int, "pr_rank"),
	M(visibility, put_string, "visibility"),
	M(kom_rank, sv_put_opt_int, "kom_rank"),
	M(is_kom, sv_put_tri, "is_kom"),
	M(hidden, sv_put_tri, "hidden"),
	MEMBERS_PR(strava_effort, "athlete_pr_effort"),
	MEMBERS_PR(strava_effort, "athlete_segment_stats"),
};
#undef M
#undef IN

static const struct nested nested[] = {
	NESTED_OBJECT(strava_effort, segment, "segment", sv_segment_model),
	NESTED_LIST(
	    strava_effort, achievements, "achievements", sv_achievement_model),
};

const struct model sv_effort_model =
    MODEL(strava_effort, "effort", members, nested);

strava_status
strava_effort_get(
    strava_client *client, int64_t id, strava_effort **out, strava_error *err)
{
	struct ask ask = { .endpoint = EFFORT_GET, .id = id };

	return sv_ask_model(client, &ask, &sv_effort_model, out, err);
}

/* What is wrong with a query, or NULL. */
static const char *
fault_of(const strava_effort_query *q)
{
	if (q == NULL || q->segment_id < 1)
		return "the segment_id is below 1";
	if (!sv_is_time(q->start_time_local) || !sv_is_time(q->end_time_local))
		return "start and end are times since 1970";
	if (q->end_time_local != 0 && q->start_time_local > q->end_time_local)
		return "the start is after the end";
	return NULL;
}

static void
add_time(struct buf *query, const char *name, int64_t t)
{
	char text[CLOCK_TEXT_SIZE];

	if (t == 0)
		return;
	clock_format(t, text);
	buf_add_field(query, name, text);
}

/* Writes a query; what is wrong with it, or NULL. */
static const char *
write_query(struct buf *query, const strava_effort_query *q)
{
	strava_page page = { .per_page = q->per_page };

	sv_query_int(query, "segment_id", q->segment_id);
	add_time(query, "start_date_local", q->start_time_local);
	add_time(query, "end_date_local", q->end_time_local);
	return sv_query_page(query, &page);
}

strava_status
strava_effort_list_get(strava_client *client, const strava_effort_query *query,
    strava_effort_list **out, strava_error *err)
{
	struct buf    text;
	struct ask    ask = { .endpoint = EFFORT_LIST, .query = &text };
	const char   *fault = fault_of(query);
	strava_status status;

	if (out != NULL)
		*out = NULL;
	buf_init(&text, QUERY_BYTES);
	if (fault == NULL)
		fault = write_query(&text, query);
	if (fault != NULL)
		status = sv_fail_argument(err, fault);
	else
		status = sv_ask_list(client, &ask, &sv_effort_model, out, err);
	buf_free(&text);
	return status;
}

strava_status
strava_effort_parse(
    const char *text, size_t len, strava_effort **out, strava_error *err)
{
	return sv_model_parse(text, len, &sv_effort_model, out, err);
}

strava_status
strava_effort_list_parse(
    const char *text, size_t len, strava_effort_list **out, strava_error *err)
{
	return sv_list_parse(text, len, &sv_effort_model, out, err);
}

void
strava_effort_free(strava_effort *effort)
{
	model_free(effort);
}

void
strava_effort_list_free(strava_effort_list *list)
{
	model_free(list);
}

const char *
strava_effort_json(const strava_effort *effort)
{
	return model_json(effort);
}

const char *
strava_effort_list_json(const strava_effort_list *list)
{
	return model_json(list);
}

const char *
strava_achievement_json(const strava_achievement *achievement)
{
	return model_json(achievement);
}
