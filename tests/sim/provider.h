/* SPDX-License-Identifier: MIT */
#ifndef PROVIDER_H
#define PROVIDER_H

/*
 * Strava, as far as a refresh can tell: it issues refresh tokens, knows the one
 * that is alive, and remembers what became of each, which no store could know.
 */

#include "dice.h"

#define ATHLETES 4
#define TOKENS 400

enum rotation { ROTATE_ALWAYS, ROTATE_NEVER, ROTATE_SOMETIMES };

/* A refresh token; 0 is none. */
struct issued {
	int     athlete;
	int     access; /* the access token that came with it ... */
	int64_t access_until_s;
	int64_t born_of; /* the consent of the claim that fetched it, or -1 */
	int64_t
	    stored_in;    /* the consent that it was last committed in, or -1 */
	int run;          /* whose request it answered; 0: none */
	int64_t spent_by; /* the claim that it was last sent for */
	bool    excused;  /* it may be lost without anybody's fault */
};

struct consenting {
	int     alive; /* the only refresh token that works */
	int     access;
	int64_t access_until_s;
};

struct provider {
	struct dice      *dice;
	enum rotation     rotation;
	struct consenting athletes[ATHLETES];
	struct issued     tokens[TOKENS];
	int               count; /* of tokens, 0 included */
	int               accesses;
};

void provider_init(struct provider *provider, struct dice *dice);

/* A new consent ends the old refresh token.  Gives the new one. */
int  provider_consent(struct provider *provider, int athlete, int64_t now_s);

void provider_revoke(struct provider *provider, int athlete);

/* The token that comes in exchange, perhaps the same one; 0: it is dead. */
int provider_refresh(struct provider *provider, int token, int64_t now_s);

/* Is there room for some more tokens? */
bool provider_has_room(const struct provider *provider);

#endif
