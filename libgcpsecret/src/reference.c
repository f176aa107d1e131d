/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "name.h"

_Static_assert(sizeof(struct name) == sizeof(gcpsecret_reference),
    "a reference has the parts of a name");

gcpsecret_status
gcpsecret_reference_parse(
    const char *text, gcpsecret_reference *out, gcpsecret_error *err)
{
	struct name      name;
	gcpsecret_status status;

	if (text == NULL || out == NULL)
		return gs_fail(
		    err, GCPSECRET_ERR_ARGUMENT, "text or out is NULL");
	*out = (gcpsecret_reference){ 0 };
	status = gs_name_parse_reference(text, &name, err);
	if (status != GCPSECRET_OK)
		return status;
	memcpy(out->project, name.project, sizeof(name.project));
	memcpy(out->location, name.location, sizeof(name.location));
	memcpy(out->secret, name.secret, sizeof(name.secret));
	memcpy(out->version, name.version, sizeof(name.version));
	return GCPSECRET_OK;
}
