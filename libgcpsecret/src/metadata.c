/* SPDX-License-Identifier: MIT */
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
	buf_addf(
	    url, "%s/computeMetadata/v1/%s", client->credentials.base, path);
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

gcpsecret_status
gs_grant_metadata(gcpsecret_client *client, const struct wanted *wanted,
    struct grant *grant, gcpsecret_error *err)
{
	struct exchange  x;
	struct buf       path, url;
	enum reply       form;
	gcpsecret_status status;

	buf_init(&path, URL_MAX);
	buf_add_text(&path, "instance/service-accounts/default/");
	if (wanted->audience != NULL) {
		form = REPLY_BARE_ID_TOKEN;
		buf_add_text(&path, "identity?");
		buf_add_field(&path, "audience", wanted->audience);
		buf_add_field(&path, "format", "full");
	} else {
		form = REPLY_ACCESS_TOKEN;
		buf_add_text(&path, "token?");
		buf_add_field(&path, "scopes", wanted->scope);
	}
	if (!buf_ok(&path)) {
		buf_free(&path);
		return gs_no_memory(err);
	}
	status = ask(client, path.data, &x, &url, err);
	if (status == GCPSECRET_OK)
		status = gs_reply_read(client, form, &x, grant, err);
	gs_exchange_free(&x);
	buf_free(&url);
	buf_free(&path);
	return status;
}
