/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "endpoint.h"
#include "grant.h"

#define FORM_MAX 16384
#define CALLBACK_MAX 255

#define M(name, put, key) MEMBER(strava_subscription, name, put, NULL, key)
static const struct member members[] = {
	MEMBER_REQUIRED(strava_subscription, id, put_int64, NULL, "id"),
	M(resource_state, put_int64, "resource_state"),
	M(application_id, put_int64, "application_id"),
	M(callback_url, put_string, "callback_url"),
	M(created_at, put_time, "created_at"),
	M(updated_at, put_time, "updated_at"),
};
#undef M

const struct model sv_subscription_model =
    MODEL_FLAT(strava_subscription, "subscription", members);

/* The application's name and password, for a form or a query. */
static void
begin_fields(struct buf *fields, const strava_app *app)
{
	buf_init(fields, FORM_MAX);
	buf_add_field(fields, "client_id", app->client_id);
	buf_add_field(fields, "client_secret", app->client_secret);
}

/* What is wrong with what is to be subscribed, or NULL. */
static const char *
fault_of(const char *callback_url, const char *verify_token)
{
	if (callback_url == NULL || !sv_is_line(callback_url, CALLBACK_MAX) ||
	    strchr(callback_url, ' ') != NULL)
		return "callback_url is not 1 to 255 bytes of visible ASCII";
	if (strncmp(callback_url, "https://", 8) != 0 &&
	    strncmp(callback_url, "http://", 7) != 0)
		return "callback_url does not begin with http:// or https://";
	if (verify_token == NULL || !sv_is_secret(verify_token))
		return "verify_token is not 1 to 1024 bytes of visible ASCII";
	return NULL;
}

strava_status
strava_subscription_create(strava_client *client, const strava_app *app,
    const char *callback_url, const char *verify_token,
    strava_subscription **out, strava_error *err)
{
	struct buf    form;
	struct ask    ask = { .endpoint = SUBSCRIPTION_CREATE,
		   .content_type = FORM_TYPE,
		   .body = &form,
		   .as_app = true };
	const char   *fault;
	strava_status status;

	if (out != NULL)
		*out = NULL;
	if ((fault = sv_fault_of_app(app, true)) != NULL ||
	    (fault = fault_of(callback_url, verify_token)) != NULL)
		return sv_fail_argument(err, fault);
	begin_fields(&form, app);
	buf_add_field(&form, "callback_url", callback_url);
	buf_add_field(&form, "verify_token", verify_token);
	status = sv_ask_model(client, &ask, &sv_subscription_model, out, err);
	buf_free(&form);
	return status;
}

strava_status
strava_subscription_list_get(strava_client *client, const strava_app *app,
    strava_subscription_list **out, strava_error *err)
{
	struct buf query;
	struct ask ask = {
		.endpoint = SUBSCRIPTION_LIST, .query = &query, .as_app = true
	};
	const char   *fault;
	strava_status status;

	if (out != NULL)
		*out = NULL;
	if ((fault = sv_fault_of_app(app, true)) != NULL)
		return sv_fail_argument(err, fault);
	begin_fields(&query, app);
	status = sv_ask_list(client, &ask, &sv_subscription_model, out, err);
	buf_free(&query);
	return status;
}

strava_status
strava_subscription_delete(
    strava_client *client, const strava_app *app, int64_t id, strava_error *err)
{
	struct buf    query;
	struct ask    ask = { .endpoint = SUBSCRIPTION_DELETE,
		   .id = id,
		   .query = &query,
		   .as_app = true };
	const char   *fault;
	char         *answer;
	strava_status status;

	if ((fault = sv_fault_of_app(app, true)) != NULL)
		return sv_fail_argument(err, fault);
	begin_fields(&query, app);
	status = sv_ask_text(client, &ask, &answer, err);
	if (status == STRAVA_OK)
		strava_string_free(answer);
	buf_free(&query);
	return status;
}

strava_status
strava_subscription_parse(
    const char *text, size_t len, strava_subscription **out, strava_error *err)
{
	return sv_model_parse(text, len, &sv_subscription_model, out, err);
}

strava_status
strava_subscription_list_parse(const char *text, size_t len,
    strava_subscription_list **out, strava_error *err)
{
	return sv_list_parse(text, len, &sv_subscription_model, out, err);
}

void
strava_subscription_free(strava_subscription *subscription)
{
	model_free(subscription);
}

void
strava_subscription_list_free(strava_subscription_list *list)
{
	model_free(list);
}

const char *
strava_subscription_json(const strava_subscription *subscription)
{
	return model_json(subscription);
}

const char *
strava_subscription_list_json(const strava_subscription_list *list)
{
	return model_json(list);
}
