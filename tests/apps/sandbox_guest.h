/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_GUEST_H
#define SANDBOX_GUEST_H

/*
 * A sandbox of a test's own in which the first athlete, 1000001, has consented
 * to everything, and calls with that athlete's token.  Their answers live in
 * guest.reply until the next call.
 */

#include "sandbox_peer.h"

#define GUEST_ID INT64_C(1000001)
#define GUEST_SCOPES                                                  \
	"read,read_all,profile:read_all,profile:write,activity:read," \
	"activity:read_all,activity:write"

struct guest {
	struct peer  peer;
	struct reply reply;
	char         access[64];
};
extern struct guest guest;

/* For cmocka_run_group_tests(). */
int guest_begin(void **state);
int guest_end(void **state);

/* Calls below /api/v3, which must be answered with that status.  `form` is a
 * form, `body` JSON. */
struct json_object *guest_get(int status, const char *path, ...)
    __attribute__((format(printf, 2, 3)));
struct json_object *guest_form(
    const char *method, int status, const char *path, const char *form);
struct json_object *guest_put(int status, const char *path, const char *body);

/* An id as text of a path: "/activities/16000000000/laps". */
const char *guest_path(const char *folder, int64_t id, const char *rest);

/* The i-th of the newest activities, borrowed from the list that it asks for. */
struct json_object *guest_activity(size_t i);

/* The last answer is Strava's fault with these three. */
#define guest_assert_fault(status, resource, field, code) \
	assert_fault(&guest.reply, status, resource, field, code)

#endif
