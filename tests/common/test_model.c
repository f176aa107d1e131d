/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "buf.h"
#include "model.h"
#include "test.h"

struct wheel {
	int64_t size;
};

struct wheel_list {
	size_t                     count;
	const struct wheel *const *items;
	size_t                     skipped;
};

struct bike {
	const char              *name;
	const struct wheel      *front;
	const struct wheel_list *spare;
	const struct any_list   *texts, *entries;
};

static const struct member wheel_members[] = {
	MEMBER_REQUIRED(struct wheel, size, put_int64, NULL, "size"),
};
static const struct model wheel_model =
    MODEL_FLAT(struct wheel, "wheel", wheel_members);

static const struct member bike_members[] = {
	MEMBER_REQUIRED(struct bike, name, put_string, NULL, "name"),
};
static const struct nested bike_nested[] = {
	NESTED_OBJECT(struct bike, front, "front", wheel_model),
	NESTED(struct bike, spare, "garage", "wheels", IN_LIST, &wheel_model),
	NESTED_TEXTS(struct bike, texts, "texts"),
	NESTED_ENTRIES(struct bike, entries, "entries"),
};
static const struct model bike_model =
    MODEL(struct bike, "bike", bike_members, bike_nested);

#define WHOLE                                                                \
	"{\"name\":\"b\",\"front\":{\"size\":28},\"garage\":{\"wheels\":["   \
	"{\"size\":26},5,{},{\"size\":27}]},\"texts\":[\"x\",null,5,\"y\"]," \
	"\"entries\":{\"a\":\"t\",\"b\":5,\"c\":true,\"d\":null,\"e\":[]}}"

static struct json_object *
parse(const char *text)
{
	return members_parse(text, strlen(text));
}

static void
a_model_holds_all_that_its_tables_name(void **state)
{
	struct bike              *bike;
	const struct model_entry *entry;

	(void)state;
	assert_int_equal(model_read(parse(WHOLE), &bike_model, &bike), READ);
	assert_string_equal(bike->name, "b");
	assert_int_equal(bike->front->size, 28);
	assert_int_equal(bike->spare->count, 2);
	assert_int_equal(bike->spare->skipped, 2);
	assert_int_equal(bike->spare->items[1]->size, 27);
	assert_int_equal(bike->texts->count, 2);
	assert_string_equal(bike->texts->items[1], "y");
	assert_int_equal(bike->entries->count, 3);
	assert_int_equal(bike->entries->skipped, 2);
	entry = bike->entries->items[1];
	assert_string_equal(entry->key, "b");
	assert_string_equal(entry->value, "5");
	assert_string_equal(model_json(bike), WHOLE);
	assert_string_equal(model_json(bike->front), "{\"size\":28}");
	model_free(bike);
}

static void
a_nested_member_that_is_odd_costs_itself_alone(void **state)
{
	struct bike *bike;

	(void)state;
	assert_int_equal(
	    model_read(parse("{\"name\":\"b\",\"front\":5,\"garage\":[],"
			     "\"texts\":{},\"entries\":\"x\"}"),
		&bike_model, &bike),
	    READ);
	assert_null(bike->front);
	assert_null(bike->spare);
	assert_null(bike->texts);
	assert_null(bike->entries);
	model_free(bike);
}

static void
what_is_no_model_is_odd_and_leaves_out_alone(void **state)
{
	static const char *const odd[] = { "[]", "{}", "{\"name\":5}" };
	struct bike             *bike = NULL;

	(void)state;
	for (size_t i = 0; i < COUNT(odd); i++) {
		assert_int_equal(
		    model_read(parse(odd[i]), &bike_model, &bike), ODD);
		assert_null(bike);
	}
	assert_int_equal(model_read(NULL, &bike_model, &bike), ODD);
	assert_int_equal(
	    model_read_list(parse("{}"), &wheel_model, &bike), ODD);
	assert_null(bike);
}

static void
a_part_outlives_the_whole_when_it_is_read_again(void **state)
{
	struct wheel_list *list;
	struct wheel      *wheel;

	(void)state;
	assert_int_equal(model_read_list(parse("[{\"size\":1},{\"size\":2}]"),
			     &wheel_model, &list),
	    READ);
	assert_int_equal(
	    model_read(json_object_get(model_object(list->items[1])),
		&wheel_model, &wheel),
	    READ);
	model_free(list);
	assert_int_equal(wheel->size, 2);
	assert_string_equal(model_json(wheel), "{\"size\":2}");
	model_free(wheel);
}

static void
a_list_may_be_long(void **state)
{
	struct wheel_list *list;
	struct buf         text;

	(void)state;
	buf_init(&text, SIZE_MAX);
	for (int i = 0; i < 1000; i++)
		buf_addf(&text, "%s{\"size\":%d}", i > 0 ? "," : "[", i);
	buf_add_text(&text, "]");
	assert_int_equal(
	    model_read_list(parse(text.data), &wheel_model, &list), READ);
	buf_free(&text);
	assert_int_equal(list->count, 1000);
	assert_int_equal(list->items[999]->size, 999);
	model_free(list);
}

static void
nothing_is_freed_and_has_no_json(void **state)
{
	(void)state;
	model_free(NULL);
	assert_null(model_json(NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_model_holds_all_that_its_tables_name),
		cmocka_unit_test(
		    a_nested_member_that_is_odd_costs_itself_alone),
		cmocka_unit_test(what_is_no_model_is_odd_and_leaves_out_alone),
		cmocka_unit_test(
		    a_part_outlives_the_whole_when_it_is_read_again),
		cmocka_unit_test(a_list_may_be_long),
		cmocka_unit_test(nothing_is_freed_and_has_no_json),
	};

	return cmocka_run_group_tests_name("common model", tests, NULL, NULL);
}
