/* SPDX-License-Identifier: MIT */
#include "upload_form.h"

#include <stdio.h>
#include <string.h>

#define FILE_MAX ((size_t)32 * 1024 * 1024)
#define TEXT_MAX 4096

static const char *const names[FIELD_COUNT] = {
	[FIELD_FILE] = "file",
	[FIELD_DATA_TYPE] = "data_type",
	[FIELD_NAME] = "name",
	[FIELD_DESCRIPTION] = "description",
	[FIELD_SPORT_TYPE] = "sport_type",
	[FIELD_ACTIVITY_TYPE] = "activity_type",
	[FIELD_TRAINER] = "trainer",
	[FIELD_COMMUTE] = "commute",
	[FIELD_EXTERNAL_ID] = "external_id",
};

static bool
take(void *ctx, const char *name, const char *file_name, const void *data,
    size_t len)
{
	struct upload_form *form = ctx;
	size_t              i;

	for (i = 0; i < FIELD_COUNT; i++)
		if (strcmp(names[i], name) == 0)
			break;
	if (i == FIELD_COUNT)
		return true;
	form->given[i] = true;
	if (i == FIELD_FILE && file_name != NULL)
		snprintf(
		    form->file_name, sizeof(form->file_name), "%s", file_name);
	return buf_add(&form->values[i], data, len);
}

bool
upload_form_read(struct upload_form *form, const struct request *request)
{
	size_t i;

	memset(form, 0, sizeof(*form));
	for (i = 0; i < FIELD_COUNT; i++)
		buf_init(
		    &form->values[i], i == FIELD_FILE ? FILE_MAX : TEXT_MAX);
	return request_read_multipart(request, take, form);
}

void
upload_form_free(struct upload_form *form)
{
	size_t i;

	for (i = 0; i < FIELD_COUNT; i++)
		buf_free(&form->values[i]);
}

const char *
upload_form_text(const struct upload_form *form, enum upload_field field)
{
	return form->given[field] ? buf_text(&form->values[field]) : NULL;
}
