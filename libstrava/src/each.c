/* SPDX-License-Identifier: MIT */

/* The iterators: each is a pager under the name of what it gives. */

#include <string.h>

#include "pager.h"

#define QUERY_BYTES 256

/* A pager at *out, a pointer to a pointer to an iterator. */
static strava_status
begin(strava_client *client, const struct paged *paged, void *out,
    strava_error *err)
{
	struct pager *pager;
	strava_status status;

	if (out == NULL)
		return sv_fail_argument(err, "out is NULL");
	status = sv_pager_new(client, paged, &pager, err);
	memcpy(out, &pager, sizeof(pager));
	return status;
}

/* Where to begin; NULL: at the first page. */
static strava_page
from(const strava_page *page)
{
	return page != NULL ? *page : (strava_page){ 0 };
}

strava_status
strava_activity_each_new(strava_client *client,
    const strava_activity_query *query, strava_activity_each **out,
    strava_error *err)
{
	strava_activity_query q = { 0 };
	struct paged          paged = { .endpoint = ACTIVITY_LIST,
			 .model = &sv_activity_model };
	struct buf            text;
	const char           *fault;
	strava_status         status;

	if (out != NULL)
		*out = NULL;
	if (query != NULL)
		q = *query;
	paged.page = (strava_page){ .page = q.page,
		.per_page = q.per_page,
		.read_ahead = q.read_ahead };
	q.page = q.per_page = 0; /* the pager's */
	buf_init(&text, QUERY_BYTES);
	paged.query = &text;
	if ((fault = sv_query_activities(&text, &q)) != NULL)
		status = sv_fail_argument(err, fault);
	else if (!buf_ok(&text))
		status = sv_fail_memory(err);
	else
		status = begin(client, &paged, out, err);
	buf_free(&text);
	return status;
}

strava_status
strava_activity_each_next(
    strava_activity_each *each, const strava_activity **out, strava_error *err)
{
	return sv_pager_next((struct pager *)each, out, err);
}

void
strava_activity_each_free(strava_activity_each *each)
{
	sv_pager_free((struct pager *)each);
}

static const char *
cursor_of(const void *item)
{
	return ((const strava_comment *)item)->cursor;
}

strava_status
strava_comment_each_new(strava_client *client, int64_t activity_id,
    const strava_comment_query *query, strava_comment_each **out,
    strava_error *err)
{
	struct paged paged = { .endpoint = ACTIVITY_COMMENTS,
		.id = activity_id,
		.model = &sv_comment_model,
		.cursor_of = cursor_of };

	if (query != NULL) {
		paged.page.per_page = query->page_size;
		paged.cursor = query->after_cursor;
	}
	return begin(client, &paged, out, err);
}

strava_status
strava_comment_each_next(
    strava_comment_each *each, const strava_comment **out, strava_error *err)
{
	return sv_pager_next((struct pager *)each, out, err);
}

void
strava_comment_each_free(strava_comment_each *each)
{
	sv_pager_free((struct pager *)each);
}

strava_status
strava_club_each_new(strava_client *client, const strava_page *page,
    strava_club_each **out, strava_error *err)
{
	const struct paged paged = { .endpoint = ATHLETE_CLUBS,
		.model = &sv_club_model,
		.page = from(page) };

	return begin(client, &paged, out, err);
}

strava_status
strava_club_each_next(
    strava_club_each *each, const strava_club **out, strava_error *err)
{
	return sv_pager_next((struct pager *)each, out, err);
}

void
strava_club_each_free(strava_club_each *each)
{
	sv_pager_free((struct pager *)each);
}

strava_status
strava_kudoer_each_new(strava_client *client, int64_t activity_id,
    const strava_page *page, strava_kudoer_each **out, strava_error *err)
{
	const struct paged paged = { .endpoint = ACTIVITY_KUDOS,
		.id = activity_id,
		.model = &sv_person_model,
		.page = from(page) };

	return begin(client, &paged, out, err);
}

strava_status
strava_kudoer_each_next(
    strava_kudoer_each *each, const strava_athlete **out, strava_error *err)
{
	return sv_pager_next((struct pager *)each, out, err);
}

void
strava_kudoer_each_free(strava_kudoer_each *each)
{
	sv_pager_free((struct pager *)each);
}

strava_status
strava_route_each_new(strava_client *client, int64_t athlete_id,
    const strava_page *page, strava_route_each **out, strava_error *err)
{
	const struct paged paged = { .endpoint = ATHLETE_ROUTES,
		.id = athlete_id,
		.model = &sv_route_model,
		.page = from(page) };

	return begin(client, &paged, out, err);
}

strava_status
strava_route_each_next(
    strava_route_each *each, const strava_route **out, strava_error *err)
{
	return sv_pager_next((struct pager *)each, out, err);
}

void
strava_route_each_free(strava_route_each *each)
{
	sv_pager_free((struct pager *)each);
}

strava_status
strava_starred_each_new(strava_client *client, const strava_page *page,
    strava_starred_each **out, strava_error *err)
{
	const struct paged paged = { .endpoint = SEGMENT_STARRED,
		.model = &sv_segment_model,
		.page = from(page) };

	return begin(client, &paged, out, err);
}

strava_status
strava_starred_each_next(
    strava_starred_each *each, const strava_segment **out, strava_error *err)
{
	return sv_pager_next((struct pager *)each, out, err);
}

void
strava_starred_each_free(strava_starred_each *each)
{
	sv_pager_free((struct pager *)each);
}
