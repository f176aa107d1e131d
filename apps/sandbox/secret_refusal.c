/* SPDX-License-Identifier: MIT */
#include "secret_refusal.h"

#include <stdio.h>
#include <string.h>

#include "secret_body.h"

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

/* What the path names, with the project's number where there is one. */
static void
resource_name(const struct call *call, const struct target *target,
    char name[TARGET_SIZE + 32])
{
	struct target known = *target;
	char          number[PROJECT_NUMBER_SIZE];
	size_t        project;

	if (vault_find_project(
		&call->world->vault, target->project, &project)) {
		vault_project_number(project, number);
		known.project = number;
	}
	secret_target_name(&known, name);
}

void
secret_lost(struct call *call, const struct target *target)
{
	char name[TARGET_SIZE + 32], message[TARGET_SIZE + 96];

	resource_name(call, target, name);
	snprintf(message, sizeof(message),
	    "Secret [%s] not found or has no versions.", name);
	secret_refuse(call, 404, "NOT_FOUND", message);
}

bool
secret_is_denied(const struct call *call, const struct target *target,
    const char *permission)
{
	char name[TARGET_SIZE + 32];

	resource_name(call, target, name);
	return (target->found != NULL && target->found->denied) ||
	       denials_hit(&call->world->denials, permission, name);
}

void
secret_deny(
    struct call *call, const struct target *target, const char *permission)
{
	char        message[TARGET_SIZE + 160], resource[TARGET_SIZE + 32];
	const char *metadata[] = { "permission", permission, "resource",
		resource, NULL };

	secret_target_name(target, resource);
	snprintf(message, sizeof(message),
	    "Permission '%s' denied for resource '%s' (or it may not exist).",
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

bool
secret_etag_fits(struct call *call, const char *given, uint64_t etag)
{
	char text[ETAG_SIZE], message[128];

	secret_etag(etag, text);
	if (given == NULL || given[0] == '\0' || strcmp(given, text) == 0)
		return true;
	snprintf(message, sizeof(message),
	    "The etag provided [%.48s] does not match the current one [%s].",
	    given, text);
	secret_refuse(call, 400, "FAILED_PRECONDITION", message);
	return false;
}

static const char *const service[] = { "service",
	"secretmanager.googleapis.com", NULL };

/* 401 of two kinds: nothing was sent, or nothing of use. */
static void
refuse_bearer(struct call *call, enum google_verdict verdict)
{
	bool is_none = verdict == GOOGLE_ABSENT;

	call_google_fault(call,
	    &(struct google_fault){
		.http_status = 401,
		.status = "UNAUTHENTICATED",
		.message = is_none
			       ? "Request is missing required authentication "
				 "credential. " EXPECTED
			       : "Request had invalid authentication "
				 "credentials. " EXPECTED,
		.reason = is_none ? "CREDENTIALS_MISSING"
			  : verdict == GOOGLE_EXPIRED
			      ? "ACCESS_TOKEN_EXPIRED"
			      : "ACCESS_TOKEN_TYPE_UNSUPPORTED",
		.domain = "googleapis.com",
		.metadata = service,
	    });
}

static void
refuse_scope(struct call *call)
{
	call_google_fault(call,
	    &(struct google_fault){
		.http_status = 403,
		.status = "PERMISSION_DENIED",
		.message = "Request had insufficient authentication scopes.",
		.reason = "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
		.domain = "googleapis.com",
		.metadata = service,
	    });
}

/* Who is to be billed must be a project of ours; false after an answer. */
static bool
admit_quota_project(struct call *call)
{
	const char *name = request_header(call->request, "x-goog-user-project");
	char        message[512], consumer[160];
	size_t      project;

	if (name == NULL || name[0] == '\0' ||
	    vault_find_project(&call->world->vault, name, &project))
		return true;
	snprintf(consumer, sizeof(consumer), "projects/%.100s", name);
	snprintf(message, sizeof(message),
	    "Caller does not have required permission to use project %.100s. "
	    "Grant the caller the "
	    "roles/serviceusage.serviceUsageConsumer role, or a custom role "
	    "with the serviceusage.services.use permission.",
	    name);
	call_google_fault(
	    call, &(struct google_fault){
		      .http_status = 403,
		      .status = "PERMISSION_DENIED",
		      .message = message,
		      .reason = "USER_PROJECT_DENIED",
		      .domain = "googleapis.com",
		      .metadata = (const char *const[]){ "service", service[1],
			  "consumer", consumer, NULL },
		  });
	return false;
}

bool
secret_authenticate(struct call *call)
{
	struct world       *world = call->world;
	const char         *bearer = call_bearer(call);
	enum google_verdict verdict = google_judge(
	    &world->google, bearer, GOOGLE_OPENS_SECRETS, call->now);

	switch (verdict) {
	case GOOGLE_GOOD: return admit_quota_project(call);
	case GOOGLE_NARROW: refuse_scope(call); return false;
	case GOOGLE_ABSENT:
		if (world->options.emulator)
			return true;
		break;
	case GOOGLE_EXPIRED:
	case GOOGLE_UNKNOWN: break;
	}
	refuse_bearer(call, verdict);
	return false;
}
