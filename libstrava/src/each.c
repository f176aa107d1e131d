/* SPDX-License-Identifier: MIT */

/* The iterators: each is a pager under the name of what it gives. */

#include "pager.h"

#define QUERY_BYTES 256

strava_status
strava_activity_each_new(strava_client *client,
    const strava_activity_query *query, strava_activity_each **out,
    strava_error *err)
{
	strava_activity_query q = { 0 };
	struct paged          paged = { .endpoint = ACTIVITY_LIST,
			 .model = &sv_activity_model };
	struct pager         *pager = NULL;
	struct buf            text;
	const char           *fault;
	strava_status         status;

	if (out == NULL)
		return sv_fail_argument(err, "out is NULL");
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
		status = sv_pager_new(client, &paged, &pager, err);
	buf_free(&text);
	*out = (strava_activity_each *)pager;
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
