/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client.h"

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
	if ((client->credentials = gs_credentials_new()) == NULL) {
		free(client);
		return gs_no_memory(err);
	}
	client->timeout_ms = GS_TIMEOUT_MS;
	client->retries = RETRIES;
	client->retry_on = GCPSECRET_RETRY_ACCESS;
	client->clock = clock_utc_s;
	client->steady = gs_steady_ms;
	atomic_init(&client->canceled, false);
	*out = client;
	return GCPSECRET_OK;
}

void
gcpsecret_client_free(gcpsecret_client *client)
{
	if (client == NULL)
		return;
	gs_credentials_release(client->credentials);
	http_free(client->http);
	free(client->endpoint);
	free(client->ca_file);
	wipe_free(client->proxy); /* may hold a password */
	free(client->user_agent);
	free(client->quota_project);
	free(client->project);
	free(client);
}

/* Unlike the clock of deadlines it goes on while the machine sleeps: so does a
 * token's life. */
int64_t
gs_steady_ms(void *ctx)
{
	struct timespec t;

	(void)ctx;
	clock_gettime(CLOCK_BOOTTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
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
