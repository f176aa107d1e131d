/* SPDX-License-Identifier: MIT */

/* Routes: the athlete's own, and as files and streams. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "handlers.h"
#include "number.h"
#include "page.h"
#include "route.h"
#include "stream.h"

static bool
is_visible(const struct call *call, size_t number)
{
	return !route_is_private(number) || (call->scope & SCOPE_READ_ALL) != 0;
}

/* The route that the path names, of whoever it is, unless it is private and
 * somebody else's; else false after an answer.  Ends with route_free(). */
static bool
find(struct call *call, struct person *owner, struct route_plan *route)
{
	uint64_t seed = call->world->options.seed;
	int64_t  id;
	size_t   person, number;

	if (!number_read(call->part, 1, INT64_MAX, &id) ||
	    !route_find(id, &person, &number) ||
	    (route_is_private(number) && person != call->person.number) ||
	    !is_visible(call, number)) {
		call_not_found(call, "Route");
		return false;
	}
	person_make(seed, person, owner);
	if (number >= route_count(owner)) {
		call_not_found(call, "Route");
		return false;
	}
	if (route_make(seed, owner, number, route))
		return true;
	call->response->failed = true;
	return false;
}

void
api_route(struct call *call)
{
	struct person     owner;
	struct route_plan route;

	if (!find(call, &owner, &route))
		return;
	route_emit(
	    call_json(call, 200), call->world->options.seed, &route, true);
	route_free(&route);
}

void
api_routes(struct call *call)
{
	const struct person *person = &call->person;
	uint64_t             seed = call->world->options.seed;
	struct route_plan    route;
	struct page          page;
	struct emit         *e;
	int64_t              id;
	size_t               i, place = 0;

	if (!number_read(call->part, 1, INT64_MAX, &id) || id != person->id) {
		call_not_found(call, "Athlete");
		return;
	}
	if (!page_read(call, "Route", &page))
		return;
	e = call_json(call, 200);
	emit_array(e, NULL);
	for (i = 0; i < route_count(person); i++) {
		if (!is_visible(call, i) || !page_holds(&page, place++))
			continue;
		if (!route_make(seed, person, i, &route)) {
			call->response->failed = true;
			return;
		}
		route_emit(e, seed, &route, false);
		route_free(&route);
	}
	emit_end(e);
}

static void export(struct call *call, const char *extension,
    void (*add)(struct buf *out, const struct route_plan *route))
{
	struct response  *response = call->response;
	struct person     owner;
	struct route_plan route;
	char              text[96];

	if (!find(call, &owner, &route))
		return;
	snprintf(text, sizeof(text), "application/%s+xml", extension);
	response_type(response, text);
	snprintf(text, sizeof(text), "attachment; filename=\"%" PRId64 ".%s\"",
	    route.id, extension);
	response_header(response, "Content-Disposition", text);
	add(&response->body, &route);
	route_free(&route);
}

void
api_route_gpx(struct call *call)
{
	export(call, "gpx", route_add_gpx);
}

void
api_route_tcx(struct call *call)
{
	export(call, "tcx", route_add_tcx);
}

/* An array whose elements say what they are and no more, whatever is asked. */
void
api_route_streams(struct call *call)
{
	const struct stream_wish wish = {
		.keys = "latlng,distance,altitude",
		.form = STREAM_BARE,
	};
	struct person     owner;
	struct route_plan route;

	if (!find(call, &owner, &route))
		return;
	stream_emit(call_json(call, 200), &route.track, &wish);
	route_free(&route);
}
