/* SPDX-License-Identifier: MIT */
#include "sandbox_guest.h"

#include <stdarg.h>
#include <stdio.h>

#include "test.h"

struct guest guest;

int
guest_begin(void **state)
{
	(void)state;
	peer_start(&guest.peer, (const char *const[]){ "--rate-limit",
				    "90000,90000,90000,90000", NULL });
	reply_init(&guest.reply);
	peer_consent(&guest.peer, GUEST_ID, GUEST_SCOPES, guest.access);
	return 0;
}

int
guest_end(void **state)
{
	(void)state;
	reply_free(&guest.reply);
	peer_end(&guest.peer);
	return 0;
}

struct json_object *
guest_get(int status, const char *path, ...)
{
	char    whole[512];
	int     n = snprintf(whole, sizeof(whole), "/api/v3");
	va_list args;

	va_start(args, path);
	n += vsnprintf(whole + n, sizeof(whole) - (size_t)n, path, args);
	va_end(args);
	assert_true(n < (int)sizeof(whole));
	return peer_expect(&guest.peer,
	    &(struct ask){ .path = whole, .bearer = guest.access }, status,
	    &guest.reply);
}

struct json_object *
guest_form(const char *method, int status, const char *path, const char *form)
{
	char whole[512];

	snprintf(whole, sizeof(whole), "/api/v3%s", path);
	return peer_expect(&guest.peer,
	    &(struct ask){ .method = method,
		.path = whole,
		.form = form,
		.bearer = guest.access },
	    status, &guest.reply);
}

struct json_object *
guest_put(int status, const char *path, const char *body)
{
	char whole[512];

	snprintf(whole, sizeof(whole), "/api/v3%s", path);
	return peer_expect(&guest.peer,
	    &(struct ask){ .method = "PUT",
		.path = whole,
		.body = body,
		.bearer = guest.access },
	    status, &guest.reply);
}

const char *
guest_path(const char *folder, int64_t id, const char *rest)
{
	static char path[256];

	snprintf(path, sizeof(path), "/%s/%lld%s", folder, (long long)id, rest);
	return path;
}

struct json_object *
guest_activity(size_t i)
{
	return item_of(guest_get(200, "/athlete/activities?per_page=200"), i);
}
