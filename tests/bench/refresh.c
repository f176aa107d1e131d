/* SPDX-License-Identifier: MIT */

/*
 * What a batch of token refreshes costs in processor time, against a bare
 * program over libcurl's multi interface with the same connections: HTTP/1.1 over
 * TLS, kept, as many at once.  Every round takes each once; the medians of the
 * user and system time of this process are printed.
 *
 *	refresh URL CA-FILE REFRESHES ROUNDS
 */

#include <curl/curl.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <strava/strava.h>
#include <string.h>

#include "rounds.h"

#define IN_FLIGHT 64
#define ROUNDS_MAX 101

struct job {
	const char *url, *ca_file;
	size_t      refreshes;
};

static void
by_batch(const struct job *job)
{
	static const strava_app    app = { .client_id = "1001",
		   .client_secret = "a-secret-of-the-bench" };
	const strava_batch_options options = { .in_flight = IN_FLIGHT };
	strava_client             *client;
	strava_batch              *batch;
	strava_batch_result       *result;
	strava_error               error;
	char                       token[48];
	size_t                     granted = 0;

	if (strava_client_new(&client, &error) != STRAVA_OK ||
	    strava_client_set_oauth_base(client, job->url, &error) !=
		STRAVA_OK ||
	    strava_client_set_ca_file(client, job->ca_file, &error) !=
		STRAVA_OK ||
	    strava_batch_new(client, &options, &batch, &error) != STRAVA_OK)
		errx(1, "%s", error.message);
	for (size_t i = 0; i < job->refreshes; i++) {
		snprintf(token, sizeof(token), "refresh-token-of-%022zu", i);
		if (strava_batch_add_refresh(
			batch, &app, token, NULL, &error) != STRAVA_OK)
			errx(1, "%s", error.message);
	}
	while (strava_batch_next(batch, -1, &result, &error) == STRAVA_OK &&
	       result != NULL) {
		if (result->outcome != STRAVA_GRANTED)
			errx(1, "%s", result->error.message);
		granted++;
		strava_batch_result_free(result);
	}
	if (granted != job->refreshes)
		errx(1, "%zu of %zu", granted, job->refreshes);
	strava_batch_free(batch);
	strava_client_free(client);
}

struct answer {
	char   text[4096], form[256];
	size_t len;
};

static size_t
on_body(char *data, size_t size, size_t n, void *ctx)
{
	struct answer *answer = ctx;

	if (answer->len + size * n > sizeof(answer->text))
		return 0;
	memcpy(answer->text + answer->len, data, size * n);
	answer->len += size * n;
	return size * n;
}

static void
begin(CURLM *multi, CURL *easy, struct answer *answer, size_t i)
{
	answer->len = 0;
	snprintf(answer->form, sizeof(answer->form),
	    "client_id=1001&client_secret=a-secret-of-the-bench&"
	    "grant_type=refresh_token&refresh_token=refresh-token-of-%022zu",
	    i);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDS, answer->form);
	curl_multi_add_handle(multi, easy);
}

static CURL *
make_easy(const struct job *job, const char *url, struct answer *answer)
{
	CURL *easy = curl_easy_init();

	if (easy == NULL)
		errx(1, "out of memory");
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_CAINFO, job->ca_file);
	curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(
	    easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 30000L);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, answer);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, answer);
	return easy;
}

/* One that has ended makes room for the next. */
static size_t
go_on(CURLM *multi, size_t *sent, size_t all)
{
	CURLMsg       *message;
	struct answer *answer;
	size_t         done = 0;
	int            left;

	while ((message = curl_multi_info_read(multi, &left)) != NULL) {
		CURL *easy = message->easy_handle;
		long  status = 0;

		curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
		if (message->data.result != CURLE_OK || status != 200)
			errx(1, "libcurl: %d, HTTP %ld",
			    (int)message->data.result, status);
		curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&answer);
		curl_multi_remove_handle(multi, easy);
		done++;
		if (*sent < all)
			begin(multi, easy, answer, (*sent)++);
	}
	return done;
}

static void
by_multi(const struct job *job)
{
	static struct answer answers[IN_FLIGHT];
	CURL                *easy[IN_FLIGHT];
	CURLM               *multi = curl_multi_init();
	size_t               sent = 0, done = 0;
	char                 url[256];
	int                  running;

	if (multi == NULL)
		errx(1, "out of memory");
	snprintf(url, sizeof(url), "%s/token", job->url);
	for (size_t i = 0; i < IN_FLIGHT; i++)
		easy[i] = make_easy(job, url, &answers[i]);
	for (; sent < IN_FLIGHT && sent < job->refreshes; sent++)
		begin(multi, easy[sent], &answers[sent], sent);
	while (done < job->refreshes) {
		curl_multi_perform(multi, &running);
		done += go_on(multi, &sent, job->refreshes);
		if (done < job->refreshes)
			curl_multi_poll(multi, NULL, 0, 1000, NULL);
	}
	for (size_t i = 0; i < IN_FLIGHT; i++)
		curl_easy_cleanup(easy[i]);
	curl_multi_cleanup(multi);
}

static double
measure(void (*run)(const struct job *job), const struct job *job)
{
	double start = rounds_now_us();

	run(job);
	return rounds_now_us() - start;
}

int
main(int argc, char **argv)
{
	double     batch[ROUNDS_MAX], multi[ROUNDS_MAX], ratio[ROUNDS_MAX];
	double     n;
	struct job job;
	int        rounds;

	if (argc != 5)
		errx(2, "usage: refresh URL CA-FILE REFRESHES ROUNDS");
	job = (struct job){ argv[1], argv[2], strtoul(argv[3], NULL, 10) };
	rounds = (int)strtol(argv[4], NULL, 10);
	if (job.refreshes < 1 || rounds < 1 || rounds > ROUNDS_MAX)
		errx(2, "at least one refresh, and 1 to %d rounds", ROUNDS_MAX);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	by_multi(&job); /* both find everything warm */
	by_batch(&job);
	for (int i = 0; i < rounds; i++) {
		multi[i] = measure(by_multi, &job);
		batch[i] = measure(by_batch, &job);
		ratio[i] = batch[i] / multi[i];
	}
	n = (double)job.refreshes;
	printf("%zu refreshes over TLS, %d at once, %d rounds\n", job.refreshes,
	    IN_FLIGHT, rounds);
	printf("bare libcurl multi  %8.1f us of CPU a refresh\n",
	    rounds_median(multi, (size_t)rounds) / n);
	printf("strava_batch        %8.1f us of CPU a refresh\n",
	    rounds_median(batch, (size_t)rounds) / n);
	printf("ratio               %8.2f, median of the rounds' own\n",
	    rounds_median(ratio, (size_t)rounds));
	return 0;
}
