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

/* 403: an account without the permission cannot tell "not there" from "not
 * yours". */
void secret_deny(
    struct call *call, const struct target *target, const char *permission);

/* 403: the API is off in that project. */
void secret_api_off(struct call *call, size_t project);

/* 401 unless the call carries good credentials or needs none. */
bool secret_authenticate(struct call *call);

#endif
