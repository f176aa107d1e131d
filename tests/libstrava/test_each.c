/* SPDX-License-Identifier: MIT */

/* Iterators over a server that knows which page it is asked for. */

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <strava/strava.h>
#include <string.h>

#include "clock.h"
#include "test.h"

#define PAGES_MAX 64

/* How many items each page has; the first 0 is the end. */
struct server {
	struct MHD_Daemon *daemon;
	int                sizes[PAGES_MAX];
	atomic_int         asked[PAGES_MAX], fail_page, delay_ms, running, most;
	strava_client     *client;
	strava_error       err;
};

/* Page p holds the ids 1000 p, 1000 p + 1, ... and a thing that is no activity
 * in front. */
static char *
page_text(int page, int size)
{
	size_t room = 64 + (size_t)size * 32;
	char  *text = malloc(room);
	int    len = snprintf(text, room, "[");

	if (size > 0)
		len += snprintf(text + len, room - (size_t)len, "\"odd\"");
	for (int i = 0; i < size; i++)
		len += snprintf(text + len, room - (size_t)len, ",{\"id\":%d}",
		    page * 1000 + i);
	snprintf(text + len, room - (size_t)len, "]");
	return text;
}

static enum MHD_Result /* NOLINTNEXTLINE(readability-function-size) */
answer(void *ctx, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *body, size_t *body_len,
    void **con)
{
	struct server       *s = ctx;
	struct MHD_Response *response;
	const char          *value;
	char                *text;
	int             page, running = atomic_fetch_add(&s->running, 1) + 1;
	enum MHD_Result result;

	(void)url, (void)method, (void)version, (void)body, (void)body_len;
	(void)con;
	if (running > atomic_load(&s->most))
		atomic_store(&s->most, running);
	value = MHD_lookup_connection_value(
	    connection, MHD_GET_ARGUMENT_KIND, "page");
	page = value != NULL ? (int)strtol(value, NULL, 10) : 0;
	page = page < PAGES_MAX ? page : PAGES_MAX - 1;
	atomic_fetch_add(&s->asked[page], 1);
	clock_sleep_ms(atomic_load(&s->delay_ms), NULL);
	text = page_text(page, s->sizes[page]);
	response = MHD_create_response_from_buffer(
	    strlen(text), text, MHD_RESPMEM_MUST_FREE);
	result = MHD_queue_response(connection,
	    page == atomic_load(&s->fail_page) ? 500 : 200, response);
	MHD_destroy_response(response);
	atomic_fetch_sub(&s->running, 1);
	return result;
}

static int
setup(void **state)
{
	struct server              *s = calloc(1, sizeof(*s));
	const union MHD_DaemonInfo *info;
	char                        base[64];

	assert_non_null(s);
	atomic_store(&s->fail_page, -1);
	s->daemon = MHD_start_daemon(
	    MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION, 0,
	    NULL, NULL, answer, s, MHD_OPTION_END);
	assert_non_null(s->daemon);
	info = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT);
	snprintf(base, sizeof(base), "http://127.0.0.1:%d", info->port);
	assert_int_equal(strava_client_new(&s->client, NULL), STRAVA_OK);
	strava_client_set_api_base(s->client, base, NULL);
	strava_client_set_access_token(s->client, "T", NULL);
	strava_client_set_retries(s->client, 0);
	*state = s;
	return 0;
}

static int
teardown(void **state)
{
	struct server *s = *state;

	strava_client_free(s->client);
	MHD_stop_daemon(s->daemon);
	free(s);
	return 0;
}

static strava_activity_each *
begin(struct server *s, const strava_activity_query *query)
{
	strava_activity_each *each;

	assert_int_equal(
	    strava_activity_each_new(s->client, query, &each, &s->err),
	    STRAVA_OK);
	return each;
}

/* The next id; 0 at the end. */
static int64_t
next_id(struct server *s, strava_activity_each *each)
{
	const strava_activity *activity;

	assert_int_equal(
	    strava_activity_each_next(each, &activity, &s->err), STRAVA_OK);
	return activity != NULL ? activity->id : 0;
}

/* Everything comes once and in order, on to the empty page. */
static void
expect_all(struct server *s, strava_activity_each *each, int from_page)
{
	for (int page = from_page; s->sizes[page] > 0; page++)
		for (int i = 0; i < s->sizes[page]; i++)
			assert_int_equal(next_id(s, each), page * 1000 + i);
	assert_int_equal(next_id(s, each), 0);
	assert_int_equal(next_id(s, each), 0);
}

static void
fill(struct server *s)
{
	static const int sizes[] = { 0, 3, 200, 1, 7, 0, 5 };

	memcpy(s->sizes, sizes, sizeof(sizes));
}

static void
short_pages_are_not_the_end_and_the_empty_one_is(void **state)
{
	struct server *s = *state;

	for (int ahead = 0; ahead <= 16; ahead += ahead + 1) {
		strava_activity_query query = { .read_ahead = ahead };
		strava_activity_each *each = begin(s, &query);

		fill(s);
		memset(s->asked, 0, sizeof(s->asked));
		expect_all(s, each, 1);
		strava_activity_each_free(each);
		for (int page = 1; page <= 5; page++)
			assert_int_equal(s->asked[page], 1);
		if (ahead == 0)
			assert_int_equal(s->asked[6], 0);
	}
}

static void
it_begins_where_it_is_told_to(void **state)
{
	struct server        *s = *state;
	strava_activity_query query = { .page = 3, .read_ahead = 1 };
	strava_activity_each *each = begin(s, &query);

	fill(s);
	expect_all(s, each, 3);
	assert_int_equal(s->asked[1] + s->asked[2], 0);
	strava_activity_each_free(each);
}

static void
reading_ahead_reads_side_by_side(void **state)
{
	struct server        *s = *state;
	strava_activity_query query = { .read_ahead = 4 };
	strava_activity_each *each = begin(s, &query);

	for (int page = 1; page <= 20; page++)
		s->sizes[page] = 2;
	atomic_store(&s->delay_ms, 30);
	expect_all(s, each, 1);
	assert_in_range(atomic_load(&s->most), 2, 5);
	strava_activity_each_free(each);
}

/* Of the pages that were on their way only the broken one is asked for again. */
static void
an_error_keeps_the_place(void **state)
{
	for (int ahead = 0; ahead <= 3; ahead++) {
		struct server         *s = *state;
		strava_activity_query  query = { .read_ahead = ahead };
		strava_activity_each  *each = begin(s, &query);
		const strava_activity *activity;

		fill(s);
		memset(s->asked, 0, sizeof(s->asked));
		atomic_store(&s->fail_page, 2);
		for (int i = 0; i < 3; i++)
			assert_int_equal(next_id(s, each), 1000 + i);
		for (int i = 0; i < 2; i++) {
			assert_int_equal(
			    strava_activity_each_next(each, &activity, &s->err),
			    STRAVA_ERR_SERVER);
			assert_null(activity);
		}
		atomic_store(&s->fail_page, -1);
		expect_all(s, each, 2);
		assert_int_equal(s->asked[1], 1);
		assert_in_range(s->asked[2], 3, 4);
		for (int page = 3; page <= 5; page++)
			assert_int_equal(s->asked[page], 1);
		strava_activity_each_free(each);
	}
}

static void
it_may_be_freed_with_pages_on_their_way(void **state)
{
	struct server        *s = *state;
	strava_activity_query query = { .read_ahead = 16 };
	strava_activity_each *each = begin(s, &query);
	strava_activity_list *list;
	int64_t               began;

	for (int page = 1; page <= 20; page++)
		s->sizes[page] = 2;
	assert_int_equal(next_id(s, each), 1000);
	atomic_store(&s->delay_ms, 500);
	began = clock_steady_ms();
	for (int i = 0; i < 3; i++)
		next_id(s, each);
	strava_activity_each_free(each);
	assert_in_range(clock_steady_ms() - began, 0, 2000);
	assert_int_equal(
	    strava_activity_list_get(s->client, NULL, &list, NULL), STRAVA_OK);
	strava_activity_list_free(list);
}

/* Every list has its iterator: the same walk by another name. */
#define WALK(noun, item, ...)                                                  \
	do {                                                                   \
		strava_##noun##_each *each;                                    \
		const item           *it;                                      \
		int64_t               sum = 0;                                 \
		assert_int_equal(strava_##noun##_each_new(                     \
				     s->client, __VA_ARGS__, &each, NULL),     \
		    STRAVA_OK);                                                \
		while (                                                        \
		    strava_##noun##_each_next(each, &it, NULL) == STRAVA_OK && \
		    it != NULL)                                                \
			sum += it->id;                                         \
		assert_int_equal(sum, 3003 + 4001);                            \
		strava_##noun##_each_free(each);                               \
		assert_int_equal(                                              \
		    strava_##noun##_each_new(NULL, __VA_ARGS__, &each, NULL),  \
		    STRAVA_ERR_ARGUMENT);                                      \
		strava_##noun##_each_free(NULL);                               \
	} while (0)

static void
all_lists_are_walked_alike(void **state)
{
	struct server    *s = *state;
	const strava_page page = { .per_page = 3, .read_ahead = 1 };

	s->sizes[1] = 3; /* 1000, 1001, 1002 */
	s->sizes[2] = 2; /* 2000, 2001 */
	WALK(club, strava_club, &page);
	WALK(kudoer, strava_athlete, 7, &page);
	WALK(route, strava_route, 7, &page);
	WALK(starred, strava_segment, NULL);
}

static void
odd_queries_are_refused(void **state)
{
	static const strava_activity_query bad[] = {
		{ .before = -1 },
		{ .after = -1 },
		{ .page = -1 },
		{ .per_page = -1 },
		{ .per_page = 201 },
		{ .read_ahead = -1 },
		{ .read_ahead = 17 },
	};
	struct server         *s = *state;
	strava_activity_each  *each;
	const strava_activity *activity;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(strava_activity_each_new(
				     s->client, &bad[i], &each, &s->err),
		    STRAVA_ERR_ARGUMENT);
		assert_null(each);
	}
	assert_int_equal(strava_activity_each_new(s->client, NULL, NULL, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(strava_activity_each_new(NULL, NULL, &each, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(strava_activity_each_next(NULL, &activity, NULL),
	    STRAVA_ERR_ARGUMENT);
	each = begin(s, NULL);
	assert_int_equal(
	    strava_activity_each_next(each, NULL, NULL), STRAVA_ERR_ARGUMENT);
	strava_activity_each_free(each);
	strava_activity_each_free(NULL);
}

#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SERVER(short_pages_are_not_the_end_and_the_empty_one_is),
		WITH_SERVER(it_begins_where_it_is_told_to),
		WITH_SERVER(reading_ahead_reads_side_by_side),
		WITH_SERVER(an_error_keeps_the_place),
		WITH_SERVER(it_may_be_freed_with_pages_on_their_way),
		WITH_SERVER(all_lists_are_walked_alike),
		WITH_SERVER(odd_queries_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
