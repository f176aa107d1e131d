/* SPDX-License-Identifier: MIT */

/* Which tokens a verifier believes. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doorman.h"

static struct doorman door;

static int
open_door(void **state)
{
	(void)state;
	doorman_start(&door,
	    &(struct loopback_answer){ .status = 200, .body = doorman_keys() },
	    1);
	return 0;
}

static int
close_door(void **state)
{
	(void)state;
	doorman_end(&door);
	return 0;
}

static void
assert_says(const char *part)
{
	if (strstr(door.err.message, part) == NULL)
		fail_msg("\"%s\" lacks \"%s\"", door.err.message, part);
}

/* F-28: a program that wants one account and no later one of the same address
 * compares the subject. */
static void
a_token_of_google_is_accepted(void **state)
{
	(void)state;
	assert_int_equal(doorman_check(&door, doorman_token()), GCPSECRET_OK);
	/* It needs the verifier no more. */
	gcpsecret_verifier_free(door.verifier);
	door.verifier = NULL;
	assert_string_equal(door.identity->subject, "1234567890");
	assert_string_equal(door.identity->email, EMAIL);
	assert_string_equal(door.identity->audience, SERVICE);
	assert_string_equal(
	    door.identity->issuer, "https://accounts.google.com");
	assert_int_equal(door.identity->issued_at, NOW - 10);
	assert_int_equal(door.identity->expires_at, NOW + 3590);
	assert_int_equal(loopback_count(door.peer), 1);
}

/* Claims that are as good, at the edge of what is. */
static void
variations_that_prove_as_much_are_accepted(void **state)
{
	static const struct {
		const char *header, *claims;
	} good[] = {
		{ HEADER, "{\"iss\":\"accounts.google.com\"," AUD SUB MAIL TIMES
			  "}" },
		{ HEADER,
		    "{" ISS
		    "\"aud\":\"https://other.example.org\"," SUB MAIL TIMES
		    "}" },
		{ HEADER,
		    "{" ISS AUD SUB "\"email\":\"admin@example.org\",\"email_"
		    "verified\":true," TIMES "}" },
		/* F-31, F-33: a second within the limits. */
		{ HEADER, "{" ISS AUD SUB MAIL
			  "\"iat\":1800000029,\"nbf\":1800000029,"
			  "\"exp\":1800003729}" },
		{ HEADER, "{" ISS AUD SUB MAIL
			  "\"iat\":1799996371,\"exp\":1799999971}" },
		{ "{\"kid\":\"key-0\",\"alg\":\"RS256\",\"typ\":\"jwt\"}",
		    CLAIMS },
		/* What it says about keys is not looked at. */
		{ "{\"kid\":\"key-0\",\"alg\":\"RS256\",\"jku\":"
		  "\"http://127.0.0.1:1/\",\"x5u\":[],\"jwk\":{\"n\":1}}",
		    CLAIMS },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		char *token = issuer_sign(good[i].header, good[i].claims,
		    issuer_key(0), EVP_sha256());

		if (doorman_check(&door, token) != GCPSECRET_OK)
			fail_msg("%zu: %s", i, door.err.message);
		free(token);
	}
}

enum signer { GOOD, OTHER, NOBODY, PUBLIC, LONG };

/* FN-1: each differs from a good token in one way. */
static const struct {
	const char *header, *claims;
	enum signer by;
	const char *says;
} forged[] = {
	/* The algorithm. */
	{ "{\"alg\":\"none\",\"kid\":\"key-0\"}", CLAIMS, NOBODY, "RS256" },
	{ "{\"alg\":\"none\",\"kid\":\"key-0\"}", CLAIMS, GOOD, "RS256" },
	{ "{\"alg\":\"HS256\",\"kid\":\"key-0\"}", CLAIMS, PUBLIC, "RS256" },
	{ HEADER, CLAIMS, PUBLIC, "signature" },
	{ "{\"alg\":\"RS512\",\"kid\":\"key-0\"}", CLAIMS, LONG, "RS256" },
	{ HEADER, CLAIMS, LONG, "signature" },
	{ "{\"alg\":\"rs256\",\"kid\":\"key-0\"}", CLAIMS, GOOD, "RS256" },
	{ "{\"alg\":\"ES256\",\"kid\":\"key-0\"}", CLAIMS, GOOD, "RS256" },
	{ "{\"alg\":[\"RS256\"],\"kid\":\"key-0\"}", CLAIMS, GOOD, "RS256" },
	{ "{\"alg\":null,\"kid\":\"key-0\"}", CLAIMS, GOOD, "RS256" },
	{ "{\"kid\":\"key-0\"}", CLAIMS, GOOD, "RS256" },
	/* The rest of the header. */
	{ "{\"alg\":\"RS256\"}", CLAIMS, GOOD, "name its key" },
	{ "{\"alg\":\"RS256\",\"kid\":\"\"}", CLAIMS, GOOD, "name its key" },
	{ "{\"alg\":\"RS256\",\"kid\":0}", CLAIMS, GOOD, "name its key" },
	{ "{\"alg\":\"RS256\",\"kid\":\"key-1\"}", CLAIMS, GOOD, "no key" },
	{ "{\"alg\":\"RS256\",\"kid\":\"key-0\\u0000\"}", CLAIMS, GOOD,
	    "name its key" },
	{ "{\"alg\":\"RS256\",\"kid\":\"../key-0\"}", CLAIMS, GOOD, "no key" },
	{ "{\"alg\":\"RS256\",\"kid\":\"key-0\",\"crit\":[\"exp\"]}", CLAIMS,
	    GOOD, "critical" },
	{ "{\"alg\":\"RS256\",\"kid\":\"key-0\",\"crit\":null}", CLAIMS, GOOD,
	    "critical" },
	{ "{\"alg\":\"RS256\",\"kid\":\"key-0\",\"typ\":\"at+jwt\"}", CLAIMS,
	    GOOD, "no JWT" },
	{ "{\"alg\":\"none\",\"alg\":\"RS256\",\"kid\":\"key-0\"}", CLAIMS,
	    GOOD, "JSON" },
	{ "[\"RS256\"]", CLAIMS, GOOD, "no JSON object" },
	{ "{\"alg\":\"RS256\",\"kid\":\"key-0\"} x", CLAIMS, GOOD, "JSON" },
	{ "\xef\xbb\xbf" HEADER, CLAIMS, GOOD, "JSON" },
	/* The signature. */
	{ HEADER, CLAIMS, OTHER, "signature" },
	{ HEADER, CLAIMS, NOBODY, "base64url" },
	/* Whom it is for. */
	{ HEADER, "{" ISS "\"aud\":[\"" SERVICE "\"]," SUB MAIL TIMES "}", GOOD,
	    "audience" },
	{ HEADER,
	    "{" ISS "\"aud\":\"https://evil.example.org\"," SUB MAIL TIMES "}",
	    GOOD, "audience is \"https://evil.example.org\"" },
	{ HEADER, "{" ISS "\"aud\":\"" SERVICE "/\"," SUB MAIL TIMES "}", GOOD,
	    "audience" },
	{ HEADER, "{" ISS "\"aud\":\"https://refresh\"," SUB MAIL TIMES "}",
	    GOOD, "audience" },
	{ HEADER, "{" ISS "\"aud\":\"" SERVICE "\\u0000\"," SUB MAIL TIMES "}",
	    GOOD, "audience" },
	{ HEADER, "{" ISS "\"aud\":\"\"," SUB MAIL TIMES "}", GOOD,
	    "audience" },
	{ HEADER, "{" ISS SUB MAIL TIMES "}", GOOD, "audience" },
	{ HEADER, "{" ISS "\"aud\":\"x\"," AUD SUB MAIL TIMES "}", GOOD,
	    "JSON" },
	/* Who issued it. */
	{ HEADER,
	    "{\"iss\":\"https://accounts.google.com.evil.org\"," AUD SUB MAIL
		TIMES "}",
	    GOOD, "issuer" },
	{ HEADER,
	    "{\"iss\":\"https://accounts.google.com/\"," AUD SUB MAIL TIMES "}",
	    GOOD, "issuer" },
	{ HEADER, "{\"iss\":[\"accounts.google.com\"]," AUD SUB MAIL TIMES "}",
	    GOOD, "issuer" },
	{ HEADER, "{" AUD SUB MAIL TIMES "}", GOOD, "issuer" },
	/* For whom it speaks. */
	{ HEADER, "{" ISS AUD MAIL TIMES "}", GOOD, "subject" },
	{ HEADER, "{" ISS AUD "\"sub\":1," MAIL TIMES "}", GOOD, "subject" },
	{ HEADER,
	    "{" ISS AUD SUB "\"email\":[\"" EMAIL
	    "\"],\"email_verified\":true," TIMES "}",
	    GOOD, "e-mail" },
	/* When: F-29, F-30, F-32, F-33. */
	{ HEADER, "{" ISS AUD SUB MAIL "\"iat\":1799996370,\"exp\":1799999970}",
	    GOOD, "expired: by this machine's clock it was issued 3630 s ago" },
	{ HEADER, "{" ISS AUD SUB MAIL "\"iat\":1800000030,\"exp\":1800003630}",
	    GOOD, "not valid yet: by this machine's clock it begins in 30 s" },
	{ HEADER,
	    "{" ISS AUD SUB MAIL "\"nbf\":1800000000,\"iat\":1800000030,"
	    "\"exp\":1800003630}",
	    GOOD, "begins in 30 s" },
	{ HEADER, "{" ISS AUD SUB MAIL "\"nbf\":1800000030," TIMES "}", GOOD,
	    "begins in 30 s" },
	{ HEADER, "{" ISS AUD SUB MAIL "\"iat\":1800000000,\"exp\":1800003701}",
	    GOOD, "lives for 3701 s, and 1 to 3700 s are allowed" },
	{ HEADER, "{" ISS AUD SUB MAIL "\"iat\":1800000020,\"exp\":1800000020}",
	    GOOD, "lives for 0 s" },
	{ HEADER,
	    "{" ISS AUD SUB MAIL
	    "\"iat\":1800000000,\"exp\":9223372036854775807}",
	    GOOD, "\"exp\"" },
	{ HEADER,
	    "{" ISS AUD SUB MAIL "\"iat\":-9223372036854775808,"
	    "\"exp\":1800003590}",
	    GOOD, "\"iat\"" },
	{ HEADER, "{" ISS AUD SUB MAIL "\"iat\":1799999990}", GOOD, "\"exp\"" },
	{ HEADER, "{" ISS AUD SUB MAIL "\"exp\":1800003590}", GOOD, "\"iat\"" },
	{ HEADER,
	    "{" ISS AUD SUB MAIL "\"iat\":1799999990,\"exp\":\"1800003590\"}",
	    GOOD, "\"exp\"" },
	{ HEADER,
	    "{" ISS AUD SUB MAIL "\"iat\":1799999990,\"exp\":1800003590.5}",
	    GOOD, "\"exp\"" },
	{ HEADER, "{" ISS AUD SUB MAIL "\"iat\":1799999990,\"exp\":1e999}",
	    GOOD, "\"exp\"" },
	{ HEADER, "{" ISS AUD SUB MAIL "\"nbf\":\"0\"," TIMES "}", GOOD,
	    "\"nbf\"" },
	{ HEADER, "{" ISS AUD SUB MAIL TIMES ",\"exp\":1900000000}", GOOD,
	    "JSON" },
	{ HEADER, "", GOOD, "JSON" },
	{ HEADER, "true", GOOD, "JSON" },
};

static char *
forge(const char *header, const char *claims, enum signer by)
{
	EVP_PKEY *hmac;
	char     *token;

	switch (by) {
	case OTHER:
		return issuer_sign(header, claims, issuer_key(1), EVP_sha256());
	case LONG:
		return issuer_sign(header, claims, issuer_key(0), EVP_sha512());
	case NOBODY: return issuer_sign(header, claims, NULL, NULL);
	case PUBLIC:
		hmac = issuer_hmac_key(0);
		token = issuer_sign(header, claims, hmac, EVP_sha256());
		EVP_PKEY_free(hmac);
		return token;
	default:
		return issuer_sign(header, claims, issuer_key(0), EVP_sha256());
	}
}

static void
what_is_forged_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(forged); i++) {
		char *token =
		    forge(forged[i].header, forged[i].claims, forged[i].by);

		if (doorman_check(&door, token) != GCPSECRET_ERR_IDENTITY)
			fail_msg("%zu is not refused", i);
		if (strstr(door.err.message, forged[i].says) == NULL)
			fail_msg("%zu: \"%s\" lacks \"%s\"", i,
			    door.err.message, forged[i].says);
		assert_string_equal(door.err.reason, "");
		free(token);
	}
	assert_int_equal(doorman_check(&door, doorman_token()), GCPSECRET_OK);
	assert_int_equal(loopback_count(door.peer), 1);
}

/* The form: before and behind the dots of a good token. */
static void
what_is_misshapen_is_refused(void **state)
{
	static const struct {
		const char *form; /* 1 2 3: the parts of the good token */
		const char *says;
	} shapes[] = {
		{ "", "three parts" },
		{ "1", "three parts" },
		{ "1.2", "three parts" },
		{ "1.2.3.", "three parts" },
		{ "1.2.3.3", "three parts" },
		{ ".1.2.3", "three parts" },
		{ "..", "base64url" },
		{ ".2.3", "base64url" },
		{ "1..3", "base64url" },
		{ "1.2.", "base64url" },
		{ "1.2.3=", "base64url" },
		{ "1.2.3==", "base64url" },
		{ "1=.2.3", "base64url" },
		{ "1.2.3 ", "base64url" },
		{ " 1.2.3", "base64url" },
		{ "1. 2.3", "base64url" },
		{ "1.2.3\n", "base64url" },
		{ "1.2.3A", "signature" },
		{ "1.2.3AAAA", "signature" },
		{ "1.2.33", "signature" },
		{ "1.2.1", "signature" },
		{ "2.2.3", "RS256" },
		{ "1.1.3", "issuer" },
		{ "1.2.+/+/", "base64url" },
		{ "1.2.SIGNATURE_REMOVED_BY_GOOGL", "base64url" },
		{ "1.2.SIGNATURE_REMOVED_BY_GOOGLE_", "signature" },
	};
	char *parts = strdup(doorman_token()), *part[3];

	(void)state;
	part[0] = parts;
	for (size_t i = 1; i < 3; i++) {
		part[i] = strchr(part[i - 1], '.');
		*part[i]++ = '\0';
	}
	for (size_t i = 0; i < COUNT(shapes); i++) {
		char   text[8192];
		size_t len = 0;

		for (const char *c = shapes[i].form; *c != '\0'; c++)
			len += (size_t)snprintf(text + len, sizeof(text) - len,
			    "%.*s", *c >= '1' && *c <= '3' ? 8192 : 1,
			    *c >= '1' && *c <= '3' ? part[*c - '1'] : c);
		text[len] = '\0';
		if (doorman_check(&door, text) != GCPSECRET_ERR_IDENTITY)
			fail_msg("\"%s\" is not refused", shapes[i].form);
		if (strstr(door.err.message, shapes[i].says) == NULL)
			fail_msg(
			    "\"%s\": %s", shapes[i].form, door.err.message);
	}
	free(parts);
}

static void
the_signature_of_another_token_is_refused(void **state)
{
	static const char   other_claims[] =
	    "{" ISS AUD SUB MAIL "\"iat\":1799999991,\"exp\":1800003590}";
	char               *other =
	    issuer_sign(HEADER, other_claims, issuer_key(0), EVP_sha256());
	char        text[8192];
	const char *good = doorman_token();

	(void)state;
	assert_int_equal(doorman_check(&door, other), GCPSECRET_OK);
	snprintf(text, sizeof(text), "%.*s%s",
	    (int)(strrchr(other, '.') - other), other, strrchr(good, '.'));
	assert_int_equal(doorman_check(&door, text), GCPSECRET_ERR_IDENTITY);
	assert_says("signature");
	free(other);
}

static void
one_changed_bit_is_seen(void **state)
{
	char *token = strdup(doorman_token());

	(void)state;
	for (size_t i = 0; i < strlen(token); i += 7) {
		char kept = token[i];

		token[i] = kept == 'A' ? 'B' : 'A';
		assert_int_equal(
		    doorman_check(&door, token), GCPSECRET_ERR_IDENTITY);
		token[i] = kept;
	}
	assert_int_equal(doorman_check(&door, token), GCPSECRET_OK);
	free(token);
}

static void
a_token_of_more_than_16_kib_is_refused(void **state)
{
	char *pad = malloc(20000), *claims, *token;

	(void)state;
	for (size_t len = 11000; len <= 13000; len += 2000) {
		memset(pad, 'x', len);
		pad[len] = '\0';
		assert_true(asprintf(&claims,
				"{" ISS AUD SUB MAIL TIMES ",\"pad\":\"%s\"}",
				pad) > 0);
		token =
		    issuer_sign(HEADER, claims, issuer_key(0), EVP_sha256());
		assert_int_equal(strlen(token) > 16384, len > 12000);
		assert_int_equal(doorman_check(&door, token),
		    len > 12000 ? GCPSECRET_ERR_IDENTITY : GCPSECRET_OK);
		free(token);
		free(claims);
	}
	assert_says("16 KiB");
	free(pad);
}

static void
a_removed_signature_says_what_to_do(void **state)
{
	char text[8192];

	(void)state;
	snprintf(text, sizeof(text), "Bearer %.*s.SIGNATURE_REMOVED_BY_GOOGLE",
	    (int)(strrchr(doorman_token(), '.') - doorman_token()),
	    doorman_token());
	assert_int_equal(
	    doorman_check_header(&door, text), GCPSECRET_ERR_IDENTITY);
	assert_string_equal(door.err.reason, "SIGNATURE_REMOVED_BY_GOOGLE");
	assert_says("trust Cloud Run's check");
	assert_int_equal(gcpsecret_verifier_check_header(
			     door.verifier, text, &door.identity, NULL),
	    GCPSECRET_ERR_IDENTITY);
	assert_int_equal(loopback_count(door.peer), 0);
}

static void
an_account_that_is_not_on_the_list_is_forbidden(void **state)
{
	static const char *const others[] = {
		"somebody@my-project.iam.gserviceaccount.com",
		"CRON@my-project.iam.gserviceaccount.com",
		EMAIL ".evil.org",
		"cron@my-project.iam.gserviceaccount.co",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(others); i++) {
		char  claims[1024];
		char *token;

		snprintf(claims, sizeof(claims),
		    "{" ISS AUD SUB
		    "\"email\":\"%s\",\"email_verified\":true," TIMES "}",
		    others[i]);
		token =
		    issuer_sign(HEADER, claims, issuer_key(0), EVP_sha256());
		assert_int_equal(
		    doorman_check(&door, token), GCPSECRET_ERR_FORBIDDEN);
		assert_says(others[i]);
		free(token);
		/* Who is not proven is not told whether it is on the list. */
		token =
		    issuer_sign(HEADER, claims, issuer_key(1), EVP_sha256());
		assert_int_equal(
		    doorman_check(&door, token), GCPSECRET_ERR_IDENTITY);
		free(token);
	}
}

/* F-27: who it is has been proven, and that Google does not vouch for the
 * address. */
static void
an_address_that_nobody_vouches_for_is_forbidden(void **state)
{
	static const char *const mails[] = {
		"",
		"\"email\":\"" EMAIL "\",",
		"\"email_verified\":true,",
		"\"email\":\"" EMAIL "\",\"email_verified\":false,",
		"\"email\":\"" EMAIL "\",\"email_verified\":null,",
		"\"email\":\"" EMAIL "\",\"email_verified\":\"true\",",
		"\"email\":\"" EMAIL "\",\"email_verified\":1,",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(mails); i++) {
		char  claims[1024];
		char *token;

		snprintf(claims, sizeof(claims), "{" ISS AUD SUB "%s" TIMES "}",
		    mails[i]);
		token =
		    issuer_sign(HEADER, claims, issuer_key(0), EVP_sha256());
		assert_int_equal(
		    doorman_check(&door, token), GCPSECRET_ERR_FORBIDDEN);
		assert_says("no verified e-mail address");
		free(token);
		token =
		    issuer_sign(HEADER, claims, issuer_key(1), EVP_sha256());
		assert_int_equal(
		    doorman_check(&door, token), GCPSECRET_ERR_IDENTITY);
		free(token);
	}
}

static void
the_limits_of_time_may_be_others(void **state)
{
	char *token = issuer_sign(HEADER,
	    "{" ISS AUD SUB MAIL "\"iat\":1800000100,\"exp\":1800086500}",
	    issuer_key(0), EVP_sha256());

	(void)state;
	door.options.skew_s = 60;
	door.options.life_max_s = 86400;
	doorman_restart(&door);
	door.now = NOW + 41;
	assert_int_equal(doorman_check(&door, token), GCPSECRET_OK);
	door.now = NOW + 40;
	assert_int_equal(doorman_check(&door, token), GCPSECRET_ERR_IDENTITY);
	door.options.life_max_s = 86399;
	doorman_restart(&door);
	door.now = NOW + 100;
	assert_int_equal(doorman_check(&door, token), GCPSECRET_ERR_IDENTITY);
	assert_says("1 to 86399 s");
	free(token);
}

static void
any_account_may_be_accepted_if_that_is_said(void **state)
{
	static const struct {
		const char *mail, *email;
	} accounts[] = {
		{ "\"email\":\"x@y\",\"email_verified\":true,", "x@y" },
		{ "\"email\":\"x@y\",\"email_verified\":false,", NULL },
		{ "\"email\":\"x@y\",\"email_verified\":\"true\",", NULL },
		{ "\"email\":\"x@y\",", NULL },
		{ "", NULL },
	};

	(void)state;
	door.options.emails = NULL;
	door.options.any_account = true;
	doorman_restart(&door);
	for (size_t i = 0; i < COUNT(accounts); i++) {
		char  claims[1024];
		char *token;

		snprintf(claims, sizeof(claims), "{" ISS AUD SUB "%s" TIMES "}",
		    accounts[i].mail);
		token =
		    issuer_sign(HEADER, claims, issuer_key(0), EVP_sha256());
		assert_int_equal(doorman_check(&door, token), GCPSECRET_OK);
		assert_string_equal(door.identity->subject, "1234567890");
		if (accounts[i].email != NULL)
			assert_string_equal(
			    door.identity->email, accounts[i].email);
		else
			assert_null(door.identity->email);
		free(token);
	}
}

static void
another_issuer_may_be_named(void **state)
{
	static const char *const issuers[] = { "https://issuer.example.org",
		NULL };
	char                    *token = issuer_sign(HEADER,
			       "{\"iss\":\"https://issuer.example.org\"," AUD SUB MAIL TIMES "}",
			       issuer_key(0), EVP_sha256());

	(void)state;
	assert_int_equal(doorman_check(&door, token), GCPSECRET_ERR_IDENTITY);
	door.options.issuers = issuers;
	doorman_restart(&door);
	assert_int_equal(doorman_check(&door, token), GCPSECRET_OK);
	assert_int_equal(
	    doorman_check(&door, doorman_token()), GCPSECRET_ERR_IDENTITY);
	free(token);
}

static void
the_header_may_be_spelled_in_any_case(void **state)
{
	static const struct {
		const char      *begin, *end;
		gcpsecret_status status;
	} headers[] = {
		{ "Bearer ", "", GCPSECRET_OK },
		{ "bearer ", "", GCPSECRET_OK },
		{ "BEARER   ", "", GCPSECRET_OK },
		{ "Bearer", "", GCPSECRET_ERR_IDENTITY },
		{ "Bearer\t", "", GCPSECRET_ERR_IDENTITY },
		{ "", "", GCPSECRET_ERR_IDENTITY },
		{ "Basic ", "", GCPSECRET_ERR_IDENTITY },
		{ "Bearer Bearer ", "", GCPSECRET_ERR_IDENTITY },
		{ "Bearer ", " ", GCPSECRET_ERR_IDENTITY },
		{ "Bearer ", ",Bearer x", GCPSECRET_ERR_IDENTITY },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(headers); i++) {
		char text[8192];

		snprintf(text, sizeof(text), "%s%s%s", headers[i].begin,
		    doorman_token(), headers[i].end);
		assert_int_equal(
		    doorman_check_header(&door, text), headers[i].status);
	}
	assert_int_equal(
	    doorman_check_header(&door, "Bearer "), GCPSECRET_ERR_IDENTITY);
	assert_int_equal(
	    doorman_check_header(&door, NULL), GCPSECRET_ERR_IDENTITY);
	assert_says("no header Authorization");
}

static void
options_that_are_wrong_are_refused(void **state)
{
	static const char *const         none[] = { NULL };
	static const char *const         one[] = { "a", NULL };
	static const char *const         blank[] = { "a", "b c", NULL };
	static const char *const         empty[] = { "", NULL };
	static const char *const         control[] = { "a\n", NULL };
	const gcpsecret_verifier_options wrong[] = {
		{ 0 },
		{ .emails = one },
		{ .audiences = none, .emails = one },
		{ .audiences = one },
		{ .audiences = one, .emails = none },
		{ .audiences = one, .emails = one, .any_account = true },
		{ .audiences = one, .emails = one, .issuers = none },
		{ .audiences = blank, .emails = one },
		{ .audiences = empty, .emails = one },
		{ .audiences = one, .emails = empty },
		{ .audiences = one, .emails = control },
		{ .audiences = one, .emails = one, .issuers = blank },
		{ .audiences = one, .emails = one, .certs_url = "" },
		{ .audiences = one, .emails = one, .certs_url = "http://a/b" },
		{ .audiences = one,
		    .emails = one,
		    .certs_url = "https://a/?b" },
		{ .audiences = one, .emails = one, .certs_url = "file:///a" },
		{ .audiences = one, .emails = one, .ca_file = "/nowhere" },
		{ .audiences = one, .emails = one, .proxy = "socks5://a" },
		{ .audiences = one, .emails = one, .skew_s = -1 },
		{ .audiences = one, .emails = one, .skew_s = 86401 },
		{ .audiences = one, .emails = one, .life_max_s = -1 },
		{ .audiences = one, .emails = one, .life_max_s = 86401 },
	};
	gcpsecret_error err;

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		gcpsecret_verifier *v = door.verifier;

		if (gcpsecret_verifier_new(&v, &wrong[i], &err) !=
		    GCPSECRET_ERR_ARGUMENT)
			fail_msg("%zu is accepted", i);
		assert_null(v);
		assert_true(strlen(err.message) > 0);
	}
}

static void
arguments_that_are_missing_are_refused(void **state)
{
	gcpsecret_verifier *v = door.verifier;
	gcpsecret_identity *who = (gcpsecret_identity *)&v;

	(void)state;
	assert_int_equal(gcpsecret_verifier_new(NULL, &door.options, NULL),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(
	    gcpsecret_verifier_new(&v, NULL, NULL), GCPSECRET_ERR_ARGUMENT);
	assert_null(v);
	assert_int_equal(
	    gcpsecret_verifier_load(NULL, NULL), GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(gcpsecret_verifier_check(NULL, "", &who, NULL),
	    GCPSECRET_ERR_ARGUMENT);
	assert_null(who);
	assert_int_equal(
	    gcpsecret_verifier_check(door.verifier, NULL, &who, NULL),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(
	    gcpsecret_verifier_check(door.verifier, "", NULL, NULL),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(gcpsecret_verifier_check_header(NULL, "", &who, NULL),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(
	    gcpsecret_verifier_check_header(door.verifier, NULL, NULL, NULL),
	    GCPSECRET_ERR_ARGUMENT);
	gcpsecret_verifier_free(NULL);
	gcpsecret_identity_free(NULL);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_door, close_door)
	const struct CMUnitTest tests[] = {
		TEST(a_token_of_google_is_accepted),
		TEST(variations_that_prove_as_much_are_accepted),
		TEST(what_is_forged_is_refused),
		TEST(what_is_misshapen_is_refused),
		TEST(the_signature_of_another_token_is_refused),
		TEST(one_changed_bit_is_seen),
		TEST(a_token_of_more_than_16_kib_is_refused),
		TEST(a_removed_signature_says_what_to_do),
		TEST(an_account_that_is_not_on_the_list_is_forbidden),
		TEST(an_address_that_nobody_vouches_for_is_forbidden),
		TEST(the_limits_of_time_may_be_others),
		TEST(any_account_may_be_accepted_if_that_is_said),
		TEST(another_issuer_may_be_named),
		TEST(the_header_may_be_spelled_in_any_case),
		TEST(options_that_are_wrong_are_refused),
		TEST(arguments_that_are_missing_are_refused),
	};

	return cmocka_run_group_tests_name(
	    "libgcpsecret verifier", tests, NULL, NULL);
}
