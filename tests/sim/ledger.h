/* SPDX-License-Identifier: MIT */
#ifndef LEDGER_H
#define LEDGER_H

/*
 * The token store's tables and what its statements make of them, as
 * tokenstore_schema(7) has them.  Each call here is one transaction.
 */

#include <stdbool.h>
#include <stdint.h>
#include <tokenstore/tokenstore.h>

#include "provider.h"

#define BESIDE 8

/* What may be planted here, to see that it is found. */
enum ledger_bug {
	SOUND,
	LOGIN_OVERWRITES, /* a consent takes the place of the main token */
	SAVE_OVERWRITES,  /* a save does not look for its parent */
	SAVE_NEEDS_LEASE, /* a reply that comes after the lease is dropped */
	EPOCH_IGNORED,    /* consent withdrawn meanwhile makes no difference */
	REVOKE_ENDS_LEASE,
	FLAG_TOO_EARLY /* needs consent, although a token is left */
};

struct row {
	bool             there;
	tokenstore_state state;
	int              main, beside[BESIDE], beside_count;
	int              access;
	int64_t          access_until_s, due_s, in_doubt_s, failures;
	int64_t          lease_until_ms, lease_id;
	int64_t          consent; /* a number for each, never used again */
	int64_t          born;    /* with the consent that made the row */
	int64_t
	    slept_ms; /* when a process last came that slept past its lease */
};

/* A claim; the engine sees the first member. */
struct ledger_claim {
	tokenstore_claim shown;
	char             subject[16], refresh[16], access[16];
	int              athlete, token;
	int64_t          lease_id, consent, born;
};

struct ledger {
	struct provider *provider; /* to note what was committed */
	enum ledger_bug  bug;
	struct row       rows[ATHLETES];
	int64_t          now_ms;
	int64_t          leases, consents;
};

void ledger_put(struct ledger *ledger, int athlete, int token);
void ledger_revoke(struct ledger *ledger, int athlete);
void ledger_delete(struct ledger *ledger, int athlete);

/* Claims at most `limit` accounts that are due; how many. */
int ledger_claim(
    struct ledger *ledger, int limit, struct ledger_claim *claims[ATHLETES]);

/* True: it was stored; false: consent was withdrawn. */
bool ledger_save(struct ledger *ledger, const struct ledger_claim *claim,
    int token, int64_t due_s);

/* True: the claim goes on with another token. */
bool ledger_refuse(struct ledger *ledger, struct ledger_claim *claim);
void ledger_defer(struct ledger *ledger, const struct ledger_claim *claim,
    int64_t due_s, bool in_doubt);
void ledger_release(struct ledger *ledger, const struct ledger_claim *claim);

/* Does the account hold this refresh token? */
bool ledger_has(const struct row *row, int token);

#endif
