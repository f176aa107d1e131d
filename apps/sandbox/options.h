/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_OPTIONS_H
#define SANDBOX_OPTIONS_H

#include "world.h"

/* What the command line asks for beside the options themselves. */
enum task {
	TASK_SERVE,
	TASK_CHECK, /* start, stop, say whether it worked */
	TASK_HELP,
	TASK_VERSION,
	TASK_NONE /* something is wrong with it, and was said on stderr */
};

/* The strings point into argv. */
enum task options_read(struct options *options, int argc, char **argv);

void      options_print_help(void);

#endif
