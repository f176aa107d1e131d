/* SPDX-License-Identifier: MIT */

/*
 * Each allocation fails, once and from then on, those inside json-c and libc
 * included: this program's own malloc() and its kin take the place of libc's in
 * the whole process.  It is built without sanitizers, which do the same.
 */

#include <errno.h>
#include <json-c/json.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SECRET "s3cr3t/s3cr3t"

/* Allocations until the one that fails; below 0: none does. */
static long   left = -1;
static bool   lasting; /* all that follow fail too */
static bool   failed;

static long   live;    /* blocks that are in use */
static bool   tracing; /* whether blocks that are given back are looked into */
static size_t traces;  /* how many held the secret */

static bool
is_due(void)
{
	if (left < 0)
		return false;
	if (left > 0) {
		left--;
		return false;
	}
	if (!lasting)
		left = -1;
	failed = true;
	errno = ENOMEM;
	return true;
}

/* libc's own, under the names that it has for such programs as this. */
/* NOLINTBEGIN(bugprone-reserved-identifier,
 * readability-inconsistent-declaration-parameter-name) */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void  __libc_free(void *block);

static void *
counted(void *block)
{
	live += block != NULL;
	return block;
}

void *
malloc(size_t size)
{
	return is_due() ? NULL : counted(__libc_malloc(size));
}

void *
calloc(size_t n, size_t size)
{
	return is_due() ? NULL : counted(__libc_calloc(n, size));
}

void
free(void *block)
{
	size_t size;

	if (block == NULL)
		return;
	size = malloc_usable_size(block);
	if (tracing && memmem(block, size, SECRET, strlen(SECRET)) != NULL)
		traces++;
	explicit_bzero(block, size); /* or the next owner would be blamed */
	live--;
	__libc_free(block);
}

/* Always moves, so that free() sees what is left behind. */
void *
realloc(void *block, size_t size)
{
	void  *moved;
	size_t kept;

	if ((moved = malloc(size)) == NULL)
		return NULL;
	if (block != NULL) {
		kept = malloc_usable_size(block);
		memcpy(moved, block, kept < size ? kept : size);
		free(block);
	}
	return moved;
}
/* NOLINTEND(bugprone-reserved-identifier,
 * readability-inconsistent-declaration-parameter-name) */

#define TEN(text) text text text text text text text text text text

/* Every kind of value, an object and a list that grow, texts that need more
 * scratch memory each, and numbers that take the long way. */
static const char *const documents[] = { "{}", "[]", "{\"a\":null}",
	"[{\"a\":1},{\"a\":2},{\"b\":{\"a\":3}}]",
	"[true,false,null,0,-9223372036854775808,1.5,1e999,\"\",\"" SECRET
	"\",\"\\n" SECRET "\"]",
	"[18446744073709551616,0.1234567890123456789012345678901234567890]",
	"{\"a\":1,\"b\":2.5,\"c\":[],\"d\":{},\"e\":[1,[2,[3]]],\"f\":\"" SECRET
	"\",\"g\":true,\"h\":\"\\u00e9" SECRET "\",\"i\":0,\"j\":0,\"k\":0,"
	"\"l\":0,\"m\":0,\"n\":{\"a\":1,\"\\u0062\":2}}",
	"[\"\\n" SECRET
	"\",\"\\n" TEN(SECRET) "\",\"\\n" TEN(TEN(SECRET)) "\"]",
	"[" TEN(TEN("{\"a\":\"x\"},")) TEN("[0.5],") "\"" SECRET "\"]" };

/* They begin well and end badly. */
static const char *const broken[] = { "[\"\\n" SECRET "\"",
	"{\"a\":{\"b\":\"" SECRET "\"},\"c\":[\"" SECRET "\"],}",
	"{\"a\":\"" SECRET "\",\"a\":1}", "{\"a\":1,\"a\":\"" SECRET "\"}",
	"[[[\"" SECRET "\"]]]]", "[\"\\n" SECRET "\\x\"]",
	"[\"\\n" TEN(TEN(SECRET)) "\n\"]" };

/* Ends a document as those do who care; looks at its text first. */
static void
finish(struct json_object *document, const char *expected)
{
	assert_string_equal(
	    json_object_to_json_string_ext(document, JSON_C_TO_STRING_PLAIN),
	    expected);
	json_wipe(document);
	assert_int_equal(json_object_put(document), 1);
}

/* Reads with the n-th allocation failing.  True when that many were not made. */
static bool
read_starved(const char *text, long n, const char *expected)
{
	struct json_object *document;
	long                before = live;

	failed = false;
	errno = 0;
	left = n;
	tracing = true;
	document = json_read(text, strlen(text));
	tracing = false;
	left = -1;
	assert_int_equal(traces, 0);
	if (failed) {
		assert_null(document);
		assert_int_equal(errno, ENOMEM);
	} else {
		assert_non_null(document);
		finish(document, expected);
	}
	assert_int_equal(live, before);
	return !failed;
}

static void
starve(const char *text)
{
	struct json_object *document = json_read(text, strlen(text));
	char               *expected;
	long                n = 0;

	assert_non_null(document);
	expected = strdup(
	    json_object_to_json_string_ext(document, JSON_C_TO_STRING_PLAIN));
	json_object_put(document);
	assert_non_null(expected);
	while (!read_starved(text, n, expected))
		n++;
	assert_true(n >= 2);
	free(expected);
}

static void
every_failed_allocation_costs_the_document(void **state)
{
	(void)state;
	lasting = false;
	for (size_t i = 0; i < COUNT(documents); i++)
		starve(documents[i]);
}

static void
lasting_failures_cost_the_document(void **state)
{
	(void)state;
	lasting = true;
	for (size_t i = 0; i < COUNT(documents); i++)
		starve(documents[i]);
	lasting = false;
}

static void
a_broken_document_leaves_nothing(void **state)
{
	long before = live;

	(void)state;
	for (size_t i = 0; i < COUNT(broken); i++) {
		errno = 0;
		tracing = true;
		assert_null(json_read(broken[i], strlen(broken[i])));
		tracing = false;
		assert_int_equal(errno, EINVAL);
		assert_int_equal(traces, 0);
		assert_int_equal(live, before);
	}
}

/* The tests above would not fail otherwise. */
static void
allocations_of_others_are_seen(void **state)
{
	struct json_object *document = json_read("[\"" SECRET "\"]", 17);
	long                before = live;

	(void)state;
	assert_non_null(document);
	assert_true(before > 0);
	tracing = true;
	assert_int_equal(json_object_put(document), 1);
	tracing = false;
	assert_true(live < before);
	assert_int_equal(traces, 1);
	traces = 0;
	left = 0;
	assert_null(json_object_new_object());
	assert_true(failed);
	failed = false;
	left = 1; /* after the number itself, the copy of its text */
	assert_null(json_object_new_double_s(1, "1.0"));
	assert_true(failed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(allocations_of_others_are_seen),
		cmocka_unit_test(every_failed_allocation_costs_the_document),
		cmocka_unit_test(lasting_failures_cost_the_document),
		cmocka_unit_test(a_broken_document_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
