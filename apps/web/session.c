/* SPDX-License-Identifier: MIT */
#include "session.h"

#include <string.h>

#include "cookie.h"

#define COOKIE "sid"
#define IDLE_S INT64_C(86400)
#define LONGEST_S (30 * INT64_C(86400))
#define RENEW_AFTER_S 300 /* so that not each page view is a write */
#define FORM_PURPOSE "form token"

static const char sql_find[] =
    "SELECT athlete_id, created_at, expires_at FROM web.session "
    "WHERE id_hash = $1 AND expires_at > $2";
static const char sql_renew[] = "UPDATE web.session SET expires_at = $2 "
				"WHERE id_hash = $1 AND expires_at < $2";
static const char sql_insert[] =
    "INSERT INTO web.session (id_hash, athlete_id, created_at, expires_at) "
    "VALUES ($1, $2, $3, $4) ON CONFLICT (id_hash) DO NOTHING";
static const char sql_purge[] = VISIT_PURGE("web.session", "id_hash");
static const char sql_delete[] = "DELETE FROM web.session WHERE id_hash = $1";
static const char sql_delete_all[] =
    "DELETE FROM web.session WHERE athlete_id = $1";

static int64_t
expiry(int64_t now, int64_t created_at)
{
	int64_t idle = now + IDLE_S, longest = created_at + LONGEST_S;

	return idle < longest ? idle : longest;
}

/* A session that is not renewed ends early; no reason to fail the page. */
static void
renew(const struct visit *visit, const unsigned char hash[NONCE_HASH_SIZE],
    int64_t expires_at)
{
	char            text[PG_INT_SIZE];
	struct pg_param params[] = {
		PG_BYTES(hash, NONCE_HASH_SIZE),
		pg_int(text, expires_at),
	};

	(void)visit_sql(visit, sql_renew, params, 2, NULL);
}

bool
session_find(struct visit *visit)
{
	const char       *id = cookie_get(visit, COOKIE);
	unsigned char     hash[NONCE_HASH_SIZE];
	char              text[PG_INT_SIZE];
	int64_t           now = visit_now(visit), renewed;
	struct pg_param   params[] = { PG_BYTES(hash, sizeof(hash)),
		  pg_int(text, now) };
	struct pg_result *result;
	struct session   *session = &visit->session;

	memset(session, 0, sizeof(*session));
	if (!nonce_is(id))
		return true;
	if (!nonce_hash(id, hash) ||
	    !nonce_derive(id, FORM_PURPOSE, session->form_token) ||
	    !visit_sql(visit, sql_find, params, 2, &result))
		return false;
	if (pg_result_rows(result) == 1) {
		session->athlete_id = pg_result_int(result, 0, 0);
		renewed = expiry(now, pg_result_int(result, 0, 1));
		if (renewed > pg_result_int(result, 0, 2) + RENEW_AFTER_S)
			renew(visit, hash, renewed);
	}
	pg_result_free(result);
	return true;
}

static bool
insert(const struct visit *visit, const char *id, int64_t athlete_id)
{
	unsigned char   hash[NONCE_HASH_SIZE];
	char            athlete[PG_INT_SIZE], created[PG_INT_SIZE];
	char            expires[PG_INT_SIZE];
	int64_t         now = visit_now(visit);
	struct pg_param params[] = {
		PG_BYTES(hash, sizeof(hash)),
		pg_int(athlete, athlete_id),
		pg_int(created, now),
		pg_int(expires, expiry(now, now)),
	};

	return nonce_hash(id, hash) &&
	       visit_sql(visit, sql_purge, &params[2], 1, NULL) &&
	       visit_sql(visit, sql_insert, params, 4, NULL);
}

/* Deletes the row of the id that the browser brought, whatever it was. */
static bool
forget(const struct visit *visit)
{
	const char     *id = cookie_get(visit, COOKIE);
	unsigned char   hash[NONCE_HASH_SIZE];
	struct pg_param params[] = { PG_BYTES(hash, sizeof(hash)) };

	if (!nonce_is(id))
		return true;
	return nonce_hash(id, hash) &&
	       visit_sql(visit, sql_delete, params, 1, NULL);
}

bool
session_start(struct visit *visit, int64_t athlete_id)
{
	char id[NONCE_SIZE];
	bool ok;

	ok = nonce_make(id) && forget(visit) && insert(visit, id, athlete_id);
	if (ok)
		cookie_set(visit, COOKIE, id, LONGEST_S);
	wipe(id, sizeof(id));
	return ok;
}

bool
session_end(struct visit *visit)
{
	if (!forget(visit))
		return false;
	cookie_clear(visit, COOKIE);
	memset(&visit->session, 0, sizeof(visit->session));
	return true;
}

bool
session_end_all(const struct visit *visit, int64_t athlete_id)
{
	char            text[PG_INT_SIZE];
	struct pg_param params[] = { pg_int(text, athlete_id) };

	return visit_sql(visit, sql_delete_all, params, 1, NULL);
}

/*
 * Browsers of today say where a form was sent from, in Sec-Fetch-Site, in
 * Origin, or in both; another site cannot change either.  A program that says
 * neither still needs the token.
 */
bool
session_owns_form(const struct visit *visit)
{
	const struct request *request = visit->request;
	const char           *site = request_header(request, "Sec-Fetch-Site");
	const char           *origin = request_header(request, "Origin");

	if (site != NULL && strcmp(site, "same-origin") != 0)
		return false;
	if (origin != NULL && strcmp(origin, visit->web->origin.text) != 0)
		return false;
	return nonce_equal(
	    request_form(request, "form_token"), visit->session.form_token);
}
