/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "name.h"

#define SUBJECT_MAX 512

/* Stores a copy of the first `len` bytes; NULL brings back the default. */
static gcpsecret_status
replace(char **slot, const char *value, size_t len, gcpsecret_error *err)
{
	char *copy = NULL;

	if (value != NULL && (copy = strndup(value, len)) == NULL)
		return gs_no_memory(err);
	wipe_free(*slot);
	*slot = copy;
	return GCPSECRET_OK;
}

static gcpsecret_status
set_text(gcpsecret_client *client, char **slot, const char *value,
    gcpsecret_error *err)
{
	/* The next call makes the HTTP client anew, with what is set then. */
	http_free(client->http);
	client->http = NULL;
	return replace(slot, value, value != NULL ? strlen(value) : 0, err);
}

static gcpsecret_status
set_url(char **slot, const char *what, const char *url, gcpsecret_error *err)
{
	size_t len = url != NULL ? strlen(url) : 0;

	if (url != NULL && !http_url_is_base(url, false))
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT,
		    "the %s must be an https URL without query (plain http on "
		    "this machine only)",
		    what);
	while (len > 0 && url[len - 1] == '/')
		len--;
	return replace(slot, url, len, err);
}

/* Printable ASCII that begins with `start` and goes on. */
static bool
is_printable(const char *text, const char *start)
{
	size_t len = strlen(start);

	if (strncmp(text, start, len) != 0 || text[len] == '\0')
		return false;
	while (*text >= ' ' && *text <= '~')
		text++;
	return *text == '\0';
}

static gcpsecret_status
no_client(gcpsecret_error *err)
{
	return gs_fail(err, GCPSECRET_ERR_ARGUMENT, "client is NULL");
}

gcpsecret_status
gcpsecret_client_set_endpoint(
    gcpsecret_client *client, const char *url, gcpsecret_error *err)
{
	if (client == NULL)
		return no_client(err);
	return set_url(&client->endpoint, "endpoint", url, err);
}

gcpsecret_status
gcpsecret_client_set_ca_file(
    gcpsecret_client *client, const char *path, gcpsecret_error *err)
{
	if (client == NULL)
		return no_client(err);
	if (path != NULL && access(path, R_OK) != 0)
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT,
		    "the CA file %s cannot be read", path);
	return set_text(client, &client->ca_file, path, err);
}

gcpsecret_status
gcpsecret_client_set_proxy(
    gcpsecret_client *client, const char *url, gcpsecret_error *err)
{
	if (client == NULL)
		return no_client(err);
	if (url != NULL && !is_printable(url, "http://") &&
	    !is_printable(url, "https://"))
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT,
		    "the proxy must be a URL of http or https");
	return set_text(client, &client->proxy, url, err);
}

gcpsecret_status
gcpsecret_client_set_user_agent(
    gcpsecret_client *client, const char *user_agent, gcpsecret_error *err)
{
	if (client == NULL)
		return no_client(err);
	if (user_agent != NULL && !is_printable(user_agent, ""))
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT,
		    "the user agent must be printable ASCII");
	return set_text(client, &client->user_agent, user_agent, err);
}

void
gcpsecret_client_set_timeout_ms(gcpsecret_client *client, int64_t ms)
{
	/* A year, so that a deadline cannot overflow. */
	const int64_t most = INT64_C(365) * 86400 * 1000;

	if (client == NULL)
		return;
	client->timeout_ms = ms < 1 ? GS_TIMEOUT_MS : ms > most ? most : ms;
}

void
gcpsecret_client_set_retries(gcpsecret_client *client, int retries)
{
	if (client != NULL)
		client->retries = retries;
}

void
gcpsecret_client_set_retry_on(gcpsecret_client *client, unsigned mask)
{
	if (client != NULL)
		client->retry_on = mask;
}

void
gcpsecret_client_set_log(gcpsecret_client *client, gcpsecret_log_fn fn,
    void *ctx, gcpsecret_log_level max)
{
	if (client == NULL)
		return;
	client->log = fn;
	client->log_ctx = ctx;
	client->log_max = max;
}

void
gcpsecret_client_set_clock(
    gcpsecret_client *client, gcpsecret_clock_fn fn, void *ctx)
{
	if (client == NULL)
		return;
	client->clock = fn != NULL ? fn : clock_utc_s;
	client->clock_ctx = ctx;
}

void
gcpsecret_client_set_steady_clock(
    gcpsecret_client *client, gcpsecret_steady_fn fn, void *ctx)
{
	if (client == NULL)
		return;
	client->steady = fn != NULL ? fn : gs_steady_ms;
	client->steady_ctx = ctx;
}

gcpsecret_status
gcpsecret_client_set_quota_project(
    gcpsecret_client *client, const char *project, gcpsecret_error *err)
{
	if (client == NULL)
		return no_client(err);
	if (project != NULL && !gs_name_is_project(project))
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT,
		    "the quota project must be a project's id or number");
	return set_text(client, &client->quota_project, project, err);
}

/* What credentials are found by, for all clients that share them; NULL, and why
 * in *err, when it must not change. */
static struct search_settings *
search_settings(gcpsecret_client *client, gcpsecret_error *err)
{
	if (client == NULL) {
		no_client(err);
		return NULL;
	}
	if (gs_credentials_are_shared(client->credentials)) {
		gs_fail(err, GCPSECRET_ERR_ARGUMENT,
		    "the credentials are shared with another client: set this "
		    "before");
		return NULL;
	}
	return &client->credentials->settings;
}

/* The document itself or its path: the one that is set takes the place of the
 * other. */
static gcpsecret_status
set_document(char **slot, char **other, const char *value, gcpsecret_error *err)
{
	gcpsecret_status status =
	    replace(slot, value, value != NULL ? strlen(value) : 0, err);

	return status == GCPSECRET_OK && value != NULL
		   ? replace(other, NULL, 0, err)
		   : status;
}

gcpsecret_status
gcpsecret_client_set_credentials_file(
    gcpsecret_client *client, const char *path, gcpsecret_error *err)
{
	struct search_settings *s = search_settings(client, err);

	if (s == NULL)
		return GCPSECRET_ERR_ARGUMENT;
	if (path != NULL && *path == '\0')
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT,
		    "the path of the credentials file is empty");
	return set_document(&s->file, &s->json, path, err);
}

gcpsecret_status
gcpsecret_client_set_credentials_json(
    gcpsecret_client *client, const char *json, gcpsecret_error *err)
{
	struct search_settings *s = search_settings(client, err);

	if (s == NULL)
		return GCPSECRET_ERR_ARGUMENT;
	if (json != NULL &&
	    strnlen(json, GS_KEY_FILE_MAX + 1) > GS_KEY_FILE_MAX)
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT,
		    "the JSON is larger than 64 KiB, so no credentials");
	return set_document(&s->json, &s->file, json, err);
}

gcpsecret_status
gcpsecret_client_set_credential_types(
    gcpsecret_client *client, unsigned types, gcpsecret_error *err)
{
	struct search_settings *s = search_settings(client, err);

	if (s == NULL)
		return GCPSECRET_ERR_ARGUMENT;
	if ((types & ~GS_CREDENTIAL_TYPES) != 0)
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT,
		    "types has a bit that no type of credentials has");
	s->types = types;
	return GCPSECRET_OK;
}

gcpsecret_status
gcpsecret_client_set_loopback(
    gcpsecret_client *client, bool allow, gcpsecret_error *err)
{
	struct search_settings *s = search_settings(client, err);

	if (s == NULL)
		return GCPSECRET_ERR_ARGUMENT;
	s->loopback = allow;
	return GCPSECRET_OK;
}

gcpsecret_status
gcpsecret_client_set_universe_domain(
    gcpsecret_client *client, const char *domain, gcpsecret_error *err)
{
	struct search_settings *s = search_settings(client, err);

	if (s == NULL)
		return GCPSECRET_ERR_ARGUMENT;
	if (domain != NULL && !gs_is_domain(domain))
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT,
		    "the universe must be a domain, such as " GS_UNIVERSE);
	return set_text(client, &s->universe_domain, domain, err);
}

gcpsecret_status
gcpsecret_client_set_token_url(
    gcpsecret_client *client, const char *url, gcpsecret_error *err)
{
	struct search_settings *s = search_settings(client, err);

	return s != NULL ? set_url(&s->token_url, "token URL", url, err)
			 : GCPSECRET_ERR_ARGUMENT;
}

gcpsecret_status
gcpsecret_client_set_jwt_bearer(
    gcpsecret_client *client, bool ask, gcpsecret_error *err)
{
	struct search_settings *s = search_settings(client, err);

	if (s == NULL)
		return GCPSECRET_ERR_ARGUMENT;
	s->jwt_bearer = ask;
	return GCPSECRET_OK;
}

gcpsecret_status
gcpsecret_client_set_subject(
    gcpsecret_client *client, const char *subject, gcpsecret_error *err)
{
	struct search_settings *s = search_settings(client, err);

	if (s == NULL)
		return GCPSECRET_ERR_ARGUMENT;
	if (subject != NULL &&
	    (!gs_is_plain(subject) || strlen(subject) > SUBJECT_MAX))
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT,
		    "the subject must be the e-mail address of a user");
	return set_text(client, &s->subject, subject, err);
}

gcpsecret_status
gcpsecret_client_share_credentials(
    gcpsecret_client *client, gcpsecret_client *with, gcpsecret_error *err)
{
	struct credentials *old;

	if (client == NULL || with == NULL)
		return no_client(err);
	old = client->credentials;
	gs_credentials_hold(with->credentials);
	client->credentials = with->credentials;
	gs_credentials_release(old);
	free(client->project);
	client->project = NULL;
	return GCPSECRET_OK;
}
