/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "clock.h"
#include "endpoint.h"
#include "grant.h"

#define IN_FLIGHT 32
#define IN_FLIGHT_MAX 256
#define PATH_BYTES 8448
#define QUERY_BYTES 256
#define BODY_BYTES ((size_t)64 * 1024 * 1024)

enum kind { REFRESH, ACTIVITIES, REQUEST };

/* What a request needs from when it is sent until it is answered.  The memory
 * serves the next one of its kind. */
struct trip {
	struct trip  *next;
	struct flight flight;
	struct grant  grant; /* its response serves every kind */
};

struct job {
	strava_batch_result result; /* first: the two share an address */
	struct job         *next;
	enum kind           kind;
	const char         *method;
	struct buf          path, body, type;
	char               *access_token;
	struct trip        *trip; /* NULL: not sent, or over */
};

/* First in, first out. */
struct queue {
	struct job *first, **end;
};

struct strava_batch {
	strava_client *client;
	struct queue   waiting, sent;
	struct trip   *spare; /* of refreshes */
	size_t         pending, in_flight, in_flight_max;
	int64_t        timeout_ms, deadline_ms;
	atomic_bool    stopped;
};

static void
append(struct queue *queue, struct job *job)
{
	job->next = NULL;
	*queue->end = job;
	queue->end = &job->next;
}

/* Takes out what *at, a link of the queue, leads to. */
static struct job *
take(struct queue *queue, struct job **at)
{
	struct job *job = *at;

	*at = job->next;
	if (queue->end == &job->next)
		queue->end = at;
	return job;
}

/* What is wrong with the options, or NULL. */
static const char *
fault_of(const strava_batch_options *options)
{
	if (options->in_flight < 0 || options->in_flight > IN_FLIGHT_MAX)
		return "in_flight is 1 to 256, or 0 for 32";
	if (options->timeout_ms < 0 || options->deadline_ms < 0)
		return "a time is below 0";
	return NULL;
}

strava_status
strava_batch_new(strava_client *client, const strava_batch_options *options,
    strava_batch **out, strava_error *err)
{
	static const strava_batch_options none = { 0 };
	strava_batch                     *b;
	const char                       *fault;

	if (out != NULL)
		*out = NULL;
	if (client == NULL || out == NULL)
		return sv_fail_argument(err, "client or out is NULL");
	if (options == NULL)
		options = &none;
	if ((fault = fault_of(options)) != NULL)
		return sv_fail_argument(err, fault);
	if ((b = calloc(1, sizeof(*b))) == NULL)
		return sv_fail_memory(err);
	b->client = client;
	b->waiting.end = &b->waiting.first;
	b->sent.end = &b->sent.first;
	b->in_flight_max =
	    options->in_flight > 0 ? (size_t)options->in_flight : IN_FLIGHT;
	b->timeout_ms = options->timeout_ms;
	b->deadline_ms = options->deadline_ms > 0
			     ? clock_deadline_ms(options->deadline_ms)
			     : INT64_MAX;
	*out = b;
	return STRAVA_OK;
}

/* What only the way out needed; the result stays. */
static void
forget_request(struct job *job)
{
	buf_free(&job->path);
	buf_free(&job->body);
	buf_free(&job->type);
	wipe_free(job->access_token);
	job->access_token = NULL;
}

void
strava_batch_result_free(strava_batch_result *result)
{
	struct job *job = (struct job *)result;

	if (job == NULL)
		return;
	forget_request(job);
	strava_token_free(result->token);
	strava_activity_list_free(result->activities);
	wipe_free(result->text);
	free(job);
}

static struct job *
make_job(enum kind kind, void *tag)
{
	struct job *job = calloc(1, sizeof(*job));

	if (job == NULL)
		return NULL;
	job->kind = kind;
	job->result.tag = tag;
	buf_init(&job->path, PATH_BYTES);
	buf_init(&job->body, BODY_BYTES);
	buf_init(&job->type, PATH_BYTES);
	return job;
}

/* Puts a job into the queue, or frees it when memory did not suffice. */
static strava_status
enqueue(strava_batch *batch, struct job *job, strava_error *err)
{
	if (!buf_ok(&job->path) || !buf_ok(&job->body) || !buf_ok(&job->type)) {
		strava_batch_result_free(&job->result);
		return sv_fail_memory(err);
	}
	append(&batch->waiting, job);
	batch->pending++;
	return STRAVA_OK;
}

strava_status
strava_batch_add_refresh(strava_batch *batch, const strava_app *app,
    const char *refresh_token, void *tag, strava_error *err)
{
	const char *fault;
	struct job *job;

	if (batch == NULL)
		return sv_fail_argument(err, "batch is NULL");
	if ((fault = sv_fault_of_refresh(app, refresh_token)) != NULL)
		return sv_fail_argument(err, fault);
	if ((job = make_job(REFRESH, tag)) == NULL)
		return sv_fail_memory(err);
	sv_grant_form(
	    &job->body, app, "refresh_token", "refresh_token", refresh_token);
	return enqueue(batch, job, err);
}

/* A job with an access token of its own, or that of the client. */
static strava_status
make_bearer_job(strava_batch *batch, enum kind kind, const char *access_token,
    void *tag, struct job **out, strava_error *err)
{
	if (batch == NULL)
		return sv_fail_argument(err, "batch is NULL");
	if (access_token != NULL && !sv_is_secret(access_token))
		return sv_fail_argument(err,
		    "the access token is not 1 to 1024 bytes of visible ASCII");
	if ((*out = make_job(kind, tag)) == NULL)
		return sv_fail_memory(err);
	if (access_token == NULL ||
	    ((*out)->access_token = strdup(access_token)) != NULL)
		return STRAVA_OK;
	strava_batch_result_free(&(*out)->result);
	return sv_fail_memory(err);
}

strava_status
strava_batch_add_activity_list(strava_batch *batch, const char *access_token,
    const strava_activity_query *query, void *tag, strava_error *err)
{
	struct buf    text;
	struct ask    ask = { .endpoint = ACTIVITY_LIST, .query = &text };
	const char   *fault;
	struct job   *job;
	strava_status status;

	buf_init(&text, QUERY_BYTES);
	fault = sv_query_activities(&text, query);
	if (fault != NULL)
		status = sv_fail_argument(err, fault);
	else
		status = make_bearer_job(
		    batch, ACTIVITIES, access_token, tag, &job, err);
	if (status == STRAVA_OK) {
		job->method = "GET";
		status = sv_ask_path(&job->path, &ask, err);
		if (status == STRAVA_OK)
			status = enqueue(batch, job, err);
		else
			strava_batch_result_free(&job->result);
	}
	buf_free(&text);
	return status;
}

/* What strava_request() takes, and what a job has beside. */
strava_status
strava_batch_add_request(strava_batch *batch,
    const strava_batch_request *request, void *tag, strava_error *err)
{
	const char   *fault;
	struct job   *job;
	strava_status status;

	if (request == NULL)
		return sv_fail_argument(err, "request is NULL");
	if ((fault = sv_fault_of_request(request->method, request->path,
		 request->content_type, request->body)) != NULL)
		return sv_fail_argument(err, fault);
	status = make_bearer_job(
	    batch, REQUEST, request->access_token, tag, &job, err);
	if (status != STRAVA_OK)
		return status;
	job->method = sv_method(request->method);
	buf_add_text(&job->path, request->path);
	if (request->body != NULL) {
		buf_add_text(&job->body, request->body);
		buf_add_text(&job->type, request->content_type);
	}
	return enqueue(batch, job, err);
}

static struct call
call_of(const struct job *job, const strava_client *client)
{
	if (job->kind == REFRESH)
		return sv_grant_call(client, &job->body);
	return (struct call){ .method = job->method,
		.base = client->api_base,
		.path = buf_text(&job->path),
		.content_type = job->type.len > 0 ? buf_text(&job->type) : NULL,
		.body = job->type.len > 0 ? buf_text(&job->body) : NULL,
		.body_len = job->body.len,
		.bearer = true,
		.token = job->access_token,
		.repeatable = strcmp(job->method, "GET") == 0,
		.budget = sv_budget_of(job->method, buf_text(&job->path)) };
}

/* The end of a request that was never sent. */
static struct job *
unsent(struct job *job, strava_status status, const char *why)
{
	job->result.status =
	    sv_fail(&job->result.error, status, "%s: nothing was sent", why);
	job->result.outcome = STRAVA_REFUSED;
	return job;
}

/* Keeps the trip of a refresh, whose memory is large and always the same. */
static void
end_trip(strava_batch *batch, struct job *job)
{
	struct trip *trip = job->trip;

	job->trip = NULL;
	if (job->kind == REFRESH) {
		sv_response_clear(&trip->grant.response);
		trip->next = batch->spare;
		batch->spare = trip;
	} else {
		sv_response_free(&trip->grant.response);
		free(trip);
	}
}

/* Memory for the way there and back; false when there is none. */
static bool
make_trip(strava_batch *batch, struct job *job)
{
	struct trip *trip = job->kind == REFRESH ? batch->spare : NULL;

	if (trip != NULL) {
		batch->spare = trip->next;
	} else {
		if ((trip = calloc(1, sizeof(*trip))) == NULL)
			return false;
		sv_response_init(&trip->grant.response,
		    job->kind == REFRESH ? REPLY_MAX : ANSWER_MAX);
	}
	job->trip = trip;
	if (job->kind != REFRESH || sv_grant_begin(&trip->grant, true))
		return true;
	end_trip(batch, job);
	return false;
}

/* Turns what arrived into the result. */
static struct job *
arrive(struct strava_batch *batch, struct job *job)
{
	struct trip          *trip = job->trip;
	strava_batch_result  *r = &job->result;
	strava_http_response *response = &trip->grant.response;

	r->status = sv_land(&trip->flight, &r->error);
	if (job->kind == REFRESH) {
		r->status = sv_grant_end(&trip->grant, sv_now(batch->client),
		    r->status, &r->error, &r->token);
	} else {
		if (r->status == STRAVA_OK)
			r->status =
			    job->kind == ACTIVITIES
				? sv_answer_list(response, &sv_activity_model,
				      &r->activities, &r->error)
				: sv_response_take_text(response, &r->text,
				      &r->text_len, &r->error);
	}
	r->outcome = strava_outcome_of(r->status, &r->error);
	end_trip(batch, job);
	forget_request(job);
	batch->in_flight--;
	return job;
}

/* A request with less time than that could only end in doubt.  Those before it
 * may be given up so much before the deadline, too: libcurl counts from another
 * moment than we do. */
#define LEAST_MS 20

/* Why nothing more may be sent, or STRAVA_OK. */
static strava_status
stopped(const strava_batch *batch, const char **why)
{
	*why = "canceled";
	if (atomic_load(&batch->stopped) ||
	    atomic_load(&batch->client->canceled))
		return STRAVA_ERR_CANCELED;
	*why = "the deadline of the batch has passed";
	return clock_steady_ms() + LEAST_MS > batch->deadline_ms
		   ? STRAVA_ERR_TIMEOUT
		   : STRAVA_OK;
}

static int64_t
timeout_of(const strava_batch *batch)
{
	int64_t left_ms = batch->deadline_ms - clock_steady_ms();
	int64_t timeout_ms = batch->timeout_ms > 0 ? batch->timeout_ms
						   : batch->client->timeout_ms;

	return timeout_ms < left_ms ? timeout_ms : left_ms;
}

/* Sends what waits, as far as there is room; gives one that could not be. */
static struct job *
send_waiting(strava_batch *batch)
{
	struct job   *job;
	struct call   call;
	strava_status status;
	const char   *why;

	while ((job = batch->waiting.first) != NULL) {
		if ((status = stopped(batch, &why)) != STRAVA_OK)
			return unsent(
			    take(&batch->waiting, &batch->waiting.first),
			    status, why);
		if (batch->in_flight >= batch->in_flight_max)
			return NULL;
		take(&batch->waiting, &batch->waiting.first);
		if (!make_trip(batch, job))
			return unsent(job, STRAVA_ERR_NOMEM, "out of memory");
		call = call_of(job, batch->client);
		sv_take_off(&job->trip->flight, batch->client, &call,
		    timeout_of(batch), &job->trip->grant.response);
		append(&batch->sent, job);
		batch->in_flight++;
	}
	return NULL;
}

/* One that has been answered, or given up since the time for all is over. */
static struct job *
find_landed(strava_batch *batch)
{
	for (struct job **at = &batch->sent.first; *at != NULL;
	     at = &(*at)->next)
		if ((*at)->trip->flight.landed)
			return arrive(batch, take(&batch->sent, at));
	return NULL;
}

static struct job *
next_job(strava_batch *batch, int64_t until_ms)
{
	struct job *job;
	int64_t     now_ms;

	for (;;) {
		if ((job = send_waiting(batch)) != NULL ||
		    (job = find_landed(batch)) != NULL)
			return job;
		now_ms = clock_steady_ms();
		if (batch->sent.first == NULL)
			return NULL;
		sv_drive(
		    batch->client, until_ms > now_ms ? until_ms - now_ms : 0);
		if (now_ms >= until_ms)
			return find_landed(batch);
	}
}

strava_status
strava_batch_next(strava_batch *batch, int64_t wait_ms,
    strava_batch_result **out, strava_error *err)
{
	struct job *job;

	if (out != NULL)
		*out = NULL;
	if (batch == NULL || out == NULL)
		return sv_fail_argument(err, "batch or out is NULL");
	job = next_job(
	    batch, wait_ms < 0 ? INT64_MAX : clock_deadline_ms(wait_ms));
	if (job == NULL)
		return STRAVA_OK;
	batch->pending--;
	*out = &job->result;
	return STRAVA_OK;
}

size_t
strava_batch_pending(const strava_batch *batch)
{
	return batch != NULL ? batch->pending : 0;
}

void
strava_batch_stop(strava_batch *batch)
{
	if (batch != NULL)
		atomic_store(&batch->stopped, true);
}

void
strava_batch_free(strava_batch *batch)
{
	struct trip *trip;
	struct job  *job;

	if (batch == NULL)
		return;
	while (batch->waiting.first != NULL)
		strava_batch_result_free(
		    &take(&batch->waiting, &batch->waiting.first)->result);
	while ((job = batch->sent.first) != NULL) {
		sv_give_up(&job->trip->flight);
		take(&batch->sent, &batch->sent.first);
		strava_batch_result_free(&arrive(batch, job)->result);
	}
	while ((trip = batch->spare) != NULL) {
		batch->spare = trip->next;
		sv_response_free(&trip->grant.response);
		free(trip);
	}
	free(batch);
}
