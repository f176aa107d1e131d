/* SPDX-License-Identifier: MIT */
#ifndef UPDATE_TOKENS_INVOKER_H
#define UPDATE_TOKENS_INVOKER_H

/*
 * Who may call the function, as INVOKER_AUTH says.  With `verify` it is whoever
 * brings an ID token that Google signed for one of INVOKER_AUDIENCE and one of
 * INVOKER_EMAILS; otherwise somebody else has checked the caller.
 */

#include <stdbool.h>
#include <stddef.h>

#include "server.h"
#include "settings.h"

struct invoker;

/* NULL on failure, with one line in `message`: a setting is missing. */
struct invoker *invoker_new(
    const struct settings *settings, char *message, size_t message_size);
void invoker_free(struct invoker *invoker);

/* Whether Google's keys can be had, if they are needed; else with one line in
 * `message`. */
bool invoker_try(struct invoker *invoker, char *message, size_t message_size);

/*
 * Judges a request, from any thread: 200 when it may pass, 401 when nobody knows
 * who calls, 403 for somebody who may not, 503 when that cannot be found out now.
 * A refusal is logged, with its reason.
 */
int invoker_judge(struct invoker *invoker, const struct request *request);

#endif
