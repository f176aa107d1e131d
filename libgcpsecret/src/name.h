/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SRC_NAME_H
#define GCPSECRET_SRC_NAME_H

#include "internal.h"

/* The parts of a name, checked, so that they may stand in a URL; "" where it
 * stops, and for what is not said. */
struct name {
	char project[64];  /* "": the client's own */
	char location[64]; /* "": global */
	char secret[256];
	char version[64];
};

/* What a name has to be of. */
enum name_form {
	NAME_PROJECT,  /* [projects/P]; NULL is "" */
	NAME_PARENT,   /* [projects/P][/locations/L]; NULL is "" */
	NAME_LOCATION, /* [projects/P/]locations/L */
	NAME_SECRET,   /* [projects/P/][locations/L/]secrets/S */
	NAME_VERSION,  /* that, [/versions/V] behind it; else it is "latest" */
	NAME_NUMBER    /* that, /versions/N behind it */
};

/*
 * Reads a name of that form.
 * Fails with: ARGUMENT; the message does not repeat the text.
 */
gcpsecret_status gs_name_parse(const char *text, enum name_form form,
    struct name *name, gcpsecret_error *err);

/* "sm://[P/]S[#V]", or "sm://" before a name in full. */
gcpsecret_status gs_name_parse_reference(
    const char *text, struct name *name, gcpsecret_error *err);

/* Whether `text` is a project's id or number; a secret's id; an alias. */
bool gs_name_is_project(const char *text);
bool gs_name_is_location(const char *text);
bool gs_name_is_secret(const char *text);
bool gs_name_is_alias(const char *text);

/* The number of a version; 0 when `version` is no number. */
int64_t gs_name_number(const char *version);

/*
 * Whether an answer that names itself `text` is about what was asked for.  The
 * project may be its number there and its id here, and only a number names one
 * version.
 */
bool gs_name_answers(
    const char *text, enum name_form form, const struct name *asked);

/* Adds the name, as far as it goes. */
bool gs_name_add(struct buf *out, const struct name *name);

#endif
