/* SPDX-License-Identifier: MIT */
#ifndef GOOGLE_H
#define GOOGLE_H

/*
 * A client of libgcpsecret and a scripted peer on this machine that plays all
 * of Google for it: Secret Manager, the token endpoint, the metadata server, in
 * the order of the script.
 *
 *	struct google g;
 *
 *	google_start(&g, script, COUNT(script));
 *	google_use_user(&g);
 *	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
 *	google_end(&g);
 *
 * The environment is emptied of all that the library reads, HOME is a folder of
 * its own, and the clocks stand still at `now`.  google_end() also searches
 * every line of the log and every error message for secrets.
 */

#include <gcpsecret/gcpsecret.h>
#include <openssl/evp.h>

#include "loopback.h"
#include "test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define NAME "projects/my-project/secrets/strava"

/* What the good answers hold. */
#define PAYLOAD "hunter2"
#define BASE64 "aHVudGVyMg=="
#define CRC32C "1736498283"
#define VERSION "projects/123/secrets/strava/versions/7"
#define SECRET(data, crc)                                           \
	"{\"name\":\"" VERSION "\",\"payload\":{\"data\":" data "," \
	"\"dataCrc32c\":" crc "}}"
#define GOOD SECRET("\"" BASE64 "\"", "\"" CRC32C "\"")

#define TOKEN "ya29.c.first-token"
#define TOKEN_REPLY(token, seconds)                                   \
	"{\"access_token\":\"" token "\",\"expires_in\":" seconds "," \
	"\"token_type\":\"Bearer\"}"

#define AUDIENCE                                     \
	"//iam.googleapis.com/projects/1/locations/" \
	"global/workloadIdentityPools/pool/providers/oidc"
#define SUBJECT_TOKEN "eyJhbGciOi.subject.token"

#define FLAVOR "Metadata-Flavor: Google\r\n"

#define CLIENT_EMAIL "web@my-project.iam.gserviceaccount.com"
#define CLIENT_SECRET "GOCSPX-client-secret"
#define REFRESH_TOKEN "1//refresh-token"

#define USER                                                    \
	"{\"type\":\"authorized_user\",\"client_id\":\"id&1\"," \
	"\"client_secret\":\"" CLIENT_SECRET                    \
	"\",\"refresh_token\":\"" REFRESH_TOKEN "\"}"

#define TARGET "target@my-project.iam.gserviceaccount.com"
#define IMPERSONATION_PATH "/v1/projects/-/serviceAccounts/" TARGET
#define IAM_REPLY(token, time) \
	"{\"accessToken\":\"" token "\",\"expireTime\":" time "}"

/* The key of AWS's own examples. */
#define AWS_KEY_ID "AKIDEXAMPLE"
#define AWS_SECRET_KEY "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define AWS_SESSION_TOKEN "FwoGZXIvYXdzEXAMPLE//session+token=="

struct google {
	struct loopback   *peer;
	gcpsecret_client  *client;
	char               folder[64];
	char               file[128]; /* what google_write() wrote last */
	int64_t            now;       /* what both of the client's clocks say */
	gcpsecret_payload *secret;
	gcpsecret_error    err;
	char              *log; /* all lines of the log and all messages */
	size_t             log_len;
};

void google_start(
    struct google *g, const struct loopback_answer *script, size_t count);
void google_end(struct google *g);

/* Another client for the same peer, as if the program had been restarted. */
void google_restart(struct google *g);

/* Sets a variable of the environment; NULL unsets it. */
void google_set(const char *name, const char *value);

/* Where the credentials come from. */
void google_use_emulator(struct google *g);
void google_use_user(struct google *g);
void google_use_service_account(struct google *g);
void google_use_metadata(struct google *g);

/* An external account whose "credential_source" is that, with the other members
 * of the document given, such as "audience". */
void google_use_external(
    struct google *g, const char *source, const char *members);

/* The service account TARGET, with the other members of the document given, such
 * as "source_credentials". */
void google_use_impersonated(struct google *g, const char *members);

/* Writes a file in the folder; its path is `file`. */
const char *google_write(struct google *g, const char *name, const char *text);

/* Reads a secret into `secret` and `err`; what stood there before is freed. */
gcpsecret_status google_access(struct google *g, const char *name);
gcpsecret_status google_resolve(struct google *g, const char *reference);

/* Checks an error that a call returned, and keeps its message for the search. */
void google_remember(
    struct google *g, const gcpsecret_error *err, gcpsecret_status status);

/* A private key of RSA, made when first asked for. */
EVP_PKEY *google_key(void);

/* A key in PEM, with "\n" for each line's end, as JSON wants it; to be freed.
 * `passphrase` may be NULL. */
char *google_pem(EVP_PKEY *key, const char *passphrase);

/* A service account's file with that key, given in PEM; to be freed. */
char *google_service_account(const char *pem);

/* Ends the test unless `text` holds `part`. */
void assert_holds(const char *text, const char *part);

/* Ends the test unless the i-th request has that header, or, for NULL, lacks
 * it. */
void assert_header(
    struct google *g, size_t i, const char *name, const char *value);

#endif
