/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "google.h"

#define IDS_SIZE 64

#define S(id) "{\"name\":\"projects/1/secrets/" id "\"}"
#define PAGE(items, token) \
	"{\"secrets\":[" items "],\"nextPageToken\":\"" token "\"}"

/* Goes through a list of the project "p" and writes the ids one after the other;
 * the caller ends `g`. */
static gcpsecret_status
list(struct google *g, const struct loopback_answer *script, size_t count,
    const gcpsecret_query *query, char *ids)
{
	gcpsecret_secret_each  *each;
	const gcpsecret_secret *secret;
	gcpsecret_status        status;
	size_t                  len = 0;

	google_start(g, script, count);
	google_use_emulator(g);
	gcpsecret_client_set_retries(g->client, 0);
	*ids = '\0';
	assert_int_equal(gcpsecret_secret_each_new(
			     g->client, "projects/p", query, &each, NULL),
	    GCPSECRET_OK);
	assert_int_equal(loopback_count(g->peer), 0);
	while ((status = gcpsecret_secret_each_next(each, &secret, &g->err)) ==
		   GCPSECRET_OK &&
	       secret != NULL)
		len += (size_t)snprintf(ids + len, IDS_SIZE - len, "%s",
		    strrchr(secret->name, '/') + 1);
	if (status == GCPSECRET_OK) {
		/* The end stays the end. */
		assert_int_equal(
		    gcpsecret_secret_each_next(each, &secret, NULL),
		    GCPSECRET_OK);
		assert_null(secret);
	} else {
		google_remember(g, &g->err, status);
		assert_null(secret);
	}
	gcpsecret_secret_each_free(each);
	return status;
}

static void
pages_are_turned_until_none_follows(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = PAGE(S("a") "," S("b"), "t&1") },
		{ .status = 200, .body = PAGE("", "t2") },
		{ .status = 200, .body = "{\"nextPageToken\":\"t3\"}" },
		{ .status = 200, .body = PAGE(S("c"), "") },
		{ .status = 500 },
	};
	struct google g;
	char          ids[IDS_SIZE];

	(void)state;
	assert_int_equal(
	    list(&g, script, COUNT(script), NULL, ids), GCPSECRET_OK);
	assert_string_equal(ids, "abc");
	assert_int_equal(loopback_count(g.peer), 4);
	assert_string_equal(
	    loopback_request(g.peer, 0)->target, "/v1/projects/p/secrets");
	assert_string_equal(loopback_request(g.peer, 1)->target,
	    "/v1/projects/p/secrets?pageToken=t%261");
	assert_string_equal(loopback_request(g.peer, 3)->target,
	    "/v1/projects/p/secrets?pageToken=t3");
	google_end(&g);
}

static void
a_query_goes_with_every_page(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = PAGE(S("a"), "t") },
		{ .status = 200, .body = PAGE(S("b"), "") },
	};
	const gcpsecret_query query = { .filter = "labels.env=prod AND a:b",
		.page_size = 1 };
	struct google         g;
	char                  ids[IDS_SIZE];

	(void)state;
	assert_int_equal(
	    list(&g, script, COUNT(script), &query, ids), GCPSECRET_OK);
	assert_string_equal(loopback_request(g.peer, 0)->target,
	    "/v1/projects/p/secrets?pageSize=1&filter="
	    "labels.env%3Dprod%20AND%20a%3Ab");
	assert_string_equal(loopback_request(g.peer, 1)->target,
	    "/v1/projects/p/secrets?pageSize=1&pageToken=t&filter="
	    "labels.env%3Dprod%20AND%20a%3Ab");
	google_end(&g);
}

/* What an answer may not be. */
static const char *const odd[] = {
	PAGE(S("a") ",5", ""),
	PAGE(S("a") ",{}", ""),
	PAGE("{\"name\":5}", ""),
	PAGE("{\"name\":\"projects/1/locations/l/secrets/a\"}", ""),
	PAGE("{\"name\":\"projects/1/secrets/a/versions/1\"}", ""),
	PAGE("{\"name\":\"a\"}", ""),
};

static void
a_list_with_an_odd_item_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(odd); i++) {
		struct loopback_answer answer = { .status = 200,
			.body = odd[i] };
		struct google          g;
		char                   ids[IDS_SIZE];

		if (list(&g, &answer, 1, NULL, ids) != GCPSECRET_ERR_FORMAT)
			fail_msg("%s", odd[i]);
		google_end(&g);
	}
}

static void
a_list_that_goes_round_in_circles_is_refused(void **state)
{
	static const struct loopback_answer same[] = {
		{ .status = 200, .body = PAGE(S("a"), "t") },
	};
	struct google g;
	char          ids[IDS_SIZE];

	(void)state;
	assert_int_equal(list(&g, same, 1, NULL, ids), GCPSECRET_ERR_FORMAT);
	assert_holds(g.err.message, "same page again");
	assert_int_equal(loopback_count(g.peer), 2);
	google_end(&g);
}

static void
empty_pages_do_not_go_on_for_ever(void **state)
{
	static const struct loopback_answer two[] = {
		{ .status = 200, .body = PAGE("", "t") },
		{ .status = 200, .body = PAGE("", "u") },
	};
	static struct loopback_answer script[120];
	struct google                 g;
	char                          ids[IDS_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(script); i++)
		script[i] = two[i % 2];
	assert_int_equal(
	    list(&g, script, COUNT(script), NULL, ids), GCPSECRET_ERR_FORMAT);
	assert_holds(g.err.message, "empty page");
	assert_int_equal(loopback_count(g.peer), 100);
	google_end(&g);
}

static void
after_a_failure_it_goes_on_where_it_was(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = PAGE(S("a"), "t") },
		{ .status = 503 },
		{ .status = 200, .body = "<html>" },
		{ .status = 200, .body = PAGE(S("b"), "") },
	};
	static const gcpsecret_status statuses[] = { GCPSECRET_OK,
		GCPSECRET_ERR_SERVER, GCPSECRET_ERR_FORMAT, GCPSECRET_OK };
	gcpsecret_secret_each        *each;
	const gcpsecret_secret       *secret;
	struct google                 g;

	(void)state;
	google_start(&g, script, COUNT(script));
	google_use_emulator(&g);
	assert_int_equal(gcpsecret_secret_each_new(
			     g.client, "projects/p", NULL, &each, NULL),
	    GCPSECRET_OK);
	for (size_t i = 0; i < COUNT(statuses); i++) {
		assert_int_equal(
		    gcpsecret_secret_each_next(each, &secret, &g.err),
		    statuses[i]);
		assert_true((secret != NULL) == (statuses[i] == GCPSECRET_OK));
	}
	assert_string_equal(secret->name, "projects/1/secrets/b");
	assert_string_equal(loopback_request(g.peer, 3)->target,
	    "/v1/projects/p/secrets?pageToken=t");
	gcpsecret_secret_each_free(each);
	google_end(&g);
}

static void
a_query_out_of_contract_is_refused(void **state)
{
	static const struct loopback_answer unused = { .status = 500 };
	char                                filter[5000];
	const gcpsecret_query               bad[] = { { .page_size = -1 },
			      { .page_size = 25001 }, { .filter = filter } };
	gcpsecret_secret_each              *each;
	const gcpsecret_secret             *secret;
	struct google                       g;

	(void)state;
	memset(filter, 'x', sizeof(filter) - 1);
	filter[sizeof(filter) - 1] = '\0';
	google_start(&g, &unused, 1);
	google_use_emulator(&g);
	for (size_t i = 0; i < COUNT(bad); i++) {
		assert_int_equal(gcpsecret_secret_each_new(g.client,
				     "projects/p", &bad[i], &each, &g.err),
		    GCPSECRET_ERR_ARGUMENT);
		assert_null(each);
	}
	assert_int_equal(
	    gcpsecret_secret_each_new(g.client, NULL, NULL, NULL, &g.err),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(gcpsecret_secret_each_next(NULL, &secret, &g.err),
	    GCPSECRET_ERR_ARGUMENT);
	google_end(&g);
}

static void
a_list_of_a_canceled_client_ends(void **state)
{
	static const struct loopback_answer page = { .status = 200,
		.body = PAGE(S("a") "," S("b"), "") };
	gcpsecret_secret_each              *each;
	const gcpsecret_secret             *secret;
	struct google                       g;

	(void)state;
	google_start(&g, &page, 1);
	google_use_emulator(&g);
	assert_int_equal(gcpsecret_secret_each_new(
			     g.client, "projects/p", NULL, &each, NULL),
	    GCPSECRET_OK);
	assert_int_equal(
	    gcpsecret_secret_each_next(each, &secret, NULL), GCPSECRET_OK);
	gcpsecret_client_cancel(g.client);
	assert_int_equal(gcpsecret_secret_each_next(each, &secret, NULL),
	    GCPSECRET_ERR_CANCELED);
	assert_null(secret);
	gcpsecret_secret_each_free(each);
	google_end(&g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_are_turned_until_none_follows),
		cmocka_unit_test(a_query_goes_with_every_page),
		cmocka_unit_test(a_list_with_an_odd_item_is_refused),
		cmocka_unit_test(a_list_that_goes_round_in_circles_is_refused),
		cmocka_unit_test(empty_pages_do_not_go_on_for_ever),
		cmocka_unit_test(after_a_failure_it_goes_on_where_it_was),
		cmocka_unit_test(a_query_out_of_contract_is_refused),
		cmocka_unit_test(a_list_of_a_canceled_client_ends),
	};

	return cmocka_run_group_tests_name(
	    "libgcpsecret each", tests, NULL, NULL);
}
