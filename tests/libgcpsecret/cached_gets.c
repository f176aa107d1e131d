/* SPDX-License-Identifier: MIT */

/*
 * Gets a cached secret so many times; for who counts what that costs.  What is
 * to be counted happens between two lines on stderr.
 *
 *	cached_gets COUNT
 */

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "google.h"

static void
say(const char *line, size_t len)
{
	if (write(STDERR_FILENO, line, len) != (ssize_t)len)
		err(1, "stderr");
}

int
main(int argc, char **argv)
{
	static const struct loopback_answer answer = { .status = 200,
		.body = GOOD };
	gcpsecret_status                    status;
	gcpsecret_cache                    *cache;
	struct google                       g;
	long                                count;

	if (argc != 2 || (count = strtol(argv[1], NULL, 10)) < 1)
		errx(2, "usage: cached_gets COUNT");
	google_start(&g, &answer, 1);
	google_use_emulator(&g);
	status = gcpsecret_cache_new(&cache, NULL, &g.err);
	if (status == GCPSECRET_OK)
		status = gcpsecret_cache_get(
		    cache, g.client, NAME, &g.secret, NULL, &g.err);
	say("begin\n", 6);
	for (long i = 0; i < count && status == GCPSECRET_OK; i++) {
		gcpsecret_payload_free(g.secret);
		status = gcpsecret_cache_get(
		    cache, g.client, NAME, &g.secret, NULL, &g.err);
	}
	say("end\n", 4);
	if (status != GCPSECRET_OK)
		errx(1, "%s", g.err.message);
	gcpsecret_cache_free(cache);
	google_end(&g);
	return 0;
}
