/* SPDX-License-Identifier: MIT */
#ifndef CREW_H
#define CREW_H

/*
 * The programs in a storm, each with links of its own to Strava and to the
 * database, and a record of which refresh token reached which life of which
 * program.  Whatever fails here ends the test.
 */

#include <pthread.h>

#include "proxy.h"
#include "world.h"

#define STRAVA_MS 40 /* how far Strava is, each way: a run takes a while */

enum place { LISTENER, OTHER_LISTENER, ONCE, WEB, PLACES };

enum condition {
	DOWN,
	UP,
	ENDING, /* was asked to end */
	FROZEN  /* was stopped, with all that it holds */
};

/* From a start to an end. */
struct life {
	uint64_t first; /* of its connections to Strava */
	int64_t  ended_ms;
	bool     ended, killed;
	bool     slept; /* was frozen, and may be still */
};

struct hand {
	struct crew   *crew;
	enum place     place;
	enum condition condition;
	struct process process;
	int            port;
	struct proxy  *strava;
	struct proxy  *database; /* NULL: that is elsewhere */
	struct life   *lives;
	size_t         life_count;
	int64_t        asked_ms; /* ENDING since */
	char           tails[64][64];
};

/* A refresh token that passed a link as a whole. */
struct delivery {
	char       token[41];
	enum place place;
	uint64_t   connection;
	int64_t    ms; /* steady clock */
};

struct crew {
	struct world    *world;
	struct hand      hands[PLACES];
	pthread_mutex_t  lock; /* guards the deliveries */
	struct delivery *deliveries;
	size_t           delivery_count;
	int64_t          reports; /* of --once, that added up */
};

void crew_start(struct crew *crew, struct world *world);
void crew_end(struct crew *crew);

/* Does anybody run who is not frozen? */
bool crew_is_busy(const struct crew *crew);

/* Looks who has ended by itself or as asked. */
void crew_look(struct crew *crew);

/* Every link passes everything, what fell silent is closed. */
void crew_heal(struct crew *crew);

void hand_start(struct hand *hand);
void hand_kill(struct hand *hand);
void hand_ask_to_end(struct hand *hand);
void hand_freeze(struct hand *hand);
void hand_thaw(struct hand *hand);

/* What became of a refresh token that Strava issued; of several that apply, the
 * last. */
enum fate {
	FATE_UNDELIVERED, /* nobody ever had it */
	FATE_DIED,        /* all who had it were killed: *ms after */
	FATE_ASLEEP,      /* somebody was frozen with it, and may store it */
	FATE_HELD         /* somebody had it and was not killed */
};
enum fate crew_fate(
    struct crew *crew, const char *token, int64_t *ms, enum place *place);

#endif
