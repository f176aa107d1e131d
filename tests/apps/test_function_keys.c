/* SPDX-License-Identifier: MIT */

/* FN-2: a listening update_tokens and the keys of its issuer, and tokens that
 * the issuer would never sign. */

#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "caller.h"
#include "certificate.h"
#include "clock.h"
#include "loopback.h"
#include "scene.h"
#include "test.h"
#include "tls.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define HEADER "{\"alg\":\"RS256\",\"kid\":\"key-0\"}"

static struct listener  function;
static struct loopback *issuer;

static int
start(void **state)
{
	scene_open(state);
	enrol_due(&world, 1, &enrolled);
	return 0;
}

/* A function that finds its keys there. */
static void
listen_with(const char *certs_url)
{
	struct environment env;

	caller_environment(&world, certs_url, &env);
	listener_start(&world, &function, &env);
	environment_free(&env);
}

/* The same with an issuer that answers so. */
static void
begin(const struct loopback_answer *answers, size_t count)
{
	char url[64];

	issuer = loopback_start(answers, count);
	snprintf(url, sizeof(url), "%s/certs", loopback_url(issuer));
	listen_with(url);
}

static void
finish(void)
{
	listener_end(&function);
	loopback_stop(issuer);
}

/* With the set of key-0. */
static void
begin_well(void)
{
	static struct loopback_answer answer = { .status = 200 };

	if (answer.body == NULL)
		answer.body = issuer_jwks(0, 1);
	begin(&answer, 1);
}

static int
call_as(const char *kid, EVP_PKEY *key, const struct caller_claims *claims)
{
	char *token = caller_token(&world, kid, key, claims);
	int   status = caller_call(&function, token).status;

	free(token);
	return status;
}

static int
call_well(void)
{
	return call_as("key-0", issuer_key(0), &(struct caller_claims){ 0 });
}

static int64_t
token_posts(void)
{
	return enrolled_strava_side(&world, enrolled.ids[0]).token_posts;
}

/* F-12: anybody can make up names of keys. */
static void
a_thousand_unknown_keys_cost_a_fetch_a_minute(void **state)
{
	int64_t begin_ms = clock_steady_ms();
	size_t  most;
	char    kid[32];

	(void)state;
	begin_well();
	for (int i = 0; i < 1000; i++) {
		snprintf(kid, sizeof(kid), "key-%d", 1000 + i);
		assert_int_equal(
		    call_as(kid, issuer_key(1), &(struct caller_claims){ 0 }),
		    401);
	}
	most = 1 + (size_t)((clock_steady_ms() - begin_ms) / 60000);
	assert_true(loopback_count(issuer) <= most);
	assert_int_equal(token_posts(), 0);
	finish();
}

/* F-37, F-38: all that may be there instead of keys. */
static const struct {
	struct loopback_answer answer;
	const char            *logged;
} strangers[] = {
	{ { .status = 200, .body = "<!DOCTYPE html><html>sign in</html>" },
	    "no JWK set" },
	{ { .raw = "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n"
		   "{\"keys\":[{\"kty\":\"RSA\",",
	      .close = true },
	    "the issuer's keys" },
	{ { .status = 200, .body = "{\"keys\":[{\"kty\":\"RSA\"," },
	    "no JWK set" },
	{ { .status = 200, .body_len = (size_t)5 << 20 }, "larger" },
	{ { .status = 302, .headers = "Location: http://127.0.0.1/certs\r\n" },
	    "302" },
	{ { .status = 404 }, "404" },
	{ { .status = 500 }, "500" },
	{ { .silent = true }, "the issuer's keys" },
};

static void
assert_nobody_is_let_in(void)
{
	assert_int_equal(call_well(), 503);
	assert_int_equal(call_well(), 503);
	assert_int_equal(token_posts(), 0);
}

static void
without_keys_no_caller_is_at_fault(void **state)
{
	char *spaces = malloc((size_t)5 << 20);

	(void)state;
	assert_non_null(spaces);
	memset(spaces, ' ', (size_t)5 << 20);
	for (size_t i = 0; i < COUNT(strangers); i++) {
		struct loopback_answer answer = strangers[i].answer;

		print_message("%s\n", strangers[i].logged);
		if (answer.body_len > 0)
			answer.body = spaces;
		begin(&answer, 1);
		assert_nobody_is_let_in();
		assert_logged(&function.process, strangers[i].logged);
		finish();
	}
	free(spaces);
}

/* F-38: whoever stands there cannot show who it is. */
static void
keys_of_a_peer_without_a_name_are_none(void **state)
{
	struct loopback_answer answer = { .status = 200 };
	struct certificate     own;
	struct tls            *tls;
	char                  *keys = issuer_jwks(0, 1), url[64];

	(void)state;
	answer.body = keys;
	issuer = loopback_start(&answer, 1);
	certificate_make(&own, "subjectAltName=IP:127.0.0.1");
	tls = tls_start(own.certificate, own.key, loopback_port(issuer));
	snprintf(url, sizeof(url), "https://127.0.0.1:%d/certs", tls_port(tls));
	listen_with(url);
	assert_nobody_is_let_in();
	assert_logged(&function.process, "certificate");
	assert_int_equal(loopback_count(issuer), 0);
	listener_end(&function);
	tls_stop(tls);
	loopback_stop(issuer);
	certificate_remove(&own);
	free(keys);
}

/* F-37: nobody stands there. */
static void
keys_of_nobody_are_none(void **state)
{
	(void)state;
	listen_with("http://127.0.0.1:1/certs");
	assert_nobody_is_let_in();
	assert_logged(&function.process, "the issuer's keys");
	listener_end(&function);
}

/* The number of a JWK, in its text; ends what stands behind. */
static const char *
modulus_of(char *jwk)
{
	char *n = strstr(jwk, "\"n\":\"") + 5;

	*strchr(n, '"') = '\0';
	return n;
}

/* F-39: a key that is of no use costs nobody a good one. */
static void
an_unfit_key_is_ignored_and_named(void **state)
{
	static const char *const names[] = { "weak", "one", "curve",
		"garbled" };
	EVP_PKEY                *weak = EVP_RSA_gen(512);
	char                    *good = issuer_jwk(issuer_key(0), "key-0", "");
	char                    *twin = issuer_jwk(issuer_key(1), "key-0", "");
	char                    *small = issuer_jwk(weak, "weak", "");
	char                    *other = issuer_jwk(issuer_key(1), "", "");
	char                     set[8192], says[64];
	struct loopback_answer   answer = { .status = 200, .body = set };
	const char              *n = modulus_of(other);

	(void)state;
	snprintf(set, sizeof(set),
	    "{\"keys\":[%s,%s,"
	    "{\"kty\":\"RSA\",\"kid\":\"one\",\"n\":\"%s\",\"e\":\"AQ\"},"
	    "{\"kty\":\"EC\",\"kid\":\"curve\",\"crv\":\"P-256\"},"
	    "{\"kty\":\"RSA\",\"kid\":\"garbled\",\"n\":\"  "
	    "%s\",\"e\":\"AQAB\"},"
	    "%s]}",
	    small, good, n, n, twin);
	begin(&answer, 1);
	assert_int_equal(
	    call_as("key-0", issuer_key(1), &(struct caller_claims){ 0 }), 401);
	for (size_t i = 0; i < COUNT(names); i++) {
		assert_int_equal(call_as(names[i], issuer_key(1),
				     &(struct caller_claims){ 0 }),
		    401);
		snprintf(says, sizeof(says), "key \"%s\" is ignored", names[i]);
		assert_logged(&function.process, says);
	}
	assert_logged(&function.process, "another has its name");
	assert_int_equal(
	    call_as("weak", weak, &(struct caller_claims){ 0 }), 401);
	assert_int_equal(token_posts(), 0);
	finish();
	EVP_PKEY_free(weak);
	free(other);
	free(small);
	free(twin);
	free(good);
}

/* The number of seconds behind that text in the only refusal of the log; 0 when
 * it is not there. */
static long
seconds_logged(const char *text)
{
	char *log = process_err(&function.process);
	char *line = strstr(log, "caller refused"), *at;
	long  s;

	assert_non_null(line);
	assert_null(strstr(line + 1, "caller refused"));
	at = strstr(line, text);
	s = at != NULL ? strtol(at + strlen(text), NULL, 10) : 0;
	free(log);
	return s;
}

/* F-41: to one whose clock is a day off, good tokens are old or to come. */
static void
a_wrong_clock_is_named_with_its_distance(void **state)
{
	static const struct {
		struct caller_claims claims;
		const char          *says;
	} days[] = {
		{ { .issued_s = -86400, .expires_s = 3600 - 86400 },
		    "it has expired: by this machine's clock it was issued " },
		{ { .issued_s = 86400, .expires_s = 3600 + 86400 },
		    "not valid yet: by this machine's clock it begins in " },
	};
	long s;

	(void)state;
	for (size_t i = 0; i < COUNT(days); i++) {
		begin_well();
		assert_int_equal(
		    call_as("key-0", issuer_key(0), &days[i].claims), 401);
		s = seconds_logged(days[i].says);
		assert_true(s > 86400 - 600 && s < 86400 + 600);
		finish();
	}
	assert_int_equal(token_posts(), 0);
}

/* What the key signs is not what a token is: F-19, F-29. */
static const struct {
	const char *header, *claims;
} shapes[] = {
	{ "[]", NULL },
	{ "\"RS256\"", NULL },
	{ "\xef\xbb\xbf" HEADER, NULL },
	{ "{\"alg\":\"RS256\",\"kid\":\"key-0\",\"x\":\"\xc3(\"}", NULL },
	{ HEADER, "[]" },
	{ HEADER, "null" },
	{ HEADER, "" },
	{ HEADER, "\xef\xbb\xbf{}" },
	{ HEADER, "{\"x\":\"\xff\"}" },
};

static const char *const ends[] = { "\"x\"", "1e400", "-1",
	"9223372036854775808", "NaN", "null", "[]" };

static void
assert_refused(const char *header, const char *claims, EVP_PKEY *key)
{
	char *token = issuer_sign(header, claims, key, EVP_sha256());
	int   status = caller_call(&function, token).status;

	free(token);
	if (status != 401)
		fail_msg("%.80s %.400s: %d", header, claims, status);
}

static void
what_is_signed_but_no_token_is_refused(void **state)
{
	char *claims = caller_claims(&world, &(struct caller_claims){ 0 });
	const char *end = strstr(claims, ",\"exp\":");
	char        text[2048], deep[2002];

	(void)state;
	begin_well();
	for (size_t i = 0; i < COUNT(shapes); i++)
		assert_refused(shapes[i].header,
		    shapes[i].claims != NULL ? shapes[i].claims : claims,
		    issuer_key(0));
	for (size_t i = 0; i < COUNT(ends); i++) {
		snprintf(text, sizeof(text), "%.*s,\"exp\":%s}",
		    (int)(end - claims), claims, ends[i]);
		assert_refused(HEADER, text, issuer_key(0));
	}
	snprintf(text, sizeof(text), "%.*s}", (int)(end - claims), claims);
	assert_refused(HEADER, text, issuer_key(0));
	memset(deep, '[', 1000);
	memset(deep + 1000, ']', 1000);
	deep[2000] = '\0';
	assert_refused(HEADER, deep, issuer_key(0));
	assert_int_equal(token_posts(), 0);
	finish();
	free(claims);
}

/* F-07: what everybody can read is nobody's secret. */
static void
the_public_key_is_no_secret(void **state)
{
	char     *claims = caller_claims(&world, &(struct caller_claims){ 0 });
	EVP_PKEY *key = issuer_hmac_key(0);

	(void)state;
	begin_well();
	assert_refused("{\"alg\":\"HS256\",\"kid\":\"key-0\"}", claims, key);
	assert_refused(HEADER, claims, key);
	assert_int_equal(token_posts(), 0);
	/* All that was refused here was refused for what it was. */
	assert_int_equal(call_well(), 200);
	assert_int_equal(token_posts(), 1);
	finish();
	EVP_PKEY_free(key);
	free(claims);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thousand_unknown_keys_cost_a_fetch_a_minute),
		cmocka_unit_test(without_keys_no_caller_is_at_fault),
		cmocka_unit_test(keys_of_a_peer_without_a_name_are_none),
		cmocka_unit_test(keys_of_nobody_are_none),
		cmocka_unit_test(an_unfit_key_is_ignored_and_named),
		cmocka_unit_test(a_wrong_clock_is_named_with_its_distance),
		cmocka_unit_test(what_is_signed_but_no_token_is_refused),
		cmocka_unit_test(the_public_key_is_no_secret),
	};

	return cmocka_run_group_tests_name(
	    "apps function_keys", tests, start, scene_close);
}
