/* SPDX-License-Identifier: MIT */

/* How a verifier comes by the keys of the issuer, and when. */

#include <openssl/rsa.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doorman.h"

#define THREADS 20

static struct doorman door;

static void
open_door(const struct loopback_answer *answers, size_t count)
{
	doorman_start(&door, answers, count);
}

static size_t
fetches(void)
{
	return loopback_count(door.peer);
}

static void
assert_says(const char *part)
{
	if (strstr(door.err.message, part) == NULL)
		fail_msg("\"%s\" lacks \"%s\"", door.err.message, part);
}

static void
keys_are_fetched_once_and_kept(void **state)
{
	const struct loopback_answer answers[] = {
		{ .status = 200, .body = doorman_keys() },
	};

	(void)state;
	open_door(answers, 1);
	assert_int_equal(fetches(), 0);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(
		    doorman_check(&door, doorman_token()), GCPSECRET_OK);
	assert_int_equal(
	    gcpsecret_verifier_load(door.verifier, NULL), GCPSECRET_OK);
	assert_int_equal(fetches(), 1);
	assert_string_equal(loopback_request(door.peer, 0)->method, "GET");
	assert_string_equal(loopback_request(door.peer, 0)->target, "/certs");
	assert_false(loopback_header(loopback_request(door.peer, 0),
	    "Authorization", (char[64]){ 0 }, 64));
	doorman_end(&door);
}

static void
keys_may_be_fetched_beforehand(void **state)
{
	const struct loopback_answer answers[] = {
		{ .status = 200, .body = doorman_keys() },
	};

	(void)state;
	open_door(answers, 1);
	assert_int_equal(
	    gcpsecret_verifier_load(door.verifier, NULL), GCPSECRET_OK);
	assert_int_equal(doorman_check(&door, doorman_token()), GCPSECRET_OK);
	assert_int_equal(fetches(), 1);
	doorman_end(&door);
}

/* How long keys are good, by the headers that come with them. */
static void
keys_are_fetched_again_when_their_time_is_over(void **state)
{
	static const struct {
		const char *headers;
		int64_t     s;
	} times[] = {
		{ NULL, 3600 },
		{ "Cache-Control: public, max-age=19845, must-revalidate, "
		  "no-transform\r\n",
		    19845 },
		{ "Cache-Control: max-age=19845\r\nAge: 845\r\n", 19000 },
		{ "cache-control: PUBLIC,MAX-AGE=300\r\n", 300 },
		{ "Cache-Control: max-age=900\r\nAge: 599\r\n", 301 },
		{ "Cache-Control: max-age=900\r\nAge: 899\r\n", 300 },
		{ "Cache-Control: max-age=300\r\nAge: 900\r\n", 300 },
		{ "Cache-Control: max-age=0\r\n", 300 },
		{ "Cache-Control: no-cache\r\n", 3600 },
		{ "Cache-Control: max-age=99999999999999999999\r\n", 86400 },
		{ "Cache-Control: max-age=-1\r\n", 3600 },
		{ "Cache-Control: max-age\r\n", 3600 },
		{ "Cache-Control: s-max-age=70\r\n", 3600 },
		{ "Cache-Control: ,\r\nAge: x\r\n", 3600 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(times); i++) {
		const struct loopback_answer answers[] = {
			{ .status = 200,
			    .headers = times[i].headers,
			    .body = doorman_keys() },
		};

		open_door(answers, 1);
		assert_int_equal(
		    gcpsecret_verifier_load(door.verifier, NULL), GCPSECRET_OK);
		door.now = NOW + times[i].s - 1;
		assert_int_equal(
		    gcpsecret_verifier_load(door.verifier, NULL), GCPSECRET_OK);
		if (fetches() != 1)
			fail_msg("%zu: they do not last", i);
		door.now++;
		assert_int_equal(
		    gcpsecret_verifier_load(door.verifier, NULL), GCPSECRET_OK);
		if (fetches() != 2)
			fail_msg("%zu: they last too long", i);
		doorman_end(&door);
	}
}

static void
keys_do_not_age_when_the_calendar_is_set(void **state)
{
	const struct loopback_answer answers[] = {
		{ .status = 200, .body = doorman_keys() },
	};

	(void)state;
	open_door(answers, 1);
	door.now = NOW + 100000;
	door.set_s = 100000;
	assert_int_equal(
	    gcpsecret_verifier_load(door.verifier, NULL), GCPSECRET_OK);
	door.now = NOW;
	door.set_s = 0;
	assert_int_equal(doorman_check(&door, doorman_token()), GCPSECRET_OK);
	assert_int_equal(fetches(), 1);
	doorman_end(&door);
}

/* FN-2, F-12 */
static void
an_unknown_key_is_asked_for_once_a_minute(void **state)
{
	const struct loopback_answer answers[] = {
		{ .status = 200, .body = doorman_keys() },
	};
	char *token = doorman_token_of(1);

	(void)state;
	open_door(answers, 1);
	/* The fetch that this one needs anyway is the one that it gets. */
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(
		    doorman_check(&door, token), GCPSECRET_ERR_IDENTITY);
	assert_says("no key \"key-1\"");
	assert_int_equal(fetches(), 1);
	door.now = NOW + 59;
	assert_int_equal(doorman_check(&door, token), GCPSECRET_ERR_IDENTITY);
	assert_int_equal(fetches(), 1);
	door.now = NOW + 60;
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(
		    doorman_check(&door, token), GCPSECRET_ERR_IDENTITY);
	assert_int_equal(fetches(), 2);
	assert_int_equal(doorman_check(&door, doorman_token()), GCPSECRET_OK);
	assert_int_equal(fetches(), 2);
	free(token);
	doorman_end(&door);
}

static void
a_new_key_of_the_issuer_is_found(void **state)
{
	static const char short_lived[] = "Cache-Control: max-age=320\r\n";
	char             *both = issuer_jwks(0, 2), *second = issuer_jwks(1, 1);
	const struct loopback_answer answers[] = {
		{ .status = 200, .body = doorman_keys() },
		{ .status = 200, .headers = short_lived, .body = both },
		{ .status = 200, .body = second },
	};
	char *token = doorman_token_of(1);

	(void)state;
	open_door(answers, COUNT(answers));
	assert_int_equal(doorman_check(&door, doorman_token()), GCPSECRET_OK);
	door.now = NOW + 60;
	assert_int_equal(doorman_check(&door, token), GCPSECRET_OK);
	assert_int_equal(fetches(), 2);
	/* The old one is good as long as the issuer said ... */
	door.now = NOW + 60 + 319;
	assert_int_equal(doorman_check(&door, doorman_token()), GCPSECRET_OK);
	assert_int_equal(fetches(), 2);
	/* ... and not any longer. */
	door.now = NOW + 60 + 320;
	assert_int_equal(
	    doorman_check(&door, doorman_token()), GCPSECRET_ERR_IDENTITY);
	assert_says("no key \"key-0\"");
	assert_int_equal(doorman_check(&door, token), GCPSECRET_OK);
	assert_int_equal(fetches(), 3);
	doorman_end(&door);
	free(token);
	free(both);
	free(second);
}

/* F-38: what keeps a verifier from getting keys, as a status that is no refusal. */
static const struct {
	struct loopback_answer answer;
	gcpsecret_status       status;
} faults[] = {
	{ { .status = 404, .body = "<html>" }, GCPSECRET_ERR_REQUEST },
	{ { .status = 403,
	      .body = "{\"error\":{\"status\":\"PERMISSION_DENIED\"}}" },
	    GCPSECRET_ERR_REQUEST },
	{ { .status = 401 }, GCPSECRET_ERR_REQUEST },
	{ { .status = 503, .headers = "Retry-After: 3600\r\n" },
	    GCPSECRET_ERR_SERVER },
	{ { .status = 429, .headers = "Retry-After: 3600\r\n" },
	    GCPSECRET_ERR_RATE_LIMIT },
	{ { .status = 302, .headers = "Location: http://127.0.0.1/\r\n" },
	    GCPSECRET_ERR_FORMAT },
	{ { .status = 200, .body = "" }, GCPSECRET_ERR_FORMAT },
	{ { .status = 200, .body = "<html>" }, GCPSECRET_ERR_FORMAT },
	{ { .status = 200, .body = "{\"key-0\":\"-----BEGIN\"}" },
	    GCPSECRET_ERR_FORMAT },
	{ { .status = 200, .body = "{\"keys\":[{\"kty\":\"RSA\"," },
	    GCPSECRET_ERR_FORMAT },
	{ { .status = 200, .body = "{\"keys\":[]}" }, GCPSECRET_ERR_FORMAT },
};

static void
keys_that_cannot_be_had_are_no_fault_of_the_caller(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(faults); i++) {
		const struct loopback_answer answers[] = {
			faults[i].answer,
			{ .status = 200, .body = doorman_keys() },
		};

		open_door(answers, 2);
		assert_int_equal(gcpsecret_verifier_load(door.verifier, NULL),
		    faults[i].status);
		/* For a moment nobody asks again. */
		door.now = NOW + 4;
		assert_int_equal(
		    doorman_check(&door, doorman_token()), faults[i].status);
		assert_int_equal(fetches(), 1);
		door.now = NOW + 5;
		assert_int_equal(
		    doorman_check(&door, doorman_token()), GCPSECRET_OK);
		assert_int_equal(fetches(), 2);
		doorman_end(&door);
	}
}

static void
whatever_comes_instead_of_new_keys_the_last_ones_serve(void **state)
{
	char *unknown = doorman_token_of(1);

	(void)state;
	for (size_t i = 0; i < COUNT(faults); i++) {
		const struct loopback_answer answers[] = {
			{ .status = 200,
			    .headers = "Cache-Control: max-age=600\r\n",
			    .body = doorman_keys() },
			faults[i].answer,
		};

		open_door(answers, 2);
		assert_int_equal(
		    doorman_check(&door, doorman_token()), GCPSECRET_OK);
		door.now = NOW + 600;
		assert_int_equal(
		    doorman_check(&door, doorman_token()), GCPSECRET_OK);
		assert_int_equal(fetches(), 2);
		assert_int_equal(
		    doorman_check(&door, unknown), faults[i].status);
		assert_int_equal(fetches(), 2);
		doorman_end(&door);
	}
	free(unknown);
}

static void
a_peer_that_does_not_answer_is_named(void **state)
{
	const struct loopback_answer answers[] = { { .silent = true } };

	(void)state;
	open_door(answers, 1);
	door.options.timeout_ms = 1;
	door.options.certs_url = "http://127.0.0.1:1/certs";
	doorman_restart(&door);
	assert_int_not_equal(
	    doorman_check(&door, doorman_token()), GCPSECRET_OK);
	assert_true(door.err.status == GCPSECRET_ERR_NETWORK ||
		    door.err.status == GCPSECRET_ERR_TIMEOUT);
	assert_says("the issuer's keys: ");
	doorman_end(&door);
}

static void
nonsense_is_refused_although_there_are_no_keys(void **state)
{
	const struct loopback_answer answers[] = { { .status = 404 } };
	char                        *token =
	    issuer_sign(HEADER, "{" ISS AUD SUB MAIL "\"iat\":1,\"exp\":2}",
		issuer_key(0), EVP_sha256());

	(void)state;
	open_door(answers, 1);
	assert_int_equal(doorman_check(&door, token), GCPSECRET_ERR_IDENTITY);
	assert_int_equal(doorman_check(&door, "x"), GCPSECRET_ERR_IDENTITY);
	assert_int_equal(fetches(), 0);
	free(token);
	doorman_end(&door);
}

/* A good token of a later day, by the i-th key. */
static void
assert_later(int64_t after_s, size_t i, gcpsecret_status status)
{
	char header[64], claims[1024], *token;

	door.now = NOW + after_s;
	snprintf(header, sizeof(header),
	    "{\"alg\":\"RS256\",\"kid\":\"key-%zu\"}", i);
	snprintf(claims, sizeof(claims),
	    "{" ISS AUD SUB MAIL "\"iat\":%lld,\"exp\":%lld}",
	    (long long)door.now, (long long)door.now + 3600);
	token = issuer_sign(header, claims, issuer_key(i), EVP_sha256());
	assert_int_equal(doorman_check(&door, token), status);
	free(token);
}

static void
the_last_keys_serve_for_a_day_when_no_new_ones_come(void **state)
{
	const struct loopback_answer answers[] = {
		{ .status = 200, .body = doorman_keys() },
		{ .status = 404 },
	};

	(void)state;
	open_door(answers, 2);
	assert_later(0, 0, GCPSECRET_OK);
	assert_later(3600, 0, GCPSECRET_OK);
	assert_later(3659, 0, GCPSECRET_OK);
	assert_int_equal(fetches(), 2);
	assert_later(3660, 0, GCPSECRET_OK);
	assert_int_equal(fetches(), 3);
	/* Whether the issuer has another key, nobody can tell now. */
	assert_later(3661, 1, GCPSECRET_ERR_REQUEST);
	assert_later(86399, 0, GCPSECRET_OK);
	assert_int_equal(fetches(), 4);
	assert_later(86400, 0, GCPSECRET_ERR_REQUEST);
	assert_int_equal(fetches(), 4);
	doorman_end(&door);
}

static void
keys_come_back_after_an_outage(void **state)
{
	const struct loopback_answer answers[] = {
		{ .status = 200, .body = doorman_keys() },
		{ .status = 404 },
		{ .status = 200, .body = doorman_keys() },
	};

	(void)state;
	open_door(answers, 3);
	assert_later(0, 0, GCPSECRET_OK);
	assert_later(3600, 0, GCPSECRET_OK);
	assert_later(200000, 0, GCPSECRET_OK);
	assert_later(200000 + 3599, 0, GCPSECRET_OK);
	assert_int_equal(fetches(), 3);
	doorman_end(&door);
}

/* Checks one set by a token of key-0. */
static gcpsecret_status
check_with(const char *keys)
{
	const struct loopback_answer answers[] = {
		{ .status = 200, .body = keys },
	};
	gcpsecret_status status;

	open_door(answers, 1);
	status = doorman_check(&door, doorman_token());
	doorman_end(&door);
	return status;
}

/* What may stand in a set, around "%s", which is a good key-0. */
static void
a_set_is_read_strictly(void **state)
{
	static const struct {
		const char      *set;
		gcpsecret_status status;
	} sets[] = {
		{ "{\"keys\":[%s]}", GCPSECRET_OK },
		{ "{\"kid\":1,\"keys\":[{},1,null,{\"kty\":\"EC\",\"kid\":"
		  "\"key-0\"},%s]}",
		    GCPSECRET_OK },
		{ "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"a\",\"n\":\"AQAB\","
		  "\"e\":\"AQAB\"},%s]}",
		    GCPSECRET_OK },
		{ "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"a\",\"n\":\"A=\","
		  "\"e\":1},{\"kty\":\"RSA\",\"kid\":\"b\"},%s]}",
		    GCPSECRET_OK },
		{ "{\"keys\":[%s,%s]}", GCPSECRET_OK },
		{ "{\"keys\":[]}", GCPSECRET_ERR_FORMAT },
		{ "{\"keys\":{\"a\":%s}}", GCPSECRET_ERR_FORMAT },
		{ "{\"keys\":[%s],\"keys\":[]}", GCPSECRET_ERR_FORMAT },
		{ "{\"keys\":[%s]} x", GCPSECRET_ERR_FORMAT },
		{ "[%s]", GCPSECRET_ERR_FORMAT },
		{ "{\"keys\":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
		  "1,1,1,1,1,1,1,%s]}",
		    GCPSECRET_OK },
		{ "{\"keys\":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
		  "1,1,1,1,1,1,1,1,%s]}",
		    GCPSECRET_ERR_FORMAT },
	};
	char *key = issuer_jwk(issuer_key(0), "key-0", "");

	(void)state;
	for (size_t i = 0; i < COUNT(sets); i++) {
		char        text[8192];
		size_t      len = 0;
		const char *at = sets[i].set;

		for (; *at != '\0'; at++)
			if (at[0] == '%')
				len += (size_t)snprintf(
				    text + len, sizeof(text) - len, "%s", key),
				    at++;
			else
				text[len++] = *at;
		text[len] = '\0';
		if (check_with(text) != sets[i].status)
			fail_msg("%zu is not what it should be", i);
	}
	free(key);
}

/* A key that is named key-0 and fit to sign, with one thing about it changed. */
static void
a_key_for_something_else_is_not_used(void **state)
{
	static const struct {
		const char      *more;
		gcpsecret_status status;
	} kinds[] = {
		{ "", GCPSECRET_OK },
		{ ",\"use\":\"sig\",\"alg\":\"RS256\",\"x5c\":[]",
		    GCPSECRET_OK },
		{ ",\"use\":\"enc\"", GCPSECRET_ERR_FORMAT },
		{ ",\"use\":null", GCPSECRET_ERR_FORMAT },
		{ ",\"use\":[\"sig\"]", GCPSECRET_ERR_FORMAT },
		{ ",\"alg\":\"RS512\"", GCPSECRET_ERR_FORMAT },
		{ ",\"alg\":\"HS256\"", GCPSECRET_ERR_FORMAT },
		{ ",\"alg\":1", GCPSECRET_ERR_FORMAT },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(kinds); i++) {
		char *key = issuer_jwk(issuer_key(0), "key-0", kinds[i].more);
		char  set[2048];

		snprintf(set, sizeof(set), "{\"keys\":[%s]}", key);
		if (check_with(set) != kinds[i].status)
			fail_msg("%s is not what it should be", kinds[i].more);
		free(key);
	}
}

/* F-39: an unfit key beside a good one, and how the log names it. */
static void
a_key_that_is_ignored_is_named_in_the_log(void **state)
{
	static const struct {
		const char *key, *says;
	} keys[] = {
		{ "1", "key \"\" is ignored: it has no name" },
		{ "{\"kty\":\"RSA\",\"kid\":\"two words\"}",
		    "key \"\" is ignored: it has no name" },
		{ "{\"kty\":\"EC\",\"kid\":\"a\",\"crv\":\"P-256\"}",
		    "key \"a\" is ignored: it is no RSA key" },
		{ "{\"kty\":\"RSA\",\"kid\":\"a\",\"use\":\"enc\"}",
		    "key \"a\" is ignored: it is for something else" },
		{ "{\"kty\":\"RSA\",\"kid\":\"a\",\"n\":\"AQAB\",\"e\":"
		  "\"AQAB\"}",
		    "key \"a\" is ignored: it is malformed, unsound or" },
		/* No fourth character of base64url is this one. */
		{ "{\"kty\":\"RSA\",\"kid\":\"a\",\"n\":\"!!!!%s\",\"e\":"
		  "\"AQAB\"}",
		    "key \"a\" is ignored: it is malformed, unsound or" },
		/* The exponent 1: every text is its own signature. */
		{ "{\"kty\":\"RSA\",\"kid\":\"a\",\"n\":\"%s\",\"e\":\"AQ\"}",
		    "key \"a\" is ignored: it is malformed, unsound or" },
		{ "{\"kty\":\"RSA\",\"kid\":\"key-0\",\"n\":\"%s\",\"e\":"
		  "\"AQAB\"}",
		    "key \"key-0\" is ignored: another has its name" },
	};
	char *good = issuer_jwk(issuer_key(0), "key-0", "");
	char *other = issuer_jwk(issuer_key(1), "", ""), *n, *end;

	(void)state;
	n = strstr(other, "\"n\":\"") + 5;
	end = strchr(n, '"');
	*end = '\0';
	for (size_t i = 0; i < COUNT(keys); i++) {
		char                         key[1024], set[4096];
		const struct loopback_answer answers[] = {
			{ .status = 200, .body = set },
		};
		const char *hole = strstr(keys[i].key, "%s");

		snprintf(key, sizeof(key), "%.*s%s%s",
		    hole != NULL ? (int)(hole - keys[i].key) : 1024,
		    keys[i].key, hole != NULL ? n : "",
		    hole != NULL ? hole + 2 : "");
		snprintf(set, sizeof(set), "{\"keys\":[%s,%s]}", good, key);
		open_door(answers, 1);
		assert_int_equal(
		    doorman_check(&door, doorman_token()), GCPSECRET_OK);
		if (strstr(door.log, keys[i].says) == NULL)
			fail_msg(
			    "\"%s\" is not in: %s", keys[i].says, door.log);
		doorman_end(&door);
	}
	free(other);
	free(good);
}

static void
a_key_of_less_than_2048_bits_is_not_used(void **state)
{
	EVP_PKEY *weak = EVP_RSA_gen(1024);
	char     *key = issuer_jwk(weak, "key-0", ""), set[2048];
	char     *token = issuer_sign(HEADER, CLAIMS, weak, EVP_sha256());
	const struct loopback_answer answers[] = {
		{ .status = 200, .body = set },
	};

	(void)state;
	snprintf(set, sizeof(set), "{\"keys\":[%s]}", key);
	open_door(answers, 1);
	assert_int_equal(doorman_check(&door, token), GCPSECRET_ERR_FORMAT);
	assert_says("no RSA key");
	doorman_end(&door);
	free(token);
	free(key);
	EVP_PKEY_free(weak);
}

static void
an_answer_beyond_64_kib_is_not_read(void **state)
{
	char                        *body = malloc(70000);
	const struct loopback_answer answers[] = {
		{ .status = 200, .body = body },
	};

	(void)state;
	memset(body, ' ', 69999);
	body[69999] = '\0';
	memcpy(body, doorman_keys(), strlen(doorman_keys()));
	open_door(answers, 1);
	assert_int_equal(
	    doorman_check(&door, doorman_token()), GCPSECRET_ERR_FORMAT);
	assert_says("larger than allowed");
	doorman_end(&door);
	free(body);
}

static void *
check_once(void *arg)
{
	gcpsecret_identity *who;
	gcpsecret_status   *status = arg;

	*status = gcpsecret_verifier_check(
	    door.verifier, doorman_token(), &who, NULL);
	gcpsecret_identity_free(who);
	return NULL;
}

/* All of them at once; what each of them got. */
static void
crowd(gcpsecret_status statuses[THREADS])
{
	pthread_t threads[THREADS];

	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, check_once, &statuses[i]),
		    0);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
}

static void
many_threads_share_one_fetch(void **state)
{
	const struct loopback_answer answers[] = {
		{ .status = 200, .body = doorman_keys(), .delay_ms = 50 },
	};
	gcpsecret_status statuses[THREADS];

	(void)state;
	doorman_token();
	open_door(answers, 1);
	for (size_t round = 0; round < 3; round++) {
		/* The second time their keys are good, the third time old. */
		door.now = NOW + (round < 2 ? 0 : 3600);
		crowd(statuses);
		for (size_t i = 0; i < THREADS; i++)
			assert_int_equal(statuses[i], GCPSECRET_OK);
		assert_int_equal(fetches(), round < 2 ? 1 : 2);
	}
	doorman_end(&door);
}

static void
many_threads_share_one_failure(void **state)
{
	const struct loopback_answer answers[] = {
		{ .status = 404, .delay_ms = 50 },
	};
	gcpsecret_status statuses[THREADS];

	(void)state;
	doorman_token();
	open_door(answers, 1);
	crowd(statuses);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(statuses[i], GCPSECRET_ERR_REQUEST);
	assert_int_equal(fetches(), 1);
	doorman_end(&door);
}

static void
nobody_waits_beyond_the_deadline(void **state)
{
	const struct loopback_answer answers[] = {
		{ .status = 200, .body = doorman_keys(), .delay_ms = 3000 },
	};
	gcpsecret_status statuses[THREADS];

	(void)state;
	doorman_token();
	open_door(answers, 1);
	door.options.timeout_ms = 100;
	doorman_restart(&door);
	crowd(statuses);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(statuses[i], GCPSECRET_ERR_TIMEOUT);
	doorman_end(&door);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_fetched_once_and_kept),
		cmocka_unit_test(keys_may_be_fetched_beforehand),
		cmocka_unit_test(
		    keys_are_fetched_again_when_their_time_is_over),
		cmocka_unit_test(keys_do_not_age_when_the_calendar_is_set),
		cmocka_unit_test(an_unknown_key_is_asked_for_once_a_minute),
		cmocka_unit_test(a_new_key_of_the_issuer_is_found),
		cmocka_unit_test(
		    keys_that_cannot_be_had_are_no_fault_of_the_caller),
		cmocka_unit_test(
		    whatever_comes_instead_of_new_keys_the_last_ones_serve),
		cmocka_unit_test(a_peer_that_does_not_answer_is_named),
		cmocka_unit_test(
		    nonsense_is_refused_although_there_are_no_keys),
		cmocka_unit_test(
		    the_last_keys_serve_for_a_day_when_no_new_ones_come),
		cmocka_unit_test(keys_come_back_after_an_outage),
		cmocka_unit_test(a_set_is_read_strictly),
		cmocka_unit_test(a_key_for_something_else_is_not_used),
		cmocka_unit_test(a_key_that_is_ignored_is_named_in_the_log),
		cmocka_unit_test(a_key_of_less_than_2048_bits_is_not_used),
		cmocka_unit_test(an_answer_beyond_64_kib_is_not_read),
		cmocka_unit_test(many_threads_share_one_fetch),
		cmocka_unit_test(many_threads_share_one_failure),
		cmocka_unit_test(nobody_waits_beyond_the_deadline),
	};

	return cmocka_run_group_tests_name(
	    "libgcpsecret certs", tests, NULL, NULL);
}
