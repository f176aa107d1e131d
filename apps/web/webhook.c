/* SPDX-License-Identifier: MIT */
#include <strava/webhook.h>
#include <strings.h>

#include "fresh.h"
#include "routes.h"
#include "session.h"
#include "visit.h"

/*
 * Strava tells here that an athlete withdrew consent.  Whoever knows the address
 * can tell the same, so an event is a hint and nothing more: the athlete's own
 * token is tried, and only a refusal of Strava's counts, for what was tried: a
 * consent that comes meanwhile stays.  An answer other than 200 makes Strava tell
 * again, up to three times.
 */

#define CHECK_AGAIN_S 60 /* one look for each athlete in that time */

static const char sql_purge[] = "DELETE FROM web.hint WHERE checked_at <= $1";
static const char sql_begin[] =
    "INSERT INTO web.hint (athlete_id, checked_at, settled) "
    "VALUES ($1, $2, false) ON CONFLICT (athlete_id) DO NOTHING "
    "RETURNING athlete_id";
static const char sql_settled[] =
    "SELECT settled FROM web.hint WHERE athlete_id = $1";
static const char sql_settle[] =
    "UPDATE web.hint SET settled = true WHERE athlete_id = $1";

static void
answer(struct response *response, int status, const char *text)
{
	response->status = status;
	response_type(response, "text/plain; charset=utf-8");
	buf_addf(&response->body, "%s\n", text);
}

void
webhook_handshake(
    void *app, const struct request *request, struct response *response)
{
	const struct web        *web = app;
	strava_webhook_handshake handshake = {
		.mode = request_query(request, "hub.mode"),
		.challenge = request_query(request, "hub.challenge"),
		.verify_token = request_query(request, "hub.verify_token"),
	};
	char echo[STRAVA_WEBHOOK_ANSWER_SIZE];

	switch (strava_webhook_handshake_answer(&handshake,
	    web->settings->strava_webhook_verify_token, echo, NULL)) {
	case STRAVA_OK:
		response_type(response, "application/json");
		buf_add_text(&response->body, echo);
		return;
	case STRAVA_ERR_REQUEST:
		answer(response, 400, "hub.challenge is missing or odd.");
		return;
	default:
		answer(response, 403, "This is not a handshake of ours.");
		return;
	}
}

/* Forged events must not make us flood Strava.  False when the database failed;
 * *ours: nobody has looked lately, so it is ours to look. */
static bool
begin_look(const struct visit *visit, int64_t athlete, bool *ours)
{
	char              who[PG_INT_SIZE], now[PG_INT_SIZE], old[PG_INT_SIZE];
	struct pg_param   purge[] = { pg_int(
	      old, visit_now(visit) - CHECK_AGAIN_S) };
	struct pg_param   params[] = { pg_int(who, athlete),
		  pg_int(now, visit_now(visit)) };
	struct pg_result *result;

	if (!visit_sql(visit, sql_purge, purge, 1, NULL) ||
	    !visit_sql(visit, sql_begin, params, 2, &result))
		return false;
	*ours = pg_result_rows(result) == 1;
	pg_result_free(result);
	return true;
}

/* Did the look of a moment ago come to an end? */
static bool
is_settled(const struct visit *visit, int64_t athlete)
{
	char              who[PG_INT_SIZE];
	struct pg_param   params[] = { pg_int(who, athlete) };
	struct pg_result *result;
	bool              settled;

	if (!visit_sql(visit, sql_settled, params, 1, &result))
		return false;
	settled =
	    pg_result_rows(result) == 1 && pg_result_int(result, 0, 0) != 0;
	pg_result_free(result);
	return settled;
}

static bool
settle(const struct visit *visit, int64_t athlete)
{
	char            who[PG_INT_SIZE];
	struct pg_param params[] = { pg_int(who, athlete) };

	return visit_sql(visit, sql_settle, params, 1, NULL);
}

/* False when Strava or the database failed: to be told again. */
static bool
look_into(const struct visit *visit, int64_t athlete)
{
	struct fresh_error error;
	bool               ours;

	if (!begin_look(visit, athlete, &ours))
		return false;
	if (!ours)
		return is_settled(visit, athlete);
	switch (fresh_forget(visit->backend, athlete, &error)) {
	case FRESH_STANDS:
	case FRESH_NOT_CONNECTED: return settle(visit, athlete);
	case FRESH_OK: break;
	default:
		visit_log(visit, LOG_WARNING, "not forgotten", error.message);
		return false;
	}
	visit_note(visit, "an athlete withdrew consent", athlete);
	return session_end_all(visit, athlete) && settle(visit, athlete);
}

static void
receive(struct visit *visit)
{
	strava_webhook_event *event;
	const char           *body, *type;
	size_t                len;
	strava_status         status;
	bool                  settled;

	type = request_header(visit->request, "Content-Type");
	if (type == NULL || strncasecmp(type, "application/json", 16) != 0) {
		answer(visit->response, 415, "Events are application/json.");
		return;
	}
	body = request_body(visit->request, &len);
	status = strava_webhook_event_parse(body, len, &event, NULL);
	if (status == STRAVA_ERR_FORMAT) {
		answer(visit->response, 400, "That is not an event.");
		return;
	}
	settled = status == STRAVA_OK &&
		  (!event->is_deauthorization || event->owner_id == 0 ||
		      look_into(visit, event->owner_id));
	strava_webhook_event_free(event);
	if (settled)
		answer(visit->response, 200, "noted");
	else
		answer(visit->response, 503, "Please tell again.");
}

void
webhook_event(
    void *app, const struct request *request, struct response *response)
{
	const struct web *web = app;

	if (web->settings->strava_webhook_verify_token == NULL)
		answer(response, 403, "Webhooks are switched off.");
	else
		visit_run(app, request, response, VISIT_ANYONE, receive);
}
