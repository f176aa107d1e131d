/* SPDX-License-Identifier: MIT */
#ifndef WORLD_H
#define WORLD_H

/*
 * A private world for one test program: a PostgreSQL of its own, a
 * strava-sandbox on a port of its own, a clock that moves both, and a folder in
 * which every log is kept, so that all of them can be searched for secrets.
 *
 *	struct world world;
 *
 *	world_start(&world, "apps.refresh", 0);
 *	world_tell(&world, "/_control/athletes", "{\"count\":200}");
 *	world_advance(&world, 5 * 3600 + 1800);
 *	world_run(&world, &process, (const char *const[]){ PROGRAM, NULL }, NULL);
 *	... process_wait() ...
 *	world_end(&world);
 *
 * Whatever fails here ends the test.
 */

#include <json-c/json.h>
#include <stdint.h>

#include "postgres.h"
#include "process.h"

/* A keyring, and other things that must never be seen in a log. */
#define WORLD_KEY "VGhpcyBpcyBhIGtleSBmb3IgdGVzdHMgb25seSEhISE="
#define WORLD_TOKEN_KEYS "7:" WORLD_KEY
#define WORLD_CLIENT_ID "1001"
#define WORLD_CLIENT_SECRET "sandbox-client-secret"

struct world {
	char            *logs; /* a folder; stays when the world ends */
	struct postgres *postgres;
	struct process   sandbox;
	int              sandbox_port;
	int64_t          clock_s;  /* how far the calendar was moved */
	unsigned         programs; /* started so far */
};

/* `test` names the folder of the logs; the sandbox begins with that many
 * athletes, none of whom has consented. */
void world_start(struct world *world, const char *test, int athletes);

/* The same on a database that is there, see postgres_elsewhere(). */
void world_start_on(struct world *world, const char *test, int athletes,
    struct postgres *postgres);
void world_end(struct world *world);

/* An empty database; the old one stays behind. */
void world_new_database(struct world *world);

/*
 * A request to the sandbox, whose answer must be 200.  `body` is JSON, or NULL
 * for GET.  The answer is to be ended with json_object_put().
 */
struct json_object *world_ask(
    struct world *world, const char *path, const char *body);

/* The same where the answer does not matter. */
void world_tell(struct world *world, const char *path, const char *body);

/* Moves the calendar of the sandbox and of programs that are started later. */
void world_advance(struct world *world, int64_t seconds);

/* How often the sandbox was asked, e.g. "POST /oauth/token". */
int64_t world_calls(struct world *world, const char *call);

/* What our programs need to run in this world; ends with environment_free(). */
void world_environment(const struct world *world, struct environment *env);

/*
 * Starts a program of ours with its arguments, up to the NULL.  `env` NULL is
 * world_environment().  Its output goes to the folder of the logs.
 */
void world_run(struct world *world, struct process *process,
    const char *const argv[], const struct environment *env);

#endif
