/* SPDX-License-Identifier: MIT */
#include "doorman.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_SIZE ((size_t)1 << 20)

static const char *const audiences[] = { "https://other.example.org", SERVICE,
	NULL };
static const char *const emails[] = { "admin@example.org", EMAIL, NULL };

static void
remember(struct doorman *d, const char *line)
{
	size_t len = strlen(line);

	assert_true(d->log_len + len + 2 < LOG_SIZE);
	memcpy(d->log + d->log_len, line, len);
	d->log_len += len;
	d->log[d->log_len++] = '\n';
	assert_null(strchr(line, '\n'));
}

/* One thread fetches at a time, so this needs no lock. */
static void
on_log(void *ctx, gcpsecret_log_level level, const char *message)
{
	(void)level;
	remember(ctx, message);
}

static int64_t
on_clock(void *ctx)
{
	const struct doorman *d = ctx;

	return d->now;
}

/* Goes on as the calendar does, unless that is set. */
static int64_t
on_steady(void *ctx)
{
	const struct doorman *d = ctx;

	return (d->now - d->set_s - NOW) * 1000;
}

void
doorman_start(
    struct doorman *d, const struct loopback_answer *answers, size_t count)
{
	memset(d, 0, sizeof(*d));
	assert_true(count <= COUNT(d->answers));
	memcpy(d->answers, answers, count * sizeof(*answers));
	d->log = calloc(1, LOG_SIZE);
	assert_non_null(d->log);
	d->now = NOW;
	d->peer = loopback_start(d->answers, count);
	snprintf(d->url, sizeof(d->url), "%s/certs", loopback_url(d->peer));
	d->options = (gcpsecret_verifier_options){ .audiences = audiences,
		.emails = emails,
		.certs_url = d->url,
		.clock = on_clock,
		.clock_ctx = d,
		.steady = on_steady,
		.steady_ctx = d,
		.log = on_log,
		.log_ctx = d,
		.log_max = GCPSECRET_LOG_DEBUG };
	doorman_restart(d);
}

void
doorman_restart(struct doorman *d)
{
	gcpsecret_verifier_free(d->verifier);
	assert_int_equal(
	    gcpsecret_verifier_new(&d->verifier, &d->options, NULL),
	    GCPSECRET_OK);
}

void
doorman_end(struct doorman *d)
{
	gcpsecret_verifier_free(d->verifier);
	gcpsecret_identity_free(d->identity);
	loopback_stop(d->peer);
	/* How a JWT begins. */
	if (strstr(d->log, "eyJ") != NULL)
		fail_msg("a token is in: %s", d->log);
	free(d->log);
}

static gcpsecret_status
check(struct doorman *d, const char *text,
    gcpsecret_status (*how)(gcpsecret_verifier *, const char *,
	gcpsecret_identity **, gcpsecret_error *))
{
	gcpsecret_status status;

	gcpsecret_identity_free(d->identity);
	memset(&d->err, 0x5a, sizeof(d->err));
	d->identity = (gcpsecret_identity *)d;
	status = how(d->verifier, text, &d->identity, &d->err);
	if (status == GCPSECRET_OK) {
		assert_non_null(d->identity);
		/* An error is written if, and only if, there is one. */
		assert_int_equal(d->err.message[0], 0x5a);
		return status;
	}
	assert_null(d->identity);
	assert_int_equal(d->err.status, status);
	assert_true(strlen(d->err.message) > 0);
	remember(d, d->err.message);
	return status;
}

gcpsecret_status
doorman_check(struct doorman *d, const char *token)
{
	return check(d, token, gcpsecret_verifier_check);
}

gcpsecret_status
doorman_check_header(struct doorman *d, const char *header)
{
	return check(d, header, gcpsecret_verifier_check_header);
}

char *
doorman_keys(void)
{
	static char *keys;

	return keys != NULL ? keys : (keys = issuer_jwks(0, 1));
}

char *
doorman_token(void)
{
	static char *token;

	return token != NULL ? token : (token = doorman_token_of(0));
}

char *
doorman_token_of(size_t i)
{
	char header[64];

	snprintf(header, sizeof(header),
	    "{\"alg\":\"RS256\",\"kid\":\"key-%zu\"}", i);
	return issuer_sign(header, CLAIMS, issuer_key(i), EVP_sha256());
}
