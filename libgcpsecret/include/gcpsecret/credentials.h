/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_CREDENTIALS_H
#define GCPSECRET_CREDENTIALS_H

#include <gcpsecret/client.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Whose credentials a client uses, and the tokens that they give, for Secret
 * Manager and for other services.  gcpsecret_credentials(7) tells where they
 * are looked for and what a document may hold.
 */

/* The types of documents with credentials, as bits of a set. */
typedef enum gcpsecret_credential_type {
	GCPSECRET_CREDENTIALS_SERVICE_ACCOUNT = 1,
	GCPSECRET_CREDENTIALS_AUTHORIZED_USER = 2,
	GCPSECRET_CREDENTIALS_EXTERNAL_ACCOUNT = 4,
	GCPSECRET_CREDENTIALS_EXTERNAL_ACCOUNT_AUTHORIZED_USER = 8,
	GCPSECRET_CREDENTIALS_IMPERSONATED_SERVICE_ACCOUNT = 16
} gcpsecret_credential_type;

/*
 * Settings, made before the first call and before the credentials are shared.
 * Strings are copied, NULL brings back the default.  Each fails with: ARGUMENT,
 * NOMEM; a failure leaves the old value.
 *
 * credentials_file: the path of a document with credentials, and no search.
 * credentials_json: the document itself, up to 64 KiB.  It takes the place of a
 *	file that was set, and the other way round.  It is read by the first call
 *	and wiped with the client.
 * credential_types: the types that are accepted, a sum of
 *	gcpsecret_credential_type; 0 for the default.  That is every type for
 *	what the search finds, since whoever set the machine up is trusted, but
 *	only service_account and authorized_user for a file or JSON of the
 *	program's: these two speak to Google alone, while the others may name
 *	hosts to send secrets to, files to read and programs to run.  Allow them
 *	for documents of your own, never for those of strangers.
 * universe_domain: whose APIs are called.  Default: GOOGLE_CLOUD_UNIVERSE_DOMAIN
 *	of the environment, else googleapis.com.  Credentials made for another
 *	universe are refused; the metadata server is asked for its own only if
 *	this is not googleapis.com.
 * token_url: where a user's token is refreshed and a service account's key
 *	traded.  Default: "token_uri" of the key, else
 *	https://oauth2.googleapis.com/token.  Plain http for loopback only.
 * jwt_bearer: ask Google for the token of a service account.  Default: false,
 *	the key signs it, which needs no request.
 * subject: the user whom a service account speaks for by domain-wide
 *	delegation, which implies jwt_bearer.  Other credentials are refused.
 * loopback: documents may name URLs of plain http on this machine, as tests
 *	need.  Default: false.
 */
GCPSECRET_API gcpsecret_status gcpsecret_client_set_credentials_file(
    gcpsecret_client *client, const char *path, gcpsecret_error *err);
GCPSECRET_API gcpsecret_status gcpsecret_client_set_credentials_json(
    gcpsecret_client *client, const char *json, gcpsecret_error *err);
GCPSECRET_API gcpsecret_status gcpsecret_client_set_credential_types(
    gcpsecret_client *client, unsigned types, gcpsecret_error *err);
GCPSECRET_API gcpsecret_status gcpsecret_client_set_universe_domain(
    gcpsecret_client *client, const char *domain, gcpsecret_error *err);
GCPSECRET_API gcpsecret_status gcpsecret_client_set_token_url(
    gcpsecret_client *client, const char *url, gcpsecret_error *err);
GCPSECRET_API gcpsecret_status gcpsecret_client_set_jwt_bearer(
    gcpsecret_client *client, bool ask, gcpsecret_error *err);
GCPSECRET_API gcpsecret_status gcpsecret_client_set_subject(
    gcpsecret_client *client, const char *subject, gcpsecret_error *err);
GCPSECRET_API gcpsecret_status gcpsecret_client_set_loopback(
    gcpsecret_client *client, bool allow, gcpsecret_error *err);

/*
 * Makes `client` use the credentials of `with` from now on: the settings above,
 * what the search finds, and the tokens.  With a client a thread, one thread
 * asks for a new token when it is time and all use it; those that have a usable
 * one do not wait, the others do, within their own deadlines.  The credentials
 * live as long as the last of these clients.
 *
 * `with` may be in use by its thread meanwhile, `client` may not.
 * Fails with: ARGUMENT.
 */
GCPSECRET_API gcpsecret_status gcpsecret_client_share_credentials(
    gcpsecret_client *client, gcpsecret_client *with, gcpsecret_error *err);

/*
 * The project that calls without a project of their own mean: from
 * GOOGLE_CLOUD_PROJECT, GCLOUD_PROJECT, the credentials ("project_id", or the
 * number in a workload's "audience"), or the metadata server.  *project_out
 * belongs to the client.
 * Fails with: CREDENTIALS when none of them tells, and as every call does.
 */
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_project(
    gcpsecret_client *client, const char **project_out, gcpsecret_error *err);

/*
 * Where the credentials came from, for people: "service account x@y (FILE)",
 * "user x@y (FILE)", "external account AUDIENCE (FILE)", "metadata server at
 * HOST", "emulator at HOST".  Belongs to the client.
 * Fails with: CREDENTIALS, and as every call does.
 */
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_credentials_describe(
    gcpsecret_client *client, const char **text_out, gcpsecret_error *err);

/* What a service of Google's, or of one's own, is shown: "Authorization: Bearer
 * TEXT". */
typedef struct gcpsecret_token {
	const char *text;
	int64_t     expires_at_s; /* since the epoch, UTC */
} gcpsecret_token;

/*
 * An access token for another service of Google's.  `scope` is one scope or
 * several with blanks in between; NULL: cloud-platform.  For a login to Cloud
 * SQL it is https://www.googleapis.com/auth/sqlservice.login, and the token the
 * password.
 *
 * A token is kept and given again until shortly before its end, so this may be
 * called before each use.  On success *token_out is to be freed with
 * gcpsecret_token_free().
 *
 * Fails with: ARGUMENT, CREDENTIALS (also at an emulator, which has none), and
 * as every call does.  Worth acting on: REFUSED (the message tells how to log in
 * again, or what is wrong with a key), FORBIDDEN (who lacks which role).
 */
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_access_token_get(
    gcpsecret_client *client, const char *scope, gcpsecret_token **token_out,
    gcpsecret_error *err);

/*
 * An ID token, which proves to `audience` who calls: for a private service of
 * Cloud Run its URL.  Kept, given again and freed like an access token.
 *
 * Fails with: as above; CREDENTIALS also for a user's login, whose ID tokens
 * are for no audience of choice.
 */
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_id_token_get(
    gcpsecret_client *client, const char *audience, gcpsecret_token **token_out,
    gcpsecret_error *err);

/* Wipes and frees; NULL is ignored. */
GCPSECRET_API void gcpsecret_token_free(gcpsecret_token *token);

#ifdef __cplusplus
}
#endif

#endif
