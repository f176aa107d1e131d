/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SRC_FIELD_H
#define GCPSECRET_SRC_FIELD_H

#include "internal.h"

/*
 * Members of a credentials document, read by tables like those of members.h but
 * without mercy: a member that is there and wrong is refused even where it might
 * be absent, since credentials are not the place for guesses.  A null counts
 * as absent, and so does an empty text; gcloud writes some.
 */
struct field_context {
	const char *label;    /* stands for the document in messages */
	bool        loopback; /* http to this machine is let through */
	char path[96]; /* of the object in it: "", "credential_source." */
};

/* Stores `value`, which is not null, at `at`, or says what is wrong with it. */
typedef const char *take_fn(
    struct json_object *value, const struct field_context *c, void *at);

struct field {
	const char *key;
	take_fn    *take;
	size_t      offset;
	bool        required;
	bool        is_text;
};
#define FIELD(type, name, take, key)                          \
	{                                                     \
		key, take, offsetof(type, name), false, false \
	}
#define FIELD_REQUIRED(type, name, take, key)                \
	{                                                    \
		key, take, offsetof(type, name), true, false \
	}
#define TEXT(type, name, take, key)                          \
	{                                                    \
		key, take, offsetof(type, name), false, true \
	}
#define TEXT_REQUIRED(type, name, take, key)                \
	{                                                   \
		key, take, offsetof(type, name), true, true \
	}

take_fn gs_take_word;        /* const char *: plain, short: an id, an e-mail */
take_fn gs_take_client_id;   /* the same, without ":" */
take_fn gs_take_secret;      /* const char *: printable, up to 4 KiB */
take_fn gs_take_text;        /* const char *: a key in PEM */
take_fn gs_take_path;        /* const char *: of a file, or a command */
take_fn gs_take_domain;      /* const char *: "googleapis.com" */
take_fn gs_take_url;         /* const char *: https; see `loopback` */
take_fn gs_take_near_url;    /* or http to this machine or its link */
take_fn gs_take_region_url;  /* https, with "{region}" in its host */
take_fn gs_take_headers;     /* struct json_object *: of HTTP */
take_fn gs_take_accounts;    /* struct json_object *: array of e-mails */
take_fn gs_take_flag;        /* bool */
take_fn gs_take_timeout_ms;  /* int64_t */
take_fn gs_take_lifetime_s;  /* int64_t */
take_fn gs_take_format_type; /* const char * */

/* The place of an object inside.  NULL when `key` is no object; *err says so. */
struct json_object *gs_field_enter(struct json_object *object, const char *key,
    const struct field_context *c, struct field_context *inner,
    gcpsecret_error *err);

/* Fails with: CREDENTIALS. */
gcpsecret_status gs_fields_take(struct json_object *object,
    const struct field *fields, size_t count, const struct field_context *c,
    void *out, gcpsecret_error *err);

/* `"label: "path.key" fault"`. */
gcpsecret_status gs_field_fault(const struct field_context *c, const char *key,
    const char *fault, gcpsecret_error *err);

#endif
