/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_WEBHOOK_H
#define STRAVA_WEBHOOK_H

/*
 * What a receiver of Strava's webhooks does, whatever its web server: answer
 * the handshake, check a signature, read an event, know one that came before.
 * Pure functions: no I/O, no clock, no memory of their own.
 *
 *	if (strava_webhook_signature_check(&signing, header, body, len, now,
 *		NULL, &err) != STRAVA_OK ||
 *	    strava_webhook_event_parse(body, len, &event, &err) != STRAVA_OK)
 *		... answer 403 or 400; see below ...
 *	else if (strava_webhook_event_check(event, subscription, &err) ==
 *	    STRAVA_OK && strava_webhook_event_key(event, key, &err) ==
 *	    STRAVA_OK)
 *		... store it under key, unless that is there; answer 200 ...
 *	strava_webhook_event_free(event);
 *
 * An event is a hint and no fact: anybody who knows the address can send one,
 * it holds none of the data, and it may come twice, late, or never.  Read the
 * truth from Strava before acting on it, a withdrawal of consent above all.
 * Strava waits two seconds for the 200 and tells an event three times at most;
 * there is no way to have it told again.  So store it, answer, work later, and
 * poll now and then for what was missed.
 *
 * A failure says what to answer: FORBIDDEN 403; FORMAT and REQUEST 400; any
 * other 500, which makes Strava send the event again.
 *
 * Facts: developers.strava.com/docs/webhooks.
 */

#include <stddef.h>
#include <stdint.h>
#include <strava/error.h>
#include <strava/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The query of the GET by which Strava makes sure that an address wants its
 * events, decoded; NULL for what is absent. */
typedef struct strava_webhook_handshake {
	const char *mode;         /* hub.mode */
	const char *challenge;    /* hub.challenge */
	const char *verify_token; /* hub.verify_token */
	uint64_t    reserved[4];
} strava_webhook_handshake;

#define STRAVA_WEBHOOK_ANSWER_SIZE 320

/*
 * Writes the body of the answer, {"hub.challenge":"..."}, which is to be sent
 * with status 200 as application/json.  `expected` is the verify token that the
 * subscription was made with; NULL or "" refuses everybody.  The two are
 * compared in a time that does not tell where they differ.
 *
 * Fails with: ARGUMENT; FORBIDDEN when this is no handshake of ours; REQUEST
 * when the challenge is missing, longer than 256 bytes, or has anything but
 * letters, digits and "-._~" in it.  Then `answer` is "".
 */
STRAVA_API STRAVA_CHECK strava_status strava_webhook_handshake_answer(
    const strava_webhook_handshake *handshake, const char *expected,
    char answer[STRAVA_WEBHOOK_ANSWER_SIZE], strava_error *err);

/* What an event is about, and what happened to it.  UNKNOWN: absent, or a word
 * that came later than this library; the text tells. */
typedef enum strava_webhook_object {
	STRAVA_WEBHOOK_OBJECT_UNKNOWN = 0,
	STRAVA_WEBHOOK_ACTIVITY,
	STRAVA_WEBHOOK_ATHLETE
} strava_webhook_object;

typedef enum strava_webhook_aspect {
	STRAVA_WEBHOOK_ASPECT_UNKNOWN = 0,
	STRAVA_WEBHOOK_CREATE,
	STRAVA_WEBHOOK_UPDATE,
	STRAVA_WEBHOOK_DELETE
} strava_webhook_aspect;

/*
 * An event.  Only the library allocates one; read it through a pointer and
 * never copy it.  A text is NULL and a number 0 when it is absent or odd: an
 * id below 1, a time before 1970 or after the year 9999.
 */
typedef struct strava_webhook_event {
	strava_webhook_object object;
	strava_webhook_aspect aspect;
	const char           *object_type; /* as it came */
	const char           *aspect_type; /* as it came */
	int64_t               object_id;   /* of the activity or the athlete */
	int64_t               owner_id;    /* of the athlete */
	int64_t               subscription_id;
	int64_t               event_time; /* seconds since the epoch, UTC */

	/* What changed, in Strava's words, all of them texts ("private",
	 * "true"); NULL when Strava sent no list. */
	const strava_entry_list *updates;

	/* Those of them that Strava documents; the new values. */
	const char *title, *type;
	strava_tri  is_private;

	/* The athlete is said to have withdrawn consent: owner_id. */
	bool is_deauthorization;
} strava_webhook_event;

/* Bytes of an event. */
#define STRAVA_WEBHOOK_BODY_MAX 16384

/*
 * Reads the body of a POST, strictly as JSON and tolerantly as an event: what
 * is absent or odd costs itself alone, and unknown members cost nothing.
 * strava_webhook_event_check() is the one that asks for all of it.
 *
 * On success *out is to be freed with strava_webhook_event_free().
 * Fails with: ARGUMENT; NOMEM; FORMAT when the body is longer than 16 KiB or is
 * not one JSON object with each name once.
 */
STRAVA_API STRAVA_CHECK strava_status strava_webhook_event_parse(
    const void *body, size_t len, strava_webhook_event **out,
    strava_error *err);
STRAVA_API void strava_webhook_event_free(strava_webhook_event *event);

/* The JSON of the event, for members that the struct lacks.  Belongs to `event`;
 * NULL when out of memory.  Not to be called by two threads at once. */
STRAVA_API const char *strava_webhook_event_json(
    const strava_webhook_event *event);

/*
 * Is the event whole, and of this subscription (0: of any)?
 * Fails with: ARGUMENT; FORMAT, with the name of the first member that is
 * absent or odd, of the six that Strava always sends; FORBIDDEN when it is of
 * another subscription.
 */
STRAVA_API STRAVA_CHECK strava_status strava_webhook_event_check(
    const strava_webhook_event *event, int64_t subscription_id,
    strava_error *err);

#define STRAVA_WEBHOOK_KEY_SIZE 128

/*
 * Writes a text that is the same for an event that is told again and another
 * for any other, such as "120475/activity/1360128428/update/1516126040":
 * subscription, object, aspect and time.  Two updates of one object in the same
 * second share it, which does no harm to who reads the truth from Strava.
 *
 * Fails with: ARGUMENT; FORMAT when the event is not whole, or object_type or
 * aspect_type is not 1 to 32 letters, digits, "-" and "_".  Then `key` is "".
 */
STRAVA_API STRAVA_CHECK strava_status strava_webhook_event_key(
    const strava_webhook_event *event, char key[STRAVA_WEBHOOK_KEY_SIZE],
    strava_error *err);

/*
 * Signatures.  Deliveries carry "X-Strava-Signature: t=TIME,v1=HEX", by Strava's
 * example an HMAC-SHA256 over TIME, "." and the raw body.  Which key it is made
 * with Strava has not settled: some programs verify with the client secret,
 * others with a signing secret of its own.  So begin with LOG and give all keys
 * that it may be; ENFORCE once what you see is valid.
 */
typedef enum strava_webhook_mode {
	STRAVA_WEBHOOK_OFF = 0, /* look at nothing, accept everything */
	STRAVA_WEBHOOK_LOG,     /* look, accept everything */
	STRAVA_WEBHOOK_ENFORCE  /* accept what is valid */
} strava_webhook_mode;

typedef struct strava_webhook_signing {
	strava_webhook_mode mode;

	/* Any of them will do, so that a key can be changed: old and new.
	 * Ends with NULL; NULL itself is no key. */
	const char *const *keys;

	/* How far TIME may be from now, either way; 0: 300. */
	int64_t  tolerance_s;
	uint64_t reserved[4];
} strava_webhook_signing;

typedef enum strava_webhook_signature {
	STRAVA_SIGNATURE_UNCHECKED = 0, /* mode OFF, or no key to check with */
	STRAVA_SIGNATURE_VALID,
	STRAVA_SIGNATURE_ABSENT,    /* no such header */
	STRAVA_SIGNATURE_MALFORMED, /* the header is not of that form */
	STRAVA_SIGNATURE_STALE,     /* TIME is too far from now */
	STRAVA_SIGNATURE_WRONG      /* made with no key of ours, or over another
				     * body */
} strava_webhook_signature;

/*
 * STRAVA_OK: accept the delivery.  FORBIDDEN: refuse it, which mode ENFORCE
 * alone does; the message says why.
 *
 * `header` is the value of X-Strava-Signature, NULL when there is none; `body`
 * are the bytes that came, before anything read them; `now` is the time, seconds
 * since the epoch.  *out, unless `out` is NULL, is what was found, in each mode.
 * Of several "v1" one must match: 64 lower-case digits.  The time of a
 * comparison does not tell where two differ.
 *
 * Fails also with: ARGUMENT, an empty key and a negative tolerance included;
 * NOMEM.
 */
STRAVA_API STRAVA_CHECK strava_status strava_webhook_signature_check(
    const strava_webhook_signing *signing, const char *header, const void *body,
    size_t len, int64_t now, strava_webhook_signature *out, strava_error *err);

/* What was found, in words for a log, such as "wrong".  Never NULL. */
STRAVA_API const char *strava_webhook_signature_name(
    strava_webhook_signature signature);

#ifdef __cplusplus
}
#endif
#endif
