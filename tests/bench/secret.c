/* SPDX-License-Identifier: MIT */

/*
 * What a secret costs in processor time and allocations: from the cache, against
 * what no cache for threads can do without, and from a Secret Manager on this
 * machine, against a bare loop over one handle of libcurl's that sends the same
 * request and looks at nothing that comes back.  Plain HTTP/1.1 on one connection
 * that is kept; with TLS both sides would pay for that besides.
 */

#include <curl/curl.h>
#include <err.h>
#include <gcpsecret/gcpsecret.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "peer.h"
#include "rounds.h"

#define NAME "projects/my-project/secrets/bench"
#define ROUNDS 31
#define GETS 100000
#define ACCESSES 300
#define ANSWER_MAX 131072

/* glibc's own, behind the malloc() of this program that counts. */
/* NOLINTBEGIN(bugprone-reserved-identifier) */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
/* NOLINTEND(bugprone-reserved-identifier) */

static size_t allocations;

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name) */
void *
malloc(size_t size)
{
	allocations++;
	return __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
	allocations++;
	return __libc_calloc(count, size);
}

void *
realloc(void *memory, size_t size)
{
	allocations++;
	return __libc_realloc(memory, size);
}
/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */

static struct {
	gcpsecret_client *client;
	gcpsecret_cache  *cache;
	CURL             *easy;
	char             *answer;
	size_t            answer_len;
	pthread_mutex_t   lock;
} all = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void
lock_and_look_at_the_clock(void)
{
	pthread_mutex_lock(&all.lock);
	if (clock_steady_ms() < 0)
		errx(1, "no clock");
	pthread_mutex_unlock(&all.lock);
}

static void
get_cached(void)
{
	gcpsecret_payload *secret;
	gcpsecret_error    error;

	if (gcpsecret_cache_get(all.cache, all.client, NAME, &secret, NULL,
		&error) != GCPSECRET_OK)
		errx(1, "%s", error.message);
	gcpsecret_payload_free(secret);
}

static void
perform_easy(void)
{
	long status = 0;

	all.answer_len = 0;
	if (curl_easy_perform(all.easy) != CURLE_OK ||
	    curl_easy_getinfo(all.easy, CURLINFO_RESPONSE_CODE, &status) !=
		CURLE_OK ||
	    status != 200)
		errx(1, "libcurl: HTTP %ld", status);
}

static void
access_version(void)
{
	gcpsecret_payload *secret;
	gcpsecret_error    error;

	if (gcpsecret_access(all.client, NAME, &secret, &error) != GCPSECRET_OK)
		errx(1, "%s", error.message);
	gcpsecret_payload_free(secret);
}

static size_t
on_body(char *data, size_t size, size_t n, void *ctx)
{
	(void)ctx;
	if (all.answer_len + size * n > ANSWER_MAX)
		return 0;
	memcpy(all.answer + all.answer_len, data, size * n);
	all.answer_len += size * n;
	return size * n;
}

static void
make_easy(int port)
{
	char               url[128];
	struct curl_slist *headers;

	snprintf(url, sizeof(url),
	    "http://127.0.0.1:%d/v1/" NAME "/versions/latest:access", port);
	headers = curl_slist_append(NULL, "Accept: application/json");
	headers =
	    curl_slist_append(headers, "Authorization: Bearer " PEER_TOKEN);
	all.easy = curl_easy_init();
	all.answer = malloc(ANSWER_MAX);
	if (all.easy == NULL || all.answer == NULL || headers == NULL)
		errx(1, "out of memory");
	curl_easy_setopt(all.easy, CURLOPT_URL, url);
	curl_easy_setopt(all.easy, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(
	    all.easy, CURLOPT_USERAGENT, "libgcpsecret/" GCPSECRET_VERSION);
	curl_easy_setopt(all.easy, CURLOPT_TIMEOUT_MS, 15000L);
	curl_easy_setopt(all.easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(all.easy, CURLOPT_PROXY, "");
	curl_easy_setopt(all.easy, CURLOPT_WRITEFUNCTION, on_body);
}

/* The metadata server is the peer too, and gives the token that is held. */
static void
make_client(int port)
{
	char            text[64];
	gcpsecret_error error;

	snprintf(text, sizeof(text), "127.0.0.1:%d", port);
	/* NOLINTNEXTLINE(concurrency-mt-unsafe) */
	setenv("GCE_METADATA_HOST", text, 1);
	snprintf(text, sizeof(text), "http://127.0.0.1:%d", port);
	if (gcpsecret_client_new(&all.client, &error) != GCPSECRET_OK ||
	    gcpsecret_client_set_endpoint(all.client, text, &error) !=
		GCPSECRET_OK ||
	    gcpsecret_cache_new(&all.cache, NULL, &error) != GCPSECRET_OK)
		errx(1, "%s", error.message);
}

struct step {
	const char *name;
	void (*run)(void);
	double us[ROUNDS], ratio[ROUNDS];
	size_t allocations; /* in all rounds */
};

/* Each round takes each of the two once, many times over. */
static void
compare(const char *what, size_t times, struct step steps[2])
{
	steps[0].run(); /* both find everything warm */
	steps[1].run();
	for (size_t round = 0; round < ROUNDS; round++) {
		for (struct step *s = steps; s < steps + 2; s++) {
			size_t before = allocations;
			double start = rounds_now_us();

			for (size_t i = 0; i < times; i++)
				s->run();
			s->us[round] =
			    (rounds_now_us() - start) / (double)times;
			s->allocations += allocations - before;
			s->ratio[round] = s->us[round] / steps[0].us[round];
		}
	}
	printf("%s, %zu times, medians of %d rounds\n", what, times, ROUNDS);
	for (struct step *s = steps; s < steps + 2; s++)
		printf("%-28s %9.3f us %6.2f %7.1f allocations\n", s->name,
		    rounds_median(s->us, ROUNDS),
		    rounds_median(s->ratio, ROUNDS),
		    (double)s->allocations / (double)times / ROUNDS);
}

static void
measure(size_t payload)
{
	struct step cached[2] = {
		{ .name = "a lock and the clock",
		    .run = lock_and_look_at_the_clock },
		{ .name = "gcpsecret_cache_get", .run = get_cached },
	};
	struct step uncached[2] = {
		{ .name = "bare libcurl", .run = perform_easy },
		{ .name = "gcpsecret_access", .run = access_version },
	};
	struct peer peer;
	char        what[64];

	peer_start(&peer, payload);
	make_client(peer.port);
	make_easy(peer.port);
	snprintf(what, sizeof(what), "%zu bytes from the cache", payload);
	compare(what, GETS, cached);
	snprintf(what, sizeof(what), "%zu bytes from a peer", payload);
	compare(what, ACCESSES, uncached);
	curl_easy_cleanup(all.easy);
	free(all.answer);
	gcpsecret_cache_free(all.cache);
	gcpsecret_client_free(all.client);
	peer_stop(&peer);
}

int
main(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
	measure(40);
	measure(65536);
	return 0;
}
