/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "fake_transport.h"
#include "test.h"
#include "tolerance.h"

#define URL "https://www.strava.com/api/v3/activities/7/photos"

static strava_photo_list *
get(struct fake *fake, int size)
{
	char              *text = fixture("photos.json");
	strava_photo_list *list;

	fake->answers[0] = fake_answer(200, text);
	assert_int_equal(
	    strava_photo_list_get(fake->client, 7, size, &list, NULL),
	    STRAVA_OK);
	free(text);
	return list;
}

static void
photos_are_decoded(void **state)
{
	struct fake         fake;
	strava_photo_list  *list;
	const strava_photo *p;

	(void)state;
	fake_start(&fake);
	list = get(&fake, 5000);
	assert_string_equal(fake.requests[0].url, URL "?size=5000");
	assert_int_equal(list->count, 3);
	assert_int_equal(list->skipped, 3);
	p = list->items[0];
	assert_string_equal(p->unique_id, "6D1E4A0B-0A46");
	assert_true(p->athlete_id == 134815);
	assert_true(p->activity_id == INT64_C(9007199254740995));
	assert_string_equal(p->activity_name, "Around the lake");
	assert_true(p->post_id == 41);
	assert_int_equal(p->resource_state, STRAVA_RESOURCE_SUMMARY);
	assert_string_equal(p->caption, "the far shore");
	assert_int_equal(p->media_type.value, STRAVA_MEDIA_VIDEO);
	assert_int_equal(p->source.value, 1);
	assert_int_equal(p->status.value, 3);
	assert_true(p->uploaded_at == 1771428491);
	assert_true(p->created_at == 1771281182);
	assert_true(p->created_at_local == p->created_at - 14400);
	assert_int_equal(p->urls->count, 1);
	assert_string_equal(p->urls->items[0]->key, "5000");
	assert_string_equal(
	    p->urls->items[0]->value, "https://example.org/far-1536x2048.jpg");
	assert_string_equal(p->video_url, "https://example.org/far.m3u8");
	assert_true(p->duration_s.value == 4.5);
	assert_int_equal(p->default_photo, STRAVA_TRUE);
	assert_true(p->location.value.lat == 40.75);
	assert_non_null(
	    strstr(strava_photo_json(p), "\"sizes\":{\"5000\":[1536,2048]}"));
	strava_photo_list_free(list);
	fake_stop(&fake);
}

static void
a_photo_may_lack_everything(void **state)
{
	struct fake         fake;
	strava_photo_list  *list;
	const strava_photo *p;

	(void)state;
	fake_start(&fake);
	list = get(&fake, 0);
	assert_string_equal(fake.requests[0].url, URL);
	p = list->items[1];
	assert_null(p->unique_id);
	assert_int_equal(p->urls->count, 0);
	assert_false(p->location.set || p->media_type.set);
	assert_true(p->post_id == 0);
	p = list->items[2];
	assert_int_equal(p->urls->count, 2);
	assert_int_equal(p->urls->skipped, 1);
	strava_photo_list_free(list);
	fake_stop(&fake);
}

static void
an_activity_has_a_summary_of_its_photos(void **state)
{
	static const char bare[] = "{\"id\":1,\"photos\":{\"count\":0,"
				   "\"primary\":null}}";
	char             *text = fixture("activity_detailed.json");
	strava_activity  *a;
	const strava_photo_summary *s;

	(void)state;
	assert_int_equal(
	    strava_activity_parse(text, strlen(text), &a, NULL), STRAVA_OK);
	free(text);
	s = a->photos;
	assert_int_equal(s->count, 2);
	assert_int_equal(s->use_primary_photo, STRAVA_TRUE);
	assert_string_equal(s->primary->unique_id, "3FDA-204E");
	assert_int_equal(s->primary->media_type.value, STRAVA_MEDIA_PHOTO);
	assert_int_equal(s->primary->source.value, 1);
	assert_int_equal(s->primary->urls->count, 2);
	assert_string_equal(s->primary->urls->items[1]->key, "100");
	assert_string_equal(
	    s->primary->urls->items[1]->value, "https://example.org/100.jpg");
	strava_activity_free(a);
	assert_int_equal(
	    strava_activity_parse(bare, strlen(bare), &a, NULL), STRAVA_OK);
	assert_null(a->photos->primary);
	assert_int_equal(a->photos->use_primary_photo, STRAVA_UNSET);
	assert_string_equal(strava_photo_summary_json(a->photos),
	    "{\"count\":0,\"primary\":null}");
	strava_activity_free(a);
	assert_null(strava_photo_summary_json(NULL));
	assert_null(strava_photo_json(NULL));
}

static void
what_is_wrong_is_refused(void **state)
{
	struct fake        fake;
	strava_photo_list *list = (strava_photo_list *)1;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(200, "[]");
	assert_int_equal(strava_photo_list_get(fake.client, 1, -1, &list, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_null(list);
	assert_int_equal(strava_photo_list_get(fake.client, 0, 0, &list, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(strava_photo_list_get(fake.client, 1, 0, NULL, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(fake.calls, 0);
	assert_int_equal(
	    strava_photo_list_get(fake.client, 7, INT_MAX, &list, NULL),
	    STRAVA_OK);
	assert_string_equal(fake.requests[0].url, URL "?size=2147483647");
	strava_photo_list_free(list);
	fake_stop(&fake);
}

static void
kept_photos_are_read_again(void **state)
{
	struct fake        fake;
	strava_photo_list *list, *again;
	const char        *text;

	(void)state;
	fake_start(&fake);
	list = get(&fake, 100);
	text = strava_photo_list_json(list);
	assert_int_equal(
	    strava_photo_list_parse(text, strlen(text), &again, NULL),
	    STRAVA_OK);
	assert_int_equal(again->count, 3);
	assert_string_equal(again->items[0]->caption, "the far shore");
	strava_photo_list_free(again);
	strava_photo_list_free(list);
	strava_photo_list_free(NULL);
	assert_null(strava_photo_list_json(NULL));
	fake_stop(&fake);
}

static void
every_member_may_be_odd(void **state)
{
	(void)state;
	bears_everything(&sv_photo_model, "photos.json", NULL);
	bears_everything(
	    &sv_photo_summary_model, "activity_detailed.json", "photos");
	skips_bad_items(&sv_photo_model, "photos.json", NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(photos_are_decoded),
		cmocka_unit_test(a_photo_may_lack_everything),
		cmocka_unit_test(an_activity_has_a_summary_of_its_photos),
		cmocka_unit_test(what_is_wrong_is_refused),
		cmocka_unit_test(kept_photos_are_read_again),
		cmocka_unit_test(every_member_may_be_odd),
	};

	return cmocka_run_group_tests_name(
	    "libstrava photo", tests, NULL, NULL);
}
