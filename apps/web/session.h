/* SPDX-License-Identifier: MIT */
#ifndef WEB_SESSION_H
#define WEB_SESSION_H

/*
 * Who is signed in, kept in PostgreSQL, so that any number of web processes
 * share it.  The browser holds a random id, the database its hash.  A session
 * ends a day after its last use, a month after the sign-in, or when the athlete
 * says so; each sign-in makes a new id.
 */

#include "visit.h"

/* All of them: false when the database failed. */

/* Fills visit->session; nobody when the browser brought no live session. */
bool session_find(struct visit *visit);

/* Signs `athlete_id` in and ends the browser's session of before. */
bool session_start(struct visit *visit, int64_t athlete_id);

/* Ends the browser's session. */
bool session_end(struct visit *visit);

/* Ends all sessions of an athlete, in whatever browser. */
bool session_end_all(const struct visit *visit, int64_t athlete_id);

/* Does the form carry the session's token, and does the browser say that it was
 * sent from a page of ours?  No I/O. */
bool session_owns_form(const struct visit *visit);

#endif
