/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_STREAM_H
#define SANDBOX_STREAM_H

#include "call.h"
#include "track.h"

enum stream_form {
	STREAM_ARRAY,   /* each names its type */
	STREAM_BY_TYPE, /* an object, its members named so */
	STREAM_BARE     /* an array, as of a route: type and data alone */
};

struct stream_wish {
	const char      *keys;  /* NULL asks for what Strava gives then */
	const char      *among; /* all that there are; NULL: every stream */
	enum stream_form form;
	bool             gaps; /* nulls where a sensor was silent */
};

/* What the query asks for: "keys" and "key_by_type". */
struct stream_wish stream_wish_of(const struct call *call);

/* Of one track; what it does not hold is left out. */
void stream_emit(
    struct emit *e, const struct track *track, const struct stream_wish *wish);

#endif
