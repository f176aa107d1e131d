/* SPDX-License-Identifier: MIT */
/*
 * A secret that a program always has at hand: asks for it four times a second,
 * says when another version takes its place, and bears with a Secret Manager
 * that fails.  Google sees one request for each lifetime.
 *
 *	cc watch_secret.c $(pkg-config --cflags --libs libgcpsecret)
 *	./a.out sm://my-project/strava-client-secret 60
 *
 * Credentials are found as Google's own clients find them; with
 * SECRET_MANAGER_EMULATOR_HOST=host:port none are needed.
 */
#include <err.h>
#include <gcpsecret/gcpsecret.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Tells of a value only if it is not the one told of last, which is freed. */
static gcpsecret_payload *
tell(gcpsecret_payload *last, gcpsecret_payload *now)
{
	if (last == NULL || strcmp(last->version, now->version) != 0) {
		printf("%s, %zu bytes\n", now->version, now->len);
		fflush(stdout);
	}
	gcpsecret_payload_free(last);
	return now;
}

int
main(int argc, char *argv[])
{
	const struct timespec   pause = { .tv_nsec = 250000000 };
	gcpsecret_cache_options options = { 0 };
	gcpsecret_cache_info    info;
	gcpsecret_client       *client;
	gcpsecret_cache        *cache;
	gcpsecret_payload      *last = NULL, *now;
	gcpsecret_error         error;

	if (argc != 3)
		errx(2, "usage: watch_secret NAME LIFETIME-SECONDS");
	options.lifetime_s = strtol(argv[2], NULL, 10);
	if (gcpsecret_client_new(&client, &error) != GCPSECRET_OK ||
	    gcpsecret_cache_new(&cache, &options, &error) != GCPSECRET_OK)
		errx(1, "%s", error.message);
	/* Until there is none that may be used. */
	while (gcpsecret_cache_get(cache, client, argv[1], &now, &info,
		   &error) == GCPSECRET_OK) {
		last = tell(last, now);
		if (info.stale)
			warnx("%lld s old: %s", (long long)info.age_s,
			    info.error.message);
		nanosleep(&pause, NULL);
	}
	gcpsecret_payload_free(last);
	gcpsecret_cache_free(cache);
	gcpsecret_client_free(client);
	errx(1, "%s", error.message);
}
