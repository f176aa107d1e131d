/* SPDX-License-Identifier: MIT */

/* update_tokens --status, with accounts in every state. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "members.h"
#include "once.h"
#include "scene.h"
#include "test.h"

/* Runs the program with one changed setting, or none; its output is to be
 * freed. */
static char *
run(const char *const argv[], const char *name, const char *value, int code,
    const char *logged)
{
	struct environment env;
	struct process     process;
	char              *out;

	world_environment(&world, &env);
	environment_unset(&env, "INVOKER_AUTH");
	if (name != NULL)
		environment_set(&env, name, value);
	world_run(&world, &process, argv, &env);
	environment_free(&env);
	assert_true(process_wait(&process, 60000));
	if (logged != NULL)
		assert_logged(&process, logged);
	assert_int_equal(process.code, code);
	out = process_out(&process);
	process_free(&process);
	return out;
}

/* A number of the status, "due" or "due.older". */
static int64_t
number(const char *text, const char *name)
{
	struct json_object *object = members_parse(text, strlen(text));
	struct json_object *value = object, *next;
	char                part[64];
	size_t              len;
	int64_t             n;

	assert_non_null(object);
	for (; *name != '\0'; name += len + (name[len] == '.')) {
		len = strcspn(name, ".");
		snprintf(part, sizeof(part), "%.*s", (int)len, name);
		if (!json_object_object_get_ex(value, part, &next))
			fail_msg("%s is missing in %s", name, text);
		value = next;
	}
	assert_true(json_object_is_type(value, json_type_int));
	n = json_object_get_int64(value);
	json_object_put(object);
	return n;
}

static const char *const as_text[] = { PATH_UPDATE_TOKENS, "--status", NULL };
static const char *const as_json[] = { PATH_UPDATE_TOKENS, "--status", "--json",
	NULL };

/* In windows that begin in 2100, so that none ends during the test. */
static const char spent[] =
    "INSERT INTO tokenstore.budget (app_id, name, window_s, window_start,"
    " quota, used, pending, granted) SELECT app_id, name, window_s,"
    " '2100-01-01Z', quota, used, pending, 0 FROM tokenstore.app, (VALUES"
    "  ('refresh', 900, 100, 37, 8), ('refresh', 86400, 0, 412, 0),"
    "  ('refresh', 60, 5, 4, 3), ('other', 900, 7, 7, 7))"
    " v (name, window_s, quota, used, pending)";

static void
what_runs_leave_is_told(void **state)
{
	char  sql[200];
	char *out;

	(void)state;
	enrol_due(&world, 5, &enrolled);
	snprintf(sql, sizeof(sql),
	    "UPDATE tokenstore.account SET state = 1, last_error ="
	    " 'maybe_lost', updated_at = now() WHERE subject = '%lld'",
	    (long long)enrolled.ids[0]);
	postgres_sql(world.postgres, sql);
	out = run(as_json, NULL, NULL, 0, NULL);
	assert_int_equal(number(out, "active"), 4);
	assert_int_equal(number(out, "needs_consent"), 1);
	assert_int_equal(number(out, "maybe_lost.total"), 1);
	assert_int_equal(number(out, "due.total"), 4);
	assert_int_equal(
	    number(out, "due.under_5_min") + number(out, "due.under_1_h"), 4);
	assert_int_equal(number(out, "last_refreshed_at"), 0);
	free(out);
	once(&world, 0);
	out = run(as_json, NULL, NULL, 0, NULL);
	assert_int_equal(number(out, "due.total"), 0);
	assert_int_equal(number(out, "oldest_due_at"), 0);
	assert_true(number(out, "at") - number(out, "last_refreshed_at") < 60);
	free(out);
	out = run(as_text, NULL, NULL, 0, NULL);
	assert_non_null(strstr(out, "active           4\n"));
	assert_non_null(strstr(out, "\ndue                      0"));
	assert_non_null(strstr(out, "oldest due       never\n"));
	free(out);
}

static void
what_somebody_has_to_act_on_ends_with_one(void **state)
{
	char *out;

	(void)state;
	enrol_due(&world, 2, &enrolled);
	world_advance(&world, 7200);
	out = run(as_json, NULL, NULL, 1, "due for more than an hour");
	assert_int_equal(number(out, "due.under_6_h"), 2);
	free(out);
	out = run(as_json, "TOKEN_KEYS", "8:" WORLD_KEY, 1,
	    "a key that TOKEN_KEYS lacks");
	assert_int_equal(number(out, "unreadable"), 2);
	assert_non_null(strstr(out, "\"unreadable_keys\":[7]"));
	free(out);
}

/* Before anybody asked, then, and when both windows are over. */
static void
the_budget_of_refreshes_is_told(void **state)
{
	char *out;

	(void)state;
	postgres_sql(world.postgres, "DELETE FROM tokenstore.budget");
	out = run(as_text, NULL, NULL, 0, NULL);
	assert_non_null(strstr(
	    out, "\nbudget, 15 min   nothing sent in this window, ends "));
	assert_non_null(strstr(out, "\nbudget, day      nothing sent in this "
				    "window, ends 00:00 UTC\n"));
	free(out);
	postgres_sql(world.postgres, spent);
	out = run(as_text, NULL, NULL, 0, NULL);
	assert_non_null(strstr(out,
	    "\nbudget, 15 min   37 of 100 used, 8 pending, ends 00:15 UTC\n"
	    "budget, day      412 of 100000000 used, ends 00:00 UTC\n"));
	free(out);
	out = run(as_json, NULL, NULL, 0, NULL);
	assert_non_null(
	    strstr(out, "\"budget\":[{\"window_s\":900,\"ends_at\":4102445700,"
			"\"limit\":100,\"used\":37,\"pending\":8},"
			"{\"window_s\":86400,\"ends_at\":4102531200,"
			"\"limit\":100000000,\"used\":412,\"pending\":0}]"));
	free(out);
	postgres_sql(world.postgres,
	    "UPDATE tokenstore.budget SET window_start = '2020-01-01Z'");
	out = run(as_json, NULL, NULL, 0, NULL);
	assert_non_null(strstr(out, "\"limit\":100,\"used\":0,\"pending\":0}"));
	free(out);
}

static void
what_cannot_be_told_ends_with_one_or_two(void **state)
{
	static const char *const only_json[] = { PATH_UPDATE_TOKENS, "--json",
		NULL };
	char                    *out;

	(void)state;
	out = run(only_json, NULL, NULL, 2, "--json goes with --status");
	assert_string_equal(out, "");
	free(out);
	out = run(as_text, "DATABASE_URL", "host=/nowhere", 1, "/nowhere");
	assert_string_equal(out, "");
	free(out);
	world_new_database(&world);
	out = run(as_text, NULL, NULL, 1, "tables are missing");
	assert_string_equal(out, "");
	free(out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_runs_leave_is_told),
		cmocka_unit_test(the_budget_of_refreshes_is_told),
		cmocka_unit_test(what_somebody_has_to_act_on_ends_with_one),
		cmocka_unit_test(what_cannot_be_told_ends_with_one_or_two),
	};

	return cmocka_run_group_tests(tests, scene_open, scene_close);
}
