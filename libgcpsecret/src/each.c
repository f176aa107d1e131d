/* SPDX-License-Identifier: MIT */
#include "each.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"

#define FILTER_MAX 4096
#define TOKEN_MAX 8192
#define PAGE_SIZE_MAX 25000

/* In a row; a filter that finds little may well give some. */
#define EMPTY_MAX 100

const struct member gs_page_members[1] = {
	MEMBER(struct page, next, put_string, NULL, "nextPageToken"),
};

struct each {
	gcpsecret_client     *client;
	const struct listing *listing;
	struct name           of;
	char                 *filter; /* or NULL */
	int                   page_size;
	struct page          *page;  /* in hand; or NULL */
	size_t                at;    /* of the next item in it */
	char                 *token; /* of the next page; NULL: none follows */
};

static const char *
fault_of_query(const gcpsecret_query *query)
{
	if (query->page_size < 0 || query->page_size > PAGE_SIZE_MAX)
		return "the page size must be 0 to 25000";
	if (query->filter != NULL && strlen(query->filter) > FILTER_MAX)
		return "the filter is longer than 4096 bytes";
	return NULL;
}

static const gcpsecret_query everything;

static gcpsecret_status
make(gcpsecret_client *client, const struct listing *listing,
    const struct name *of, const gcpsecret_query *query, struct each **out,
    gcpsecret_error *err)
{
	struct each *each = calloc(1, sizeof(*each));

	if (each == NULL)
		return gs_no_memory(err);
	each->client = client;
	each->listing = listing;
	each->of = *of;
	each->page_size = query->page_size;
	each->token = strdup("");
	if (query->filter != NULL)
		each->filter = strdup(query->filter);
	if (each->token == NULL ||
	    (query->filter != NULL && each->filter == NULL)) {
		gs_each_free(each);
		return gs_no_memory(err);
	}
	*out = each;
	return GCPSECRET_OK;
}

gcpsecret_status
gs_each_open(gcpsecret_client *client, const struct listing *listing,
    const struct name *of, struct each **out, gcpsecret_error *err)
{
	*out = NULL;
	return make(client, listing, of, &everything, out, err);
}

gcpsecret_status
gs_each_new(gcpsecret_client *client, const struct listing *listing,
    const char *of, const gcpsecret_query *query, void *out,
    gcpsecret_error *err)
{
	struct each     *each = NULL;
	struct name      name;
	const char      *fault;
	gcpsecret_status status;

	if (out == NULL)
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT, "out is NULL");
	memcpy(out, &each, sizeof(each));
	if (query == NULL)
		query = &everything;
	fault = client != NULL ? fault_of_query(query) : "client is NULL";
	if (fault != NULL)
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT, "%s", fault);
	status = gs_name_parse(of, listing->of, &name, err);
	if (status == GCPSECRET_OK)
		status = make(client, listing, &name, query, &each, err);
	memcpy(out, &each, sizeof(each));
	return status;
}

void
gs_each_free(struct each *each)
{
	if (each == NULL)
		return;
	model_free(each->page);
	free(each->token);
	free(each->filter);
	free(each);
}

static bool
write_query(struct buf *query, const struct each *each)
{
	char number[16];

	buf_init(query, SIZE_MAX);
	if (each->page_size > 0) {
		snprintf(number, sizeof(number), "%d", each->page_size);
		buf_add_field(query, "pageSize", number);
	}
	if (each->token[0] != '\0')
		buf_add_field(query, "pageToken", each->token);
	if (each->filter != NULL)
		buf_add_field(query, "filter", each->filter);
	return buf_ok(query);
}

/* What is wrong with a page, or NULL. */
static const char *
fault_of_page(const struct each *each, const struct page *page)
{
	const struct any_list *items = page->items;
	const char            *name;

	for (size_t i = 0; items != NULL && i < items->count; i++) {
		memcpy(&name, items->items[i], sizeof(name));
		if (!gs_name_answers(name, each->listing->item, &each->of))
			return "lists something else";
	}
	if (items != NULL && items->skipped > 0)
		return "lists something that cannot be read";
	if (page->next == NULL)
		return NULL;
	if (strlen(page->next) > TOKEN_MAX)
		return "has too long a page token";
	if (page->next[0] != '\0' && strcmp(page->next, each->token) == 0)
		return "gives the same page again";
	return NULL;
}

/* Takes over the page, unless that fails. */
static gcpsecret_status
turn_page(struct each *each, struct page *page, gcpsecret_error *err)
{
	const char *fault = fault_of_page(each, page);
	char       *token = NULL;

	if (fault != NULL)
		return gs_malformed(err, fault);
	if (page->next != NULL && page->next[0] != '\0' &&
	    (token = strdup(page->next)) == NULL)
		return gs_no_memory(err);
	free(each->token);
	model_free(each->page);
	each->token = token;
	each->page = page;
	each->at = 0;
	return GCPSECRET_OK;
}

static gcpsecret_status
fetch_page(struct each *each, gcpsecret_error *err)
{
	struct buf       query;
	struct call      call = { .method = each->listing->method,
		     .name = &each->of,
		     .query = &query };
	struct page     *page = NULL;
	gcpsecret_status status;

	status = gs_call_project(each->client, &each->of, err);
	if (status != GCPSECRET_OK)
		return status;
	if (write_query(&query, each))
		status = gs_call_model(
		    each->client, &call, each->listing->page, &page, err);
	else
		status = gs_no_memory(err);
	buf_free(&query);
	if (status == GCPSECRET_OK &&
	    (status = turn_page(each, page, err)) != GCPSECRET_OK)
		model_free(page);
	return status;
}

static bool
has_item(const struct each *each)
{
	return each->page != NULL && each->page->items != NULL &&
	       each->at < each->page->items->count;
}

gcpsecret_status
gs_each_step(struct each *each, void *out, gcpsecret_error *err)
{
	const void      *item = NULL;
	gcpsecret_status status;

	memcpy(out, &item, sizeof(item));
	for (int empty = 0; !has_item(each); empty++) {
		if (each->token == NULL)
			return GCPSECRET_OK;
		if (empty == EMPTY_MAX)
			return gs_malformed(
			    err, "is one empty page after the other");
		if ((status = fetch_page(each, err)) != GCPSECRET_OK)
			return status;
	}
	item = each->page->items->items[each->at++];
	memcpy(out, &item, sizeof(item));
	return GCPSECRET_OK;
}

gcpsecret_status
gs_each_next(struct each *each, void *out, gcpsecret_error *err)
{
	static const void *const nothing = NULL;
	gcpsecret_status         status;

	if (out == NULL || each == NULL)
		return gs_fail(
		    err, GCPSECRET_ERR_ARGUMENT, "each or out is NULL");
	memcpy(out, &nothing, sizeof(nothing));
	if ((status = gs_begin(each->client, err)) != GCPSECRET_OK)
		return status;
	return gs_each_step(each, out, err);
}
