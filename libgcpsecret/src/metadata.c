/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "client.h"
#include "exchange.h"
#include "reply.h"

#define PING_MS 500
#define PING_TRIES 3
#define PING_PAUSE_MS 100

#define URL_MAX 16384 /* a list of scopes or an audience, escaped */

static const char *const headers[] = { "Metadata-Flavor: Google", NULL };

static void
prepare(struct exchange *x, const char *url)
{
	gs_exchange_init(x, PEER_METADATA, url);
	x->request.headers = headers;
	x->request.plain_ok = true;
}

bool
gs_metadata_ping(gcpsecret_client *client, const char *base)
{
	struct exchange x;
	bool            found = false;

	prepare(&x, base);
	/* On a machine that is just starting the first tries may fail. */
	for (int i = 0; i < PING_TRIES; i++) {
		if (gs_exchange_once(client, &x, PING_MS) == HTTP_ANSWERED) {
			found = x.response.status == 200 &&
				gs_exchange_is_metadata(&x.response);
			break;
		}
		if (!clock_sleep_ms(PING_PAUSE_MS, &client->canceled))
			break;
	}
	gs_exchange_free(&x);
	return found;
}

/* Asks for `path` below /computeMetadata/v1/; `url` is to hold the URL for as
 * long as `x` lives. */
static gcpsecret_status
ask(gcpsecret_client *client, const char *path, struct exchange *x,
    struct buf *url, gcpsecret_error *err)
{
	buf_init(url, URL_MAX);
	buf_addf(url, "%s/computeMetadata/v1/%s",
	    client->credentials->found.base, path);
	prepare(x, buf_text(url));
	return buf_ok(url) ? gs_exchange(client, x, err) : gs_no_memory(err);
}

gcpsecret_status
gs_metadata_get(gcpsecret_client *client, const char *path, struct buf *body,
    gcpsecret_error *err)
{
	struct exchange  x;
	struct buf       url;
	gcpsecret_status status;

	buf_init(body, 0);
	status = ask(client, path, &x, &url, err);
	if (status == GCPSECRET_OK) {
		*body = x.response.body;
		buf_init(&x.response.body, 0);
	}
	gs_exchange_free(&x);
	buf_free(&url);
	return status;
}

/* A token of another universe must not go to the hosts of this one.  The usual
 * client spares the request: on a machine of another universe it is not to be
 * had by accident. */
static gcpsecret_status
check_universe(gcpsecret_client *client, gcpsecret_error *err)
{
	const char      *ours = gs_universe(client);
	const char      *theirs = GS_UNIVERSE;
	struct buf       body;
	gcpsecret_error  failure;
	gcpsecret_status status;

	if (strcmp(ours, GS_UNIVERSE) == 0)
		return GCPSECRET_OK;
	status = gs_metadata_get(
	    client, "universe/universe-domain", &body, &failure);
	if (status == GCPSECRET_OK)
		theirs = buf_text(&body);
	if (status != GCPSECRET_OK && failure.http_status != 404) {
		if (err != NULL)
			*err = failure;
	} else if (strcmp(theirs, ours) != 0) {
		status = gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
		    "this machine is of the universe %.253s, but the client "
		    "of %s",
		    theirs, ours);
	} else {
		status = GCPSECRET_OK;
	}
	buf_free(&body);
	return status;
}

/* The metadata server wants a comma between scopes. */
static void
add_scopes(struct buf *path, const char *scope)
{
	size_t len;

	buf_add_text(path, "token?scopes=");
	for (;; scope += len + 1) {
		struct buf one;

		len = strcspn(scope, " ");
		buf_init(&one, len);
		buf_add(&one, scope, len);
		buf_add_escaped(path, buf_text(&one));
		buf_free(&one);
		if (scope[len] == '\0')
			return;
		buf_add_text(path, ",");
	}
}

gcpsecret_status
gs_grant_metadata(gcpsecret_client *client, const struct wanted *wanted,
    struct grant *grant, gcpsecret_error *err)
{
	bool             is_id = wanted->audience != NULL;
	struct exchange  x;
	struct buf       path, url;
	gcpsecret_status status = check_universe(client, err);

	if (status != GCPSECRET_OK)
		return status;
	buf_init(&path, URL_MAX);
	buf_add_text(&path, "instance/service-accounts/default/");
	if (is_id) {
		buf_add_text(&path, "identity?");
		buf_add_field(&path, "audience", wanted->audience);
		buf_add_field(&path, "format", "full");
	} else {
		add_scopes(&path, wanted->scope);
	}
	if (!buf_ok(&path)) {
		buf_free(&path);
		return gs_no_memory(err);
	}
	status = ask(client, path.data, &x, &url, err);
	if (status == GCPSECRET_OK)
		status = gs_reply_read(client,
		    is_id ? REPLY_BARE_ID_TOKEN : REPLY_ACCESS_TOKEN, &x, grant,
		    err);
	gs_exchange_free(&x);
	buf_free(&url);
	buf_free(&path);
	return status;
}
