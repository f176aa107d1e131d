/* SPDX-License-Identifier: MIT */
#include "requests.h"

#include <stdio.h>
#include <string.h>

void
requests_note(struct requests *requests, const char *method, const char *path)
{
	size_t i, most = sizeof(requests->list[0].path) - 1;

	for (i = 0; i < requests->count; i++)
		if (strcmp(requests->list[i].method, method) == 0 &&
		    strncmp(requests->list[i].path, path, most) == 0)
			break;
	if (i == REQUESTS_MAX) {
		requests->more++;
		return;
	}
	if (i == requests->count) {
		snprintf(requests->list[i].method,
		    sizeof(requests->list[i].method), "%s", method);
		snprintf(requests->list[i].path, sizeof(requests->list[i].path),
		    "%s", path);
		requests->count++;
	}
	requests->list[i].count++;
}

void
requests_emit(struct emit *e, const struct requests *requests)
{
	size_t i;

	emit_object(e, NULL);
	emit_array(e, "requests");
	for (i = 0; i < requests->count; i++) {
		emit_object(e, NULL);
		emit_text(e, "method", requests->list[i].method);
		emit_text(e, "path", requests->list[i].path);
		emit_int(e, "count", requests->list[i].count);
		emit_end(e);
	}
	emit_end(e);
	emit_int(e, "more", requests->more);
	emit_end(e);
}
