/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_VERSION_H
#define SANDBOX_VERSION_H

/* A version as Secret Manager tells of it. */

#include "call.h"
#include "secret_target.h"
#include "shape.h"

/* All members of a SecretVersion. */
extern const struct shape version_shape[];

/* `by_number`: the state as Google's enumeration numbers it. */
void version_emit(
    struct emit *e, const struct secret *secret, size_t number, bool by_number);

/* The same as an answer, with the state as the call wishes it. */
void version_answer(
    struct call *call, const struct secret *secret, size_t number);

/* Did the call ask for numbers: "$alt=json;enum-encoding=int"? */
bool version_by_number(const struct call *call);

/* The version of the path, or NULL after an answer of 404. */
struct version *version_find(
    struct call *call, const struct target *target, size_t *number);

/* 400: the version is in a state in which that cannot be done. */
void version_refuse_state(
    struct call *call, const struct secret *secret, size_t number);

#endif
