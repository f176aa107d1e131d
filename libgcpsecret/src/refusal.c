/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <string.h>

#include "client.h"
#include "exchange.h"
#include "members.h"

/*
 * What a "no" means and what to do about it, by two tables: the word that
 * Google gave first, the HTTP status when there is none that we know.
 *
 * In an advice {account}, {permission}, {resource}, {consumer} and {url} stand
 * for what the answer, or else the request, says about them.
 */
#define LOGIN "run \"gcloud auth application-default login\""

#define CONSOLE "https://console.cloud.google.com/apis/library/"

#define ANY_PEER (-1)
#define DAY_S 86400

/* What FAILED_PRECONDITION comes to, where more is known; no words of Google's. */
#define STALE_ETAG "stale etag"
#define WRONG_STATE "wrong state"

static const char again[] = "try again later";

/* A word of google.rpc.Code, or an "error" of OAuth; the reason of a
 * google.rpc.ErrorInfo, or an "error_subtype". */
static const struct by_word {
	enum peer        peer;
	gcpsecret_status status;
	const char      *code;
	const char      *reason; /* NULL: any or none */
	const char      *advice;
} by_word[] = {
	{ PEER_API, GCPSECRET_ERR_DISABLED, "PERMISSION_DENIED",
	    "SERVICE_DISABLED",
	    "switch the Secret Manager API on at {url}: it is off in "
	    "{consumer}" },
	{ PEER_API, GCPSECRET_ERR_FORBIDDEN, "PERMISSION_DENIED",
	    "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
	    "this machine's access scopes leave out cloud-platform: add it to "
	    "the instance" },
	{ PEER_API, GCPSECRET_ERR_FORBIDDEN, "PERMISSION_DENIED",
	    "USER_PROJECT_DENIED",
	    "grant roles/serviceusage.serviceUsageConsumer on the quota "
	    "project to {account}" },
	{ PEER_API, GCPSECRET_ERR_FORBIDDEN, "PERMISSION_DENIED", NULL,
	    "grant {role} to {account}: it lacks {permission} on {resource}, "
	    "if that exists" },
	{ PEER_API, GCPSECRET_ERR_REFUSED, "UNAUTHENTICATED", NULL,
	    "Google does not accept the token of {account}: check this "
	    "machine's clock, and that the key or the account still exists" },
	{ PEER_API, GCPSECRET_ERR_NOT_FOUND, "NOT_FOUND", NULL,
	    "{resource} does not exist" },
	{ PEER_API, GCPSECRET_ERR_EXISTS, "ALREADY_EXISTS", NULL,
	    "{resource} has one of that name already: read it, or choose "
	    "another name" },
	{ PEER_API, GCPSECRET_ERR_CONFLICT, "ABORTED", NULL,
	    "somebody else changed {resource} meanwhile: read it again, then "
	    "decide" },
	{ PEER_API, GCPSECRET_ERR_CONFLICT, STALE_ETAG, NULL,
	    "{resource} is not what it was when its etag was read: read it "
	    "again, then decide" },
	{ PEER_API, GCPSECRET_ERR_STATE, WRONG_STATE, NULL,
	    "{resource} is disabled or destroyed: enable it, or name another "
	    "version" },
	{ PEER_API, GCPSECRET_ERR_REQUEST, "FAILED_PRECONDITION", NULL,
	    "Google does not allow this for {resource} as things are" },
	{ PEER_API, GCPSECRET_ERR_RATE_LIMIT, "RESOURCE_EXHAUSTED", NULL,
	    "the quota of Secret Manager is used up: wait" },
	{ PEER_API, GCPSECRET_ERR_REQUEST, "INVALID_ARGUMENT", NULL,
	    "Google refused the request for {resource}" },
	{ PEER_API, GCPSECRET_ERR_SERVER, "CANCELLED", NULL, again },
	{ PEER_API, GCPSECRET_ERR_SERVER, "UNKNOWN", NULL, again },
	{ PEER_API, GCPSECRET_ERR_SERVER, "INTERNAL", NULL, again },
	{ PEER_API, GCPSECRET_ERR_SERVER, "UNAVAILABLE", NULL, again },
	{ PEER_API, GCPSECRET_ERR_SERVER, "DEADLINE_EXCEEDED", NULL, again },
	{ PEER_TOKEN, GCPSECRET_ERR_REFUSED, "invalid_grant", "invalid_rapt",
	    "the organisation asks for a new login: " LOGIN },
	{ PEER_TOKEN, GCPSECRET_ERR_REFUSED, "invalid_grant", "rapt_required",
	    "the organisation asks for a new login: " LOGIN },
	{ PEER_TOKEN, GCPSECRET_ERR_REFUSED, "invalid_grant", NULL,
	    "the login of {actor} has ended or was revoked: " LOGIN },
	{ PEER_TOKEN, GCPSECRET_ERR_REFUSED, "invalid_client", NULL,
	    "Google does not know this client_id with this "
	    "client_secret: " LOGIN },
	{ PEER_TOKEN, GCPSECRET_ERR_SERVER, "internal_failure", NULL, again },
	{ PEER_TOKEN, GCPSECRET_ERR_SERVER, "server_error", NULL, again },
	{ PEER_TOKEN, GCPSECRET_ERR_SERVER, "temporarily_unavailable", NULL,
	    again },
	{ PEER_TOKEN, GCPSECRET_ERR_REFUSED, "invalid_scope", NULL,
	    "the login of {actor} does not cover this scope: log in again "
	    "with --scopes" },
	{ PEER_KEY, GCPSECRET_ERR_REFUSED, "invalid_grant", NULL,
	    "Google does not accept the key of {actor}: check this "
	    "machine's clock, and that the key and the account (and the user "
	    "that it speaks for) still exist" },
	{ PEER_KEY, GCPSECRET_ERR_REFUSED, "unauthorized_client", NULL,
	    "{actor} may not speak for this user: allow its client id these "
	    "scopes, under domain-wide delegation in the Admin console" },
	{ PEER_KEY, GCPSECRET_ERR_REFUSED, "invalid_scope", NULL,
	    "Google does not grant this scope to {actor}" },
	{ PEER_KEY, GCPSECRET_ERR_SERVER, "internal_failure", NULL, again },
	{ PEER_KEY, GCPSECRET_ERR_SERVER, "server_error", NULL, again },
	{ PEER_KEY, GCPSECRET_ERR_SERVER, "temporarily_unavailable", NULL,
	    again },
	{ PEER_STS, GCPSECRET_ERR_REFUSED, "invalid_grant", NULL,
	    "the identity of this workload is not accepted: check that the "
	    "provider's issuer, audience and attribute condition fit its "
	    "subject token, and this machine's clock" },
	{ PEER_STS, GCPSECRET_ERR_REFUSED, "invalid_target", NULL,
	    "\"audience\" of the credentials names no pool and provider that "
	    "exist and are enabled" },
	{ PEER_STS, GCPSECRET_ERR_REFUSED, "invalid_client", NULL,
	    "client_id and client_secret of the credentials are not accepted" },
	{ PEER_STS, GCPSECRET_ERR_REFUSED, "unauthorized_client", NULL,
	    "the attribute condition of the provider turns this identity "
	    "away" },
	{ PEER_STS, GCPSECRET_ERR_REFUSED, "invalid_scope", NULL,
	    "this scope is not granted to an external account" },
	{ PEER_STS, GCPSECRET_ERR_SERVER, "internal_failure", NULL, again },
	{ PEER_STS, GCPSECRET_ERR_SERVER, "server_error", NULL, again },
	{ PEER_STS, GCPSECRET_ERR_SERVER, "temporarily_unavailable", NULL,
	    again },
	{ PEER_IAM, GCPSECRET_ERR_DISABLED, "PERMISSION_DENIED",
	    "SERVICE_DISABLED",
	    "switch the IAM Service Account Credentials API on at {url}: it "
	    "is off in {consumer}" },
	{ PEER_IAM, GCPSECRET_ERR_FORBIDDEN, "PERMISSION_DENIED", NULL,
	    "grant roles/iam.serviceAccountTokenCreator on {resource}, if that "
	    "exists, to {actor}" },
	{ PEER_IAM, GCPSECRET_ERR_CREDENTIALS, "NOT_FOUND", NULL,
	    "the service account {resource} does not exist" },
	{ PEER_IAM, GCPSECRET_ERR_REFUSED, "UNAUTHENTICATED", NULL,
	    "Google does not accept the token of {actor}: check this "
	    "machine's clock, and that the account still exists" },
	{ PEER_IAM, GCPSECRET_ERR_CREDENTIALS, "INVALID_ARGUMENT", NULL,
	    "the impersonation of {resource} is refused: check delegates, "
	    "scopes and lifetime; more than an hour has to be allowed by a "
	    "policy of the organisation" },
	{ PEER_IAM, GCPSECRET_ERR_RATE_LIMIT, "RESOURCE_EXHAUSTED", NULL,
	    "the quota of the IAM Credentials API is used up: wait" },
	{ PEER_IAM, GCPSECRET_ERR_SERVER, "INTERNAL", NULL, again },
	{ PEER_IAM, GCPSECRET_ERR_SERVER, "UNAVAILABLE", NULL, again },
};

/* The first row that fits counts, and the last one fits everything. */
static const struct by_http {
	int              peer; /* or ANY_PEER */
	int              from, to;
	gcpsecret_status status;
	const char      *advice;
} by_http[] = {
	{ PEER_API, 401, 401, GCPSECRET_ERR_REFUSED,
	    "the token of {account} is not accepted" },
	{ PEER_API, 403, 403, GCPSECRET_ERR_FORBIDDEN,
	    "{account} is refused {resource}" },
	{ PEER_API, 404, 404, GCPSECRET_ERR_NOT_FOUND,
	    "{resource} does not exist, or the endpoint is wrong" },
	{ PEER_TOKEN, 400, 401, GCPSECRET_ERR_REFUSED,
	    "the credentials are not accepted" },
	{ PEER_KEY, 400, 401, GCPSECRET_ERR_REFUSED,
	    "the key of {actor} is not accepted" },
	{ PEER_STS, 400, 403, GCPSECRET_ERR_REFUSED,
	    "the external account is not accepted" },
	{ PEER_IAM, 401, 401, GCPSECRET_ERR_REFUSED,
	    "the token of {actor} is not accepted" },
	{ PEER_IAM, 403, 403, GCPSECRET_ERR_FORBIDDEN,
	    "{actor} may not impersonate {resource}" },
	{ PEER_IAM, 404, 404, GCPSECRET_ERR_CREDENTIALS,
	    "{resource} does not exist, or the impersonation URL is wrong" },
	{ PEER_SUBJECT, 400, 499, GCPSECRET_ERR_CREDENTIALS,
	    "no subject token is given: check \"credential_source\"" },
	{ PEER_AWS, 404, 404, GCPSECRET_ERR_CREDENTIALS,
	    "no role is attached to this machine: attach one" },
	{ PEER_AWS, 400, 499, GCPSECRET_ERR_CREDENTIALS,
	    "AWS gives no credentials: check \"credential_source\"" },
	{ PEER_METADATA, 404, 404, GCPSECRET_ERR_CREDENTIALS,
	    "no service account is attached to this machine: attach one" },
	{ ANY_PEER, 408, 408, GCPSECRET_ERR_SERVER, again },
	{ ANY_PEER, 429, 429, GCPSECRET_ERR_RATE_LIMIT,
	    "too many requests: wait" },
	{ ANY_PEER, 400, 499, GCPSECRET_ERR_REQUEST, "the request is refused" },
	{ ANY_PEER, 500, 599, GCPSECRET_ERR_SERVER, again },
	{ ANY_PEER, INT_MIN, INT_MAX, GCPSECRET_ERR_FORMAT,
	    "not an answer of Google's: is something in between?" },
};

/* The least role that holds a permission, without "roles/secretmanager."; the
 * first row that the permission begins with. */
static const struct {
	const char *permission, *role;
} roles[] = {
	{ "secretmanager.versions.access", "secretAccessor" },
	{ "secretmanager.versions.add", "secretVersionAdder" },
	{ "secretmanager.versions.get", "viewer" },
	{ "secretmanager.versions.list", "viewer" },
	{ "secretmanager.versions.", "secretVersionManager" },
	{ "secretmanager.secrets.getIamPolicy", "viewer" },
	{ "secretmanager.secrets.get", "viewer" },
	{ "secretmanager.secrets.list", "viewer" },
	{ "secretmanager.locations.", "viewer" },
	{ "secretmanager.", "admin" },
};

/* Of google.rpc.BadRequest. */
struct violation {
	const char *field, *description;
};
#define VIOLATIONS_MAX 4

/* What an answer says; NULL where it says nothing. */
struct facts {
	const char      *code, *reason, *message;
	const char      *permission, *consumer, *url;
	const char      *retry_delay;
	struct violation violations[VIOLATIONS_MAX];
	size_t           violation_count;
};

static const struct member status_members[] = {
	MEMBER(struct facts, code, put_string, "error", "status"),
	MEMBER(struct facts, message, put_string, "error", "message"),
	MEMBER(struct facts, code, put_string, NULL, "error"),
	MEMBER(struct facts, reason, put_string, NULL, "error_subtype"),
	MEMBER(struct facts, message, put_string, NULL, "error_description"),
};

static const struct member detail_members[] = {
	MEMBER(struct facts, reason, put_string, NULL, "reason"),
	MEMBER(struct facts, permission, put_string, "metadata", "permission"),
	MEMBER(struct facts, consumer, put_string, "metadata", "consumer"),
	MEMBER(struct facts, url, put_string, "metadata", "activationUrl"),
	MEMBER(struct facts, retry_delay, put_string, NULL, "retryDelay"),
};

static const struct member violation_members[] = {
	MEMBER(struct violation, field, put_string, NULL, "field"),
	MEMBER(struct violation, description, put_string, NULL, "description"),
};

static void
read_violations(struct json_object *list, struct facts *facts)
{
	const char *missing;

	if (!json_object_is_type(list, json_type_array))
		return;
	for (size_t i = 0; i < json_object_array_length(list) &&
			   facts->violation_count < VIOLATIONS_MAX;
	     i++)
		members_decode(json_object_array_get_idx(list, i),
		    violation_members, COUNT(violation_members),
		    &facts->violations[facts->violation_count++], &missing);
}

static void
read_facts(struct json_object *document, struct facts *facts)
{
	struct json_object *detail;
	struct json_object *details =
	    members_get(members_get(document, "error"), "details");
	const char *missing;

	members_decode(
	    document, status_members, COUNT(status_members), facts, &missing);
	if (!json_object_is_type(details, json_type_array))
		return;
	for (size_t i = 0; i < json_object_array_length(details); i++) {
		detail = json_object_array_get_idx(details, i);
		members_decode(detail, detail_members, COUNT(detail_members),
		    facts, &missing);
		read_violations(members_get(detail, "fieldViolations"), facts);
	}
	/* A person will open it. */
	if (facts->url != NULL && strncmp(facts->url, "https://", 8) != 0)
		facts->url = NULL;
}

static bool
same(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* FAILED_PRECONDITION is two things to a caller: an etag that is too old, and a
 * version that is not enabled.  Only the text tells them apart. */
static const char *
word_of(const struct exchange *x, const struct facts *facts)
{
	const char *message = facts->message != NULL ? facts->message : "";

	if (x->peer != PEER_API || !same(facts->code, "FAILED_PRECONDITION"))
		return facts->code;
	if (strcasestr(message, "etag") != NULL ||
	    (x->has_etag && strcasestr(message, "state") == NULL))
		return STALE_ETAG;
	return x->of_version ? WRONG_STATE : facts->code;
}

/* Finds the row that fits. */
static gcpsecret_status
judge(const struct exchange *x, const struct facts *facts, const char **advice)
{
	const struct by_http *h = by_http;
	const char           *word = word_of(x, facts);

	for (size_t i = 0; i < COUNT(by_word); i++) {
		const struct by_word *w = &by_word[i];

		if (w->peer == x->peer && same(w->code, word) &&
		    (w->reason == NULL || same(w->reason, facts->reason))) {
			*advice = w->advice;
			return w->status;
		}
	}
	while ((h->peer != ANY_PEER && h->peer != (int)x->peer) ||
	       x->response.status < h->from || x->response.status > h->to)
		h++;
	*advice = h->advice;
	return h->status;
}

static const char *
permission_of(const struct exchange *x, const struct facts *facts)
{
	return facts->permission != NULL ? facts->permission : x->permission;
}

/* Adds the role that holds what lacks. */
static void
add_role(struct buf *out, const char *permission)
{
	for (size_t i = 0; permission != NULL && i < COUNT(roles); i++)
		if (strncmp(permission, roles[i].permission,
			strlen(roles[i].permission)) == 0) {
			buf_addf(out, "roles/secretmanager.%s", roles[i].role);
			return;
		}
	buf_add_text(out, "a role that holds it");
}

/* The text of a {word}. */
static const char *
value_of(gcpsecret_client *client, const struct exchange *x,
    const struct facts *facts, const char *word, size_t len)
{
	const char *page = x->peer == PEER_IAM
			       ? CONSOLE "iamcredentials.googleapis.com"
			       : CONSOLE "secretmanager.googleapis.com";
	const struct {
		const char *word, *said, *otherwise;
	} values[] = {
		{ "permission", permission_of(x, facts), "a permission" },
		{ "resource", x->resource, "the secret" },
		{ "actor", x->actor, "its source" },
		{ "consumer", facts->consumer, "the project" },
		{ "url", facts->url, page },
	};

	for (size_t i = 0; i < COUNT(values); i++)
		if (strlen(values[i].word) == len &&
		    strncmp(values[i].word, word, len) == 0)
			return values[i].said != NULL ? values[i].said
						      : values[i].otherwise;
	return gs_credentials_account(client);
}

static void
fill_in(struct buf *out, gcpsecret_client *client, const struct exchange *x,
    const struct facts *facts, const char *advice)
{
	while (*advice != '\0') {
		size_t len = strcspn(advice, "{");

		buf_add(out, advice, len);
		advice += len;
		if (*advice == '\0')
			return;
		len = strcspn(++advice, "}");
		if (len == strlen("role") && memcmp(advice, "role", len) == 0)
			add_role(out, permission_of(x, facts));
		else
			buf_add_text(
			    out, value_of(client, x, facts, advice, len));
		advice += len + 1;
	}
}

/* The wait of a google.rpc.RetryInfo; -1 when it is none, or beyond a day. */
static int64_t
read_delay_s(const char *text)
{
	int64_t s;

	return gs_read_duration(text, &s) && s <= DAY_S ? s : -1;
}

/* So much of a secret gives it away: the server may cut what it repeats. */
#define TELLING 16

/* Whether `message` holds the beginning of a secret. */
static bool
holds(const char *message, const char *secret, size_t len)
{
	return len > 0 && memmem(message, strlen(message), secret,
			      len < TELLING ? len : TELLING) != NULL;
}

/* A server that repeats what it was sent must not get it into a log. */
static bool
tells_secret(const struct exchange *x, const char *message)
{
	const char *const *s = x->secrets;

	for (; s != NULL && *s != NULL; s++)
		if (holds(message, *s, strlen(*s)))
			return true;
	return holds(message, x->secret, x->secret_len);
}

static void
explain(gcpsecret_client *client, const struct exchange *x,
    const struct facts *facts, const char *advice, struct buf *out)
{
	fill_in(out, client, x, facts, advice);
	buf_addf(
	    out, " (%s, HTTP %d", gs_peer_name(x->peer), x->response.status);
	if (facts->code != NULL)
		buf_addf(out, " %s", facts->code);
	if (facts->message != NULL)
		buf_addf(out, ": %s", facts->message);
	for (size_t i = 0; i < facts->violation_count; i++) {
		const struct violation *v = &facts->violations[i];

		buf_addf(out, "; %s: %s", v->field != NULL ? v->field : "?",
		    v->description != NULL ? v->description : "?");
	}
	buf_add_text(out, ")");
}

/* Copies what fits; an odd text is none. */
static void
keep(char *to, size_t size, const char *text)
{
	if (text != NULL && strlen(text) < size) {
		memcpy(to, text, strlen(text) + 1);
		gs_make_line(to);
	}
}

/* What a program may want to act on.  What might repeat a secret is left out. */
static void
fill_error(
    const struct exchange *x, const struct facts *facts, gcpsecret_error *err)
{
	const char *permission = permission_of(x, facts);

	err->http_status = x->response.status;
	err->retry_after_s = http_retry_after_s(&x->response);
	if (err->retry_after_s < 0 && facts->retry_delay != NULL)
		err->retry_after_s = read_delay_s(facts->retry_delay);
	if (facts->reason != NULL && !tells_secret(x, facts->reason))
		keep(err->reason, sizeof(err->reason), facts->reason);
	if (err->status == GCPSECRET_ERR_FORBIDDEN && permission != NULL &&
	    !tells_secret(x, permission))
		keep(err->permission, sizeof(err->permission), permission);
	if (err->status == GCPSECRET_ERR_DISABLED && facts->url != NULL &&
	    !tells_secret(x, facts->url))
		keep(err->activation_url, sizeof(err->activation_url),
		    facts->url);
}

/* Whether the server says that it will pass; a proxy has no word for that but
 * its status. */
static bool
is_busy(const struct exchange *x, const struct facts *facts)
{
	if (facts->code != NULL)
		return strcmp(facts->code, "UNAVAILABLE") == 0;
	return x->response.status >= 502 && x->response.status <= 504;
}

gcpsecret_status
gs_refusal(gcpsecret_client *client, struct exchange *x, gcpsecret_error *err)
{
	struct json_object *document =
	    members_parse(buf_text(&x->response.body), x->response.body.len);
	struct facts     facts = { 0 };
	const char      *advice;
	struct buf       text;
	gcpsecret_status status;

	read_facts(document, &facts);
	x->busy = is_busy(x, &facts);
	status = judge(x, &facts, &advice);
	buf_init(&text, 8192);
	explain(client, x, &facts, advice, &text);
	if (!buf_ok(&text) || tells_secret(x, text.data)) {
		buf_clear(&text);
		explain(client, x, &(struct facts){ 0 }, advice, &text);
	}
	if (buf_ok(&text))
		gs_fail(err, status, "%s", text.data);
	else
		status = gs_no_memory(err);
	if (err != NULL && err->status != GCPSECRET_ERR_NOMEM)
		fill_error(x, &facts, err);
	buf_free(&text);
	gs_json_free(document);
	return status;
}
