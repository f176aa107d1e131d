/* SPDX-License-Identifier: MIT */

/* Grants, scopes, subscriptions and webhooks, without memory. */

#include <string.h>

#include "starve.h"

#define GRANT                                                  \
	"{\"access_token\":\"ACC\",\"refresh_token\":\"REF\"," \
	"\"expires_at\":1795440600,\"athlete\":{\"id\":7}}"

static const strava_app app = { .client_id = "42", .client_secret = "s3cret" };
static const strava_authorize consent = {
	.redirect_uri = "https://e.org/", .scope = "read", .state = "s"
};

static strava_status
end_token(strava_status status, strava_token *token)
{
	if (status == STRAVA_OK) {
		starve_say(token->access_token);
		starve_say(token->refresh_token);
	}
	strava_token_free(token);
	return status;
}

static strava_status
exchange_code(strava_client *client, strava_error *err)
{
	strava_token *token;
	strava_status status;

	status = strava_oauth_exchange(client, &app, "c", &token, err);
	return end_token(status, token);
}

static strava_status
refresh_token(strava_client *client, strava_error *err)
{
	strava_token *token;
	strava_status status;

	status = strava_oauth_refresh(client, &app, "old", &token, err);
	return end_token(status, token);
}

static const struct starve_task exchange = { exchange_code,
	"strava_oauth_exchange()", { GRANT } };
static const struct starve_task refresh = { refresh_token,
	"strava_oauth_refresh()", { GRANT } };

STARVE_TEXT(make_url,
    strava_oauth_authorize_url(client, &app, &consent, &out, err), NULL);
STARVE_CALL(revoke, strava_oauth_revoke(client, &app, "old", err), NULL);
STARVE_CALL(deauthorize, strava_oauth_deauthorize(client, err), NULL);
STARVE_TEXT(find_missing, strava_scope_missing("read", "a,b", &out, err), NULL);

STARVE_JSON(subscribe, subscription,
    strava_subscription_create(client, &app, "https://e.org/", "v", &out, err),
    "{\"id\":1}");
STARVE_CALL(
    unsubscribe, strava_subscription_delete(client, &app, 1, err), NULL);
STARVE_JSON(get_subscriptions, subscription_list,
    strava_subscription_list_get(client, &app, &out, err), "[{\"id\":1}]");
STARVE_PARSE(parse_subscription, subscription, "{\"id\":1}");
STARVE_PARSE(parse_subscriptions, subscription_list, "[{\"id\":1}]");
STARVE_PARSE(parse_event, webhook_event, "{\"updates\":{\"title\":\"t\"}}");

const struct starve_task *const memory_oauth[] = { &exchange, &refresh,
	&make_url, &revoke, &deauthorize, &find_missing, &subscribe,
	&unsubscribe, &get_subscriptions, &parse_subscription,
	&parse_subscriptions, &parse_event, NULL };
