/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_INTERNAL_H
#define GCPSECRET_INTERNAL_H

#include <gcpsecret/gcpsecret.h>
#include <json-c/json.h>
#include <openssl/types.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "buf.h"
#include "clock.h"
#include "http.h"

/*
 * From top to bottom, each knowing only what stands below it:
 *
 *	secret.c		one version of a secret
 *	token.c			the bearer token: cached, renewed in time
 *	grant.c			a new one, from whatever source there is
 *	credentials.c		which source that is, and whom it speaks for
 *	key_file.c metadata.c	the sources
 *	exchange.c refusal.c	one request, repeated, and what a "no" means
 *	name.c jwt.c crc32c.c values.c error.c	helpers without I/O
 *
 * One call goes up: a refusal names the account that lacks a role, and
 * credentials.c knows it.
 */

/* The one scope that Secret Manager knows. */
#define GS_SCOPE "https://www.googleapis.com/auth/cloud-platform"

/* error.c: writes `err`, unless it is NULL, and returns `status`. */
gcpsecret_status gs_fail(gcpsecret_error *err, gcpsecret_status status,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));
gcpsecret_status gs_no_memory(gcpsecret_error *err);

/* Replaces what is not printable ASCII: a server's words or the name of a file
 * must not forge a line of a log. */
void gs_make_line(char *text);

/* values.c: what came from outside */

/* Overwrites every text of the document, then frees it; NULL is ignored. */
void gs_json_free(struct json_object *document);

/* Reads a whole number that is not negative, given as a JSON number or, as
 * proto3 does with 64 bits, as a text of digits. */
bool gs_json_number(struct json_object *value, int64_t *out);

/* Printable ASCII without blanks, quotes and backslashes, and not empty: fit
 * for a header and for a JSON text without escapes. */
bool gs_is_plain(const char *text);

/* crc32c.c: the checksum of Castagnoli, as RFC 3720 uses it. */
uint32_t gs_crc32c(const void *data, size_t len);

/* name.c: the parts of a name, checked, so that they may stand in a URL. */
struct name {
	char project[64];  /* "": not said */
	char location[64]; /* "": a global secret */
	char secret[256];
	char version[64]; /* "latest" when not said */
};

/* "projects/P[/locations/L]/secrets/S[/versions/V]" */
gcpsecret_status gs_name_parse(
    const char *text, struct name *name, gcpsecret_error *err);

/* "sm://[P/]S[#V]" */
gcpsecret_status gs_name_parse_reference(
    const char *text, struct name *name, gcpsecret_error *err);

/* Whether `text` is a project's id or number. */
bool gs_name_is_project(const char *text);

/* Adds the name in full, version included. */
bool gs_name_add(struct buf *out, const struct name *name);

/* jwt.c: JSON web tokens of RS256. */
struct jwt {
	const char *key_id; /* NULL: none */
	const char *issuer; /* also the subject */
	const char *scope;
	int64_t     issued_at, expires_at;
};

/* Reads an RSA key of 2048 bits or more.  NULL on failure; *fault then says
 * what is wrong, to follow "private_key". */
EVP_PKEY *gs_jwt_key(const char *pem, const char **fault);

/* Every text in `jwt` must be plain (gs_is_plain()). */
bool gs_jwt_sign(struct buf *out, const struct jwt *jwt, EVP_PKEY *key);

/* key_file.c: a JSON file with credentials. */
enum source {
	SOURCE_UNKNOWN, /* not looked for yet */
	SOURCE_EMULATOR,
	SOURCE_SERVICE_ACCOUNT,
	SOURCE_USER,
	SOURCE_METADATA
};

struct key_file {
	struct json_object *document; /* owns the texts */
	enum source         source;
	const char         *type, *universe_domain;
	const char         *project_id, *quota_project_id;       /* or NULL */
	const char *client_email, *private_key, *private_key_id; /* service */
	const char *client_id, *client_secret, *refresh_token;   /* user */
	const char *account;                                     /* or NULL */
	EVP_PKEY   *key; /* of a service account */
};

/* `label` stands for the file in messages. */
gcpsecret_status gs_key_file_load(struct key_file *file, const char *path,
    const char *label, gcpsecret_error *err);
void             gs_key_file_free(struct key_file *file);

/* credentials.c */
struct credentials {
	enum source     source;
	struct key_file file; /* when the source is one */
	char           *base; /* "http://HOST" of emulator or metadata server */
	char           *description;
	char           *account; /* who needs a role; NULL until asked for */
	char *quota_project;     /* who pays; NULL: the secret's project */
};

/* Finds them, once. */
gcpsecret_status gs_credentials(gcpsecret_client *client, gcpsecret_error *err);
void             gs_credentials_free(struct credentials *credentials);

/* Whom to grant a role, for messages; asks the metadata server if need be. */
const char *gs_credentials_account(gcpsecret_client *client);

/* gcpsecret_project() inside a running call. */
gcpsecret_status gs_project(
    gcpsecret_client *client, const char **out, gcpsecret_error *err);

/* grant.c: a new token, added to `text`, and how long it lives. */
gcpsecret_status gs_grant(gcpsecret_client *client, struct buf *text,
    int64_t *lifetime_s, gcpsecret_error *err);

/* token.c: times are those of the client's calendar. */
struct token {
	struct buf text;
	int64_t    stale_at;   /* from here on a new one is wanted */
	int64_t    expires_at; /* from here on this one is no good */
	int64_t    retry_at;   /* no early renewal before this */
	int64_t    backoff_s;
};

/* *text belongs to the client; NULL when the source needs none. */
gcpsecret_status gs_token(
    gcpsecret_client *client, const char **text, gcpsecret_error *err);

/* Forgets a token that Google refused. */
void gs_token_forget(gcpsecret_client *client);

/* client.c */
struct gcpsecret_client {
	/* settings; a NULL text is the default */
	char               *credentials_file, *endpoint, *token_url;
	char               *ca_file, *proxy, *user_agent;
	int64_t             timeout_ms;
	int                 retries;
	gcpsecret_log_fn    log;
	void               *log_ctx;
	gcpsecret_log_level log_max;
	gcpsecret_clock_fn  clock;
	void               *clock_ctx;

	/* the running call */
	atomic_bool  canceled;
	int64_t      deadline_ms; /* of the steady clock */
	struct http *http;

	/* found out, once */
	struct credentials credentials;
	struct token       token;
	char              *project;
	int64_t            no_metadata_until_ms; /* when a ping found nothing */
};

/* Starts a public call: checks the client and sets the deadline. */
gcpsecret_status gs_begin(gcpsecret_client *client, gcpsecret_error *err);

/* Hands one line to the log, if there is one that wants it. */
void gs_log(gcpsecret_client *client, gcpsecret_log_level level,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* exchange.c */
enum peer { PEER_API, PEER_TOKEN, PEER_METADATA };

struct exchange {
	enum peer            peer;
	const char          *resource; /* what is asked for; or NULL */
	struct http_request  request;
	struct http_response response;
};

/* Prepares a GET; gs_exchange_free() ends it. */
void gs_exchange_init(struct exchange *x, enum peer peer, const char *url);
void gs_exchange_free(struct exchange *x);

/* Sends until there is an answer of 200, as often as the settings allow. */
gcpsecret_status gs_exchange(
    gcpsecret_client *client, struct exchange *x, gcpsecret_error *err);

/* Sends once, for `most_ms` at most. */
enum http_outcome gs_exchange_once(
    gcpsecret_client *client, struct exchange *x, int64_t most_ms);

/* Whether an answer is really the metadata server's: it says so in a header
 * that nobody else sends by chance. */
bool gs_exchange_is_metadata(const struct http_response *response);

/* "Secret Manager", "the token endpoint", ... */
const char *gs_peer_name(enum peer peer);

/* refusal.c: turns an answer that is not 200 into a status and a message. */
gcpsecret_status gs_refusal(
    gcpsecret_client *client, const struct exchange *x, gcpsecret_error *err);

/* metadata.c */

/* Whether a metadata server answers at `base`, quickly. */
bool gs_metadata_ping(gcpsecret_client *client, const char *base);

/* GETs `path` below /computeMetadata/v1/ of the credentials' base URL.  *body
 * is to be freed with buf_free() in any case. */
gcpsecret_status gs_metadata_get(gcpsecret_client *client, const char *path,
    struct buf *body, gcpsecret_error *err);

#endif
