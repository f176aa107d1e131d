/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_CALL_H
#define SANDBOX_CALL_H

/* One request on its way through the sandbox, and how it is answered. */

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>

#include "emit.h"
#include "person.h"
#include "server.h"
#include "world.h"

#define PART_SIZE 128

struct call {
	struct world         *world;
	const struct request *request;
	struct response      *response;
	struct emit           out;
	char        part[PART_SIZE]; /* what "{}" in the path stood for */
	const char *rest;            /* and "{*}" */

	/* One moment for the whole answer: what depends on the time must agree
	 * with itself. */
	int64_t now;

	/* Whose token it carries, where one is asked for, and how things stood
	 * when it came. */
	struct person   person;
	unsigned        scope;
	struct oddities oddities;
};

/* Begins a JSON answer; what it returns writes it. */
struct emit *call_json(struct call *call, int status);

/* The text of "Authorization: Bearer ..."; NULL without one. */
const char *call_bearer(const struct call *call);

/* True when "Authorization: Basic ..." holds exactly this pair. */
bool call_basic(
    const struct call *call, const char *user, const char *password);

/* Strava's error body. */
void call_fault(struct call *call, int status, const char *message,
    const char *resource, const char *field, const char *code);

/* Strava's four headers.  Now and then one of them holds only a comma, and always
 * when the call was none that counts as a read. */
void call_rate_headers(
    struct call *call, const struct rate *rate, bool is_read);
void call_not_found(struct call *call, const char *resource);

/* Strava's 400 for one field. */
void call_refuse(struct call *call, const char *resource, const char *field,
    const char *code);

/* 507: what athletes may add to the sandbox is bounded. */
void call_full(struct call *call);

/* Google's error body: google.rpc.Status with an ErrorInfo if `reason` is not
 * NULL, or a BadRequest if `field` is not.  `metadata` is name, value, ...,
 * NULL. */
struct google_fault {
	int                http_status;
	const char        *status; /* "NOT_FOUND" */
	const char        *message;
	const char        *reason, *domain;
	const char *const *metadata;
	const char        *field; /* the member of the body that is at fault */
};
void call_google_fault(struct call *call, const struct google_fault *fault);

/* What Google's front end says to a path that nobody knows. */
void call_google_lost(struct call *call);

/* "http://HOST/token": a path of ours, at the host that the client named; https
 * if we speak that. */
#define CALL_URL_SIZE 320
void call_url(
    const struct call *call, const char *path, char url[CALL_URL_SIZE]);

/* Undoes the %XX of a text that was escaped on its own; false when one is
 * malformed. */
bool call_unescape(const char *text, struct buf *out);

/* True for paths that belong to Strava. */
bool call_is_strava(const struct call *call);

/* What a control call answers to a body that it cannot use. */
void call_misused(struct call *call, const char *why);

/* The body of a control call, to be ended with json_object_put(); NULL after an
 * answer of 400. */
struct json_object *call_body(struct call *call);

#endif
