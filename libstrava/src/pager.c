/* SPDX-License-Identifier: MIT */
#include "pager.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"

#define PER_PAGE_MAX 200
#define QUERY_BYTES 2048
#define PATH_BYTES 4096
#define AHEAD_MAX 16

/* One page: not asked for, on its way, or arrived. */
struct leg {
	struct leg          *next;
	struct buf           path;
	struct flight        flight;
	strava_http_response response;
	bool                 in_air;
};

struct pager {
	strava_client      *client;
	enum endpoint_id    endpoint;
	int64_t             id;
	const struct model *model;
	const char *(*cursor_of)(const void *item);
	struct buf       query;
	char            *cursor; /* of the page to ask for next */
	int              page;   /* likewise, without a cursor */
	int              per_page;
	int              most;    /* how many legs there may be */
	struct leg      *legs;    /* in the order of the pages */
	struct any_list *list;    /* the page in hand */
	size_t           index;   /* of the item to give next */
	bool             no_more; /* to ask for */
};

static const char *
fault_of(const strava_page *page)
{
	struct buf  unused;
	const char *fault;

	buf_init(&unused, QUERY_BYTES);
	fault = sv_query_page(&unused, page);
	buf_free(&unused);
	if (fault == NULL &&
	    (page->read_ahead < 0 || page->read_ahead > AHEAD_MAX))
		fault = "read_ahead is 0 to 16";
	return fault;
}

strava_status
sv_pager_new(strava_client *client, const struct paged *paged,
    struct pager **out, strava_error *err)
{
	const strava_page *page = &paged->page;
	const char        *fault = fault_of(page);
	struct pager      *p;

	*out = NULL;
	if (client == NULL)
		return sv_fail_argument(err, "client is NULL");
	if (fault != NULL)
		return sv_fail_argument(err, fault);
	if ((p = calloc(1, sizeof(*p))) == NULL)
		return sv_fail_memory(err);
	p->client = client;
	p->endpoint = paged->endpoint;
	p->id = paged->id;
	p->model = paged->model;
	p->cursor_of = paged->cursor_of;
	p->page = page->page > 0 ? page->page : 1;
	p->per_page = page->per_page > 0 ? page->per_page : PER_PAGE_MAX;
	/* Only a page that is here tells the cursor of the next. */
	p->most = paged->cursor_of == NULL ? 1 + page->read_ahead : 1;
	buf_init(&p->query, QUERY_BYTES);
	if ((paged->query != NULL &&
		!buf_add_text(&p->query, buf_text(paged->query))) ||
	    (paged->cursor != NULL &&
		(p->cursor = strdup(paged->cursor)) == NULL)) {
		sv_pager_free(p);
		return sv_fail_memory(err);
	}
	*out = p;
	return STRAVA_OK;
}

static void
free_leg(struct leg *leg)
{
	if (leg->in_air) {
		sv_give_up(&leg->flight);
		sv_land(&leg->flight, NULL);
		sv_response_free(&leg->response);
	}
	buf_free(&leg->path);
	free(leg);
}

static void
free_legs(struct pager *p)
{
	struct leg *leg;

	while ((leg = p->legs) != NULL) {
		p->legs = leg->next;
		free_leg(leg);
	}
}

void
sv_pager_free(struct pager *pager)
{
	if (pager == NULL)
		return;
	free_legs(pager);
	model_free(pager->list);
	buf_free(&pager->query);
	free(pager->cursor);
	free(pager);
}

/* The path of the page to ask for next. */
static strava_status
write_path(const struct pager *p, struct buf *path, strava_error *err)
{
	strava_page page = { .page = p->page, .per_page = p->per_page };
	struct buf  query;
	struct ask  ask = {
		 .endpoint = p->endpoint, .id = p->id, .query = &query
	};
	strava_status status;

	buf_init(&query, QUERY_BYTES);
	buf_add_text(&query, buf_text(&p->query));
	if (p->cursor_of == NULL) {
		sv_query_page(&query, &page);
	} else {
		sv_query_int(&query, "page_size", p->per_page);
		if (p->cursor != NULL)
			buf_add_field(&query, "after_cursor", p->cursor);
	}
	status = sv_ask_path(path, &ask, err);
	buf_free(&query);
	return status;
}

/* Adds a leg for the next page. */
static strava_status
add_leg(struct pager *p, struct leg **at, strava_error *err)
{
	struct leg   *leg = calloc(1, sizeof(*leg));
	strava_status status;

	if (leg == NULL)
		return sv_fail_memory(err);
	buf_init(&leg->path, PATH_BYTES);
	if ((status = write_path(p, &leg->path, err)) != STRAVA_OK) {
		free_leg(leg);
		return status;
	}
	*at = leg;
	p->no_more = p->cursor_of != NULL || p->page == INT_MAX;
	if (!p->no_more)
		p->page++;
	return STRAVA_OK;
}

static void
take_off(struct pager *p, struct leg *leg)
{
	struct call call = { .method = "GET",
		.base = p->client->api_base,
		.path = buf_text(&leg->path),
		.bearer = true,
		.repeatable = true,
		.budget = BUDGET_READ };

	sv_response_init(&leg->response, ANSWER_MAX);
	sv_take_off(&leg->flight, p->client, &call, p->client->timeout_ms,
	    &leg->response);
	leg->in_air = true;
}

/* Puts every page on its way that may be; one that failed goes once more. */
static strava_status
send_legs(struct pager *p, strava_error *err)
{
	struct leg  **at = &p->legs;
	strava_status status;

	for (int n = 0; n < p->most; n++, at = &(*at)->next) {
		if (*at == NULL) {
			if (p->no_more)
				return STRAVA_OK;
			if ((status = add_leg(p, at, err)) != STRAVA_OK)
				return n > 0 ? STRAVA_OK : status;
		}
		if (!(*at)->in_air)
			take_off(p, *at);
	}
	return STRAVA_OK;
}

/* Remembers where the page in hand says to go on. */
static strava_status
keep_cursor(struct pager *p, strava_error *err)
{
	const struct any_list *list = p->list;
	const char            *cursor = NULL;
	char                  *copy;

	if (list->count > 0)
		cursor = p->cursor_of(list->items[list->count - 1]);
	/* One that leads nowhere new would go round for ever. */
	if (cursor == NULL ||
	    (p->cursor != NULL && strcmp(cursor, p->cursor) == 0))
		return STRAVA_OK;
	if ((copy = strdup(cursor)) == NULL)
		return sv_fail_memory(err);
	free(p->cursor);
	p->cursor = copy;
	p->no_more = false;
	return STRAVA_OK;
}

/* Waits for the first leg and reads its page.  A leg that failed stays, to be
 * sent again. */
static strava_status
land_first(struct pager *p, strava_error *err)
{
	struct leg   *leg = p->legs;
	strava_status status;

	while (!leg->flight.landed)
		sv_drive(p->client, INT64_MAX);
	leg->in_air = false;
	status = sv_land(&leg->flight, err);
	if (status == STRAVA_OK)
		status =
		    sv_answer_list(&leg->response, p->model, &p->list, err);
	sv_response_free(&leg->response);
	if (status == STRAVA_OK && p->cursor_of != NULL)
		status = keep_cursor(p, err);
	if (status != STRAVA_OK) {
		model_free(p->list);
		p->list = NULL;
		return status;
	}
	p->legs = leg->next;
	free_leg(leg);
	p->index = 0;
	return STRAVA_OK;
}

/* A page in which every item was skipped is not the empty one. */
static strava_status
next_page(struct pager *p, strava_error *err)
{
	strava_status status;

	model_free(p->list);
	p->list = NULL;
	status = send_legs(p, err);
	if (status == STRAVA_OK && p->legs != NULL)
		status = land_first(p, err);
	if (status != STRAVA_OK || p->list == NULL)
		return status;
	if (p->list->count + p->list->skipped == 0) {
		p->no_more = true;
		free_legs(p);
		return STRAVA_OK;
	}
	/* The next ones travel while this one is read. */
	return p->most > 1 ? send_legs(p, err) : STRAVA_OK;
}

static bool
is_at_end(const struct pager *p)
{
	return p->no_more && p->legs == NULL;
}

strava_status
sv_pager_next(struct pager *pager, void *out, strava_error *err)
{
	static const void *const nothing = NULL;
	const struct any_list   *list;
	strava_status            status;

	if (out != NULL)
		memcpy(out, &nothing, sizeof(nothing));
	if (pager == NULL || out == NULL)
		return sv_fail_argument(err, "each or out is NULL");
	while ((list = pager->list) == NULL || pager->index == list->count) {
		if (is_at_end(pager))
			return STRAVA_OK;
		if ((status = next_page(pager, err)) != STRAVA_OK)
			return status;
	}
	if (pager->legs != NULL)
		sv_drive(pager->client, 0);
	memcpy(out, &list->items[pager->index++], sizeof(nothing));
	return STRAVA_OK;
}
