/* SPDX-License-Identifier: MIT */
#include "client.h"
#include "each.h"

static const struct member members[] = {
	MEMBER_REQUIRED(gcpsecret_location, name, put_string, NULL, "name"),
	MEMBER(gcpsecret_location, id, put_string, NULL, "locationId"),
	MEMBER(
	    gcpsecret_location, display_name, put_string, NULL, "displayName"),
};

static const struct nested nested[] = {
	NESTED_ENTRIES(gcpsecret_location, labels, "labels"),
};

static const struct model location_model =
    MODEL(gcpsecret_location, "location", members, nested);

gcpsecret_status
gcpsecret_location_get(gcpsecret_client *client, const char *name,
    gcpsecret_location **out, gcpsecret_error *err)
{
	struct name       parsed;
	const struct call call = { .method = LOCATION_GET, .name = &parsed };
	gcpsecret_status  status;

	if (out == NULL)
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT, "out is NULL");
	*out = NULL;
	status = gs_call_begin(client, name, NAME_LOCATION, &parsed, err);
	if (status != GCPSECRET_OK)
		return status;
	return gs_call_model(client, &call, &location_model, out, err);
}

PAGE_MODEL(page_model, "locations", location_model);

static const struct listing listing = { LOCATION_LIST, NAME_PROJECT,
	NAME_LOCATION, &page_model };

gcpsecret_status
gcpsecret_location_each_new(gcpsecret_client *client, const char *project,
    const gcpsecret_query *query, gcpsecret_location_each **out,
    gcpsecret_error *err)
{
	return gs_each_new(client, &listing, project, query, out, err);
}

gcpsecret_status
gcpsecret_location_each_next(gcpsecret_location_each *each,
    const gcpsecret_location **out, gcpsecret_error *err)
{
	return gs_each_next((struct each *)each, out, err);
}

void
gcpsecret_location_each_free(gcpsecret_location_each *each)
{
	gs_each_free((struct each *)each);
}

void
gcpsecret_location_free(gcpsecret_location *location)
{
	model_free(location);
}

const char *
gcpsecret_location_json(const gcpsecret_location *location)
{
	return model_json(location);
}
