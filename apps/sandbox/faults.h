/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_FAULTS_H
#define SANDBOX_FAULTS_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What goes wrong on purpose. */
enum fault_action {
	FAULT_NONE,
	FAULT_STATUS,      /* `value` instead of the work */
	FAULT_EMPTY,       /* the same without a body */
	FAULT_NULL_ERRORS, /* the same, "errors" is null */
	FAULT_TEXT_ERRORS, /* the same, "errors" is a string */
	FAULT_DELAY,       /* `value` milliseconds before the work */
	FAULT_DROP_BEFORE, /* no work, no answer */
	FAULT_DROP_AFTER,  /* the work, but no answer */
	FAULT_TRUNCATE,    /* the work, and half of the answer */
	FAULT_GARBAGE,     /* the work, and nonsense for an answer */
	FAULT_RATE_LIMIT   /* 429 instead of the work */
};

struct fault {
	char              path[128]; /* prefix */
	enum fault_action action;
	int64_t           value;
	int64_t           after; /* calls that still pass */
	int64_t           times; /* calls that are still hit; -1: all */
};

#define FAULTS_MAX 32

struct faults {
	struct fault list[FAULTS_MAX];
	size_t       count;
};

/* Replaces the list.  On failure nothing is changed and *why says in a few
 * words what is wrong. */
bool faults_read(
    struct faults *faults, struct json_object *list, const char **why);

/* What shall happen to a request for `path`, which is counted thereby. */
struct fault faults_take(struct faults *faults, const char *path);

#endif
