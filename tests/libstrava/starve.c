/* SPDX-License-Identifier: MIT */
#include "starve.h"

#include <stdlib.h>
#include <string.h>

#include "fake_transport.h"
#include "test.h"

#define SAID_MAX 65536

/* Allocations until the one that fails; below 0: none does. */
static _Thread_local long left = -1;
static _Thread_local long made;
static _Thread_local bool lasting, failed;

static char               said[SAID_MAX];
static size_t             said_len;

static bool
is_due(void)
{
	made++;
	if (left < 0)
		return false;
	if (left > 0) {
		left--;
		return false;
	}
	if (!lasting)
		left = -1;
	failed = true;
	return true;
}

/* The linker gives these names. NOLINTBEGIN(bugprone-reserved-identifier) */
void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *block, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t len);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *block, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t len);

void *
__wrap_malloc(size_t size)
{
	return is_due() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return is_due() ? NULL : __real_calloc(n, size);
}

void *
__wrap_realloc(void *block, size_t size)
{
	return is_due() ? NULL : __real_realloc(block, size);
}

char *
__wrap_strdup(const char *text)
{
	return is_due() ? NULL : __real_strdup(text);
}

char *
__wrap_strndup(const char *text, size_t len)
{
	return is_due() ? NULL : __real_strndup(text, len);
}
/* NOLINTEND(bugprone-reserved-identifier) */

void
starve_begin(long n, bool for_good)
{
	left = n;
	lasting = for_good;
	failed = false;
	made = 0;
}

bool
starve_end(void)
{
	left = -1;
	return failed;
}

long
starve_made(void)
{
	return made;
}

void
starve_say(const char *text)
{
	size_t len = strlen(text);

	assert_true(said_len + len + 1 < SAID_MAX);
	memcpy(said + said_len, text, len);
	said_len += len;
	said[said_len++] = '\n';
	said[said_len] = '\0';
}

/* The bodies of the answers, until free(). */
static void
read_answers(const struct starve_task *task, char *bodies[STARVE_ANSWERS])
{
	const char *text;

	memset(bodies, 0, STARVE_ANSWERS * sizeof(*bodies));
	for (size_t i = 0; i < STARVE_ANSWERS; i++) {
		if ((text = task->answers[i]) == NULL)
			return;
		bodies[i] =
		    text[0] == '@' ? fixture(text + 1) : __real_strdup(text);
		assert_non_null(bodies[i]);
	}
}

/* Runs the task for a new client, so that none has anything left over. */
static strava_status
run(const struct starve_task *task, struct fake *fake, long n, bool for_good,
    strava_error *err)
{
	char         *bodies[STARVE_ANSWERS];
	strava_status status;

	said_len = 0;
	said[0] = '\0';
	fake_start(fake);
	read_answers(task, bodies);
	for (size_t i = 0; i < STARVE_ANSWERS; i++)
		if (i == 0 || bodies[i] != NULL)
			fake->answers[i] =
			    (struct fake_answer){ .http_status = 200,
				    .body = bodies[i],
				    .headers = { "X-RateLimit-Usage", "1,2" } };
	starve_begin(n, for_good);
	status = task->run(fake->client, err);
	starve_end();
	fake_stop(fake);
	for (size_t i = 0; i < STARVE_ANSWERS; i++)
		free(bodies[i]);
	return status;
}

static bool
is_same_request(const struct fake_request *a, const struct fake_request *b)
{
	/* A boundary is drawn by lot. */
	bool whole = strstr(a->content_type, "boundary") == NULL;

	return strcmp(a->method, b->method) == 0 &&
	       strcmp(a->url, b->url) == 0 && strcmp(a->basic, b->basic) == 0 &&
	       strcmp(a->authorization, b->authorization) == 0 &&
	       a->body_len == b->body_len &&
	       (!whole || (strcmp(a->content_type, b->content_type) == 0 &&
			      strcmp(a->body, b->body) == 0));
}

/* A call without memory may ask for less, but for nothing else. */
static void
expect_known(const struct fake *fake, const struct fake *full)
{
	size_t k;

	for (size_t i = 0; i < fake->calls; i++) {
		for (k = 0; k < full->calls; k++)
			if (is_same_request(
				&fake->requests[i], &full->requests[k]))
				break;
		if (k == full->calls)
			fail_msg("asked for %s", fake->requests[i].url);
	}
}

/* True when there are not that many allocations. */
static bool
starve_once(const struct starve_task *task, const struct fake *full,
    const char *expected, long n, bool for_good)
{
	struct fake   fake;
	strava_error  err;
	strava_status status = run(task, &fake, n, for_good, &err);

	expect_known(&fake, full);
	if (status == STRAVA_OK) {
		assert_string_equal(said, expected);
		return !failed;
	}
	assert_true(failed);
	assert_int_equal(err.status, status);
	if (status != STRAVA_ERR_NOMEM ||
	    strncmp(err.message, "out of memory", 13) != 0)
		fail_msg("%s: allocation %ld: %s: %s", task->calls, n,
		    strava_status_name(status), err.message);
	return false;
}

void
starve(const struct starve_task *task)
{
	static char expected[SAID_MAX];
	struct fake full;
	long        n;

	assert_int_equal(run(task, &full, -1, false, NULL), STRAVA_OK);
	assert_true(full.calls <= FAKE_MAX);
	memcpy(expected, said, sizeof(said));
	for (int for_good = 0; for_good < 2; for_good++) {
		n = 0;
		while (!starve_once(task, &full, expected, n, for_good))
			n++;
		if (n == 0)
			fail_msg("%s allocates nothing", task->calls);
	}
}
