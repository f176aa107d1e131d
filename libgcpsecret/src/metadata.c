/* SPDX-License-Identifier: MIT */
#include "client.h"
#include "exchange.h"

#define PING_MS 500
#define PING_TRIES 3
#define PING_PAUSE_MS 100

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

gcpsecret_status
gs_metadata_get(gcpsecret_client *client, const char *path, struct buf *body,
    gcpsecret_error *err)
{
	struct exchange  x;
	struct buf       url;
	gcpsecret_status status;

	buf_init(body, 0);
	buf_init(&url, 1024);
	if (!buf_addf(&url, "%s/computeMetadata/v1/%s",
		client->credentials.base, path)) {
		buf_free(&url);
		return gs_no_memory(err);
	}
	prepare(&x, url.data);
	status = gs_exchange(client, &x, err);
	if (status == GCPSECRET_OK) {
		*body = x.response.body;
		buf_init(&x.response.body, 0);
	}
	gs_exchange_free(&x);
	buf_free(&url);
	return status;
}
