/* SPDX-License-Identifier: MIT */
#include "secret_refusal.h"

#include <stdio.h>

#define EXPECTED                                          \
	"Expected OAuth 2 access token, login cookie or " \
	"other valid authentication credential."

void
secret_refuse(
    struct call *call, int http_status, const char *status, const char *message)
{
	call_google_fault(call, &(struct google_fault){
				    .http_status = http_status,
				    .status = status,
				    .message = message,
				});
}

void
secret_invalid(struct call *call, const char *message)
{
	secret_refuse(call, 400, "INVALID_ARGUMENT", message);
}

void
secret_deny(
    struct call *call, const struct target *target, const char *permission)
{
	char        message[TARGET_SIZE], resource[TARGET_SIZE];
	const char *metadata[] = { "permission", permission, "resource",
		resource, NULL };

	snprintf(resource, sizeof(resource), "projects/%.100s%s%.255s",
	    target->project, target->secret != NULL ? "/secrets/" : "",
	    target->secret != NULL ? target->secret : "");
	snprintf(message, sizeof(message),
	    "Permission '%s' denied for resource '%.400s' (or it may not "
	    "exist).",
	    permission, resource);
	call_google_fault(call, &(struct google_fault){
				    .http_status = 403,
				    .status = "PERMISSION_DENIED",
				    .message = message,
				    .reason = "IAM_PERMISSION_DENIED",
				    .domain = "iam.googleapis.com",
				    .metadata = metadata,
				});
}

void
secret_api_off(struct call *call, size_t project)
{
	char        number[PROJECT_NUMBER_SIZE], consumer[64], url[160];
	char        message[400];
	const char *metadata[] = { "service", "secretmanager.googleapis.com",
		"consumer", consumer, "activationUrl", url, "serviceTitle",
		"Secret Manager API", "containerInfo", number, NULL };

	vault_project_number(project, number);
	snprintf(consumer, sizeof(consumer), "projects/%s", number);
	snprintf(url, sizeof(url),
	    "https://console.developers.google.com/apis/api/"
	    "secretmanager.googleapis.com/overview?project=%s",
	    number);
	snprintf(message, sizeof(message),
	    "Secret Manager API has not been used in project %s before or it "
	    "is disabled. Enable it by visiting %s then retry.",
	    number, url);
	call_google_fault(call, &(struct google_fault){
				    .http_status = 403,
				    .status = "PERMISSION_DENIED",
				    .message = message,
				    .reason = "SERVICE_DISABLED",
				    .domain = "googleapis.com",
				    .metadata = metadata,
				});
}

/* 401 of two kinds: nothing was sent, or nothing of use. */
bool
secret_authenticate(struct call *call)
{
	static const char *const reasons[] = {
		[GOOGLE_EXPIRED] = "ACCESS_TOKEN_EXPIRED",
		[GOOGLE_UNKNOWN] = "ACCESS_TOKEN_TYPE_UNSUPPORTED",
	};
	struct world       *world = call->world;
	const char         *bearer = call_bearer(call);
	enum google_verdict verdict;
	struct google_fault fault = {
		.http_status = 401,
		.status = "UNAUTHENTICATED",
		.message = "Request is missing required authentication "
			   "credential. " EXPECTED,
		.reason = "CREDENTIALS_MISSING",
		.domain = "googleapis.com",
		.metadata = (const char *const[]){ "service",
		    "secretmanager.googleapis.com", NULL },
	};

	if (bearer == NULL && world->options.emulator)
		return true;
	if (bearer != NULL) {
		verdict = google_judge(&world->google, bearer, call->now);
		if (verdict == GOOGLE_GOOD)
			return true;
		fault.message = "Request had invalid authentication "
				"credentials. " EXPECTED;
		fault.reason = reasons[verdict];
	}
	call_google_fault(call, &fault);
	return false;
}
