/* SPDX-License-Identifier: MIT */
#ifndef STARVE_H
#define STARVE_H

/*
 * Does a task over and over, each time with another allocation that fails: once,
 * and from then on for good.  The linker's --wrap catches the allocations of the
 * library's own code, not those inside libcurl, json-c and libcrypto; those of
 * other threads are let through.
 *
 *	STARVE_JSON(get_gear, gear, strava_gear_get(client, "b1", &out, err),
 *	    "{\"id\":\"b1\"}");
 *
 *	starve(&get_gear);
 */

#include <stdbool.h>
#include <stddef.h>
#include <strava/strava.h>

#define STARVE_ANSWERS 4

typedef strava_status (*starve_fn)(strava_client *client, strava_error *err);

struct starve_task {
	starve_fn   run;   /* frees what it got, whatever happens */
	const char *calls; /* names what of the library it calls */
	const char *answers[STARVE_ANSWERS]; /* of Strava, with status 200; "@a"
					      * is what fixtures/a holds */
};

/* A task that makes one call for something that has a JSON, `out`. */
#define STARVE_JSON(name, noun, call, ...)                          \
	static strava_status name##_run(                            \
	    strava_client *client, strava_error *err)               \
	{                                                           \
		strava_##noun *out;                                 \
		strava_status  status = call;                       \
                                                                    \
		(void)client;                                       \
		if (status == STRAVA_OK)                            \
			starve_say(strava_##noun##_json(out));      \
		strava_##noun##_free(out);                          \
		return status;                                      \
	}                                                           \
	static const struct starve_task name = { name##_run, #call, \
		{ __VA_ARGS__ } }

/* The same without Strava, from a text. */
#define STARVE_PARSE(name, noun, text) \
	STARVE_JSON(name, noun,        \
	    strava_##noun##_parse(text, sizeof(text) - 1, &out, err), NULL)

/* A task that takes all that an iterator gives. */
#define STARVE_EACH(name, each, noun, call, ...)                             \
	static strava_status name##_run(                                     \
	    strava_client *client, strava_error *err)                        \
	{                                                                    \
		strava_##each##_each *out;                                   \
		const strava_##noun  *item = NULL;                           \
		strava_status         status = call;                         \
                                                                             \
		while (status == STRAVA_OK) {                                \
			status = strava_##each##_each_next(out, &item, err); \
			if (status != STRAVA_OK || item == NULL)             \
				break;                                       \
			starve_say(strava_##noun##_json(item));              \
		}                                                            \
		strava_##each##_each_free(out);                              \
		return status;                                               \
	}                                                                    \
	static const struct starve_task name = { name##_run,                 \
		#call " strava_" #each "_each_next()", { __VA_ARGS__ } }

/* A task that makes one call for a text, `out`. */
#define STARVE_TEXT(name, call, ...)                                \
	static strava_status name##_run(                            \
	    strava_client *client, strava_error *err)               \
	{                                                           \
		char         *out;                                  \
		strava_status status = call;                        \
                                                                    \
		(void)client;                                       \
		if (status == STRAVA_OK)                            \
			starve_say(out);                            \
		strava_string_free(out);                            \
		return status;                                      \
	}                                                           \
	static const struct starve_task name = { name##_run, #call, \
		{ __VA_ARGS__ } }

/* A task that makes one call for nothing but its status. */
#define STARVE_CALL(name, call, ...)                                \
	static strava_status name##_run(                            \
	    strava_client *client, strava_error *err)               \
	{                                                           \
		return call;                                        \
	}                                                           \
	static const struct starve_task name = { name##_run, #call, \
		{ __VA_ARGS__ } }

/* Says what came out of a task.  When its status is OK, all that it said is
 * what it says when nothing fails. */
void starve_say(const char *text);

/* Without memory a task fails with NOMEM and leaks nothing, asks Strava for
 * nothing else than it does with memory, and is OK only with the same result. */
void starve(const struct starve_task *task);

/* For what is done by hand: the n-th allocation of this thread fails, the first
 * being 0, and with `for_good` all that follow.  starve_end() ends it and tells
 * whether one failed; starve_made() is how many there were so far. */
void starve_begin(long n, bool for_good);
bool starve_end(void);
long starve_made(void);

/* The tasks, by what they are about; each ends with NULL. */
extern const struct starve_task *const memory_client[];
extern const struct starve_task *const memory_oauth[];
extern const struct starve_task *const memory_activity[];
extern const struct starve_task *const memory_segment[];
extern const struct starve_task *const memory_geo[];

#endif
