/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_AWS_SUBJECT_H
#define SANDBOX_AWS_SUBJECT_H

#include "call.h"

/* A signed request for GetCallerIdentity, as Google would send it on. */
const char *aws_subject_check(
    struct call *call, const char *token, const char *audience);

#endif
