/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SRC_EACH_H
#define GCPSECRET_SRC_EACH_H

#include "call.h"

/* One answer of a list. */
struct page {
	const struct any_list *items;
	const char            *next; /* token of the next page; or NULL */
};

extern const struct member gs_page_members[1];

/* The model of a page whose items stand under `key`. */
#define PAGE_MODEL(name, key, item)                                      \
	static const struct nested name##_nested[] = { NESTED_LIST(      \
	    struct page, items, key, item) };                            \
	static const struct model  name = { "list", sizeof(struct page), \
		 gs_page_members, COUNT(gs_page_members), name##_nested, \
		 COUNT(name##_nested) }

/* A method that lists. */
struct listing {
	enum method_id      method;
	enum name_form      of;   /* whose items they are */
	enum name_form      item; /* how an item is named */
	const struct model *page;
};

struct each;

/* *out is a pointer to a pointer to an iterator. */
gcpsecret_status gs_each_new(gcpsecret_client *client,
    const struct listing *listing, const char *of, const gcpsecret_query *query,
    void *out, gcpsecret_error *err);

/* *out is a pointer to a pointer to an item, whose first member is its name. */
gcpsecret_status gs_each_next(
    struct each *each, void *out, gcpsecret_error *err);
void gs_each_free(struct each *each);

/* The same inside a call that was begun; the name is whole. */
gcpsecret_status gs_each_open(gcpsecret_client *client,
    const struct listing *listing, const struct name *of, struct each **out,
    gcpsecret_error *err);
gcpsecret_status gs_each_step(
    struct each *each, void *out, gcpsecret_error *err);

#endif
