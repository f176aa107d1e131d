/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "client.h"
#include "exchange.h"
#include "name.h"

/* Checks and keeps `len` characters; `origin` says where they came from. */
static gcpsecret_status
keep(gcpsecret_client *client, const char *project, size_t len,
    const char *origin, gcpsecret_error *err)
{
	char *copy = strndup(project, len);

	if (copy == NULL)
		return gs_no_memory(err);
	if (strlen(copy) != len || !gs_name_is_project(copy)) {
		wipe_free(copy);
		return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
		    "%s is no project id (lower-case letters, digits, \"-\") "
		    "or number",
		    origin);
	}
	client->project = copy;
	return GCPSECRET_OK;
}

/* The project's number in the audience of a workload:
 * "//iam.googleapis.com/projects/123/locations/...". */
static const char *
number_in(const char *audience)
{
	static const char start[] = "//iam.";
	const char       *behind;

	if (audience == NULL || strncmp(audience, start, strlen(start)) != 0)
		return NULL;
	behind = strchr(audience + strlen(start), '/');
	if (behind == NULL || strncmp(behind, "/projects/", 10) != 0)
		return NULL;
	return behind + 10;
}

/* Takes it from a document, the outermost that tells; OK without one. */
static gcpsecret_status
take_from_file(
    gcpsecret_client *client, const struct key_file *file, gcpsecret_error *err)
{
	const char *number;

	for (; file != NULL; file = file->nested) {
		number = number_in(file->audience);
		if (file->project_id != NULL)
			return keep(client, file->project_id,
			    strlen(file->project_id),
			    "\"project_id\" of the credentials", err);
		if (number != NULL)
			return keep(client, number, strcspn(number, "/"),
			    "what \"audience\" of the credentials names", err);
	}
	return GCPSECRET_OK;
}

static gcpsecret_status
ask_metadata(gcpsecret_client *client, gcpsecret_error *err)
{
	struct buf       body;
	gcpsecret_status status =
	    gs_metadata_get(client, "project/project-id", &body, err);

	if (status == GCPSECRET_OK)
		status = keep(client, buf_text(&body), body.len,
		    "what the metadata server calls the project", err);
	buf_free(&body);
	return status;
}

static gcpsecret_status
find(gcpsecret_client *client, gcpsecret_error *err)
{
	static const char *const variables[] = { "GOOGLE_CLOUD_PROJECT",
		"GCLOUD_PROJECT" };
	const struct found      *found = &client->credentials->found;
	const char              *value;
	gcpsecret_status         status;

	for (int i = 0; i < 2; i++)
		if ((value = gs_variable(variables[i])) != NULL)
			return keep(
			    client, value, strlen(value), variables[i], err);
	if ((status = gs_credentials(client, err)) != GCPSECRET_OK)
		return status;
	if (found->source == SOURCE_METADATA)
		return ask_metadata(client, err);
	status = take_from_file(client, &found->file, err);
	if (status == GCPSECRET_OK && client->project == NULL)
		status = gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
		    "nothing tells the project: set GOOGLE_CLOUD_PROJECT");
	return status;
}

gcpsecret_status
gs_project(gcpsecret_client *client, const char **out, gcpsecret_error *err)
{
	gcpsecret_status status = GCPSECRET_OK;

	if (client->project == NULL)
		status = find(client, err);
	*out = client->project;
	return status;
}

gcpsecret_status
gcpsecret_project(
    gcpsecret_client *client, const char **project_out, gcpsecret_error *err)
{
	gcpsecret_status status;

	if (project_out == NULL)
		return gs_fail(
		    err, GCPSECRET_ERR_ARGUMENT, "project_out is NULL");
	*project_out = NULL;
	if ((status = gs_begin(client, err)) != GCPSECRET_OK)
		return status;
	return gs_project(client, project_out, err);
}
