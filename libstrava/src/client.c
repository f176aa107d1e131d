/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "internal.h"

#define API_BASE "https://www.strava.com/api/v3"
#define OAUTH_BASE "https://www.strava.com/oauth"
#define USER_AGENT "libstrava/" STRAVA_VERSION

#define TIMEOUT_MS 30000
#define RETRIES 2
#define USER_AGENT_MAX 256
#define BASE_MAX 2048 /* bytes of a URL that is a setting */

/* Takes over `copy`, which is NULL when there was no memory for it. */
static strava_status
replace(char **slot, char *copy, strava_error *err)
{
	if (copy == NULL)
		return sv_fail_memory(err);
	wipe_free(*slot);
	*slot = copy;
	return STRAVA_OK;
}

strava_status
strava_client_new(strava_client **out, strava_error *err)
{
	strava_client *c;

	if (out == NULL)
		return sv_fail_argument(err, "out is NULL");
	*out = NULL;
	if ((c = calloc(1, sizeof(*c))) == NULL)
		return sv_fail_memory(err);
	c->api_base = strdup(API_BASE);
	c->oauth_base = strdup(OAUTH_BASE);
	c->user_agent = strdup(USER_AGENT);
	c->http = http_new(USER_AGENT, &c->canceled);
	if (c->api_base == NULL || c->oauth_base == NULL ||
	    c->user_agent == NULL || c->http == NULL) {
		strava_client_free(c);
		return sv_fail_memory(err);
	}
	c->timeout_ms = TIMEOUT_MS;
	c->retries = RETRIES;
	c->clock = clock_utc_s;
	sv_rate_limit_init(&c->limit);
	*out = c;
	return STRAVA_OK;
}

void
strava_client_free(strava_client *client)
{
	if (client == NULL)
		return;
	http_free(client->http);
	wipe_free(client->access_token);
	free(client->api_base);
	free(client->oauth_base);
	free(client->user_agent);
	free(client);
}

strava_status
strava_client_set_access_token(
    strava_client *client, const char *access_token, strava_error *err)
{
	if (client == NULL)
		return sv_fail_argument(err, "client is NULL");
	if (access_token == NULL) {
		wipe_free(client->access_token);
		client->access_token = NULL;
		return STRAVA_OK;
	}
	if (!sv_is_secret(access_token))
		return sv_fail_argument(err,
		    "the access token is not 1 to 1024 bytes of visible ASCII");
	return replace(&client->access_token, strdup(access_token), err);
}

static strava_status
set_base(char **slot, const char *url, const char *name, strava_error *err)
{
	size_t len = strlen(url);

	if (len > BASE_MAX || !http_url_is_base(url, false))
		return sv_fail(err, STRAVA_ERR_ARGUMENT,
		    "the %s base is not a plain https URL (http is for this "
		    "machine only; no user, query or fragment)",
		    name);
	while (len > 0 && url[len - 1] == '/')
		len--;
	return replace(slot, strndup(url, len), err);
}

strava_status
strava_client_set_api_base(
    strava_client *client, const char *url, strava_error *err)
{
	if (client == NULL)
		return sv_fail_argument(err, "client is NULL");
	return set_base(
	    &client->api_base, url != NULL ? url : API_BASE, "API", err);
}

strava_status
strava_client_set_oauth_base(
    strava_client *client, const char *url, strava_error *err)
{
	if (client == NULL)
		return sv_fail_argument(err, "client is NULL");
	return set_base(
	    &client->oauth_base, url != NULL ? url : OAUTH_BASE, "OAuth", err);
}

strava_status
strava_client_set_ca_file(
    strava_client *client, const char *path, strava_error *err)
{
	if (client == NULL)
		return sv_fail_argument(err, "client is NULL");
	if (path != NULL && *path == '\0')
		return sv_fail_argument(err, "the CA file has an empty name");
	if (!http_set_ca_file(client->http, path))
		return sv_fail_memory(err);
	return STRAVA_OK;
}

strava_status
strava_client_set_proxy(
    strava_client *client, const char *url, strava_error *err)
{
	if (client == NULL)
		return sv_fail_argument(err, "client is NULL");
	if (url != NULL &&
	    (!sv_is_line(url, BASE_MAX) || strchr(url, ' ') != NULL ||
		(strncmp(url, "http://", 7) != 0 &&
		    strncmp(url, "https://", 8) != 0)))
		return sv_fail_argument(
		    err, "the proxy is not a URL of http or https");
	if (!http_set_proxy(client->http, url))
		return sv_fail_memory(err);
	return STRAVA_OK;
}

strava_status
strava_client_set_user_agent(
    strava_client *client, const char *user_agent, strava_error *err)
{
	if (client == NULL)
		return sv_fail_argument(err, "client is NULL");
	if (user_agent == NULL)
		user_agent = USER_AGENT;
	if (!sv_is_line(user_agent, USER_AGENT_MAX))
		return sv_fail_argument(err,
		    "the user agent is not 1 to 256 bytes of printable ASCII");
	return replace(&client->user_agent, strdup(user_agent), err);
}

void
strava_client_set_timeout_ms(strava_client *client, int64_t ms)
{
	if (client != NULL)
		client->timeout_ms = ms >= 1 ? ms : TIMEOUT_MS;
}

void
strava_client_set_retries(strava_client *client, int retries)
{
	if (client != NULL)
		client->retries = retries > 0 ? retries : 0;
}

void
strava_client_set_transport(
    strava_client *client, const strava_transport *transport)
{
	if (client != NULL)
		client->transport =
		    transport != NULL ? *transport : (strava_transport){ 0 };
}

void
strava_client_set_log(
    strava_client *client, strava_log_fn fn, void *ctx, strava_log_level max)
{
	if (client == NULL)
		return;
	client->log = fn;
	client->log_ctx = ctx;
	client->log_max = max;
}

void
strava_client_set_clock(strava_client *client, strava_clock_fn fn, void *ctx)
{
	if (client == NULL)
		return;
	client->clock = fn != NULL ? fn : clock_utc_s;
	client->clock_ctx = ctx;
}

strava_status
strava_client_set_limiter(strava_client *client, strava_limiter *limiter,
    strava_priority priority, strava_error *err)
{
	if (client == NULL)
		return sv_fail_argument(err, "client is NULL");
	if (priority != STRAVA_INTERACTIVE && priority != STRAVA_BACKGROUND)
		return sv_fail_argument(err, "there is no such priority");
	client->limiter = limiter;
	client->priority = priority;
	return STRAVA_OK;
}

int64_t
sv_now(const strava_client *client)
{
	return client->clock(client->clock_ctx);
}

void
strava_client_cancel(strava_client *client)
{
	if (client != NULL)
		atomic_store(&client->canceled, true);
}

void
strava_client_rate_limit(const strava_client *client, strava_rate_limit *out)
{
	if (client != NULL && out != NULL)
		*out = client->limit;
}
