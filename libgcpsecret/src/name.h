/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SRC_NAME_H
#define GCPSECRET_SRC_NAME_H

#include "internal.h"

/* The parts of a name, checked, so that they may stand in a URL. */
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

#endif
