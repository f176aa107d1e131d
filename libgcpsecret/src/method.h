/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SRC_METHOD_H
#define GCPSECRET_SRC_METHOD_H

#include "exchange.h"
#include "name.h"

/* The methods of Secret Manager v1 that the library calls. */
enum method_id {
	LOCATION_LIST,
	LOCATION_GET,
	SECRET_LIST,
	SECRET_CREATE,
	SECRET_GET,
	SECRET_UPDATE,
	SECRET_DELETE,
	SECRET_ROTATE,
	SECRET_MANAGE_ROTATION,
	VERSION_ADD,
	VERSION_LIST,
	VERSION_GET,
	VERSION_ACCESS,
	VERSION_ENABLE,
	VERSION_DISABLE,
	VERSION_DESTROY,
	POLICY_GET,
	POLICY_SET,
	POLICY_TEST,
	METHOD_COUNT
};

/* When a request is harmless the second time. */
enum harmless {
	ALWAYS,
	WITH_ETAG, /* it says what it expects to find */
	REFUSED,   /* only what was turned away may come again */
	UNSENT     /* only what nobody has seen */
};

/* What an answer says about itself. */
enum answer_name { NAMELESS, A_LOCATION, A_SECRET, A_VERSION };

struct method {
	const char *name; /* Google's */
	const char *verb;
	const char *path; /* behind /v1/; a {word} is a name of that form */
	enum answer_name answer;
	unsigned         retry; /* the bit of gcpsecret_retry that it obeys */
	enum harmless    harmless;
	const char      *permission; /* that it takes, or NULL */
	size_t           answer_max;
	const char      *function; /* the public one */
};
extern const struct method gs_methods[METHOD_COUNT];

/* Adds the name that the path begins with, or the whole path behind /v1/. */
bool gs_method_add_subject(
    struct buf *out, const struct method *method, const struct name *name);
bool gs_method_add_path(
    struct buf *out, const struct method *method, const struct name *name);

/* Whether it is asked of a region's own host when the name has a region. */
bool gs_method_is_regional(const struct method *method);

/* Whether it is about one version. */
bool gs_method_is_of_version(const struct method *method);

/* Whether an answer that names itself `text` is to what was asked. */
bool gs_method_is_answer(
    const struct method *method, const char *text, const struct name *asked);

#endif
