/* SPDX-License-Identifier: MIT */

/* Lives many lives, or shows one. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "members.h"
#include "sim.h"

#define USAGE                                                               \
	"usage: sim [--bug NAME] COUNT [FIRST]   live from seed FIRST, 1\n" \
	"       sim [--bug NAME] --seed N        show the life of a seed\n" \
	"       sim --bugs                       name what can be planted\n"

static const struct bug {
	const char     *name;
	enum ledger_bug ledger;
	enum seam_bug   seam;
} bugs[] = {
	{ "none", SOUND, SEAMS_SOUND },
	{ "login-overwrites", LOGIN_OVERWRITES, SEAMS_SOUND },
	{ "save-overwrites", SAVE_OVERWRITES, SEAMS_SOUND },
	{ "save-needs-lease", SAVE_NEEDS_LEASE, SEAMS_SOUND },
	{ "epoch-ignored", EPOCH_IGNORED, SEAMS_SOUND },
	{ "revoke-ends-lease", REVOKE_ENDS_LEASE, SEAMS_SOUND },
	{ "flag-too-early", FLAG_TOO_EARLY, SEAMS_SOUND },
	{ "commit-unchecked", SOUND, COMMIT_UNCHECKED },
	{ "post-repeated", SOUND, POST_REPEATED },
	{ "reply-dropped", SOUND, REPLY_DROPPED },
};

static struct sim life;

/* The engine's own words, as a part of the trace. */
void
log_line(enum log_severity severity, const char *message,
    const struct log_field *fields)
{
	(void)severity;
	sim_say(&life, "  \"%s\"", message);
	for (; life.trace && fields != NULL && fields->name != NULL; fields++)
		if (fields->text != NULL)
			sim_say(
			    &life, "    %s: %s", fields->name, fields->text);
}

static bool
live(const struct bug *bug, uint64_t seed, bool trace)
{
	life = (struct sim){ .seed = seed, .bug = bug->seam, .trace = trace };
	life.ledger.bug = bug->ledger;
	return sim_live(&life);
}

static int
live_many(const struct bug *bug, uint64_t count, uint64_t first)
{
	int64_t began_ms = clock_steady_ms();

	for (uint64_t seed = first; seed < first + count; seed++)
		if (!live(bug, seed, false)) {
			printf("seed %llu: %s\n", (unsigned long long)seed,
			    life.fault);
			return 1;
		}
	printf("%llu seeds from %llu on: all holds, %lld ms\n",
	    (unsigned long long)count, (unsigned long long)first,
	    (long long)(clock_steady_ms() - began_ms));
	return 0;
}

static const struct bug *
find_bug(const char *name)
{
	for (size_t i = 0; i < COUNT(bugs); i++)
		if (strcmp(bugs[i].name, name) == 0)
			return &bugs[i];
	return NULL;
}

static uint64_t
number(const char *text)
{
	return strtoull(text, NULL, 10);
}

int
main(int argc, char **argv)
{
	const struct bug *bug = &bugs[0];

	if (argc == 2 && strcmp(argv[1], "--bugs") == 0) {
		for (size_t i = 1; i < COUNT(bugs); i++)
			puts(bugs[i].name);
		return 0;
	}
	if (argc > 2 && strcmp(argv[1], "--bug") == 0) {
		bug = find_bug(argv[2]);
		argv += 2;
		argc -= 2;
	}
	if (bug != NULL && argc == 3 && strcmp(argv[1], "--seed") == 0)
		return live(bug, number(argv[2]), true) ? 0 : 1;
	if (bug != NULL && (argc == 2 || argc == 3) && number(argv[1]) > 0)
		return live_many(
		    bug, number(argv[1]), argc == 3 ? number(argv[2]) : 1);
	fputs(USAGE, stderr);
	return 2;
}
