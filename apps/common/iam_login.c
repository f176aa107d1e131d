/* SPDX-License-Identifier: MIT */
#include "iam_login.h"

#include <stdio.h>
#include <string.h>

#include "log.h"

#define SCOPE "https://www.googleapis.com/auth/sqlservice.login"

/* Google's own, which is the default; given, it keeps an emulator out, which has
 * secrets but no tokens. */
#define ENDPOINT "https://secretmanager.googleapis.com"

static void
log_google(void *ctx, gcpsecret_log_level level, const char *message)
{
	(void)ctx;
	log_line(level == GCPSECRET_LOG_ERROR ? LOG_WARNING : LOG_DEBUG,
	    message, NULL);
}

gcpsecret_client *
iam_login_new(gcpsecret_client *with, int64_t timeout_ms, char *message,
    size_t message_size)
{
	gcpsecret_client *client = NULL;
	gcpsecret_error   err;
	gcpsecret_status  status = gcpsecret_client_new(&client, &err);

	if (status == GCPSECRET_OK)
		status = gcpsecret_client_set_endpoint(client, ENDPOINT, &err);
	if (status == GCPSECRET_OK && with != NULL)
		status = gcpsecret_client_share_credentials(client, with, &err);
	if (status != GCPSECRET_OK) {
		snprintf(message, message_size, "%s", err.message);
		gcpsecret_client_free(client);
		return NULL;
	}
	gcpsecret_client_set_timeout_ms(client, timeout_ms);
	gcpsecret_client_set_log(client, log_google, NULL, GCPSECRET_LOG_DEBUG);
	return client;
}

bool
iam_login_password(void *ctx, char *password, size_t password_size,
    char *message, size_t message_size)
{
	gcpsecret_client *client = ctx;
	gcpsecret_token  *token;
	gcpsecret_error   err;
	size_t            len;
	bool              fits;

	if (gcpsecret_access_token_get(client, SCOPE, &token, &err) !=
	    GCPSECRET_OK) {
		snprintf(message, message_size, "Google gave no token: %s",
		    err.message);
		return false;
	}
	len = strlen(token->text);
	fits = len < password_size;
	if (fits)
		memcpy(password, token->text, len + 1);
	else
		snprintf(message, message_size,
		    "Google's token of %zu bytes is too long", len);
	gcpsecret_token_free(token);
	return fits;
}
