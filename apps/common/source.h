/* SPDX-License-Identifier: MIT */
#ifndef APPS_SOURCE_H
#define APPS_SOURCE_H

/*
 * Where the value of a setting comes from: the environment, a file, Secret
 * Manager.  A value is a copy to be ended with wipe_free(); one newline at the
 * end of a file or secret is cut off, since editors and "echo" leave it there.
 * A reason never holds the value.
 */

#include <gcpsecret/gcpsecret.h>
#include <stdbool.h>

struct source {
	char *const      *environment;
	gcpsecret_client *secrets; /* made for the first reference */

	/* A reference failed in a way that every other one would, too. */
	bool secrets_failed;
};

void source_free(struct source *source);

/* NULL when there is none of that name; belongs to the environment. */
const char *source_variable(const struct source *source, const char *name);

#define SOURCE_WHY_SIZE 512

/* The content of a file; NULL when it is of no use. */
char *source_file(const char *path, char why[SOURCE_WHY_SIZE]);

bool  source_is_reference(const char *value);

/* The secret that "sm://..." refers to; NULL when it cannot be had. */
char *source_secret(
    struct source *source, const char *reference, char why[SOURCE_WHY_SIZE]);

#endif
