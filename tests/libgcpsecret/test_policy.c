/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "google.h"

#define S "projects/p/secrets/s"
#define VIEWER "roles/secretmanager.viewer"
#define CONDITION                                               \
	"{\"expression\":\"request.time < timestamp('2030')\"," \
	"\"title\":\"until \\u0022 2030\",\"description\":\"d\"}"
#define BINDINGS                                                           \
	"[{\"role\":\"" VIEWER "\",\"members\":[\"user:a@example.com\","   \
	"\"group:b@example.com\"]},{\"role\":\"" VIEWER                    \
	"\",\"members\":[\"user:c@example.com\"],\"condition\":" CONDITION \
	"}]"

static const struct loopback_answer good = { .status = 200,
	.body = "{\"version\":3,\"etag\":\"BwX=\",\"bindings\":" BINDINGS
		",\"auditConfigs\":[{\"service\":\"x\"}]}" };

static void
start(struct google *g, const struct loopback_answer *answer)
{
	google_start(g, answer, 1);
	google_use_emulator(g);
}

static void
a_policy_is_read_with_its_conditions(void **state)
{
	gcpsecret_policy        *policy;
	const gcpsecret_binding *b;
	struct google            g;

	(void)state;
	start(&g, &good);
	assert_int_equal(
	    gcpsecret_policy_get(g.client, S, &policy, &g.err), GCPSECRET_OK);
	assert_int_equal(policy->version, 3);
	assert_string_equal(policy->etag, "BwX=");
	assert_int_equal(policy->bindings->count, 2);
	b = policy->bindings->items[0];
	assert_string_equal(b->role, VIEWER);
	assert_int_equal(b->members->count, 2);
	assert_string_equal(b->members->items[1], "group:b@example.com");
	assert_null(b->condition);
	b = policy->bindings->items[1];
	assert_string_equal(b->condition->title, "until \" 2030");
	assert_string_equal(b->condition->description, "d");
	assert_null(b->condition->location);
	assert_holds(gcpsecret_policy_json(policy), "auditConfigs");
	gcpsecret_policy_free(policy);
	google_end(&g);
}

static void
what_was_read_is_set_again_unchanged(void **state)
{
	gcpsecret_policy *policy, *after;
	struct google     g;

	(void)state;
	start(&g, &good);
	assert_int_equal(
	    gcpsecret_policy_get(g.client, S, &policy, &g.err), GCPSECRET_OK);
	assert_int_equal(gcpsecret_policy_set(g.client, S, policy->etag,
			     policy->bindings, &after, &g.err),
	    GCPSECRET_OK);
	/* Audit settings are not in Google's default mask. */
	assert_string_equal(loopback_request(g.peer, 1)->body,
	    "{\"policy\":{\"version\":3,\"etag\":\"BwX=\","
	    "\"bindings\":" BINDINGS "}}");
	assert_int_equal(after->bindings->count, 2);
	gcpsecret_policy_free(after);
	gcpsecret_policy_free(policy);
	google_end(&g);
}

/* A binding that would be lost when the policy is set again. */
static const char *const broken[] = {
	"{\"bindings\":{}}",
	"{\"bindings\":[5]}",
	"{\"bindings\":[{\"members\":[\"user:a@b.c\"]}]}",
	"{\"bindings\":[{\"role\":\"r\",\"members\":[5]}]}",
	"{\"bindings\":[{\"role\":\"r\",\"members\":\"user:a@b.c\"}]}",
	"{\"bindings\":[{\"role\":\"r\",\"condition\":\"x\"}]}",
	"{\"bindings\":[{\"role\":\"r\",\"condition\":{\"title\":\"x\"}}]}",
};

static void
a_policy_that_cannot_be_read_whole_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(broken); i++) {
		struct loopback_answer answer = { .status = 200,
			.body = broken[i] };
		gcpsecret_policy      *policy;
		struct google          g;

		start(&g, &answer);
		if (gcpsecret_policy_get(g.client, S, &policy, &g.err) !=
		    GCPSECRET_ERR_FORMAT)
			fail_msg("%s", broken[i]);
		assert_null(policy);
		google_end(&g);
	}
}

static void
an_empty_policy_is_nobodys(void **state)
{
	static const struct loopback_answer none = { .status = 200,
		.body = "{\"etag\":\"ACAB\"}" };
	static const gcpsecret_binding_list nobody = { 0 };
	gcpsecret_policy                   *policy;
	struct google                       g;

	(void)state;
	start(&g, &none);
	assert_int_equal(
	    gcpsecret_policy_get(g.client, S, &policy, &g.err), GCPSECRET_OK);
	assert_null(policy->bindings);
	gcpsecret_policy_free(policy);
	assert_int_equal(
	    gcpsecret_policy_set(g.client, S, NULL, &nobody, NULL, &g.err),
	    GCPSECRET_OK);
	assert_string_equal(loopback_request(g.peer, 1)->body,
	    "{\"policy\":{\"version\":1,\"bindings\":[]}}");
	google_end(&g);
}

static void
somebody_faster_is_a_conflict(void **state)
{
	static const struct loopback_answer no = { .status = 409,
		.body = "{\"error\":{\"status\":\"ABORTED\",\"message\":"
			"\"There were concurrent policy changes.\"}}" };
	struct google                       g;

	(void)state;
	start(&g, &no);
	assert_int_equal(
	    gcpsecret_policy_set(g.client, S, "BwX=", NULL, NULL, &g.err),
	    GCPSECRET_ERR_CONFLICT);
	assert_holds(g.err.message, "read it again, then decide");
	google_end(&g);
}

static const char *const         one[] = { "user:a@b.c" };
static const char *const         none[] = { NULL };
static const char *const         odd[] = { "\xff" };
static const gcpsecret_text_list one_member = { 1, one, 0 };
static const gcpsecret_text_list no_text = { 1, none, 0 };
static const gcpsecret_text_list odd_text = { 1, odd, 0 };
static const gcpsecret_text_list no_member = { 0 };
static const gcpsecret_condition no_condition = { .title = "t" };
static const gcpsecret_condition odd_condition = { .expression = "e",
	.title = "\xff" };

static const gcpsecret_binding   bad_bindings[] = {
	  { NULL, &one_member, NULL },
	  { "", &one_member, NULL },
	  { "r", NULL, NULL },
	  { "r", &no_member, NULL },
	  { "r", &no_text, NULL },
	  { "r", &odd_text, NULL },
	  { "r", &one_member, &no_condition },
	  { "r", &one_member, &odd_condition },
};

static void
a_binding_out_of_contract_is_refused(void **state)
{
	const gcpsecret_binding     *item = NULL;
	const gcpsecret_binding_list list = { 1, &item, 0 };
	const gcpsecret_binding_list many = { 1501, &item, 0 };
	struct google                g;

	(void)state;
	start(&g, &good);
	for (size_t i = 0; i <= COUNT(bad_bindings); i++) {
		assert_int_equal(gcpsecret_policy_set(
				     g.client, S, NULL, &list, NULL, &g.err),
		    GCPSECRET_ERR_ARGUMENT);
		if (i < COUNT(bad_bindings))
			item = &bad_bindings[i];
	}
	assert_int_equal(
	    gcpsecret_policy_set(g.client, S, NULL, &many, NULL, &g.err),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(
	    gcpsecret_policy_set(g.client, S, "a b", NULL, NULL, &g.err),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(gcpsecret_policy_get(g.client, S, NULL, &g.err),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(loopback_count(g.peer), 0);
	google_end(&g);
}

static void
permissions_are_tested_each(void **state)
{
	static const struct loopback_answer some = { .status = 200,
		.body = "{\"permissions\":[5,\"b.c.d\",\"x\"]}" };
	static const struct loopback_answer nothing = { .status = 200,
		.body = "{}" };
	static const char *const            texts[] = { "a.b.c", "b.c.d" };
	const gcpsecret_texts               permissions = { texts, 2 };
	bool                                held[2] = { true, false };
	struct google                       g;

	(void)state;
	start(&g, &some);
	assert_int_equal(
	    gcpsecret_policy_test(g.client, S, &permissions, held, &g.err),
	    GCPSECRET_OK);
	assert_string_equal(loopback_request(g.peer, 0)->body,
	    "{\"permissions\":[\"a.b.c\",\"b.c.d\"]}");
	assert_false(held[0]);
	assert_true(held[1]);
	google_end(&g);

	/* So it is with a secret that does not exist. */
	start(&g, &nothing);
	assert_int_equal(
	    gcpsecret_policy_test(g.client, S, &permissions, held, &g.err),
	    GCPSECRET_OK);
	assert_false(held[0] || held[1]);
	google_end(&g);
}

static void
permissions_out_of_contract_are_refused(void **state)
{
	static const char *const     bad[] = { "a b", "", NULL };
	static const char *const     fine[] = { "a.b.c" };
	const gcpsecret_texts        all = { fine, 101 };
	const gcpsecret_texts        no_items = { NULL, 1 };
	const gcpsecret_texts        no_count = { fine, 0 };
	const gcpsecret_texts        right = { fine, 1 };
	const gcpsecret_texts *const lists[] = { NULL, &all, &no_items,
		&no_count };
	bool                         held[101];
	struct google                g;

	(void)state;
	start(&g, &good);
	for (size_t i = 0; i < COUNT(lists); i++)
		assert_int_equal(
		    gcpsecret_policy_test(g.client, S, lists[i], held, &g.err),
		    GCPSECRET_ERR_ARGUMENT);
	for (size_t i = 0; i < COUNT(bad); i++) {
		const gcpsecret_texts list = { &bad[i], 1 };

		assert_int_equal(
		    gcpsecret_policy_test(g.client, S, &list, held, &g.err),
		    GCPSECRET_ERR_ARGUMENT);
	}
	assert_int_equal(
	    gcpsecret_policy_test(g.client, S, &right, NULL, &g.err),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(loopback_count(g.peer), 0);
	google_end(&g);
}

static void
no_policy_is_freed_and_has_no_json(void **state)
{
	(void)state;
	gcpsecret_policy_free(NULL);
	assert_null(gcpsecret_policy_json(NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_policy_is_read_with_its_conditions),
		cmocka_unit_test(what_was_read_is_set_again_unchanged),
		cmocka_unit_test(a_policy_that_cannot_be_read_whole_is_refused),
		cmocka_unit_test(an_empty_policy_is_nobodys),
		cmocka_unit_test(somebody_faster_is_a_conflict),
		cmocka_unit_test(a_binding_out_of_contract_is_refused),
		cmocka_unit_test(permissions_are_tested_each),
		cmocka_unit_test(permissions_out_of_contract_are_refused),
		cmocka_unit_test(no_policy_is_freed_and_has_no_json),
	};

	return cmocka_run_group_tests_name(
	    "libgcpsecret policy", tests, NULL, NULL);
}
