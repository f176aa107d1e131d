/* SPDX-License-Identifier: MIT */
#ifndef SIM_H
#define SIM_H

/*
 * One life of a handful of athletes, from a seed: the real engine in several
 * processes at once, behind a clock, a Strava and a store that are made here.
 * Everything happens in one thread and in virtual time, so that a seed always
 * gives the same life.
 */

#include "dice.h"
#include "engine.h"
#include "ledger.h"
#include "provider.h"

#define RUNS 3
#define POSTS 24
#define ERRANDS 16

/* What becomes of a request. */
enum fate {
	ANSWERED,
	SALVAGED,     /* the answer is cut behind the refresh token */
	UNSENT,       /* it never left */
	REQUEST_LOST, /* it left and did not arrive */
	REPLY_LOST,   /* Strava answered, nobody heard it */
	FAILED,       /* 5xx, nothing was done */
	FAILED_AFTER, /* 5xx, though it was done */
	RATE_LIMITED,
	APPLICATION, /* the client's secret is wrong */
	FATES
};

/* What may be planted between engine and world. */
enum seam_bug {
	SEAMS_SOUND,
	COMMIT_UNCHECKED, /* a save that failed is said to be done */
	POST_REPEATED,    /* a request without an answer is sent again */
	REPLY_DROPPED     /* an answer that is slow to come is not taken */
};

/* A request on its way.  It outlives the process that sent it. */
struct post {
	bool      used, arrived, taken;
	int       run;
	void     *tag;
	int       athlete, token, result;
	int       wired; /* how often it left */
	int64_t   lease_id, consent, born;
	int64_t   sent_ms, arrives_ms, over_ms;
	enum fate fate;
};

/* A process. */
struct run {
	struct sim           *sim;
	struct engine        *engine; /* NULL: there is none */
	struct refresh_report report;
	int                   id;
	atomic_bool           stop, hurry;
	bool                  dead;
	int64_t               wakes_ms, sleeps_ms;     /* not before both */
	int64_t               given, settled, counted; /* claims */
	int64_t granted, posts, again; /* permits; requests, second ones */
	int64_t sent, unsent;          /* as they are reported */
};

enum deed { NOTHING, CONSENT, PUT, REVOKE, DELETE };

/* Something that the web app, or an athlete, has yet to do. */
struct errand {
	enum deed what;
	int       athlete, token;
	int64_t   at_ms;
};

struct sim {
	uint64_t        seed;
	struct dice     dice;
	struct provider provider;
	struct ledger   ledger;
	struct run      runs[RUNS];
	struct post     posts[POSTS];
	struct errand   errands[ERRANDS];
	int64_t         now_ms;
	int             run_count;
	enum seam_bug   bug;

	/* How rough it is, per mille; all 0 in the end. */
	int64_t store_fails, post_fails, process_dies, process_sleeps;
	int64_t store_back_ms;  /* no connection before */
	int64_t budget_back_ms; /* nobody is granted a request before */

	bool    trace;
	char    fault[256]; /* what does not hold; "" */
};

/* Lives `sim->seed` out.  True: everything holds. */
bool sim_live(struct sim *sim);

/* Says what happens, if somebody wants to know. */
void sim_say(const struct sim *sim, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Notes the first thing that does not hold. */
void sim_blame(struct sim *sim, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* run.c: begins a process, lets it make a step, ends it.  Of one that was killed
 * nothing is expected; of another, that it has kept what it got. */
void run_begin(struct run *run);
void run_step(struct run *run);
void run_end(struct run *run);

/* post.c: the network and Strava. */
struct post *post_send(
    struct run *run, const struct ledger_claim *claim, void *tag);
void post_arrive(struct sim *sim);
bool post_is_over(const struct sim *sim, const struct post *post);

/* holds.c: what holds at any time, at a request, and in the end. */
void holds_now(struct sim *sim);
void holds_at_post(struct sim *sim, const struct ledger_claim *claim);
void holds_at_end_of(struct sim *sim, const struct run *run);
void holds_at_rest(struct sim *sim);

#endif
