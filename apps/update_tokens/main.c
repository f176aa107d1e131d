/* SPDX-License-Identifier: MIT */

/* update_tokens: keeps every athlete's token fresh, as a function or a job. */

#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "function.h"
#include "log.h"
#include "refresh.h"
#include "signals.h"

#define NAME "update_tokens"
#define MESSAGE_SIZE 4096

extern char **environ;

static enum exit_code
complain(enum exit_code code, const char *message)
{
	fprintf(stderr, NAME ": %s\n", message);
	return code;
}

static void
give_up_one(void *ctx)
{
	backend_hurry(ctx);
}

static void
give_up_all(void *ctx)
{
	pool_hurry(ctx);
}

static bool
print_report(const struct refresh_report *report)
{
	struct buf json;
	bool       ok;

	buf_init(&json, 1024);
	ok = report_json(report, &json) &&
	     printf("%s\n", buf_text(&json)) > 0 && fflush(stdout) == 0;
	buf_free(&json);
	return ok;
}

/* One run, for a job or cron. */
static enum exit_code
run_once(const struct settings *settings)
{
	struct refresh_options options = { 0 };
	struct refresh_report  report;
	struct signals         signals;
	struct backend        *backend;
	char                   message[MESSAGE_SIZE];

	backend = backend_new(settings, NAME, message, sizeof(message));
	if (backend == NULL)
		return complain(EXIT_FAILED, message);
	if (!signals_start(&signals, SIGNALS_GRACE_MS, give_up_one, backend)) {
		backend_free(backend);
		return complain(EXIT_FAILED, "cannot start a thread");
	}
	options.stop = &signals.stop;
	refresh_run(backend, &options, &report);
	signals_end(&signals);
	backend_free(backend);
	return print_report(&report) && report.complete ? EXIT_DONE
							: EXIT_FAILED;
}

static enum exit_code
serve(struct function *function)
{
	struct signals signals;
	struct server *server;
	char           message[MESSAGE_SIZE];

	if (!signals_start(
		&signals, SIGNALS_GRACE_MS, give_up_all, function->pool))
		return complain(EXIT_FAILED, "cannot start a thread");
	function->stop = &signals.stop;
	server = function_start(function, message, sizeof(message));
	if (server == NULL) {
		signals_end(&signals);
		return complain(EXIT_FAILED, message);
	}
	printf("listening on port %d\n", server_port(server));
	fflush(stdout);
	signals_wait(&signals);
	/* Longer than the grace: what is given up then still ends here. */
	server_stop(server, SIGNALS_GRACE_MS + 1000);
	signals_end(&signals);
	return EXIT_DONE;
}

static enum exit_code
listen(const struct settings *settings)
{
	struct function function = { .settings = settings };
	char            message[MESSAGE_SIZE];
	enum exit_code  code;

	function.pool =
	    pool_new(settings, NAME, FUNCTION_RUNS, message, sizeof(message));
	if (function.pool == NULL)
		return complain(EXIT_FAILED, message);
	code = serve(&function);
	pool_free(function.pool);
	return code;
}

/* A listening function must know who may call it. */
static bool
has_invoker(const struct settings *settings)
{
	if (settings->invoker_auth != INVOKER_VERIFY)
		return true;
	complain(EXIT_CONFIG,
	    "INVOKER_AUTH=verify, the default, is not part of this version; "
	    "to listen, set INVOKER_AUTH=platform where Cloud Run's IAM checks "
	    "the caller, or INVOKER_AUTH=off to serve this machine only; "
	    "--once needs neither");
	return false;
}

static enum exit_code
check(const struct settings *settings)
{
	struct backend *backend;
	char            message[MESSAGE_SIZE];
	bool            ok;

	backend = backend_new(settings, NAME, message, sizeof(message));
	ok =
	    backend != NULL && backend_check(backend, message, sizeof(message));
	backend_free(backend);
	if (!ok)
		return complain(EXIT_FAILED, message);
	printf("settings, secrets and database are as they should be\n");
	return EXIT_DONE;
}

int
main(int argc, char **argv)
{
	bool                    once = false, check_only = false;
	const struct cli_option options[] = {
		{ "--once", &once, "do one run, print its report, and exit" },
		{ "--check", &check_only,
		    "try settings, secrets and database, then exit" },
	};
	const struct cli cli = {
		.name = NAME,
		.summary = "Refreshes the tokens that are due, once for each "
			   "POST to PORT.",
		.program = PROGRAM_UPDATE_TOKENS,
		.options = options,
		.option_count = 2,
	};
	struct settings settings;
	char            message[MESSAGE_SIZE];
	enum exit_code  code;

	if (!cli_harden(NAME))
		return EXIT_FAILED;
	if (!cli_parse(&cli, argc, argv, &code))
		return (int)code;
	if (!settings_load(&settings, PROGRAM_UPDATE_TOKENS, environ, message,
		sizeof(message)))
		return (int)complain(EXIT_CONFIG, message);
	log_setup(NAME, (enum log_format)settings.log_format, false);
	if (!once && !has_invoker(&settings))
		code = EXIT_CONFIG;
	else if (check_only)
		code = check(&settings);
	else
		code = once ? run_once(&settings) : listen(&settings);
	settings_free(&settings);
	return (int)code;
}
