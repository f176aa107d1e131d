/* SPDX-License-Identifier: MIT */
#ifndef GUESTS_H
#define GUESTS_H

/* Those who use the web app of a crew, and what became of their consents. */

#include "lot.h"
#include "oracle.h"
#include "visitor.h"

#define VISITORS 8

struct guest {
	struct visitor visitor;
	int            athlete; /* -1: not signed in */
};

struct guests {
	struct oracle *oracle;
	struct lot    *lot;
	struct guest   guests[VISITORS];
	int            visits, consents, disconnects;
};

void guests_start(
    struct guests *guests, struct oracle *oracle, struct lot *lot);
void guests_end(struct guests *guests);

/* Somebody comes: signs in, looks at a page, which may need a fresh token, or
 * takes the grant back. */
void guests_visit(struct guests *guests);

#endif
