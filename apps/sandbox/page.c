/* SPDX-License-Identifier: MIT */
#include "page.h"

#include <limits.h>

#include "number.h"

#define SHORT_PAGE 10 /* from this size on pages may be short */

bool
page_number(struct call *call, const char *resource, const char *name,
    int64_t most, int64_t *number)
{
	const char *text = request_query(call->request, name);
	int64_t     value;

	if (text == NULL)
		return true;
	if (!number_read(text, 0, most, &value)) {
		call_refuse(call, resource, name, "invalid");
		return false;
	}
	*number = value;
	return true;
}

/* No page loses or repeats an item. */
bool
page_read(struct call *call, const char *resource, struct page *page)
{
	int64_t number = 1, per_page = PER_PAGE, before;
	bool    is_short;

	if (!page_number(call, resource, "page", INT_MAX, &number) ||
	    !page_number(call, resource, "per_page", PER_PAGE_MAX, &per_page))
		return false;
	if (per_page < 1)
		per_page = PER_PAGE;
	before = number < 1 ? 0 : number - 1;
	is_short = per_page >= SHORT_PAGE;
	page->first = before * per_page - (is_short ? before / 2 : 0);
	page->end = page->first + per_page - (is_short && before % 2 == 1);
	return true;
}

bool
page_holds(const struct page *page, size_t item)
{
	return (int64_t)item >= page->first && (int64_t)item < page->end;
}
