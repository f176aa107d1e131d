/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "endpoint.h"

#define PAGE_SIZE_MAX 200
#define CURSOR_MAX 1024
#define QUERY_BYTES (3 * CURSOR_MAX + 64)

#define M(name, put, key) MEMBER(strava_comment, name, put, NULL, key)
static const struct member members[] = {
	MEMBER_REQUIRED(strava_comment, id, put_int64, NULL, "id"),
	M(activity_id, put_int64, "activity_id"),
	M(post_id, put_int64, "post_id"),
	M(resource_state, put_int64, "resource_state"),
	M(text, put_string, "text"),
	M(created_at, put_time, "created_at"),
	M(cursor, put_string, "cursor"),
	M(reaction_count, put_int64, "reaction_count"),
	M(has_reacted, sv_put_tri, "has_reacted"),
};
#undef M

static const struct nested nested[] = {
	NESTED_OBJECT(strava_comment, athlete, "athlete", sv_person_model),
};

const struct model sv_comment_model =
    MODEL(strava_comment, "comment", members, nested);

/* Writes a query; what is wrong with it, or NULL. */
static const char *
write_query(struct buf *query, const strava_comment_query *q)
{
	if (q->page_size < 0 || q->page_size > PAGE_SIZE_MAX)
		return "page_size is 1 to 200, or 0 for Strava's default";
	sv_query_int(query, "page_size", q->page_size);
	if (q->after_cursor == NULL)
		return NULL;
	if (strlen(q->after_cursor) > CURSOR_MAX)
		return "the cursor is longer than 1024 bytes";
	buf_add_field(query, "after_cursor", q->after_cursor);
	return NULL;
}

strava_status
strava_comment_list_get(strava_client *client, int64_t activity_id,
    const strava_comment_query *query, strava_comment_list **out,
    strava_error *err)
{
	struct buf text;
	struct ask ask = {
		.endpoint = ACTIVITY_COMMENTS, .id = activity_id, .query = &text
	};
	const char   *fault = NULL;
	strava_status status;

	if (out != NULL)
		*out = NULL;
	buf_init(&text, QUERY_BYTES);
	if (query != NULL)
		fault = write_query(&text, query);
	if (fault != NULL)
		status = sv_fail_argument(err, fault);
	else
		status = sv_ask_list(client, &ask, &sv_comment_model, out, err);
	buf_free(&text);
	return status;
}

strava_status
strava_comment_list_parse(
    const char *text, size_t len, strava_comment_list **out, strava_error *err)
{
	return sv_list_parse(text, len, &sv_comment_model, out, err);
}

void
strava_comment_list_free(strava_comment_list *list)
{
	model_free(list);
}

const char *
strava_comment_list_json(const strava_comment_list *list)
{
	return model_json(list);
}

const char *
strava_comment_json(const strava_comment *comment)
{
	return model_json(comment);
}
