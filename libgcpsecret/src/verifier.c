/* SPDX-License-Identifier: MIT */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "certs.h"
#include "clock.h"
#include "http.h"
#include "id_token.h"

#define CERTS_URL "https://www.googleapis.com/oauth2/v3/certs"
#define TIMEOUT_MS 10000
#define TEXT_MAX 512

/* Google's tokens live for an hour. */
#define SKEW_S 30
#define LIFE_MAX_S 3700
#define LIMIT_MAX_S 86400

static const char *const google[] = { "https://accounts.google.com",
	"accounts.google.com", NULL };

struct gcpsecret_verifier {
	char **audiences, **emails, **issuers; /* emails NULL: any */
	struct id_token_limits limits;
	struct certs           certs;
	gcpsecret_clock_fn     clock; /* the calendar */
	void                  *clock_ctx;
};

/* The texts of an identity live in the claims of its token. */
struct identity_box {
	gcpsecret_identity  identity;
	struct json_object *claims;
};

static void
free_list(char **list)
{
	for (char **text = list; text != NULL && *text != NULL; text++)
		free(*text);
	free(list);
}

/* NULL when memory is short. */
static char **
copy_list(const char *const *list)
{
	size_t count = 0;
	char **copy;

	while (list[count] != NULL)
		count++;
	if ((copy = calloc(count + 1, sizeof(*copy))) == NULL)
		return NULL;
	for (size_t i = 0; i < count; i++)
		if ((copy[i] = strdup(list[i])) == NULL) {
			free_list(copy);
			return NULL;
		}
	return copy;
}

static bool
has_text(const char *const *list)
{
	return list != NULL && *list != NULL;
}

static bool
has_only_fit(const char *const *list)
{
	for (; list != NULL && *list != NULL; list++)
		if (!gs_is_plain(*list) || strlen(*list) > TEXT_MAX)
			return false;
	return true;
}

/* NULL, or what is wrong. */
static const char *
fault_of(const gcpsecret_verifier_options *o)
{
	if (!has_text(o->audiences))
		return "name at least one audience";
	if (has_text(o->emails) && o->any_account)
		return "name the accounts that may call, or accept any: not "
		       "both";
	if (!has_text(o->emails) && !o->any_account)
		return "name at least one account that may call, or say "
		       "any_account: whoever has a Google account can get a "
		       "token for this audience";
	if (o->issuers != NULL && !has_text(o->issuers))
		return "name at least one issuer";
	if (!has_only_fit(o->audiences) || !has_only_fit(o->emails) ||
	    !has_only_fit(o->issuers))
		return "audiences, accounts and issuers are printable ASCII "
		       "without blanks, quotes and backslashes, of at most 512 "
		       "characters";
	if (o->skew_s < 0 || o->skew_s > LIMIT_MAX_S || o->life_max_s < 0 ||
	    o->life_max_s > LIMIT_MAX_S)
		return "skew_s and life_max_s are a day at most, and not "
		       "negative";
	if (o->certs_url != NULL && !http_url_is_base(o->certs_url, false))
		return "certs_url must be an https URL without query (plain "
		       "http on this machine only)";
	return NULL;
}

static gcpsecret_status
make_client(gcpsecret_client **client, const gcpsecret_verifier_options *o,
    gcpsecret_error *err)
{
	gcpsecret_status status = gcpsecret_client_new(client, err);

	if (status == GCPSECRET_OK)
		status = gcpsecret_client_set_ca_file(*client, o->ca_file, err);
	if (status == GCPSECRET_OK)
		status = gcpsecret_client_set_proxy(*client, o->proxy, err);
	gcpsecret_client_set_timeout_ms(
	    *client, o->timeout_ms > 0 ? o->timeout_ms : TIMEOUT_MS);
	gcpsecret_client_set_steady_clock(*client, o->steady, o->steady_ctx);
	gcpsecret_client_set_log(*client, o->log, o->log_ctx, o->log_max);
	return status;
}

/* Adds what a verifier compares with. */
static bool
add_lists(gcpsecret_verifier *v, const gcpsecret_verifier_options *o)
{
	v->audiences = copy_list(o->audiences);
	v->issuers = copy_list(o->issuers != NULL ? o->issuers : google);
	if (!o->any_account)
		v->emails = copy_list(o->emails);
	return v->audiences != NULL && v->issuers != NULL &&
	       (v->emails != NULL || o->any_account);
}

gcpsecret_status
gcpsecret_verifier_new(gcpsecret_verifier **out,
    const gcpsecret_verifier_options *options, gcpsecret_error *err)
{
	gcpsecret_verifier *v;
	gcpsecret_client   *client;
	gcpsecret_status    status;
	const char         *fault;

	if (out == NULL)
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT, "out is NULL");
	*out = NULL;
	if (options == NULL)
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT, "options is NULL");
	if ((fault = fault_of(options)) != NULL)
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT, "%s", fault);
	status = make_client(&client, options, err);
	if (status != GCPSECRET_OK || (v = calloc(1, sizeof(*v))) == NULL) {
		gcpsecret_client_free(client);
		return status != GCPSECRET_OK ? status : gs_no_memory(err);
	}
	v->clock = options->clock != NULL ? options->clock : clock_utc_s;
	v->clock_ctx = options->clock_ctx;
	v->limits.skew_s = options->skew_s > 0 ? options->skew_s : SKEW_S;
	v->limits.life_max_s =
	    options->life_max_s > 0 ? options->life_max_s : LIFE_MAX_S;
	if (!gs_certs_init(&v->certs, client,
		options->certs_url != NULL ? options->certs_url : CERTS_URL) ||
	    !add_lists(v, options)) {
		gcpsecret_verifier_free(v);
		return gs_no_memory(err);
	}
	*out = v;
	return GCPSECRET_OK;
}

void
gcpsecret_verifier_free(gcpsecret_verifier *verifier)
{
	if (verifier == NULL)
		return;
	gs_certs_free(&verifier->certs);
	free_list(verifier->audiences);
	free_list(verifier->emails);
	free_list(verifier->issuers);
	free(verifier);
}

gcpsecret_status
gcpsecret_verifier_load(gcpsecret_verifier *verifier, gcpsecret_error *err)
{
	EVP_PKEY        *any;
	gcpsecret_status status;

	if (verifier == NULL)
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT, "verifier is NULL");
	status = gs_certs_find(&verifier->certs, NULL, &any, err);
	EVP_PKEY_free(any);
	return status;
}

static bool
has(char *const *list, const char *text)
{
	for (; *list != NULL; list++)
		if (strcmp(*list, text) == 0)
			return true;
	return false;
}

/* What the token says, before anything is done to find out whether it is true:
 * nonsense must cost nothing. */
static gcpsecret_status
check_claims(const gcpsecret_verifier *v, const struct id_token *token,
    gcpsecret_error *err)
{
	static const char refused[] = "the ID token is refused";

	if (!has(v->issuers, token->issuer))
		return gs_fail(err, GCPSECRET_ERR_IDENTITY,
		    "%s: its issuer is \"%.80s\"", refused, token->issuer);
	if (!has(v->audiences, token->audience))
		return gs_fail(err, GCPSECRET_ERR_IDENTITY,
		    "%s: its audience is \"%.200s\", and \"%.80s\" is wanted",
		    refused, token->audience, v->audiences[0]);
	return gs_id_token_check_time(
	    token, v->clock(v->clock_ctx), &v->limits, err);
}

static gcpsecret_status
check_signature(
    gcpsecret_verifier *v, const struct id_token *token, gcpsecret_error *err)
{
	EVP_PKEY        *key;
	gcpsecret_status status =
	    gs_certs_find(&v->certs, token->kid, &key, err);

	if (status == GCPSECRET_OK)
		status = gs_id_token_check_signature(token, key, err);
	EVP_PKEY_free(key);
	return status;
}

/* Whether a caller who is proven may call. */
static gcpsecret_status
check_account(const gcpsecret_verifier *v, const struct id_token *token,
    gcpsecret_error *err)
{
	if (v->emails == NULL)
		return GCPSECRET_OK;
	if (token->email == NULL)
		return gs_fail(err, GCPSECRET_ERR_FORBIDDEN,
		    "the account that calls has no verified e-mail address");
	if (!has(v->emails, token->email))
		return gs_fail(err, GCPSECRET_ERR_FORBIDDEN,
		    "%s is not one of the accounts that may call",
		    token->email);
	return GCPSECRET_OK;
}

/* Takes the claims out of the token. */
static gcpsecret_status
make_identity(
    struct id_token *token, gcpsecret_identity **out, gcpsecret_error *err)
{
	struct identity_box *box = calloc(1, sizeof(*box));

	if (box == NULL)
		return gs_no_memory(err);
	box->claims = token->claims;
	token->claims = NULL;
	box->identity = (gcpsecret_identity){ .subject = token->subject,
		.email = token->email,
		.audience = token->audience,
		.issuer = token->issuer,
		.issued_at = token->issued_at,
		.expires_at = token->expires_at };
	*out = &box->identity;
	return GCPSECRET_OK;
}

static gcpsecret_status
check(gcpsecret_verifier *v, struct id_token *token, gcpsecret_identity **out,
    gcpsecret_error *err)
{
	gcpsecret_status status = check_claims(v, token, err);

	if (status == GCPSECRET_OK)
		status = check_signature(v, token, err);
	if (status == GCPSECRET_OK)
		status = check_account(v, token, err);
	if (status == GCPSECRET_OK)
		status = make_identity(token, out, err);
	return status;
}

gcpsecret_status
gcpsecret_verifier_check(gcpsecret_verifier *verifier, const char *token,
    gcpsecret_identity **identity_out, gcpsecret_error *err)
{
	struct id_token  parsed;
	gcpsecret_status status;

	if (identity_out != NULL)
		*identity_out = NULL;
	if (verifier == NULL || token == NULL || identity_out == NULL)
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT,
		    "verifier, token or identity_out is NULL");
	if ((status = gs_id_token_read(&parsed, token, err)) != GCPSECRET_OK)
		return status;
	status = check(verifier, &parsed, identity_out, err);
	gs_id_token_free(&parsed);
	return status;
}

gcpsecret_status
gcpsecret_verifier_check_header(gcpsecret_verifier *verifier,
    const char *authorization, gcpsecret_identity **identity_out,
    gcpsecret_error *err)
{
	static const char scheme[] = "Bearer ";

	if (identity_out != NULL)
		*identity_out = NULL;
	if (verifier == NULL || identity_out == NULL)
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT,
		    "verifier or identity_out is NULL");
	if (authorization == NULL)
		return gs_fail(err, GCPSECRET_ERR_IDENTITY,
		    "the request has no header Authorization");
	if (strncasecmp(authorization, scheme, strlen(scheme)) != 0)
		return gs_fail(err, GCPSECRET_ERR_IDENTITY,
		    "the request's Authorization is not \"Bearer TOKEN\"");
	authorization += strlen(scheme);
	authorization += strspn(authorization, " ");
	return gcpsecret_verifier_check(
	    verifier, authorization, identity_out, err);
}

void
gcpsecret_identity_free(gcpsecret_identity *identity)
{
	struct identity_box *box = (struct identity_box *)identity;

	if (box == NULL)
		return;
	gs_json_free(box->claims);
	free(box);
}
