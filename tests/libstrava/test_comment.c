/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "fake_transport.h"
#include "test.h"
#include "tolerance.h"

#define URL "https://www.strava.com/api/v3/activities/9007199254740995/comments"
#define ACTIVITY INT64_C(9007199254740995)

static strava_comment_list *
get(struct fake *fake, const strava_comment_query *query)
{
	char                *text = fixture("comments.json");
	strava_comment_list *list;

	fake->answers[0] = fake_answer(200, text);
	assert_int_equal(
	    strava_comment_list_get(fake->client, ACTIVITY, query, &list, NULL),
	    STRAVA_OK);
	free(text);
	return list;
}

static void
comments_are_decoded(void **state)
{
	struct fake           fake;
	strava_comment_list  *list;
	const strava_comment *c;

	(void)state;
	fake_start(&fake);
	list = get(&fake, NULL);
	assert_string_equal(fake.requests[0].url, URL);
	assert_int_equal(list->count, 2);
	assert_int_equal(list->skipped, 2);
	c = list->items[0];
	assert_true(c->id == INT64_C(9007199254740997));
	assert_true(c->activity_id == ACTIVITY && c->post_id == 17);
	assert_int_equal(c->resource_state, STRAVA_RESOURCE_SUMMARY);
	assert_string_equal(
	    c->text, "Was that \"your\" hill?\n\xf0\x9f\xa4\xaf");
	assert_true(c->created_at == 1770578739);
	assert_string_equal(c->cursor, "eyJpZCI6MX0%3D");
	assert_int_equal(c->reaction_count, 3);
	assert_int_equal(c->has_reacted, STRAVA_TRUE);
	assert_string_equal(c->athlete->firstname, "Pia"); /* has no id */
	assert_string_equal(c->athlete->lastname, "S.");
	assert_true(c->athlete->id == 0);
	assert_string_equal(strava_athlete_json(c->athlete),
	    "{\"resource_state\":2,\"firstname\":\"Pia\",\"lastname\":\"S.\"}");
	c = list->items[1];
	assert_true(c->id == 2 && c->post_id == 0 && c->created_at == 0);
	assert_null(c->text);
	assert_null(c->cursor);
	assert_null(c->athlete);
	assert_int_equal(c->has_reacted, STRAVA_UNSET);
	assert_string_equal(strava_comment_json(c),
	    "{\"id\":2,\"post_id\":null,\"text\":null,\"cursor\":null,"
	    "\"athlete\":null}");
	strava_comment_list_free(list);
	fake_stop(&fake);
}

/* A cursor looks escaped already; it is a text like any other. */
static void
a_page_goes_on_behind_a_cursor(void **state)
{
	struct fake          fake;
	strava_comment_list *list, *next;

	(void)state;
	fake_start(&fake);
	list = get(&fake, &(strava_comment_query){ .page_size = 200 });
	assert_string_equal(fake.requests[0].url, URL "?page_size=200");
	fake.answers[1] = fake_answer(200, "[]");
	assert_int_equal(strava_comment_list_get(fake.client, ACTIVITY,
			     &(strava_comment_query){ .page_size = 1,
				 .after_cursor = list->items[0]->cursor },
			     &next, NULL),
	    STRAVA_OK);
	assert_string_equal(fake.requests[1].url,
	    URL "?page_size=1&after_cursor=eyJpZCI6MX0%253D");
	assert_int_equal(next->count, 0);
	strava_comment_list_free(next);
	strava_comment_list_free(list);
	fake_stop(&fake);
}

static void
what_is_wrong_is_refused(void **state)
{
	char                       cursor[1026];
	const strava_comment_query bad[] = { { .page_size = -1 },
		{ .page_size = 201 }, { .after_cursor = cursor } };
	struct fake                fake;
	strava_comment_list       *list;

	(void)state;
	memset(cursor, '%', sizeof(cursor) - 1);
	cursor[sizeof(cursor) - 1] = '\0';
	fake_start(&fake);
	fake.answers[0] = fake_answer(200, NULL);
	for (size_t i = 0; i < COUNT(bad); i++) {
		list = (strava_comment_list *)1;
		assert_int_equal(strava_comment_list_get(
				     fake.client, 1, &bad[i], &list, NULL),
		    STRAVA_ERR_ARGUMENT);
		assert_null(list);
	}
	assert_int_equal(
	    strava_comment_list_get(fake.client, -1, NULL, &list, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(
	    strava_comment_list_get(fake.client, 1, NULL, NULL, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(fake.calls, 0);
	cursor[1024] = '\0'; /* as long as one may be */
	assert_int_equal(
	    strava_comment_list_get(fake.client, 1, &bad[2], &list, NULL),
	    STRAVA_ERR_FORMAT); /* no body */
	assert_int_equal(fake.calls, 1);
	fake_stop(&fake);
}

static void
kept_comments_are_read_again(void **state)
{
	struct fake          fake;
	strava_comment_list *list, *again;
	const char          *text;

	(void)state;
	fake_start(&fake);
	list = get(&fake, NULL);
	text = strava_comment_list_json(list);
	assert_int_equal(
	    strava_comment_list_parse(text, strlen(text), &again, NULL),
	    STRAVA_OK);
	assert_int_equal(again->count, 2);
	assert_string_equal(again->items[0]->text, list->items[0]->text);
	strava_comment_list_free(again);
	strava_comment_list_free(list);
	strava_comment_list_free(NULL);
	assert_int_equal(strava_comment_list_parse(NULL, 0, &again, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_null(strava_comment_list_json(NULL));
	assert_null(strava_comment_json(NULL));
	fake_stop(&fake);
}

static void
every_member_may_be_odd(void **state)
{
	(void)state;
	bears_everything(&sv_comment_model, "comments.json", NULL);
	skips_bad_items(&sv_comment_model, "comments.json", NULL);
}

#define AFTER                                                  \
	"https://www.strava.com/api/v3/activities/7/comments?" \
	"page_size=200&after_cursor="

static int64_t
next_comment(strava_comment_each *each)
{
	const strava_comment *comment;

	assert_int_equal(
	    strava_comment_each_next(each, &comment, NULL), STRAVA_OK);
	return comment != NULL ? comment->id : 0;
}

/* From cursor to cursor, over an error, on to the empty page. */
static void
comments_are_followed_by_their_cursors(void **state)
{
	struct fake           fake;
	strava_comment_each  *each;
	const strava_comment *comment;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(200,
	    "[{\"id\":1,\"cursor\":\"a\"},{\"id\":2,\"cursor\":\"b%3D\"},5]");
	fake.answers[1] = fake_answer(503, NULL);
	fake.answers[2] = fake_answer(200, "[{\"id\":3,\"cursor\":\"c\"}]");
	fake.answers[3] = fake_answer(200, "[]");
	assert_int_equal(
	    strava_comment_each_new(fake.client, 7, NULL, &each, NULL),
	    STRAVA_OK);
	assert_int_equal(next_comment(each), 1);
	assert_int_equal(next_comment(each), 2);
	assert_int_equal(
	    strava_comment_each_next(each, &comment, NULL), STRAVA_ERR_SERVER);
	assert_int_equal(next_comment(each), 3);
	assert_int_equal(next_comment(each), 0);
	assert_int_equal(next_comment(each), 0);
	assert_int_equal(fake.calls, 4);
	assert_string_equal(fake.requests[0].url,
	    "https://www.strava.com/api/v3/activities/7/comments?"
	    "page_size=200");
	assert_string_equal(fake.requests[1].url, AFTER "b%253D");
	assert_string_equal(fake.requests[2].url, fake.requests[1].url);
	assert_string_equal(fake.requests[3].url, AFTER "c");
	strava_comment_each_free(each);
	fake_stop(&fake);
}

/* It would go round for ever otherwise. */
static void
a_cursor_that_leads_nowhere_is_the_end(void **state)
{
	static const char *const pages[] = {
		"[{\"id\":1}]",
		"[{\"id\":1,\"cursor\":\"x\"}]",
	};
	const strava_comment_query query = { .page_size = 1,
		.after_cursor = "x" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct fake          fake;
		strava_comment_each *each;

		fake_start(&fake);
		fake.answers[0] = fake_answer(200, pages[i]);
		assert_int_equal(strava_comment_each_new(
				     fake.client, 7, &query, &each, NULL),
		    STRAVA_OK);
		assert_int_equal(next_comment(each), 1);
		assert_int_equal(next_comment(each), 0);
		assert_int_equal(fake.calls, 1);
		strava_comment_each_free(each);
		fake_stop(&fake);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comments_are_decoded),
		cmocka_unit_test(a_page_goes_on_behind_a_cursor),
		cmocka_unit_test(what_is_wrong_is_refused),
		cmocka_unit_test(kept_comments_are_read_again),
		cmocka_unit_test(every_member_may_be_odd),
		cmocka_unit_test(comments_are_followed_by_their_cursors),
		cmocka_unit_test(a_cursor_that_leads_nowhere_is_the_end),
	};

	return cmocka_run_group_tests_name(
	    "libstrava comment", tests, NULL, NULL);
}
