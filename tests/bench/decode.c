/* SPDX-License-Identifier: MIT */

/*
 * How long a page of 200 activities takes, against json-c's own reader: medians,
 * and their ratio to the first one.
 */

#include <json-c/json.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <strava/activity.h>
#include <string.h>

#include "members.h"
#include "page.h"
#include "rounds.h"

#define ACTIVITIES 200
#define PAGE_MAX 1048576
#define ROUNDS 201
#define HEAP_KEPT 67108864

/* `run` is measured, `end` is not; NULL: it failed. */
struct step {
	const char *name;
	void *(*run)(const struct buf *page);
	void (*end)(void *result);
};

static void *
tokener(const struct buf *page)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object  *document;

	if (tokener == NULL)
		return NULL;
	document = json_tokener_parse_ex(tokener, page->data, (int)page->len);
	json_tokener_free(tokener);
	return document;
}

static void *
parse(const struct buf *page)
{
	return members_parse(page->data, page->len);
}

static void
put(void *result)
{
	json_object_put(result);
}

static void *
tokener_and_put(const struct buf *page)
{
	struct json_object *document = tokener(page);

	return json_object_put(document) == 1 ? page->data : NULL;
}

static void *
parse_and_put(const struct buf *page)
{
	struct json_object *document = parse(page);

	return json_object_put(document) == 1 ? page->data : NULL;
}

static void
nothing(void *result)
{
	(void)result;
}

static void *
decode(const struct buf *page)
{
	strava_activity_list *list;

	return strava_activity_list_parse(page->data, page->len, &list, NULL) ==
			   STRAVA_OK &&
		       list->count == ACTIVITIES
		   ? list
		   : NULL;
}

static void
free_list(void *list)
{
	strava_activity_list_free(list);
}

static void *
decode_and_free(const struct buf *page)
{
	strava_activity_list *list = decode(page);

	strava_activity_list_free(list);
	return list != NULL ? page->data : NULL;
}

static const struct step steps[] = {
	{ "json_tokener_parse_ex", tokener, put },
	{ "the same + json_object_put", tokener_and_put, nothing },
	{ "members_parse", parse, put },
	{ "the same + json_object_put", parse_and_put, nothing },
	{ "strava_activity_list_parse", decode, free_list },
	{ "the same + strava_activity_list_free", decode_and_free, nothing },
};

static bool
measure(const struct buf *page, double us[COUNT(steps)][ROUNDS])
{
	for (size_t round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < COUNT(steps); i++) {
			double start = rounds_now_us();
			void  *result = steps[i].run(page);

			us[i][round] = rounds_now_us() - start;
			if (result == NULL)
				return false;
			steps[i].end(result);
		}
	}
	return true;
}

int
main(void)
{
	static double us[COUNT(steps)][ROUNDS];
	double        median, first = 0;
	struct buf    page;

	/* What one step gives back, the next one must not have to fetch from
	 * the kernel again: that would be measured, and luck. */
	/* NOLINTBEGIN(concurrency-mt-unsafe) */
	mallopt(M_TRIM_THRESHOLD, HEAP_KEPT);
	mallopt(M_TOP_PAD, HEAP_KEPT);
	/* NOLINTEND(concurrency-mt-unsafe) */
	buf_init(&page, PAGE_MAX);
	if (!page_make(&page, ACTIVITIES, 1) || !measure(&page, us)) {
		fprintf(stderr, "bench: out of memory\n");
		return 1;
	}
	printf("%d activities, %zu bytes, medians of %d rounds\n", ACTIVITIES,
	    page.len, ROUNDS);
	for (size_t i = 0; i < COUNT(steps); i++) {
		median = rounds_median(us[i], ROUNDS);
		if (i == 0)
			first = median;
		printf("%-28s %8.0f us %7.0f MB/s %7.2f\n", steps[i].name,
		    median, (double)page.len / median, median / first);
	}
	buf_free(&page);
	return 0;
}
