/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_SECRET_REFUSAL_H
#define SANDBOX_SECRET_REFUSAL_H

/* How Secret Manager says no. */

#include "call.h"
#include "secret_target.h"

void secret_refuse(struct call *call, int http_status, const char *status,
    const char *message);

/* 400 INVALID_ARGUMENT */
void secret_invalid(struct call *call, const char *message);

/* 404: the secret of the path. */
void secret_lost(struct call *call, const struct target *target);

/* 403: an account without the permission cannot tell "not there" from "not
 * yours". */
void secret_deny(
    struct call *call, const struct target *target, const char *permission);

/* Does IAM refuse that permission on what the path names? */
bool secret_is_denied(const struct call *call, const struct target *target,
    const char *permission);

/* 403: the API is off in that project. */
void secret_api_off(struct call *call, size_t project);

/* False after an answer of 400: the caller had another state in mind.  `given`
 * NULL or "" had none. */
bool secret_etag_fits(struct call *call, const char *given, uint64_t etag);

/* 401 unless the call carries good credentials or needs none; 403 when they are
 * for something else, or bill a project that they may not. */
bool secret_authenticate(struct call *call);

#endif
