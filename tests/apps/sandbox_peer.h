/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_PEER_H
#define SANDBOX_PEER_H

/*
 * A strava-sandbox of one's own, and plain HTTP to it: neither libstrava nor
 * libgcpsecret stand in between, so that these tests say what the sandbox does
 * and not what our clients make of it.  Whatever fails here ends the test.
 */

#include <json-c/json.h>
#include <stdint.h>

#include "http.h"
#include "process.h"

struct peer {
	struct process process;
	char          *logs;
	int            port;
};

/* `options` ends with NULL; a port and a secrets file are added. */
void peer_start(struct peer *peer, const char *const options[]);
void peer_end(struct peer *peer);

/* One exchange.  Lives until the next one with the same struct, or _free. */
struct reply {
	enum http_outcome    outcome;
	struct http_response http;
	struct json_object  *json; /* NULL when the body is none */
};

void reply_init(struct reply *reply);
void reply_free(struct reply *reply);

struct ask {
	const char *method; /* NULL: POST with a form or body, else GET */
	const char *path;   /* with query */
	const char *form;   /* urlencoded; or NULL */
	const char *body;   /* JSON; or NULL */
	const char *plain;  /* text/plain; or NULL */
	const char *raw;    /* or bytes of another type ... */
	size_t      raw_len;
	const char *raw_type; /* ... namely of this */
	const char *bearer;   /* or NULL */
	const char *header;   /* one more, "Name: value"; or NULL */
	const char *another;  /* and yet another */
	const char *basic;    /* "user:password"; or NULL */
};
void peer_ask(
    const struct peer *peer, const struct ask *ask, struct reply *reply);

/* A control call that must be answered with 200; to be ended with
 * json_object_put().  `body` NULL is GET. */
struct json_object *peer_control(
    const struct peer *peer, const char *path, const char *body);
void peer_tell(const struct peer *peer, const char *path, const char *body);

/* What an athlete who has consented holds. */
struct member_tokens {
	int64_t id, expires_at;
	char    access[64], refresh[64];
};
void peer_athlete(
    const struct peer *peer, const char *scope, struct member_tokens *tokens);

/* An access token of one of the first athletes, who consents to it. */
void peer_consent(const struct peer *peer, int64_t athlete, const char *scope,
    char access[64]);

/* Asks, and fails unless the answer has that status; its JSON. */
struct json_object *peer_expect(const struct peer *peer, const struct ask *ask,
    int status, struct reply *reply);

/* A number of that athlete's record in /_control/state. */
int64_t peer_state(const struct peer *peer, int64_t athlete, const char *key);

/* Fails unless the reply is Strava's fault with these three. */
void assert_fault(const struct reply *reply, int status, const char *resource,
    const char *field, const char *code);

/* Fails unless the reply is Google's error; `reason` may be NULL. */
void assert_google(const struct reply *reply, int status, const char *name,
    const char *reason);

/* The text or number of a member, which must be there. */
const char *text_of(struct json_object *object, const char *key);
int64_t     number_of(struct json_object *object, const char *key);

/* The member itself, which must be there; NULL is JSON null. */
struct json_object *member_of(struct json_object *object, const char *key);

/* An element of an array, which must be there. */
struct json_object *item_of(struct json_object *array, size_t i);
size_t              length_of(struct json_object *array);

#endif
