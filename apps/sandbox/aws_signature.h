/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_AWS_SIGNATURE_H
#define SANDBOX_AWS_SIGNATURE_H

#include <json-c/json.h>
#include <stdbool.h>

/* What the role at Amazon signs with. */
#define AWS_KEY_ID "ASIASANDBOX000000001"
#define AWS_SECRET_KEY "sandboxAwsSecretAccessKey0123456789abcde"
#define AWS_SESSION_TOKEN "sandbox-aws-security-token"

/* The value of one of [{"key", "value"}]; NULL without it. */
const char *aws_header(struct json_object *headers, const char *name);

/*
 * Does the Authorization among the headers hold a signature of that POST without
 * a body (AWS Signature Version 4)?  One by the role's key is verified; what
 * another key signed only has to look right, since only AWS could tell.
 */
bool aws_signature_fits(const char *url, struct json_object *headers);

#endif
