/* SPDX-License-Identifier: MIT */

/*
 * The least that a program can do: libcurl's multi interface, libpq, one UPDATE
 * for 250 tokens.  It keeps tokens as they are, finds them in the answer by their
 * names, and gives up at the first thing that goes wrong.
 *
 *	bare OAUTH-BASE CONNINFO DUE-BEFORE AT-ONCE
 */

#include <curl/curl.h>
#include <err.h>
#include <libpq-fe.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IN_FLIGHT_MAX 256
#define PAGE 250
#define TOKEN_SIZE 64
#define LIFE_S 18000 /* past DUE-BEFORE */

struct athlete {
	char id[24], access[TOKEN_SIZE], refresh[TOKEN_SIZE];
};

struct request {
	CURL          *easy;
	struct athlete athlete;
	char           form[256], answer[1024];
	size_t         len;
};

struct run {
	PGconn        *database;
	CURLM         *multi;
	const char    *due_before;
	char           url[256], expires_at[24], last_id[24];
	struct request requests[IN_FLIGHT_MAX];
	size_t         at_once, in_air;
	struct athlete due[PAGE], fresh[PAGE];
	size_t         due_count, sent, fresh_count;
	bool           all_read;
};

static size_t
on_body(char *data, size_t size, size_t n, void *ctx)
{
	struct request *request = ctx;

	if (request->len + size * n >= sizeof(request->answer))
		return 0;
	memcpy(request->answer + request->len, data, size * n);
	request->len += size * n;
	return size * n;
}

static void
make_request(struct run *run, struct request *request)
{
	CURL *easy = request->easy = curl_easy_init();

	if (easy == NULL)
		errx(1, "out of memory");
	curl_easy_setopt(easy, CURLOPT_URL, run->url);
	/* Only without a folder does libcurl read the bundle just once. */
	curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(
	    easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 30000L);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, request);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, request);
}

static PGresult *
query(struct run *run, const char *text, int count, const char *const *values)
{
	PGresult *result = PQexecParams(
	    run->database, text, count, NULL, values, NULL, NULL, 0);
	ExecStatusType status = PQresultStatus(result);

	if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
		errx(1, "%s", PQerrorMessage(run->database));
	return result;
}

/* The next of those that are due, by id. */
static void
read_page(struct run *run)
{
	PGresult *result = query(run,
	    "SELECT id, refresh_token FROM athlete"
	    " WHERE expires_at < $1::int8 AND id > $2::int8"
	    " ORDER BY id LIMIT 250",
	    2, (const char *const[]){ run->due_before, run->last_id });

	run->sent = 0;
	run->due_count = (size_t)PQntuples(result);
	for (size_t i = 0; i < run->due_count; i++) {
		struct athlete *athlete = &run->due[i];

		snprintf(athlete->id, sizeof(athlete->id), "%s",
		    PQgetvalue(result, (int)i, 0));
		snprintf(athlete->refresh, sizeof(athlete->refresh), "%s",
		    PQgetvalue(result, (int)i, 1));
	}
	PQclear(result);
	run->all_read = run->due_count == 0;
	if (!run->all_read)
		memcpy(run->last_id, run->due[run->due_count - 1].id,
		    sizeof(run->last_id));
}

/* The text of an array; none of its values needs quotes. */
struct array {
	char   text[PAGE * TOKEN_SIZE + 2];
	size_t len;
};

static void
append(struct array *array, const char *value)
{
	size_t len = strlen(value);

	array->text[array->len] = array->len > 0 ? ',' : '{';
	memcpy(array->text + array->len + 1, value, len);
	array->len += len + 1;
}

static void
write_fresh(struct run *run)
{
	static struct array ids, access, refresh;

	ids.len = access.len = refresh.len = 0;
	for (size_t i = 0; i < run->fresh_count; i++) {
		append(&ids, run->fresh[i].id);
		append(&access, run->fresh[i].access);
		append(&refresh, run->fresh[i].refresh);
	}
	memcpy(ids.text + ids.len, "}", 2);
	memcpy(access.text + access.len, "}", 2);
	memcpy(refresh.text + refresh.len, "}", 2);
	PQclear(query(run,
	    "UPDATE athlete AS a SET access_token = n.access_token,"
	    " refresh_token = n.refresh_token, expires_at = $4::int8"
	    " FROM unnest($1::int8[], $2::text[], $3::text[])"
	    " AS n (id, access_token, refresh_token) WHERE a.id = n.id",
	    4,
	    (const char *const[]){
		ids.text, access.text, refresh.text, run->expires_at }));
	run->fresh_count = 0;
}

/* Sends for the next who is due, if there is one. */
static void
send_next(struct run *run, struct request *request)
{
	if (run->sent == run->due_count && !run->all_read)
		read_page(run);
	if (run->all_read)
		return;
	request->athlete = run->due[run->sent++];
	request->len = 0;
	snprintf(request->form, sizeof(request->form),
	    "client_id=1001&client_secret=sandbox-client-secret&"
	    "grant_type=refresh_token&refresh_token=%s",
	    request->athlete.refresh);
	curl_easy_setopt(request->easy, CURLOPT_POSTFIELDS, request->form);
	curl_multi_add_handle(run->multi, request->easy);
	run->in_air++;
}

/* What stands between `before` and the next quote. */
static void
read_field(const char *answer, const char *before, char value[TOKEN_SIZE])
{
	const char *from = strstr(answer, before);
	size_t      len;

	if (from == NULL)
		errx(1, "an answer without a token");
	from += strlen(before);
	len = strcspn(from, "\"");
	if (len >= TOKEN_SIZE)
		errx(1, "a token that is too long");
	memcpy(value, from, len);
	value[len] = '\0';
}

static void
take_answer(struct run *run, struct request *request, CURLcode result)
{
	struct athlete *athlete = &request->athlete;
	long            status = 0;

	curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &status);
	if (result != CURLE_OK || status != 200)
		errx(1, "libcurl: %d, HTTP %ld", (int)result, status);
	request->answer[request->len] = '\0';
	read_field(request->answer, "\"access_token\":\"", athlete->access);
	read_field(request->answer, "\"refresh_token\":\"", athlete->refresh);
	run->fresh[run->fresh_count++] = *athlete;
	if (run->fresh_count == PAGE)
		write_fresh(run);
}

/* What has ended makes room for the next. */
static void
take_answers(struct run *run)
{
	struct request *request;
	CURLMsg        *message;
	int             left;

	while ((message = curl_multi_info_read(run->multi, &left)) != NULL) {
		CURLcode result = message->data.result;

		curl_easy_getinfo(
		    message->easy_handle, CURLINFO_PRIVATE, (char **)&request);
		curl_multi_remove_handle(run->multi, request->easy);
		run->in_air--;
		take_answer(run, request, result);
		send_next(run, request);
	}
}

static void
refresh_all(struct run *run)
{
	int running;

	for (size_t i = 0; i < run->at_once; i++)
		send_next(run, &run->requests[i]);
	while (run->in_air > 0) {
		curl_multi_perform(run->multi, &running);
		take_answers(run);
		if (run->in_air > 0)
			curl_multi_poll(run->multi, NULL, 0, 1000, NULL);
	}
	if (run->fresh_count > 0)
		write_fresh(run);
}

int
main(int argc, char **argv)
{
	static struct run run = { .last_id = "0" };

	if (argc != 5)
		errx(2, "usage: bare OAUTH-BASE CONNINFO DUE-BEFORE AT-ONCE");
	curl_global_init(CURL_GLOBAL_DEFAULT);
	snprintf(run.url, sizeof(run.url), "%s/token", argv[1]);
	run.due_before = argv[3];
	snprintf(run.expires_at, sizeof(run.expires_at), "%lld",
	    strtoll(argv[3], NULL, 10) + LIFE_S);
	run.at_once = strtoul(argv[4], NULL, 10);
	if (run.at_once < 1 || run.at_once > IN_FLIGHT_MAX)
		errx(2, "at once are 1 to %d", IN_FLIGHT_MAX);
	run.database = PQconnectdb(argv[2]);
	run.multi = curl_multi_init();
	if (PQstatus(run.database) != CONNECTION_OK || run.multi == NULL)
		errx(1, "no database, or no memory");
	/* Else it ends connections whenever few requests are under way. */
	curl_multi_setopt(run.multi, CURLMOPT_MAXCONNECTS, (long)run.at_once);
	for (size_t i = 0; i < run.at_once; i++)
		make_request(&run, &run.requests[i]);
	refresh_all(&run);
	for (size_t i = 0; i < run.at_once; i++)
		curl_easy_cleanup(run.requests[i].easy);
	curl_multi_cleanup(run.multi);
	PQfinish(run.database);
	return 0;
}
