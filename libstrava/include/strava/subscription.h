/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_SUBSCRIPTION_H
#define STRAVA_SUBSCRIPTION_H

/*
 * The subscription of an application to Strava's events.  There is one at most
 * and it covers all athletes.  strava_subscription(3) shows how.
 *
 * These calls are the application's: they need its id and secret and no access
 * token.
 *
 * Facts: developers.strava.com/docs/webhooks.
 */

#include <stddef.h>
#include <stdint.h>
#include <strava/client.h>
#include <strava/oauth.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Only the library allocates one; read it through a pointer and never copy it.
 * Strings belong to it and are NULL when absent; times are seconds since the
 * epoch, UTC, and 0 when absent.  Right after its creation Strava may say the id
 * alone.
 */
typedef struct strava_subscription {
	int64_t     id;
	int64_t     resource_state;
	int64_t     application_id;
	const char *callback_url;
	int64_t     created_at, updated_at;
} strava_subscription;

typedef struct strava_subscription_list {
	size_t                            count;
	const strava_subscription *const *items;
	size_t skipped; /* items that were none, and are not here */
} strava_subscription_list;

/*
 * Subscribes.  During the call Strava sends a GET to `callback_url` (http or
 * https, at most 255 bytes) with `verify_token` (visible ASCII, of your
 * choosing) in it, and wants its challenge back within two seconds: the
 * listener has to be up, on another thread or in another process.
 *
 * *out is to be freed with strava_subscription_free().
 *
 * The request reaches Strava at most once.  When it is in doubt (err->in_doubt)
 * whether it did, strava_subscription_list_get() tells.
 * Worth acting on: APPLICATION; REQUEST, with Strava's words, when the callback
 * did not answer as it should or a subscription exists.
 */
STRAVA_API STRAVA_CHECK strava_status strava_subscription_create(
    strava_client *client, const strava_app *app, const char *callback_url,
    const char *verify_token, strava_subscription **out, strava_error *err);
STRAVA_API void strava_subscription_free(strava_subscription *subscription);

/*
 * What there is: no subscription or one.  *out is to be freed with
 * strava_subscription_list_free().
 *
 * Here and in strava_subscription_delete() Strava takes the client secret in
 * the query of the URL and nowhere else.  TLS hides it on the way; the
 * library's log and messages never hold a query.  A transport of your own gets
 * to see it.
 */
STRAVA_API STRAVA_CHECK strava_status strava_subscription_list_get(
    strava_client *client, const strava_app *app,
    strava_subscription_list **out, strava_error *err);
STRAVA_API void strava_subscription_list_free(strava_subscription_list *list);

/*
 * Ends a subscription.
 * Worth acting on: APPLICATION; NOT_FOUND when it was none.
 */
STRAVA_API STRAVA_CHECK strava_status strava_subscription_delete(
    strava_client *client, const strava_app *app, int64_t id,
    strava_error *err);

/*
 * The same models from JSON that you have.
 * Fail with: ARGUMENT; NOMEM; FORMAT when it is no JSON or no such model.
 */
STRAVA_API STRAVA_CHECK strava_status strava_subscription_parse(
    const char *text, size_t len, strava_subscription **out, strava_error *err);
STRAVA_API STRAVA_CHECK strava_status strava_subscription_list_parse(
    const char *text, size_t len, strava_subscription_list **out,
    strava_error *err);

/* The JSON that Strava sent.  Belongs to the model; NULL for NULL and when out
 * of memory.  Not to be called by two threads at once. */
STRAVA_API const char *strava_subscription_json(
    const strava_subscription *subscription);
STRAVA_API const char *strava_subscription_list_json(
    const strava_subscription_list *list);

#ifdef __cplusplus
}
#endif
#endif
