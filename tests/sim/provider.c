/* SPDX-License-Identifier: MIT */
#include "provider.h"

#include <string.h>

#define LIFE_S 21600
#define EARLY_S 3600 /* with more left, the same access token comes again */
#define SPARE 32

void
provider_init(struct provider *provider, struct dice *dice)
{
	memset(provider, 0, sizeof(*provider));
	provider->dice = dice;
	provider->rotation = (enum rotation)dice_below(dice, 3);
	provider->count = 1;
}

bool
provider_has_room(const struct provider *provider)
{
	return provider->count < TOKENS - SPARE;
}

static int
issue(struct provider *provider, int athlete)
{
	struct consenting *who = &provider->athletes[athlete];
	int                token = provider->count++;

	provider->tokens[token] = (struct issued){
		.athlete = athlete,
		.born_of = -1,
		.stored_in = -1,
	};
	who->alive = token;
	return token;
}

static void
renew_access(struct provider *provider, int athlete, int64_t now_s)
{
	struct consenting *who = &provider->athletes[athlete];
	struct issued     *token = &provider->tokens[who->alive];

	if (who->access_until_s - now_s <= EARLY_S) {
		who->access = ++provider->accesses;
		who->access_until_s = now_s + LIFE_S;
	}
	token->access = who->access;
	token->access_until_s = who->access_until_s;
}

int
provider_consent(struct provider *provider, int athlete, int64_t now_s)
{
	int token = issue(provider, athlete);

	provider->athletes[athlete].access_until_s = 0;
	renew_access(provider, athlete, now_s);
	return token;
}

void
provider_revoke(struct provider *provider, int athlete)
{
	provider->athletes[athlete] = (struct consenting){ 0 };
}

int
provider_refresh(struct provider *provider, int token, int64_t now_s)
{
	int athlete = provider->tokens[token].athlete;
	int next = token;

	if (provider->athletes[athlete].alive != token)
		return 0;
	if (provider->rotation == ROTATE_ALWAYS ||
	    (provider->rotation == ROTATE_SOMETIMES &&
		dice_hit(provider->dice, 500)))
		next = issue(provider, athlete);
	renew_access(provider, athlete, now_s);
	return next;
}
