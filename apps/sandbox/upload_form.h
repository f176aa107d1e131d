/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_UPLOAD_FORM_H
#define SANDBOX_UPLOAD_FORM_H

#include "buf.h"
#include "server.h"

enum upload_field {
	FIELD_FILE,
	FIELD_DATA_TYPE,
	FIELD_NAME,
	FIELD_DESCRIPTION,
	FIELD_SPORT_TYPE,
	FIELD_ACTIVITY_TYPE,
	FIELD_TRAINER,
	FIELD_COMMUTE,
	FIELD_EXTERNAL_ID,
	FIELD_COUNT
};

/* What was sent to /uploads. */
struct upload_form {
	struct buf values[FIELD_COUNT];
	bool       given[FIELD_COUNT];
	char       file_name[128]; /* "": none */
};

/* Fields of other names are passed over.  False when the body is no multipart
 * form or a field is too long.  Ends with upload_form_free() either way. */
bool upload_form_read(struct upload_form *form, const struct request *request);
void upload_form_free(struct upload_form *form);

/* A field's text; NULL when it was not given. */
const char *upload_form_text(
    const struct upload_form *form, enum upload_field field);

#endif
