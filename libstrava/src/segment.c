/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "endpoint.h"

#define QUERY_BYTES 256
#define FORM_BYTES 64
#define CATEGORY_MAX 5

/* A count that was also seen as a text: "22". */
static bool
put_count(struct json_object *value, void *at)
{
	strava_opt_int *opt = at;
	const char     *text;

	if (sv_put_opt_int(value, at))
		return true;
	opt->set = put_string(value, &text) &&
		   (text = sv_read_digits(text, &opt->value)) != NULL &&
		   *text == '\0';
	return opt->set;
}

#define M(name, put, key) MEMBER(strava_xoms, name, put, NULL, key)
#define D(name, key) MEMBER(strava_xoms, name, put_string, "destination", key)
static const struct member xoms_members[] = {
	M(kom, put_string, "kom"),
	M(qom, put_string, "qom"),
	M(overall, put_string, "overall"),
	D(destination_href, "href"),
	D(destination_type, "type"),
	D(destination_name, "name"),
};
#undef D
#undef M

const struct model sv_xoms_model =
    MODEL_FLAT(strava_xoms, "set of best times", xoms_members);

#define M(name, put, key) MEMBER(strava_local_legend, name, put, NULL, key)
static const struct member legend_members[] = {
	M(athlete_id, put_int64, "athlete_id"),
	M(title, put_string, "title"),
	M(profile, put_string, "profile"),
	M(effort_description, put_string, "effort_description"),
	M(effort_count, put_count, "effort_count"),
	M(destination, put_string, "destination"),
};
#undef M

static const struct nested legend_nested[] = {
	NESTED(strava_local_legend, effort_counts, NULL, "effort_counts",
	    IN_ENTRIES, NULL),
};

const struct model sv_local_legend_model =
    MODEL(strava_local_legend, "local legend", legend_members, legend_nested);

/* The effort that set the record, likewise in one of two objects. */
#define B(name, put, in, key) \
	MEMBER(strava_segment, pr_effort_##name, put, in, key)
#define MEMBERS_BEST(in)                                           \
	B(id, put_int64, in, "id"),                                \
	    B(activity_id, put_int64, in, "activity_id"),          \
	    B(elapsed_time_s, sv_put_opt_int, in, "elapsed_time"), \
	    B(distance_m, put_double, in, "distance"),             \
	    B(start_time, put_time, in, "start_date"),             \
	    B(start_time_local, put_time, in, "start_date_local"), \
	    B(is_kom, sv_put_tri, in, "is_kom")

#define IN(name, put, in, key) MEMBER(strava_segment, name, put, in, key)
#define M(name, put, key) IN(name, put, NULL, key)
static const struct member members[] = {
	MEMBER_REQUIRED(strava_segment, id, put_int64, NULL, "id"),
	M(resource_state, put_int64, "resource_state"),
	M(name, put_string, "name"),
	M(activity_type, put_string, "activity_type"),
	M(distance_m, put_double, "distance"),
	M(average_grade_percent, sv_put_opt_double, "average_grade"),
	M(maximum_grade_percent, sv_put_opt_double, "maximum_grade"),
	M(elevation_high_m, sv_put_opt_double, "elevation_high"),
	M(elevation_low_m, sv_put_opt_double, "elevation_low"),
	M(start, sv_put_opt_latlng, "start_latlng"),
	M(end, sv_put_opt_latlng, "end_latlng"),
	M(elevation_profile, put_string, "elevation_profile"),
	IN(elevation_profile_light, put_string, "elevation_profiles",
	    "light_url"),
	IN(elevation_profile_dark, put_string, "elevation_profiles",
	    "dark_url"),
	M(climb_category, sv_put_opt_int, "climb_category"),
	M(city, put_string, "city"),
	M(state, put_string, "state"),
	M(country, put_string, "country"),
	M(is_private, sv_put_tri, "private"),
	M(hazardous, sv_put_tri, "hazardous"),
	M(starred, sv_put_tri, "starred"),
	M(pr_time_s, sv_put_opt_int, "pr_time"),
	MEMBERS_PR(strava_segment, "athlete_pr_effort"),
	MEMBERS_BEST("athlete_pr_effort"),
	M(starred_at, put_time, "starred_date"),
	M(created_at, put_time, "created_at"),
	M(updated_at, put_time, "updated_at"),
	M(elevation_gain_m, sv_put_opt_double, "total_elevation_gain"),
	IN(map_id, put_string, "map", "id"),
	IN(polyline, put_string, "map", "polyline"),
	IN(summary_polyline, put_string, "map", "summary_polyline"),
	M(effort_count, sv_put_opt_int, "effort_count"),
	M(athlete_count, sv_put_opt_int, "athlete_count"),
	M(star_count, sv_put_opt_int, "star_count"),
	MEMBERS_PR(strava_segment, "athlete_segment_stats"),
	MEMBERS_BEST("athlete_segment_stats"),
};
#undef M
#undef IN
#undef MEMBERS_BEST
#undef B

static const struct nested nested[] = {
	NESTED_OBJECT(strava_segment, xoms, "xoms", sv_xoms_model),
	NESTED_OBJECT(strava_segment, local_legend, "local_legend",
	    sv_local_legend_model),
};

const struct model sv_segment_model =
    MODEL(strava_segment, "segment", members, nested);

#define M(name, put, key) MEMBER(strava_explorer_segment, name, put, NULL, key)
static const struct member found_members[] = {
	MEMBER_REQUIRED(strava_explorer_segment, id, put_int64, NULL, "id"),
	M(resource_state, put_int64, "resource_state"),
	M(name, put_string, "name"),
	M(climb_category, sv_put_opt_int, "climb_category"),
	M(climb_category_desc, put_string, "climb_category_desc"),
	M(average_grade_percent, sv_put_opt_double, "avg_grade"),
	M(start, sv_put_opt_latlng, "start_latlng"),
	M(end, sv_put_opt_latlng, "end_latlng"),
	M(elevation_difference_m, sv_put_opt_double, "elev_difference"),
	M(distance_m, put_double, "distance"),
	M(polyline, put_string, "points"),
	M(starred, sv_put_tri, "starred"),
	M(elevation_profile, put_string, "elevation_profile"),
	M(local_legend_enabled, sv_put_tri, "local_legend_enabled"),
};
#undef M

const struct model sv_explorer_segment_model =
    MODEL_FLAT(strava_explorer_segment, "segment", found_members);

static const struct nested explorer_nested[] = {
	NESTED_LIST(
	    strava_explorer, segments, "segments", sv_explorer_segment_model),
};

const struct model sv_explorer_model =
    MODEL_NEST(strava_explorer, "set of segments", explorer_nested);

strava_status
strava_segment_get(
    strava_client *client, int64_t id, strava_segment **out, strava_error *err)
{
	struct ask ask = { .endpoint = SEGMENT_GET, .id = id };

	return sv_ask_model(client, &ask, &sv_segment_model, out, err);
}

strava_status
strava_segment_starred_get(strava_client *client, const strava_page *page,
    strava_segment_list **out, strava_error *err)
{
	return sv_ask_page(client, &(struct ask){ .endpoint = SEGMENT_STARRED },
	    page, &sv_segment_model, out, err);
}

strava_status
strava_segment_star(strava_client *client, int64_t id, bool starred,
    strava_segment **out, strava_error *err)
{
	struct buf    form;
	struct ask    ask = { .endpoint = SEGMENT_STAR,
		   .id = id,
		   .content_type = FORM_TYPE,
		   .body = &form };
	strava_status status;

	buf_init(&form, FORM_BYTES);
	buf_add_field(&form, "starred", starred ? "true" : "false");
	status = sv_ask_model(client, &ask, &sv_segment_model, out, err);
	buf_free(&form);
	return status;
}

static bool
is_on_globe(const strava_latlng *point)
{
	/* False for NAN too. */
	return fabs(point->lat) <= 90 && fabs(point->lng) <= 180;
}

static bool
is_category(const strava_opt_int *category)
{
	return !category->set ||
	       (category->value >= 0 && category->value <= CATEGORY_MAX);
}

/* What is wrong with a query, or NULL. */
static const char *
fault_of(const strava_explorer_query *q)
{
	if (q == NULL)
		return "query is NULL";
	if (!is_on_globe(&q->south_west) || !is_on_globe(&q->north_east))
		return "a corner is not on the globe";
	if (q->south_west.lat >= q->north_east.lat ||
	    q->south_west.lng >= q->north_east.lng)
		return "south_west is not south and west of north_east";
	if (q->activity_type != NULL &&
	    strcmp(q->activity_type, "running") != 0 &&
	    strcmp(q->activity_type, "riding") != 0)
		return "activity_type is neither \"running\" nor \"riding\"";
	if (!is_category(&q->min_category) || !is_category(&q->max_category))
		return "a category is 0 to 5";
	return NULL;
}

static void
write_query(struct buf *query, const strava_explorer_query *q)
{
	const double bounds[] = { q->south_west.lat, q->south_west.lng,
		q->north_east.lat, q->north_east.lng };

	for (size_t i = 0; i < COUNT(bounds); i++) {
		buf_add_text(query, i == 0 ? "bounds=" : ",");
		sv_add_number(query, bounds[i]);
	}
	if (q->activity_type != NULL)
		buf_add_field(query, "activity_type", q->activity_type);
	if (q->min_category.set)
		buf_addf(query, "&min_cat=%d", (int)q->min_category.value);
	if (q->max_category.set)
		buf_addf(query, "&max_cat=%d", (int)q->max_category.value);
}

strava_status
strava_segment_explore(strava_client *client,
    const strava_explorer_query *query, strava_explorer **out,
    strava_error *err)
{
	struct buf    text;
	struct ask    ask = { .endpoint = SEGMENT_EXPLORE, .query = &text };
	const char   *fault = fault_of(query);
	strava_status status;

	if (out != NULL)
		*out = NULL;
	if (fault != NULL)
		return sv_fail_argument(err, fault);
	buf_init(&text, QUERY_BYTES);
	write_query(&text, query);
	status = sv_ask_model(client, &ask, &sv_explorer_model, out, err);
	buf_free(&text);
	return status;
}

strava_status
strava_segment_parse(
    const char *text, size_t len, strava_segment **out, strava_error *err)
{
	return sv_model_parse(text, len, &sv_segment_model, out, err);
}

strava_status
strava_segment_list_parse(
    const char *text, size_t len, strava_segment_list **out, strava_error *err)
{
	return sv_list_parse(text, len, &sv_segment_model, out, err);
}

strava_status
strava_explorer_parse(
    const char *text, size_t len, strava_explorer **out, strava_error *err)
{
	return sv_model_parse(text, len, &sv_explorer_model, out, err);
}

void
strava_segment_free(strava_segment *segment)
{
	model_free(segment);
}

void
strava_segment_list_free(strava_segment_list *list)
{
	model_free(list);
}

void
strava_explorer_free(strava_explorer *explorer)
{
	model_free(explorer);
}

const char *
strava_segment_json(const strava_segment *segment)
{
	return model_json(segment);
}

const char *
strava_segment_list_json(const strava_segment_list *list)
{
	return model_json(list);
}

const char *
strava_xoms_json(const strava_xoms *xoms)
{
	return model_json(xoms);
}

const char *
strava_local_legend_json(const strava_local_legend *legend)
{
	return model_json(legend);
}

const char *
strava_explorer_json(const strava_explorer *explorer)
{
	return model_json(explorer);
}

const char *
strava_explorer_segment_json(const strava_explorer_segment *segment)
{
	return model_json(segment);
}
