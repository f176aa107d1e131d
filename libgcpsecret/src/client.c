/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"

#define TIMEOUT_MS 60000
#define RETRIES 4

gcpsecret_status
gcpsecret_client_new(gcpsecret_client **out, gcpsecret_error *err)
{
	gcpsecret_client *client;

	if (out == NULL)
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT, "out is NULL");
	*out = NULL;
	if ((client = calloc(1, sizeof(*client))) == NULL)
		return gs_no_memory(err);
	client->timeout_ms = TIMEOUT_MS;
	client->retries = RETRIES;
	client->retry_on = GCPSECRET_RETRY_ACCESS;
	client->clock = clock_utc_s;
	atomic_init(&client->canceled, false);
	*out = client;
	return GCPSECRET_OK;
}

void
gcpsecret_client_free(gcpsecret_client *client)
{
	if (client == NULL)
		return;
	gs_token_free(&client->token);
	gs_credentials_free(&client->credentials);
	http_free(client->http);
	free(client->credentials_file);
	free(client->endpoint);
	free(client->token_url);
	free(client->ca_file);
	wipe_free(client->proxy); /* may hold a password */
	free(client->user_agent);
	free(client->universe_domain);
	free(client->project);
	free(client);
}

static struct http *
make_http(const gcpsecret_client *client)
{
	const char  *user_agent = client->user_agent != NULL
				      ? client->user_agent
				      : "libgcpsecret/" GCPSECRET_VERSION;
	struct http *http = http_new(user_agent, &client->canceled);

	if (http != NULL && http_set_ca_file(http, client->ca_file) &&
	    http_set_proxy(http, client->proxy))
		return http;
	http_free(http);
	return NULL;
}

gcpsecret_status
gs_begin(gcpsecret_client *client, gcpsecret_error *err)
{
	if (client == NULL)
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT, "client is NULL");
	if (atomic_load(&client->canceled))
		return gs_fail(err, GCPSECRET_ERR_CANCELED, "canceled");
	if (client->http == NULL)
		client->http = make_http(client);
	if (client->http == NULL)
		return gs_no_memory(err);
	client->deadline_ms = clock_steady_ms() + client->timeout_ms;
	return GCPSECRET_OK;
}

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
gcpsecret_client_set_credentials_file(
    gcpsecret_client *client, const char *path, gcpsecret_error *err)
{
	if (client == NULL)
		return no_client(err);
	if (path != NULL && *path == '\0')
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT,
		    "the path of the credentials file is empty");
	return set_text(client, &client->credentials_file, path, err);
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
gcpsecret_client_set_token_url(
    gcpsecret_client *client, const char *url, gcpsecret_error *err)
{
	if (client == NULL)
		return no_client(err);
	return set_url(&client->token_url, "token URL", url, err);
}

gcpsecret_status
gcpsecret_client_set_universe_domain(
    gcpsecret_client *client, const char *domain, gcpsecret_error *err)
{
	if (client == NULL)
		return no_client(err);
	if (domain != NULL && !gs_is_domain(domain))
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT,
		    "the universe must be a domain, such as googleapis.com");
	return set_text(client, &client->universe_domain, domain, err);
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
	client->timeout_ms = ms < 1 ? TIMEOUT_MS : ms > most ? most : ms;
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
gcpsecret_client_set_loopback(gcpsecret_client *client, bool allow)
{
	if (client != NULL)
		client->loopback = allow;
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
gcpsecret_client_cancel(gcpsecret_client *client)
{
	if (client != NULL)
		atomic_store(&client->canceled, true);
}

void
gs_log(
    gcpsecret_client *client, gcpsecret_log_level level, const char *fmt, ...)
{
	char    message[1024];
	va_list ap;

	if (client->log == NULL || level > client->log_max)
		return;
	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	gs_make_line(message);
	client->log(client->log_ctx, level, message);
}
