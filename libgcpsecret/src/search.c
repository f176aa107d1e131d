/* SPDX-License-Identifier: MIT */
#include "search.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "exchange.h"

/*
 * The metadata server is asked by its address: its name would cost a look-up
 * that hangs for half a minute on some networks that are not Google's.
 */
#define METADATA_ADDRESS "169.254.169.254"

/* For so long a ping that found nothing is not repeated. */
#define NO_METADATA_MS 30000

#define TYPES_OF_CODE                            \
	(GCPSECRET_CREDENTIALS_SERVICE_ACCOUNT | \
	    GCPSECRET_CREDENTIALS_AUTHORIZED_USER)
#define TYPES_OF_MACHINE ~0U

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
gs_search_settings_free(struct search_settings *settings)
{
	free(settings->file);
	wipe_free(settings->json);
	free(settings->universe_domain);
	free(settings->subject);
	free(settings->token_url);
}

void
gs_found_free(struct found *found)
{
	gs_key_file_free(&found->file);
	free(found->base);
	free(found->description);
	free(found->universe_domain);
	free(found->quota_project);
	memset(found, 0, sizeof(*found));
}

/* What each type of document is called, and the bit that allows it. */
static const struct kind {
	const char *name;
	unsigned    type;
} kinds[] = {
	[SOURCE_SERVICE_ACCOUNT] = { "service account",
	    GCPSECRET_CREDENTIALS_SERVICE_ACCOUNT },
	[SOURCE_USER] = { "user", GCPSECRET_CREDENTIALS_AUTHORIZED_USER },
	[SOURCE_EXTERNAL] = { "external account",
	    GCPSECRET_CREDENTIALS_EXTERNAL_ACCOUNT },
	[SOURCE_EXTERNAL_USER] = { "external user",
	    GCPSECRET_CREDENTIALS_EXTERNAL_ACCOUNT_AUTHORIZED_USER },
	[SOURCE_IMPERSONATED] = { "impersonated service account",
	    GCPSECRET_CREDENTIALS_IMPERSONATED_SERVICE_ACCOUNT },
};

static gcpsecret_status
describe_file(struct found *found, const char *place, gcpsecret_error *err)
{
	const char *account = gs_key_file_account(&found->file);

	if (account == NULL)
		account = found->file.audience;
	found->source = found->file.source;
	found->description = JOIN(kinds[found->source].name, " ",
	    account != NULL ? account : "account", " (", place, ")");
	if (found->description == NULL)
		return gs_no_memory(err);
	gs_make_line(found->description);
	return GCPSECRET_OK;
}

/* Finds a plain-http peer named by "host" or "host:port" in a variable. */
static gcpsecret_status
use_host(struct found *found, enum source source, const char *name,
    const char *host, gcpsecret_error *err)
{
	found->base = JOIN("http://", host);
	if (found->base == NULL)
		return gs_no_memory(err);
	if (strchr(host, '/') != NULL || !http_url_is_base(found->base, true))
		return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
		    "%s must be host or host:port", name);
	found->source = source;
	found->description = JOIN(
	    source == SOURCE_EMULATOR ? "emulator at " : "metadata server at ",
	    host);
	return found->description != NULL ? GCPSECRET_OK : gs_no_memory(err);
}

/* Who pays for requests made with a document: often nobody says. */
static gcpsecret_status
keep_quota_project(struct found *found, gcpsecret_error *err)
{
	static const char name[] = "GOOGLE_CLOUD_QUOTA_PROJECT";
	const char       *project = gs_variable(name);

	if (project != NULL && !gs_is_plain(project))
		return gs_fail(
		    err, GCPSECRET_ERR_CREDENTIALS, "%s is no project", name);
	if (project == NULL)
		project = found->file.quota_project_id;
	if (project == NULL)
		return GCPSECRET_OK;
	found->quota_project = strdup(project);
	return found->quota_project != NULL ? GCPSECRET_OK : gs_no_memory(err);
}

/* What the client is set to, checked: it will be part of the names of hosts. */
static gcpsecret_status
keep_universe(
    gcpsecret_client *client, struct found *found, gcpsecret_error *err)
{
	static const char name[] = "GOOGLE_CLOUD_UNIVERSE_DOMAIN";
	const char *universe = client->credentials->settings.universe_domain;

	if (universe == NULL)
		universe = gs_variable(name);
	if (universe == NULL)
		universe = GS_UNIVERSE;
	if (!gs_is_domain(universe))
		return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
		    "%s is no domain, such as " GS_UNIVERSE, name);
	found->universe_domain = strdup(universe);
	return found->universe_domain != NULL ? GCPSECRET_OK
					      : gs_no_memory(err);
}

/* A token must not go to the hosts of another universe. */
static gcpsecret_status
check_universe(
    const struct found *found, const char *label, gcpsecret_error *err)
{
	const char *ours = found->universe_domain, *theirs;

	for (const struct key_file *f = &found->file; f != NULL;
	     f = f->nested) {
		theirs = f->universe_domain != NULL ? f->universe_domain
						    : GS_UNIVERSE;
		if (strcmp(theirs, ours) != 0)
			return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
			    "%s: made for the universe %s, but this client is "
			    "of %s: set GOOGLE_CLOUD_UNIVERSE_DOMAIN=%s if "
			    "that is meant",
			    label, theirs, ours, theirs);
	}
	return GCPSECRET_OK;
}

/* Whether the program allows a document's type, and those inside. */
static gcpsecret_status
check_types(const struct key_file *file, unsigned allowed, const char *label,
    gcpsecret_error *err)
{
	for (; file != NULL; file = file->nested)
		if ((kinds[file->source].type & allowed) == 0)
			return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
			    "%s: credentials of type %s are not allowed by "
			    "this program",
			    label, file->type);
	return GCPSECRET_OK;
}

/* The user that a service account is to speak for. */
static gcpsecret_status
check_subject(const struct search_settings *settings, enum source source,
    const char *label, gcpsecret_error *err)
{
	if (settings->subject == NULL || source == SOURCE_SERVICE_ACCOUNT)
		return GCPSECRET_OK;
	return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
	    "%s: only the key of a service account can speak for a user by "
	    "domain-wide delegation",
	    label);
}

/* Settles on the document in `found`; `place` stands for it. */
static gcpsecret_status
use_document(gcpsecret_client *client, struct found *found, unsigned types,
    const char *place, const char *label, gcpsecret_error *err)
{
	const struct search_settings *settings = &client->credentials->settings;
	gcpsecret_status              status;

	if (settings->types != 0)
		types = settings->types;
	if ((status = check_types(&found->file, types, label, err)) !=
		GCPSECRET_OK ||
	    (status = check_universe(found, label, err)) != GCPSECRET_OK ||
	    (status = check_subject(
		 settings, found->file.source, label, err)) != GCPSECRET_OK ||
	    (status = keep_quota_project(found, err)) != GCPSECRET_OK)
		return status;
	return describe_file(found, place, err);
}

/* Takes the credentials of a file; `who` named it. */
static gcpsecret_status
use_file(gcpsecret_client *client, struct found *found, unsigned types,
    const char *who, const char *path, gcpsecret_error *err)
{
	char                  *label = JOIN(who, path);
	struct key_file_origin origin = { label,
		client->credentials->settings.loopback };
	gcpsecret_status       status;

	if (label == NULL)
		return gs_no_memory(err);
	status = gs_key_file_load(&found->file, path, &origin, err);
	if (status == GCPSECRET_OK)
		status = use_document(client, found, types, path, label, err);
	free(label);
	return status;
}

static gcpsecret_status
use_json(gcpsecret_client *client, struct found *found, gcpsecret_error *err)
{
	static const char             place[] = "JSON of the program";
	const struct search_settings *settings = &client->credentials->settings;
	const struct key_file_origin  origin = { place, settings->loopback };
	gcpsecret_status              status;

	status = gs_key_file_parse(
	    &found->file, settings->json, strlen(settings->json), &origin, err);
	return status == GCPSECRET_OK ? use_document(client, found,
					    TYPES_OF_CODE, place, place, err)
				      : status;
}

char *
gs_gcloud_path(const char *name)
{
	const char *folder = gs_variable("CLOUDSDK_CONFIG");

	if (folder != NULL)
		return JOIN(folder, "/", name);
	folder = gs_variable("HOME");
	return folder != NULL ? JOIN(folder, "/.config/gcloud/", name)
			      : JOIN("");
}

/* Who says where the metadata server is, or only that there is one, so that no
 * ping need be sent. */
static const struct {
	const char *variable;
	bool        is_host;
} residences[] = {
	{ "GCE_METADATA_HOST", true },
	{ "GCE_METADATA_ROOT", true },
	{ "K_SERVICE", false },
	{ "CLOUD_RUN_JOB", false },
};

static gcpsecret_status
ping_metadata(
    gcpsecret_client *client, struct found *found, gcpsecret_error *err)
{
	static const char   name[] = "GCE_METADATA_IP";
	struct credentials *c = client->credentials;
	const char         *host = gs_variable(name);
	gcpsecret_status    status;

	if (clock_steady_ms() < c->no_metadata_until_ms)
		return GCPSECRET_OK;
	status = use_host(found, SOURCE_METADATA, name,
	    host != NULL ? host : METADATA_ADDRESS, err);
	if (status == GCPSECRET_OK && !gs_metadata_ping(client, found->base)) {
		gs_found_free(found);
		c->no_metadata_until_ms = clock_steady_ms() + NO_METADATA_MS;
	}
	return status;
}

/* OK, with credentials or, when there is no such server, without. */
static gcpsecret_status
try_metadata(
    gcpsecret_client *client, struct found *found, gcpsecret_error *err)
{
	for (size_t i = 0; i < sizeof(residences) / sizeof(residences[0]);
	     i++) {
		const char *name = residences[i].variable;
		const char *value = gs_variable(name);

		if (value != NULL)
			return use_host(found, SOURCE_METADATA, name,
			    residences[i].is_host ? value : METADATA_ADDRESS,
			    err);
	}
	return ping_metadata(client, found, err);
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
search_machine(
    gcpsecret_client *client, struct found *found, gcpsecret_error *err)
{
	char *path = gs_gcloud_path("application_default_credentials.json");
	const char      *no_check = gs_variable("NO_GCE_CHECK");
	bool             no_metadata;
	gcpsecret_status status = GCPSECRET_OK;

	if (path == NULL)
		return gs_no_memory(err);
	no_metadata = no_check != NULL && strcmp(no_check, "true") == 0;
	if (*path != '\0' && access(path, F_OK) == 0)
		status =
		    use_file(client, found, TYPES_OF_MACHINE, "", path, err);
	else if (!no_metadata)
		status = try_metadata(client, found, err);
	if (status == GCPSECRET_OK && found->source == SOURCE_UNKNOWN)
		status = none_found(path, no_metadata, err);
	if (status == GCPSECRET_OK && found->source == SOURCE_METADATA)
		status = check_subject(&client->credentials->settings,
		    found->source, found->description, err);
	free(path);
	return status;
}

/* The first place that there is; what the program says outdoes the
 * environment. */
static gcpsecret_status
search(gcpsecret_client *client, struct found *found, gcpsecret_error *err)
{
	static const char emulator[] = "SECRET_MANAGER_EMULATOR_HOST";
	static const char file[] = "GOOGLE_APPLICATION_CREDENTIALS";
	const struct search_settings *settings = &client->credentials->settings;
	const char                   *value;

	if (settings->json != NULL)
		return use_json(client, found, err);
	if (settings->file != NULL)
		return use_file(
		    client, found, TYPES_OF_CODE, "", settings->file, err);
	if (client->endpoint == NULL && (value = gs_variable(emulator)) != NULL)
		return use_host(found, SOURCE_EMULATOR, emulator, value, err);
	if ((value = gs_variable(file)) != NULL)
		return use_file(client, found, TYPES_OF_MACHINE,
		    "GOOGLE_APPLICATION_CREDENTIALS=", value, err);
	return search_machine(client, found, err);
}

gcpsecret_status
gs_search(gcpsecret_client *client, struct found *found, gcpsecret_error *err)
{
	gcpsecret_status status = keep_universe(client, found, err);

	if (status == GCPSECRET_OK)
		status = search(client, found, err);
	if (status != GCPSECRET_OK)
		gs_found_free(found);
	return status;
}
