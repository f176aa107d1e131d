/* SPDX-License-Identifier: MIT */
#ifndef DOORMAN_H
#define DOORMAN_H

/*
 * A verifier, a peer on this machine that publishes keys for it, and a clock
 * that stands still.
 *
 *	struct doorman d;
 *
 *	doorman_start(&d, (struct loopback_answer[]){ { .status = 200,
 *	    .body = doorman_keys() } }, 1);
 *	assert_int_equal(doorman_check(&d, token), GCPSECRET_OK);
 *	doorman_end(&d);
 *
 * doorman_end() also searches every line of the log and every error message for
 * tokens.
 */

#include <gcpsecret/gcpsecret.h>
#include <openssl/evp.h>

#include "issuer.h"
#include "loopback.h"
#include "test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What a good token holds, in pieces. */
#define SERVICE "https://refresh.example.org"
#define EMAIL "cron@my-project.iam.gserviceaccount.com"
#define NOW 1800000000
#define HEADER "{\"alg\":\"RS256\",\"kid\":\"key-0\",\"typ\":\"JWT\"}"
#define ISS "\"iss\":\"https://accounts.google.com\","
#define AUD "\"aud\":\"" SERVICE "\","
#define SUB "\"sub\":\"1234567890\",\"azp\":\"1234567890\","
#define MAIL "\"email\":\"" EMAIL "\",\"email_verified\":true,"
#define TIMES "\"iat\":1799999990,\"exp\":1800003590"
#define CLAIMS "{" ISS AUD SUB MAIL TIMES "}"

struct doorman {
	struct loopback           *peer;
	struct loopback_answer     answers[8];
	char                       url[64];
	gcpsecret_verifier_options options;
	gcpsecret_verifier        *verifier;
	gcpsecret_identity        *identity; /* of the last check */
	gcpsecret_error            err;
	int64_t                    now;   /* what the calendar says */
	int64_t                    set_s; /* by how much it was set */
	char                      *log;   /* all lines and all messages */
	size_t                     log_len;
};

/* The answers are copied, but not what they point to. */
void doorman_start(
    struct doorman *d, const struct loopback_answer *answers, size_t count);
void doorman_end(struct doorman *d);

/* Makes the verifier anew, with what `options` say now. */
void             doorman_restart(struct doorman *d);

gcpsecret_status doorman_check(struct doorman *d, const char *token);
gcpsecret_status doorman_check_header(struct doorman *d, const char *header);

/* The set of key-0, and a token that it signed; both live for ever. */
char *doorman_keys(void);
char *doorman_token(void);

/* A token by the i-th key, which its header names; to be freed. */
char *doorman_token_of(size_t i);

#endif
