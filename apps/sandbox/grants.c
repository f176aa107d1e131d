/* SPDX-License-Identifier: MIT */
#include "grants.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chance.h"

#define ACCESS_S 21600
#define KEEP_S 3600 /* with more left than this a token is not replaced */
#define CODE_S 300
#define OWNER_LEN 8 /* hexadecimal digits of the athlete in every token */

static const char *const scope_names[SCOPE_COUNT] = { "read", "read_all",
	"profile:read_all", "profile:write", "activity:read",
	"activity:read_all", "activity:write" };

const char *
scope_name(size_t i)
{
	return scope_names[i];
}

bool
scope_parse(const char *text, unsigned *scope)
{
	size_t i, n;

	*scope = 0;
	while (*text != '\0') {
		n = strcspn(text, ", ");
		for (i = 0; i < SCOPE_COUNT; i++)
			if (strlen(scope_names[i]) == n &&
			    memcmp(scope_names[i], text, n) == 0)
				break;
		if (i == SCOPE_COUNT)
			return false;
		*scope |= 1U << i;
		text += n + (text[n] != '\0');
	}
	return true;
}

void
scope_format(unsigned scope, char text[SCOPE_SIZE])
{
	size_t i, n = 0;

	text[0] = '\0';
	for (i = 0; i < SCOPE_COUNT; i++)
		if ((scope & 1U << i) != 0)
			n += (size_t)snprintf(text + n, SCOPE_SIZE - n, "%s%s",
			    n > 0 ? "," : "", scope_names[i]);
}

bool
rotation_parse(const char *text, enum rotation *rotation)
{
	static const char *const names[] = {
		[ROTATION_SOMETIMES] = "sometimes",
		[ROTATION_ALWAYS] = "always",
		[ROTATION_NEVER] = "never",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], text) == 0) {
			*rotation = (enum rotation)i;
			return true;
		}
	return false;
}

void
grants_free(struct grants *grants)
{
	size_t i;

	for (i = 0; i < grants->count; i++)
		free(grants->athletes[i].access);
	free(grants->athletes);
	free(grants->codes);
}

bool
grants_add(struct grants *grants, size_t more)
{
	struct athlete *athletes = reallocarray(
	    grants->athletes, grants->count + more + 1, sizeof(*athletes));

	if (athletes == NULL)
		return false;
	memset(athletes + grants->count, 0, more * sizeof(*athletes));
	grants->athletes = athletes;
	grants->count += more;
	return true;
}

/*
 * Forty hexadecimal digits, as Strava's.  The first eight are the athlete's
 * number, so that a dead token still tells whose it was.
 */
static void
make_token(const struct grants *grants, const char *kind, size_t athlete,
    int64_t number, char text[TOKEN_SIZE])
{
	struct chance c =
	    chance_of(grants->seed, kind, (int64_t)athlete, number);
	uint64_t first = chance_next(&c), second = chance_next(&c);

	snprintf(text, TOKEN_SIZE, "%0*zx%016" PRIx64 "%016" PRIx64, OWNER_LEN,
	    athlete, first, second);
	known_add_text(grants->known, text);
}

bool
grants_owner(const struct grants *grants, const char *token, size_t *athlete)
{
	char digits[OWNER_LEN + 1] = "";

	if (strlen(token) != TOKEN_SIZE - 1)
		return false;
	memcpy(digits, token, OWNER_LEN);
	*athlete = strtoul(digits, NULL, 16);
	return *athlete < grants->count;
}

static size_t
number_of(const struct grants *grants, const struct athlete *athlete)
{
	return (size_t)(athlete - grants->athletes);
}

/* Forgets codes that have expired, and the one at `used`. */
static void
sweep_codes(struct grants *grants, const struct code *used, int64_t now)
{
	size_t i, kept = 0;

	for (i = 0; i < grants->code_count; i++)
		if (&grants->codes[i] != used &&
		    grants->codes[i].expires_at > now)
			grants->codes[kept++] = grants->codes[i];
	grants->code_count = kept;
}

const char *
grants_consent(
    struct grants *grants, size_t athlete, unsigned scope, int64_t now)
{
	struct code *code;

	sweep_codes(grants, NULL, now);
	code =
	    reallocarray(grants->codes, grants->code_count + 1, sizeof(*code));
	if (code == NULL)
		return NULL;
	grants->codes = code;
	code += grants->code_count++;
	make_token(grants, "code", athlete, ++grants->codes_issued, code->text);
	code->athlete = athlete;
	code->scope = scope;
	code->expires_at = now + CODE_S;
	code->tried = false;
	return code->text;
}

bool
grants_try_code(struct grants *grants, const char *text)
{
	size_t i;

	for (i = 0; i < grants->code_count; i++)
		if (strcmp(grants->codes[i].text, text) == 0 &&
		    !grants->codes[i].tried)
			return grants->codes[i].tried = true;
	return false;
}

size_t
grants_alive(const struct grants *grants)
{
	size_t i, count = 0;

	for (i = 0; i < grants->count; i++)
		count += grants->athletes[i].refresh[0] != '\0';
	return count;
}

/* Adds a new access token and drops those that have expired. */
static bool
issue_access(struct grants *grants, struct athlete *athlete, int64_t now)
{
	struct access *access;
	size_t         i, kept = 0;

	for (i = 0; i < athlete->access_count; i++)
		if (athlete->access[i].expires_at > now)
			athlete->access[kept++] = athlete->access[i];
	athlete->access_count = kept;
	access =
	    reallocarray(athlete->access, kept + 1, sizeof(*athlete->access));
	if (access == NULL)
		return false;
	athlete->access = access;
	access += athlete->access_count++;
	make_token(grants, "access", number_of(grants, athlete),
	    ++athlete->issued, access->text);
	access->expires_at = now + ACCESS_S;
	access->scope = athlete->scope;
	return true;
}

/* The old refresh token is dead from here on. */
static void
issue_refresh(struct grants *grants, struct athlete *athlete)
{
	make_token(grants, "refresh", number_of(grants, athlete),
	    ++athlete->issued, athlete->refresh);
	athlete->refresh_used = 0;
}

static bool
rotates(const struct grants *grants, const struct athlete *athlete)
{
	struct chance c = chance_of(grants->seed, "rotation",
	    (int64_t)number_of(grants, athlete), athlete->token_posts);

	if (grants->rotation == ROTATION_SOMETIMES)
		return chance_int(&c, 0, 1) == 1;
	return grants->rotation == ROTATION_ALWAYS;
}

static void
tell(const struct grants *grants, const struct athlete *athlete,
    struct grant *grant)
{
	const struct access *access =
	    &athlete->access[athlete->access_count - 1];

	grant->athlete = number_of(grants, athlete);
	grant->access = access->text;
	grant->refresh = athlete->refresh;
	grant->expires_at = access->expires_at;
	grant->scope = access->scope;
}

bool
grants_issue(struct grants *grants, size_t number, unsigned scope, int64_t now,
    struct grant *grant)
{
	struct athlete *athlete = &grants->athletes[number];

	athlete->scope = scope;
	if (!issue_access(grants, athlete, now))
		return false;
	if (athlete->refresh[0] == '\0' || rotates(grants, athlete))
		issue_refresh(grants, athlete);
	athlete->revoked = false;
	tell(grants, athlete, grant);
	return true;
}

bool
grants_exchange(
    struct grants *grants, const char *text, int64_t now, struct grant *grant)
{
	struct code code;
	size_t      i;

	for (i = 0; i < grants->code_count; i++)
		if (strcmp(grants->codes[i].text, text) == 0)
			break;
	if (i == grants->code_count)
		return false;
	code = grants->codes[i];
	sweep_codes(grants, &grants->codes[i], now);
	return code.expires_at > now &&
	       grants_issue(grants, code.athlete, code.scope, now, grant);
}

bool
grants_refresh(struct grants *grants, const char *refresh, int64_t now,
    struct grant *grant)
{
	struct athlete *athlete;
	size_t          n;

	if (!grants_owner(grants, refresh, &n) ||
	    strcmp(grants->athletes[n].refresh, refresh) != 0)
		return false;
	athlete = &grants->athletes[n];
	n = athlete->access_count;
	if (n == 0 || athlete->access[n - 1].expires_at - now <= KEEP_S) {
		if (!issue_access(grants, athlete, now))
			return false;
		athlete->refreshes++;
	}
	athlete->refresh_used++;
	if (rotates(grants, athlete))
		issue_refresh(grants, athlete);
	tell(grants, athlete, grant);
	return true;
}

bool
grants_find_access(const struct grants *grants, const char *text, int64_t now,
    struct grant *grant)
{
	const struct athlete *athlete;
	const struct access  *access;
	size_t                i;

	if (!grants_owner(grants, text, &grant->athlete))
		return false;
	athlete = &grants->athletes[grant->athlete];
	for (i = 0; i < athlete->access_count; i++) {
		access = &athlete->access[i];
		if (strcmp(access->text, text) != 0 ||
		    access->expires_at <= now)
			continue;
		grant->access = access->text;
		grant->refresh = NULL;
		grant->expires_at = access->expires_at;
		grant->scope = access->scope;
		return true;
	}
	return false;
}

bool
grants_find(const struct grants *grants, const char *token, int64_t now,
    size_t *athlete)
{
	struct grant grant;

	if (!grants_owner(grants, token, athlete))
		return false;
	return strcmp(grants->athletes[*athlete].refresh, token) == 0 ||
	       grants_find_access(grants, token, now, &grant);
}

bool
grants_revoke(struct grants *grants, size_t number)
{
	struct athlete *athlete = &grants->athletes[number];

	if (athlete->refresh[0] == '\0')
		return false;
	athlete->refresh[0] = '\0';
	athlete->access_count = 0;
	athlete->revoked = true;
	return true;
}
