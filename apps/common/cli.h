/* SPDX-License-Identifier: MIT */
#ifndef APPS_CLI_H
#define APPS_CLI_H

/*
 * What the programs have in common before they do anything: a safe process and
 * the same command line.
 */

#include <stdbool.h>

#include "settings.h"

#define APPS_VERSION "0.1.0"

/* Exit codes of every program. */
enum exit_code {
	EXIT_DONE = 0,
	EXIT_FAILED = 1, /* something failed or was left undone: try again */
	EXIT_CONFIG = 2  /* wrong options or settings: nothing was done */
};

struct cli_option {
	const char *name; /* "--once" */
	bool       *given;
	const char *help;
};

/* An option with a value behind it. */
struct cli_value {
	const char  *name;    /* "--athlete" */
	const char  *operand; /* "ID" */
	const char **value;
	const char  *help;
};

struct cli {
	const char              *name;
	const char              *summary; /* one sentence */
	enum program             program;
	const struct cli_option *options; /* beside --help and --version */
	size_t                   option_count;
	const struct cli_value  *values;
	size_t                   value_count;
};

/*
 * Reads the command line.  False when the program is to end at once with
 * *exit_code: after --help and --version, or after an option it does not have.
 */
bool cli_parse(const struct cli *cli, int argc, char *const *argv,
    enum exit_code *exit_code);

/*
 * To be called first in main(): no core dumps and no debugger, so that secrets
 * stay in memory; stdin, stdout and stderr open, so that no socket takes their
 * place; SIGPIPE ignored; no SSLKEYLOGFILE; libcurl ready for threads.  False,
 * with a line on stderr, when that fails.
 */
bool cli_harden(const char *program);

#endif
