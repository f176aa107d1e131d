/* SPDX-License-Identifier: MIT */
#ifndef APPS_IAM_LOGIN_H
#define APPS_IAM_LOGIN_H

/*
 * Login to Cloud SQL as an account of Google's IAM: the password of each new
 * connection is an access token of that account, which ends within the hour.
 * The client keeps it until shortly before.
 */

#include <gcpsecret/gcpsecret.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Makes a client for the tokens, each of which may take `timeout_ms`.  It shares
 * the credentials of `with`, and thereby its token, unless that is NULL.
 * Nothing is asked yet.  NULL on failure, one line in `message`. */
gcpsecret_client *iam_login_new(gcpsecret_client *with, int64_t timeout_ms,
    char *message, size_t message_size);

/* pg_password_fn; `ctx` is the client. */
bool iam_login_password(void *ctx, char *password, size_t password_size,
    char *message, size_t message_size);

#endif
