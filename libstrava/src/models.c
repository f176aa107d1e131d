/* SPDX-License-Identifier: MIT */
#include "models.h"

#include <errno.h>
#include <string.h>

_Static_assert(sizeof(struct any_list) == sizeof(strava_activity_list),
    "the public lists look alike");
_Static_assert(sizeof(struct model_entry) == sizeof(strava_entry),
    "the public entry looks alike");

static strava_status
judge(enum reading reading, const char *kind, const struct model *model,
    strava_error *err)
{
	switch (reading) {
	case READ: return STRAVA_OK;
	case NO_MEMORY: return sv_fail_memory(err);
	case ODD: break;
	}
	return sv_fail(
	    err, STRAVA_ERR_FORMAT, "the answer is no %s%s", kind, model->noun);
}

strava_status
sv_model_read(struct json_object *doc, const struct model *model, void *out,
    strava_error *err)
{
	return judge(model_read(doc, model, out), "", model, err);
}

strava_status
sv_list_read(struct json_object *doc, const struct model *model, void *out,
    strava_error *err)
{
	return judge(model_read_list(doc, model, out),
	    "list of this kind: ", model, err);
}

strava_status
sv_parse(const char *text, size_t len, read_fn read, const struct model *model,
    void *out, strava_error *err)
{
	static const void *const nothing = NULL;
	struct json_object      *doc;

	if (out == NULL)
		return sv_fail_argument(err, "out is NULL");
	memcpy(out, &nothing, sizeof(nothing));
	if (text == NULL)
		return sv_fail_argument(err, "text is NULL");
	if ((doc = members_parse(text, len)) == NULL && errno == ENOMEM)
		return sv_fail_memory(err);
	if (doc == NULL)
		return sv_fail(err, STRAVA_ERR_FORMAT, "the text is no JSON");
	return read(doc, model, out, err);
}

strava_status
sv_model_parse(const char *text, size_t len, const struct model *model,
    void *out, strava_error *err)
{
	return sv_parse(text, len, sv_model_read, model, out, err);
}

strava_status
sv_list_parse(const char *text, size_t len, const struct model *model,
    void *out, strava_error *err)
{
	return sv_parse(text, len, sv_list_read, model, out, err);
}
