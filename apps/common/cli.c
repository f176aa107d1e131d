/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

static void
print_option(const char *name, const char *operand, const char *help)
{
	printf("  %s %-*s %s\n", name, 12 - (int)strlen(name), operand, help);
}

static void
print_help(const struct cli *cli)
{
	printf("usage: %s [option ...]\n%s\n\n", cli->name, cli->summary);
	for (size_t i = 0; i < cli->option_count; i++)
		print_option(cli->options[i].name, "", cli->options[i].help);
	for (size_t i = 0; i < cli->value_count; i++)
		print_option(cli->values[i].name, cli->values[i].operand,
		    cli->values[i].help);
	print_option("--version", "", "print the version");
	print_option("--help", "", "print this");
	printf("\n");
	settings_print_help(cli->program);
}

/* The option is one that takes no value. */
static bool
take_option(const struct cli *cli, const char *name)
{
	for (size_t i = 0; i < cli->option_count; i++)
		if (strcmp(cli->options[i].name, name) == 0) {
			*cli->options[i].given = true;
			return true;
		}
	return false;
}

/* Takes what follows the option at argv[*i] as its value. */
static bool
take_value(const struct cli *cli, int argc, char *const *argv, int *i)
{
	const struct cli_value *value = cli->values;
	const struct cli_value *end = value + cli->value_count;

	while (value < end && strcmp(value->name, argv[*i]) != 0)
		value++;
	if (value == end) {
		fprintf(stderr, "%s: no such option: %.40s; see %s --help\n",
		    cli->name, argv[*i], cli->name);
		return false;
	}
	if (*i + 1 == argc) {
		fprintf(stderr, "%s: %s needs a value: %s\n", cli->name,
		    value->name, value->operand);
		return false;
	}
	*value->value = argv[++*i];
	return true;
}

bool
cli_parse(const struct cli *cli, int argc, char *const *argv,
    enum exit_code *exit_code)
{
	*exit_code = EXIT_DONE;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0) {
			print_help(cli);
			return false;
		}
		if (strcmp(argv[i], "--version") == 0) {
			printf("%s %s\n", cli->name, APPS_VERSION);
			return false;
		}
		if (!take_option(cli, argv[i]) &&
		    !take_value(cli, argc, argv, &i)) {
			*exit_code = EXIT_CONFIG;
			return false;
		}
	}
	return true;
}

/* Opens /dev/null in the place of each standard stream that is closed. */
static bool
open_streams(void)
{
	int fd = open("/dev/null", O_RDWR);

	while (fd >= 0 && fd <= STDERR_FILENO)
		fd = open("/dev/null", O_RDWR);
	return fd >= 0 && close(fd) == 0;
}

/* Nobody may read our memory, now or when we crash.  A sanitizer's leak check
 * attaches to its own process as a debugger does, so there it stays allowed. */
static bool
forbid_dumps(void)
{
	static const struct rlimit none = { 0, 0 };

	if (setrlimit(RLIMIT_CORE, &none) != 0)
		return false;
#ifndef __SANITIZE_ADDRESS__
	return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
#else
	return true;
#endif
}

bool
cli_harden(const char *program)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	if (open_streams() && forbid_dumps() &&
	    sigaction(SIGPIPE, &ignore, NULL) == 0 &&
	    /* No thread has started yet.  NOLINTNEXTLINE(concurrency-mt-unsafe) */
	    unsetenv("SSLKEYLOGFILE") == 0 &&
	    curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
		return true;
	fprintf(stderr, "%s: cannot prepare the process\n", program);
	return false;
}
