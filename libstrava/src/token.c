/* SPDX-License-Identifier: MIT */

/*
 * Reads the answers of the token endpoint.  When a refresh token was rotated,
 * such an answer is the only copy of the new one in the world: so this reader
 * allocates nothing, trusts nothing, and keeps hold of a good refresh token
 * whatever the rest of the answer looks like.
 */

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "internal.h"

/* An expiry further away than this is a mistake. */
#define TEN_YEARS_S ((int64_t)10 * 366 * 24 * 60 * 60)

/* Reads one value to `at`; false leaves the scan anywhere. */
typedef bool (*take_fn)(struct scan *s, void *at);

static bool
take_text_from(struct scan *s, char *at, unsigned char first, size_t least)
{
	struct slice  text;
	unsigned char c;

	if (!sv_scan_string(s, &text) || text.escaped || text.len < least ||
	    text.len > SECRET_MAX)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		c = (unsigned char)text.data[i];
		if (c < first || c > '~')
			return false;
	}
	memcpy(at, text.data, text.len);
	at[text.len] = '\0';
	return true;
}

static bool
take_secret(struct scan *s, void *at)
{
	return take_text_from(s, at, '!', 1);
}

static bool
take_line(struct scan *s, void *at)
{
	return take_text_from(s, at, ' ', 0);
}

static bool
take_number(struct scan *s, void *at)
{
	return sv_scan_int64(s, at);
}

enum {
	ACCESS_TOKEN = 1 << 0,
	REFRESH_TOKEN = 1 << 1,
	EXPIRES_AT = 1 << 2,
	EXPIRES_IN = 1 << 3,
	SCOPE = 1 << 4,
	TOKEN_TYPE = 1 << 5,
	ATHLETE_ID = 1 << 6
};

#define BOX(member) offsetof(struct token_box, member)
static const struct wanted {
	unsigned    bit;
	bool        of_athlete; /* inside "athlete", not at the top */
	const char *key;
	take_fn     take;
	size_t      offset;
} wanted[] = {
	{ ACCESS_TOKEN, false, "access_token", take_secret, BOX(access_token) },
	{ REFRESH_TOKEN, false, "refresh_token", take_secret,
	    BOX(refresh_token) },
	{ EXPIRES_AT, false, "expires_at", take_number, BOX(token.expires_at) },
	{ EXPIRES_IN, false, "expires_in", take_number, BOX(token.expires_in) },
	{ SCOPE, false, "scope", take_line, BOX(scope) },
	{ TOKEN_TYPE, false, "token_type", take_line, BOX(token_type) },
	{ ATHLETE_ID, true, "id", take_number, BOX(token.athlete_id) },
};
#undef BOX

struct reply {
	struct token_box *box;
	unsigned          seen, good, twice; /* bits of `wanted` */
};

static bool
is_key(const struct slice *key, const char *name)
{
	return key->len == strlen(name) &&
	       memcmp(key->data, name, key->len) == 0;
}

static const struct wanted *
find_wanted(const struct slice *key, bool of_athlete)
{
	for (size_t i = 0; i < COUNT(wanted); i++)
		if (wanted[i].of_athlete == of_athlete &&
		    is_key(key, wanted[i].key))
			return &wanted[i];
	return NULL;
}

/* A value of the wrong kind costs that value, not the rest of the answer. */
static bool
take_value(struct reply *reply, struct scan *s, const struct slice *key,
    bool of_athlete)
{
	const struct wanted *w = find_wanted(key, of_athlete);
	struct scan          before = *s;

	if (key->escaped) /* another spelling of a name that was read before? */
		return false;
	if (w == NULL)
		return sv_scan_skip(s);
	if ((reply->seen & w->bit) != 0) {
		reply->twice |= w->bit;
		return sv_scan_skip(s);
	}
	reply->seen |= w->bit;
	if (w->take(s, (char *)reply->box + w->offset)) {
		reply->good |= w->bit;
		return true;
	}
	*s = before;
	return sv_scan_skip(s);
}

static bool
take_of_athlete(void *ctx, struct scan *s, const struct slice *key)
{
	return take_value(ctx, s, key, true);
}

static bool
take_member(void *ctx, struct scan *s, const struct slice *key)
{
	struct scan before = *s;

	if (is_key(key, "athlete") && sv_scan_char(s, '{')) {
		*s = before;
		return sv_scan_object(s, take_of_athlete, ctx);
	}
	return take_value(ctx, s, key, false);
}

/* What keeps the answer from being a token, or NULL. */
static const char *
fault_of(const struct reply *reply, bool complete, int64_t now)
{
	const struct token_box *box = reply->box;

	if (!complete)
		return "the token reply is not one whole JSON object";
	if (reply->twice != 0)
		return "the token reply holds a member twice";
	if ((reply->good & REFRESH_TOKEN) == 0)
		return "the token reply has no usable \"refresh_token\"";
	if ((reply->good & ACCESS_TOKEN) == 0)
		return "the token reply has no usable \"access_token\"";
	if ((reply->good & EXPIRES_AT) == 0 ||
	    box->token.expires_at < now - TEN_YEARS_S ||
	    box->token.expires_at > now + TEN_YEARS_S)
		return "the token reply has no usable \"expires_at\"";
	if ((reply->seen & TOKEN_TYPE) != 0 &&
	    strcasecmp(box->token_type, "Bearer") != 0)
		return "the token reply is about another type of token";
	return NULL;
}

enum token_reply
sv_token_read(struct token_box *box, const char *text, size_t len, int64_t now,
    const char **why)
{
	struct scan   s = { .at = text, .end = text + len };
	struct reply  reply = { .box = box };
	strava_token *token = &box->token;
	bool          complete;

	complete = sv_scan_object(&s, take_member, &reply) && sv_scan_end(&s);
	*why = fault_of(&reply, complete, now);
	if (*why != NULL) {
		*token = (strava_token){ 0 };
		if ((reply.good & ~reply.twice & REFRESH_TOKEN) == 0)
			return TOKEN_NONE;
		token->refresh_token = box->refresh_token;
		return TOKEN_REFRESH_ONLY;
	}
	token->access_token = box->access_token;
	token->refresh_token = box->refresh_token;
	if ((reply.good & SCOPE) != 0)
		token->scope = box->scope;
	if (token->expires_in < 0)
		token->expires_in = 0;
	if (token->athlete_id < 0)
		token->athlete_id = 0;
	return TOKEN_WHOLE;
}

void
strava_token_free(strava_token *token)
{
	if (token == NULL)
		return;
	wipe(token, sizeof(struct token_box));
	free(token);
}
