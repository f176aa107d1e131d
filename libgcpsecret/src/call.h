/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SRC_CALL_H
#define GCPSECRET_SRC_CALL_H

#include "method.h"
#include "model.h"

/* One call of a method.  What it points to is only read. */
struct call {
	enum method_id     method;
	const struct name *name;     /* project included */
	const struct buf  *query;    /* "a=b&c=d", escaped; or NULL */
	const struct buf  *body;     /* JSON; or NULL */
	bool               has_etag; /* the request holds one */
	const char        *secret;   /* in the body; or NULL */
	size_t             secret_len;
};

/*
 * Begins a public call about `text`: the client and the name are checked, and a
 * project that the name leaves out is the client's own.
 */
gcpsecret_status gs_call_begin(gcpsecret_client *client, const char *text,
    enum name_form form, struct name *name, gcpsecret_error *err);

/* Puts the client's own project where a name has none. */
gcpsecret_status gs_call_project(
    gcpsecret_client *client, struct name *name, gcpsecret_error *err);

/*
 * Calls, with a token, and reads the answer, which is JSON and about what was
 * asked for.  *document is to be freed with gs_json_free(); `document` may be
 * NULL.
 */
gcpsecret_status gs_call(gcpsecret_client *client, const struct call *call,
    struct json_object **document, gcpsecret_error *err);

/* The same, read as a model at *out, a pointer to a pointer; to be ended with
 * model_free().  `out` may be NULL. */
gcpsecret_status gs_call_model(gcpsecret_client *client,
    const struct call *call, const struct model *model, void *out,
    gcpsecret_error *err);

/* Reads a document, which it takes over, as a model. */
gcpsecret_status gs_read_model(struct json_object *document,
    const struct model *model, void *out, gcpsecret_error *err);

/* "the answer of Secret Manager ..." */
gcpsecret_status gs_malformed(gcpsecret_error *err, const char *fault);

#endif
