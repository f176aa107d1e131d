/* SPDX-License-Identifier: MIT */

/*
 * The least that a program can do: libcurl's multi interface, libpq, and one
 * UPDATE for each page of 250.  It keeps tokens as they are, finds them in the
 * answer by their names, and gives up at the first thing that goes wrong.
 *
 *	bare OAUTH-BASE CONNINFO DUE-BEFORE
 */

#include <curl/curl.h>
#include <err.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IN_FLIGHT 8
#define PAGE 250
#define TOKEN_SIZE 64
#define LIFE_S 18000 /* past DUE-BEFORE */

struct athlete {
	char id[24], access[TOKEN_SIZE], refresh[TOKEN_SIZE];
};

struct request {
	CURL           *easy;
	struct athlete *athlete;
	char            form[256], answer[1024];
	size_t          len;
};

struct run {
	PGconn        *database;
	CURLM         *multi;
	const char    *due_before;
	char           url[256], expires_at[24];
	struct request requests[IN_FLIGHT];
	struct athlete page[PAGE];
	size_t         count; /* on this page */
	size_t         sent, done;
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

static void
send_next(struct run *run, struct request *request)
{
	request->athlete = &run->page[run->sent++];
	request->len = 0;
	snprintf(request->form, sizeof(request->form),
	    "client_id=1001&client_secret=sandbox-client-secret&"
	    "grant_type=refresh_token&refresh_token=%s",
	    request->athlete->refresh);
	curl_easy_setopt(request->easy, CURLOPT_POSTFIELDS, request->form);
	curl_multi_add_handle(run->multi, request->easy);
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
take_answer(struct request *request, CURLcode result)
{
	long status = 0;

	curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &status);
	if (result != CURLE_OK || status != 200)
		errx(1, "libcurl: %d, HTTP %ld", (int)result, status);
	request->answer[request->len] = '\0';
	read_field(
	    request->answer, "\"access_token\":\"", request->athlete->access);
	read_field(
	    request->answer, "\"refresh_token\":\"", request->athlete->refresh);
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
		take_answer(request, result);
		run->done++;
		if (run->sent < run->count)
			send_next(run, request);
	}
}

static void
refresh_page(struct run *run)
{
	int running;

	run->sent = run->done = 0;
	for (size_t i = 0; i < IN_FLIGHT && run->sent < run->count; i++)
		send_next(run, &run->requests[i]);
	while (run->done < run->count) {
		curl_multi_perform(run->multi, &running);
		take_answers(run);
		if (run->done < run->count)
			curl_multi_poll(run->multi, NULL, 0, 1000, NULL);
	}
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
read_page(struct run *run, const char *after)
{
	PGresult *result = query(run,
	    "SELECT id, refresh_token FROM athlete"
	    " WHERE expires_at < $1::int8 AND id > $2::int8"
	    " ORDER BY id LIMIT 250",
	    2, (const char *const[]){ run->due_before, after });

	run->count = (size_t)PQntuples(result);
	for (size_t i = 0; i < run->count; i++) {
		struct athlete *athlete = &run->page[i];

		snprintf(athlete->id, sizeof(athlete->id), "%s",
		    PQgetvalue(result, (int)i, 0));
		snprintf(athlete->refresh, sizeof(athlete->refresh), "%s",
		    PQgetvalue(result, (int)i, 1));
	}
	PQclear(result);
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
write_page(struct run *run)
{
	static struct array ids, access, refresh;

	ids.len = access.len = refresh.len = 0;
	for (size_t i = 0; i < run->count; i++) {
		append(&ids, run->page[i].id);
		append(&access, run->page[i].access);
		append(&refresh, run->page[i].refresh);
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
}

int
main(int argc, char **argv)
{
	static struct run run;
	char              after[24] = "0";

	if (argc != 4)
		errx(2, "usage: bare OAUTH-BASE CONNINFO DUE-BEFORE");
	curl_global_init(CURL_GLOBAL_DEFAULT);
	snprintf(run.url, sizeof(run.url), "%s/token", argv[1]);
	run.due_before = argv[3];
	snprintf(run.expires_at, sizeof(run.expires_at), "%lld",
	    strtoll(argv[3], NULL, 10) + LIFE_S);
	run.database = PQconnectdb(argv[2]);
	run.multi = curl_multi_init();
	if (PQstatus(run.database) != CONNECTION_OK || run.multi == NULL)
		errx(1, "no database, or no memory");
	/* Else the first request of a page ends the connections of the last. */
	curl_multi_setopt(run.multi, CURLMOPT_MAXCONNECTS, (long)IN_FLIGHT);
	for (size_t i = 0; i < IN_FLIGHT; i++)
		make_request(&run, &run.requests[i]);
	while (read_page(&run, after), run.count > 0) {
		refresh_page(&run);
		write_page(&run);
		snprintf(
		    after, sizeof(after), "%s", run.page[run.count - 1].id);
	}
	for (size_t i = 0; i < IN_FLIGHT; i++)
		curl_easy_cleanup(run.requests[i].easy);
	curl_multi_cleanup(run.multi);
	PQfinish(run.database);
	return 0;
}
