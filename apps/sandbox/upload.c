/* SPDX-License-Identifier: MIT */
#include "upload.h"

#include <inttypes.h>
#include <stdio.h>

#define FIRST_ID INT64_C(17600000000)
#define BEYOND INT64_C(9007199254740993) /* 2^53 + 1 */

static const char *const states[] = {
	[UPLOAD_PROCESSING] = "Your activity is still being processed.",
	[UPLOAD_READY] = "Your activity is ready.",
	[UPLOAD_DELETED] = "The created activity has been deleted.",
	[UPLOAD_FAILED] = "There was an error processing your activity.",
};

int64_t
upload_id(size_t person, size_t number)
{
	return (number % 4 == 2 ? BEYOND : FIRST_ID) +
	       (int64_t)(person * UPLOADS_MAX + number);
}

/* The external id is null until the file has become an activity. */
void
upload_emit(struct emit *e, const struct upload *upload,
    enum upload_state state, int64_t activity)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, upload->id);
	emit_object(e, NULL);
	emit_int(e, "id", upload->id);
	emit_text(e, "id_str", text);
	emit_text(e, "external_id",
	    state == UPLOAD_READY ? upload->external_id : NULL);
	emit_text(e, "error", state == UPLOAD_FAILED ? upload->error : NULL);
	emit_text(e, "status", states[state]);
	if (state == UPLOAD_READY)
		emit_int(e, "activity_id", activity);
	else
		emit_null(e, "activity_id");
	emit_end(e);
}
