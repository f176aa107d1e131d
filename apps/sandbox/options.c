/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "members.h"
#include "number.h"

#define ATHLETES_MAX 100000

static bool
set_port(struct options *options, const char *value)
{
	int64_t number;

	if (!number_read(value, 0, 65535, &number))
		return false;
	options->port = (int)number;
	return true;
}

static bool
set_address(struct options *options, const char *value)
{
	options->address = value;
	return true;
}

static bool
set_athletes(struct options *options, const char *value)
{
	int64_t number;

	if (!number_read(value, 0, ATHLETES_MAX, &number))
		return false;
	options->athletes = (size_t)number;
	return true;
}

static bool
set_seed(struct options *options, const char *value)
{
	int64_t number;

	if (!number_read(value, 0, INT64_MAX, &number))
		return false;
	options->seed = (uint64_t)number;
	return true;
}

static bool
set_rotation(struct options *options, const char *value)
{
	return rotation_parse(value, &options->rotation);
}

/* "200,2000,100,1000" */
static bool
set_limits(struct options *options, const char *value)
{
	char  *end;
	size_t i;

	for (i = 0; i < RATE_COUNT; i++, value = end + 1) {
		options->limits[i] = strtoll(value, &end, 10);
		if (end == value || options->limits[i] < 0 ||
		    *end != (i + 1 < RATE_COUNT ? ',' : '\0'))
			return false;
	}
	return true;
}

static bool
set_secrets_file(struct options *options, const char *value)
{
	options->secrets_file = value;
	return true;
}

static bool
set_client_id(struct options *options, const char *value)
{
	int64_t number;

	options->client_id = value;
	return number_read(value, 0, INT64_MAX, &number);
}

static bool
set_client_secret(struct options *options, const char *value)
{
	options->client_secret = value;
	return value[0] != '\0';
}

static bool
set_callback_domain(struct options *options, const char *value)
{
	options->callback_domain = value;
	return value[0] != '\0';
}

static bool
set_project(struct options *options, const char *value)
{
	options->project = value;
	return vault_id_ok(value) && strlen(value) <= 63;
}

static bool
read_switch(const char *value, bool *on)
{
	*on = strcmp(value, "on") == 0;
	return *on || strcmp(value, "off") == 0;
}

static bool
set_emulator(struct options *options, const char *value)
{
	return read_switch(value, &options->emulator);
}

static bool
set_extended_access(struct options *options, const char *value)
{
	return read_switch(value, &options->extended_access);
}

static bool
set_tls_cert(struct options *options, const char *value)
{
	options->tls_cert = value;
	return value[0] != '\0';
}

static bool
set_tls_key(struct options *options, const char *value)
{
	options->tls_key = value;
	return value[0] != '\0';
}

static const struct option {
	const char *name, *value, *help;
	bool (*set)(struct options *options, const char *value);
} options_known[] = {
	{ "--port", "PORT", "where to listen; 0 is any free one (8081)",
	    set_port },
	{ "--address", "IP", "on which address (127.0.0.1)", set_address },
	{ "--athletes", "N", "how many athletes there are (5)", set_athletes },
	{ "--seed", "N", "what the data are made from (1)", set_seed },
	{ "--rotation", "WHEN",
	    "new refresh tokens: always, never, sometimes (sometimes)",
	    set_rotation },
	{ "--rate-limit", "A,B,C,D",
	    "calls: quarter of an hour, day, the same for reads "
	    "(200,2000,100,1000)",
	    set_limits },
	{ "--client-id", "N", "the application (1001)", set_client_id },
	{ "--client-secret", "TEXT",
	    "and its secret (docs/sandbox.md names it)", set_client_secret },
	{ "--callback-domain", "NAME",
	    "where codes may go, beside localhost (localhost)",
	    set_callback_domain },
	{ "--project", "ID", "Google's project (sandbox-project)",
	    set_project },
	{ "--emulator", "on|off",
	    "Secret Manager without credentials, or as Google's (on)",
	    set_emulator },
	{ "--extended-access", "on|off", "may segments be explored? (off)",
	    set_extended_access },
	{ "--tls-cert", "PATH", "a PEM certificate: serve https",
	    set_tls_cert },
	{ "--tls-key", "PATH", "and its key", set_tls_key },
	{ "--secrets-file", "PATH",
	    "append each token, code and key, one a line", set_secrets_file },
};

static const struct {
	const char *name, *help;
	enum task   task;
} tasks[] = {
	{ "--check", "start, stop, and say whether it worked", TASK_CHECK },
	{ "--help", "print this", TASK_HELP },
	{ "--version", "print the version", TASK_VERSION },
};

void
options_print_help(void)
{
	char   left[40];
	size_t i;

	puts("usage: strava-sandbox [option ...]\n"
	     "Plays Strava and Google on this machine, for demo and tests.\n");
	for (i = 0; i < COUNT(options_known); i++) {
		snprintf(left, sizeof(left), "%s %s", options_known[i].name,
		    options_known[i].value);
		printf("  %-24s %s\n", left, options_known[i].help);
	}
	for (i = 0; i < COUNT(tasks); i++)
		printf("  %-24s %s\n", tasks[i].name, tasks[i].help);
}

static enum task
complain(const char *what, const char *name)
{
	fprintf(stderr, "strava-sandbox: %s %.40s; see strava-sandbox --help\n",
	    what, name);
	return TASK_NONE;
}

static const struct option *
find_option(const char *name)
{
	size_t i;

	for (i = 0; i < COUNT(options_known); i++)
		if (strcmp(options_known[i].name, name) == 0)
			return &options_known[i];
	return NULL;
}

static enum task
find_task(const char *name)
{
	size_t i;

	for (i = 0; i < COUNT(tasks); i++)
		if (strcmp(tasks[i].name, name) == 0)
			return tasks[i].task;
	return TASK_NONE;
}

enum task
options_read(struct options *options, int argc, char **argv)
{
	const struct option *option;
	enum task            task = TASK_SERVE;
	int                  i;

	*options = (struct options){
		.address = "127.0.0.1",
		.port = 8081,
		.athletes = 5,
		.seed = 1,
		.client_id = "1001",
		.client_secret = "sandbox-client-secret",
		.callback_domain = "localhost",
		.project = "sandbox-project",
		.emulator = true,
		.limits = { 200, 2000, 100, 1000 },
	};
	for (i = 1; i < argc; i++) {
		option = find_option(argv[i]);
		if (option == NULL) {
			task = find_task(argv[i]);
			if (task == TASK_NONE)
				return complain("unknown option", argv[i]);
			if (task != TASK_CHECK)
				return task;
		} else if (++i == argc || !option->set(options, argv[i])) {
			return complain(
			    "bad or missing value of", option->name);
		}
	}
	if ((options->tls_cert == NULL) != (options->tls_key == NULL))
		return complain("one is no use without the other:",
		    "--tls-cert and --tls-key");
	return task;
}
