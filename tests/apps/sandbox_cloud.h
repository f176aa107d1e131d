/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_CLOUD_H
#define SANDBOX_CLOUD_H

/*
 * A sandbox of a test's own that is as strict as Google, and calls with a token of
 * its metadata server's.  Their answers live in cloud.reply until the next call.
 */

#include "sandbox_peer.h"

#define CLOUD_PROJECT "projects/sandbox-project"
#define CLOUD_NUMBER "projects/100000000001"
#define CLOUD_ACCOUNT "sandbox@sandbox-project.iam.gserviceaccount.com"
#define CLOUD_SCOPE "https://www.googleapis.com/auth/cloud-platform"
#define CLOUD_DAY "86400"

struct cloud {
	struct peer  peer;
	struct reply reply;
	char         bearer[2048];
};
extern struct cloud cloud;

/* For cmocka_run_group_tests(). */
int cloud_begin(void **state);
int cloud_end(void **state);

/* Asks below /v1/, which must be answered with that status; the JSON. */
struct json_object *cloud_ask(
    const char *method, int status, const char *path, const char *body);

/* The same for a refusal: 400, 403 ... with that name of google.rpc.Code. */
void cloud_refused(const char *method, int status, const char *name,
    const char *path, const char *body);

/* A form to a token endpoint. */
struct json_object *cloud_form(
    int status, const char *path, const char *form, const char *basic);

/* Control calls. */
void                cloud_tell(const char *path, const char *body);
struct json_object *cloud_control(const char *path, const char *body);
void                cloud_advance(int64_t seconds); /* and a new token */
int64_t             cloud_now(void);

/* Makes a global secret without versions, and adds a version with that text. */
void cloud_secret(const char *id);
void cloud_version(const char *id, const char *text);

/* The claims of a JWT, to be ended with json_object_put(). */
struct json_object *cloud_claims(const char *jwt);

#endif
