/* SPDX-License-Identifier: MIT */
#include "caller.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "test.h"

#define LIFE_S 3600

void
caller_environment(
    const struct world *world, const char *certs_url, struct environment *env)
{
	world_environment(world, env);
	environment_unset(env, "INVOKER_AUTH");
	environment_set(env, "INVOKER_AUDIENCE",
	    "https://other.example.org," CALLER_AUDIENCE);
	environment_set(
	    env, "INVOKER_EMAILS", "admin@example.org," CALLER_EMAIL);
	environment_set(env, "GOOGLE_CERTS_URL", certs_url);
}

char *
caller_claims(const struct world *world, const struct caller_claims *claims)
{
	long long now = (long long)time(NULL) + world->clock_s;
	char     *text;

	assert_true(
	    asprintf(&text,
		"{\"iss\":\"https://accounts.google.com\","
		"\"aud\":\"" CALLER_AUDIENCE "\",\"sub\":\"1\",\"email\":"
		"\"%s\",\"email_verified\":true,\"iat\":%lld,\"exp\":%lld%s}",
		claims->email != NULL ? claims->email : CALLER_EMAIL,
		now + claims->issued_s,
		now + (claims->expires_s != 0 ? claims->expires_s : LIFE_S),
		claims->more != NULL ? claims->more : "") > 0);
	return text;
}

char *
caller_token(const struct world *world, const char *kid, EVP_PKEY *key,
    const struct caller_claims *claims)
{
	char *body = caller_claims(world, claims);
	char *header, *token;

	assert_true(
	    asprintf(&header, "{\"alg\":\"RS256\",\"kid\":\"%s\"}", kid) > 0);
	token = issuer_sign(header, body, key, EVP_sha256());
	free(header);
	free(body);
	return token;
}

struct wire_answer
caller_call(const struct listener *function, const char *token)
{
	struct wire_answer answer;
	char              *line;

	assert_true(asprintf(&line, "Authorization: Bearer %s\r\n", token) > 0);
	answer = listener_call(function, line, "");
	free(line);
	return answer;
}
