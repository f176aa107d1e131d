/* SPDX-License-Identifier: MIT */

/* The metadata server of a machine at Amazon, as far as federation asks it: a
 * session (IMDSv2), the zone, the keys of a role. */

#include <stdio.h>
#include <string.h>

#include "aws_signature.h"
#include "handlers.h"
#include "members.h"
#include "number.h"

#define SESSION "sandbox-aws-session"
#define ROLE "sandbox-role"

static void
put_text(struct call *call, int status, const char *text)
{
	call->response->status = status;
	response_type(call->response, "text/plain");
	buf_add_text(&call->response->body, text);
}

void
aws_session(struct call *call)
{
	const char *ttl = request_header(
	    call->request, "X-aws-ec2-metadata-token-ttl-seconds");
	int64_t seconds;

	if (ttl == NULL || !number_read(ttl, 1, 21600, &seconds)) {
		put_text(call, 400, "");
		return;
	}
	known_add_text(&call->world->known, SESSION);
	put_text(call, 200, SESSION);
}

static void
role_keys(struct call *call)
{
	struct emit *e = call_json(call, 200);

	known_add_text(&call->world->known, AWS_SECRET_KEY);
	known_add_text(&call->world->known, AWS_SESSION_TOKEN);
	emit_object(e, NULL);
	emit_text(e, "Code", "Success");
	emit_text(e, "Type", "AWS-HMAC");
	emit_text(e, "AccessKeyId", AWS_KEY_ID);
	emit_text(e, "SecretAccessKey", AWS_SECRET_KEY);
	emit_text(e, "Token", AWS_SESSION_TOKEN);
	emit_utc(e, "LastUpdated", call->now);
	emit_utc(e, "Expiration", call->now + 21600);
	emit_end(e);
}

void
aws_metadata(struct call *call)
{
	const char *session =
	    request_header(call->request, "X-aws-ec2-metadata-token");
	const char *path = call->rest;

	if (session == NULL || strcmp(session, SESSION) != 0)
		put_text(call, 401, "");
	else if (strcmp(path, "placement/availability-zone") == 0)
		put_text(call, 200, "us-east-2b");
	else if (strcmp(path, "iam/security-credentials") == 0 ||
		 strcmp(path, "iam/security-credentials/") == 0)
		put_text(call, 200, ROLE);
	else if (strcmp(path, "iam/security-credentials/" ROLE) == 0)
		role_keys(call);
	else
		put_text(call, 404, "");
}
