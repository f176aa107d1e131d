/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "exchange.h"
#include "name.h"

/*
 * The metadata server is asked by its address: its name would cost a look-up
 * that hangs for half a minute on some networks that are not Google's.
 */
#define METADATA_ADDRESS "169.254.169.254"

#define UNIVERSE "googleapis.com"

/* For so long a ping that found nothing is not repeated. */
#define NO_METADATA_MS 30000

/* How long the search for a name may hold up the report of an error. */
#define ACCOUNT_MS 2000

/* A variable of the environment; NULL when it is unset or empty. */
static const char *
variable(const char *name)
{
	const char *value = secure_getenv(name);

	return value != NULL && *value != '\0' ? value : NULL;
}

/* Joins the texts up to NULL; the result is to be freed.  NULL: no memory. */
static char *
joined(const char *const *texts)
{
	struct buf all;

	buf_init(&all, SIZE_MAX);
	for (; *texts != NULL; texts++)
		buf_add_text(&all, *texts);
	if (buf_ok(&all))
		return all.data;
	buf_free(&all);
	return NULL;
}
#define JOIN(...) joined((const char *const[]){ __VA_ARGS__, NULL })

void
gs_credentials_free(struct credentials *credentials)
{
	gs_key_file_free(&credentials->file);
	free(credentials->base);
	free(credentials->description);
	free(credentials->account);
	free(credentials->quota_project);
	memset(credentials, 0, sizeof(*credentials));
}

/* Stores what was found, as a whole or not at all. */
static gcpsecret_status
settle(
    gcpsecret_client *client, struct credentials *found, gcpsecret_error *err)
{
	if (found->description == NULL) {
		gs_credentials_free(found);
		return gs_no_memory(err);
	}
	gs_make_line(found->description);
	client->credentials = *found;
	return GCPSECRET_OK;
}

/* Finds a plain-http peer named by "host" or "host:port" in a variable. */
static gcpsecret_status
use_host(gcpsecret_client *client, enum source source, const char *name,
    const char *host, gcpsecret_error *err)
{
	struct credentials found = { .source = source };

	found.base = JOIN("http://", host);
	if (found.base == NULL)
		return gs_no_memory(err);
	if (strchr(host, '/') != NULL || !http_url_is_base(found.base, true)) {
		gs_credentials_free(&found);
		return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
		    "%s must be host or host:port", name);
	}
	found.description = JOIN(
	    source == SOURCE_EMULATOR ? "emulator at " : "metadata server at ",
	    host);
	return settle(client, &found, err);
}

/* Who is meant by a document: the most that it tells. */
static const char *
account_of(const struct key_file *file)
{
	if (file->impersonated != NULL)
		return file->impersonated;
	if (file->client_email != NULL)
		return file->client_email;
	return file->account;
}

static char *
describe_file(const struct key_file *file, const char *path)
{
	static const char *const kinds[] = {
		[SOURCE_SERVICE_ACCOUNT] = "service account ",
		[SOURCE_USER] = "user ",
		[SOURCE_EXTERNAL] = "external account ",
		[SOURCE_EXTERNAL_USER] = "external user ",
		[SOURCE_IMPERSONATED] = "impersonated service account ",
	};
	const char *account = account_of(file);

	if (account == NULL)
		account = file->audience != NULL ? file->audience : "account";
	return JOIN(kinds[file->source], account, " (", path, ")");
}

/* Who pays for requests made with a file's credentials: often nobody says. */
static gcpsecret_status
keep_quota_project(struct credentials *found, gcpsecret_error *err)
{
	const char *project = variable("GOOGLE_CLOUD_QUOTA_PROJECT");

	if (project != NULL && !gs_is_plain(project))
		return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
		    "GOOGLE_CLOUD_QUOTA_PROJECT is no project");
	if (project == NULL)
		project = found->file.quota_project_id;
	if (project == NULL)
		return GCPSECRET_OK;
	found->quota_project = strdup(project);
	return found->quota_project != NULL ? GCPSECRET_OK : gs_no_memory(err);
}

const char *
gs_universe(const gcpsecret_client *client)
{
	const char *universe = client->universe_domain;

	if (universe == NULL)
		universe = variable("GOOGLE_CLOUD_UNIVERSE_DOMAIN");
	return universe != NULL ? universe : UNIVERSE;
}

/* A token must not go to the hosts of another universe. */
static gcpsecret_status
check_universe(const gcpsecret_client *client, const char *label,
    const char *universe, gcpsecret_error *err)
{
	const char *ours = gs_universe(client);

	if (!gs_is_domain(ours))
		return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
		    "GOOGLE_CLOUD_UNIVERSE_DOMAIN is no domain, such "
		    "as " UNIVERSE);
	if (universe == NULL)
		universe = UNIVERSE;
	if (strcmp(universe, ours) == 0)
		return GCPSECRET_OK;
	return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
	    "%s: made for the universe %s, but this client is of %s: set "
	    "GOOGLE_CLOUD_UNIVERSE_DOMAIN=%s if that is meant",
	    label, universe, ours, universe);
}

/* Takes the credentials of a file; `who` named it. */
static gcpsecret_status
use_file(gcpsecret_client *client, const char *who, const char *path,
    gcpsecret_error *err)
{
	struct credentials     found = { 0 };
	char                  *label = JOIN(who, path);
	struct key_file_origin origin = { label, client->loopback };
	gcpsecret_status       status;

	if (label == NULL)
		return gs_no_memory(err);
	status = gs_key_file_load(&found.file, path, &origin, err);
	if (status == GCPSECRET_OK)
		status = check_universe(
		    client, label, found.file.universe_domain, err);
	free(label);
	if (status == GCPSECRET_OK)
		status = keep_quota_project(&found, err);
	if (status != GCPSECRET_OK) {
		gs_credentials_free(&found);
		return status;
	}
	found.source = found.file.source;
	found.description = describe_file(&found.file, path);
	return settle(client, &found, err);
}

/* The path of gcloud's file, to be freed; "" when nobody says where to look. */
static char *
well_known_path(void)
{
	static const char file[] = "/application_default_credentials.json";
	const char       *folder = variable("CLOUDSDK_CONFIG");

	if (folder != NULL)
		return JOIN(folder, file);
	folder = variable("HOME");
	return folder != NULL ? JOIN(folder, "/.config/gcloud", file)
			      : JOIN("");
}

/* True when the ping need not be sent: something says that we run there. */
static bool
runs_at_google(void)
{
	return variable("K_SERVICE") != NULL ||
	       variable("CLOUD_RUN_JOB") != NULL;
}

/* OK, with credentials or, when there is no such server, without. */
static gcpsecret_status
try_metadata(gcpsecret_client *client, gcpsecret_error *err)
{
	static const char name[] = "GCE_METADATA_HOST";
	const char       *host = variable(name);
	gcpsecret_status  status;

	if (host != NULL || runs_at_google())
		return use_host(client, SOURCE_METADATA, name,
		    host != NULL ? host : METADATA_ADDRESS, err);
	if (clock_steady_ms() < client->no_metadata_until_ms)
		return GCPSECRET_OK;
	host = variable("GCE_METADATA_IP");
	status = use_host(client, SOURCE_METADATA, "GCE_METADATA_IP",
	    host != NULL ? host : METADATA_ADDRESS, err);
	if (status == GCPSECRET_OK &&
	    !gs_metadata_ping(client, client->credentials.base)) {
		gs_credentials_free(&client->credentials);
		client->no_metadata_until_ms =
		    clock_steady_ms() + NO_METADATA_MS;
	}
	return status;
}

static gcpsecret_status
none_found(const char *path, bool no_metadata, gcpsecret_error *err)
{
	return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
	    "no Google credentials: run \"gcloud auth application-default "
	    "login\" or set GOOGLE_APPLICATION_CREDENTIALS, which is unset; "
	    "%s%s; %s",
	    *path != '\0' ? "there is no file " : "HOME is unset", path,
	    no_metadata ? "NO_GCE_CHECK rules out the metadata server"
			: "no metadata server answers");
}

/* The last two places: gcloud's file and the metadata server. */
static gcpsecret_status
search_machine(gcpsecret_client *client, gcpsecret_error *err)
{
	char            *path = well_known_path();
	const char      *no_check = variable("NO_GCE_CHECK");
	bool             no_metadata;
	gcpsecret_status status = GCPSECRET_OK;

	if (path == NULL)
		return gs_no_memory(err);
	no_metadata = no_check != NULL && strcmp(no_check, "true") == 0;
	if (*path != '\0' && access(path, F_OK) == 0)
		status = use_file(client, "", path, err);
	else if (!no_metadata)
		status = try_metadata(client, err);
	if (status == GCPSECRET_OK &&
	    client->credentials.source == SOURCE_UNKNOWN)
		status = none_found(path, no_metadata, err);
	free(path);
	return status;
}

static gcpsecret_status
search(gcpsecret_client *client, gcpsecret_error *err)
{
	static const char emulator[] = "SECRET_MANAGER_EMULATOR_HOST";
	static const char file[] = "GOOGLE_APPLICATION_CREDENTIALS";
	const char       *value;

	if (client->credentials_file != NULL)
		return use_file(client, "", client->credentials_file, err);
	/* What the program says outdoes the environment. */
	if (client->endpoint == NULL && (value = variable(emulator)) != NULL)
		return use_host(client, SOURCE_EMULATOR, emulator, value, err);
	if ((value = variable(file)) != NULL)
		return use_file(
		    client, "GOOGLE_APPLICATION_CREDENTIALS=", value, err);
	return search_machine(client, err);
}

gcpsecret_status
gs_credentials(gcpsecret_client *client, gcpsecret_error *err)
{
	gcpsecret_status status;

	if (client->credentials.source != SOURCE_UNKNOWN)
		return GCPSECRET_OK;
	status = search(client, err);
	if (status == GCPSECRET_OK)
		gs_log(client, GCPSECRET_LOG_INFO, "credentials: %s",
		    client->credentials.description);
	return status;
}

const char *
gs_emulator(const gcpsecret_client *client)
{
	return client->credentials.source == SOURCE_EMULATOR
		   ? client->credentials.base
		   : NULL;
}

const char *
gs_quota_project(const gcpsecret_client *client)
{
	return client->credentials.quota_project;
}

/* The e-mail address of the attached account, or NULL. */
static char *
ask_account(gcpsecret_client *client)
{
	static const char path[] = "instance/service-accounts/default/email";
	int64_t           deadline_ms = client->deadline_ms;
	int64_t           soon_ms = clock_steady_ms() + ACCOUNT_MS;
	struct buf        body;
	char             *account = NULL;

	if (soon_ms < deadline_ms)
		client->deadline_ms = soon_ms;
	if (gs_metadata_get(client, path, &body, NULL) == GCPSECRET_OK &&
	    gs_is_plain(buf_text(&body)))
		account = strdup(body.data);
	client->deadline_ms = deadline_ms;
	buf_free(&body);
	return account;
}

const char *
gs_credentials_account(gcpsecret_client *client)
{
	struct credentials *c = &client->credentials;

	if (c->source == SOURCE_METADATA && c->account == NULL)
		c->account = ask_account(client);
	if (c->account != NULL)
		return c->account;
	if (c->source != SOURCE_METADATA && account_of(&c->file) != NULL)
		return account_of(&c->file);
	return c->description;
}

const char *
gs_credentials_source_account(gcpsecret_client *client)
{
	const struct key_file *file = &client->credentials.file;

	if (file->source == SOURCE_IMPERSONATED &&
	    account_of(file->nested) != NULL)
		return account_of(file->nested);
	if (file->source == SOURCE_EXTERNAL)
		return file->audience;
	return client->credentials.description;
}

gcpsecret_status
gcpsecret_credentials_describe(
    gcpsecret_client *client, const char **text_out, gcpsecret_error *err)
{
	gcpsecret_status status;

	if (text_out == NULL)
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT, "text_out is NULL");
	*text_out = NULL;
	if ((status = gs_begin(client, err)) != GCPSECRET_OK ||
	    (status = gs_credentials(client, err)) != GCPSECRET_OK)
		return status;
	*text_out = client->credentials.description;
	return GCPSECRET_OK;
}

/* Checks and keeps; `origin` says where it came from. */
static gcpsecret_status
keep_project(gcpsecret_client *client, const char *project, const char *origin,
    gcpsecret_error *err)
{
	if (!gs_name_is_project(project))
		return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
		    "%s is no project id (lower-case letters, digits, \"-\") "
		    "or number",
		    origin);
	client->project = strdup(project);
	return client->project != NULL ? GCPSECRET_OK : gs_no_memory(err);
}

static gcpsecret_status
find_project(gcpsecret_client *client, gcpsecret_error *err)
{
	static const char *const  variables[] = { "GOOGLE_CLOUD_PROJECT",
		 "GCLOUD_PROJECT" };
	const struct credentials *c = &client->credentials;
	struct buf                body;
	gcpsecret_status          status;

	for (int i = 0; i < 2; i++)
		if (variable(variables[i]) != NULL)
			return keep_project(
			    client, variable(variables[i]), variables[i], err);
	if ((status = gs_credentials(client, err)) != GCPSECRET_OK)
		return status;
	if (c->file.project_id != NULL)
		return keep_project(client, c->file.project_id,
		    "\"project_id\" of the credentials file", err);
	if (c->source != SOURCE_METADATA)
		return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
		    "nothing tells the project: set GOOGLE_CLOUD_PROJECT");
	status = gs_metadata_get(client, "project/project-id", &body, err);
	if (status == GCPSECRET_OK)
		status = keep_project(client, buf_text(&body),
		    "what the metadata server calls the project", err);
	buf_free(&body);
	return status;
}

gcpsecret_status
gs_project(gcpsecret_client *client, const char **out, gcpsecret_error *err)
{
	gcpsecret_status status = GCPSECRET_OK;

	if (client->project == NULL)
		status = find_project(client, err);
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
