/* SPDX-License-Identifier: MIT */

/* update_tokens: keeps every athlete's token fresh, as a function or a job. */

#include <stdio.h>
#include <string.h>

#include "budget.h"
#include "cli.h"
#include "function.h"
#include "job.h"
#include "log.h"
#include "signals.h"
#include "status.h"

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
give_up_all(void *ctx)
{
	pool_hurry(ctx);
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
listen(const struct settings *settings, struct invoker *invoker)
{
	struct function function = { .settings = settings, .invoker = invoker };
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

/* `invoker` NULL: nobody is going to call. */
static enum exit_code
check(const struct settings *settings, struct invoker *invoker)
{
	struct backend *backend;
	char            message[MESSAGE_SIZE];
	bool            ok;

	backend = backend_new(settings, NAME, message, sizeof(message));
	ok =
	    backend != NULL &&
	    backend_check(backend, message, sizeof(message)) &&
	    (invoker == NULL || invoker_try(invoker, message, sizeof(message)));
	backend_free(backend);
	if (!ok)
		return complain(EXIT_FAILED, message);
	printf("settings, secrets and database are as they should be\n");
	return EXIT_DONE;
}

static enum exit_code
print_status(const tokenstore_overview *overview,
    const tokenstore_budget *budget, bool as_json)
{
	const char *complaint = status_complaint(overview);
	struct buf  text;
	bool        ok;

	buf_init(&text, MESSAGE_SIZE);
	ok = status_write(overview, budget, as_json, &text) &&
	     fputs(buf_text(&text), stdout) >= 0 && fflush(stdout) == 0;
	buf_free(&text);
	if (ok && complaint == NULL)
		return EXIT_DONE;
	return complain(
	    EXIT_FAILED, ok ? complaint : "cannot print the status");
}

/* What Strava never told is what the settings say. */
static void
complete_limits(tokenstore_budget *budget, const struct settings *settings)
{
	for (size_t i = 0; i < budget->count; i++) {
		tokenstore_budget_window *window = &budget->windows[i];
		bool day = window->window_s == BUDGET_DAY_S;

		if (window->limit == 0)
			window->limit = settings->strava_limits[day];
	}
}

static enum exit_code
status(const struct settings *settings, bool as_json)
{
	tokenstore_overview overview;
	tokenstore_budget   budget;
	tokenstore_error    err;
	struct backend     *backend;
	char                message[MESSAGE_SIZE];
	enum exit_code      code;

	backend = backend_new(settings, NAME, message, sizeof(message));
	if (backend == NULL)
		return complain(EXIT_FAILED, message);
	if (tokenstore_overview_get(backend->store, &overview, &err) ==
		TOKENSTORE_OK &&
	    tokenstore_budget_get(backend->store, BUDGET_NAME, &budget, &err) ==
		TOKENSTORE_OK) {
		complete_limits(&budget, settings);
		code = print_status(&overview, &budget, as_json);
	} else {
		code = complain(EXIT_FAILED, err.message);
	}
	backend_free(backend);
	return code;
}

/* What the options ask for; without any, to listen. */
struct wishes {
	bool        once, check, status, json, dry_run;
	const char *athlete;
};

/* Whether the wishes go together; completes them. */
static bool
settle(struct wishes *wishes)
{
	const char *id = wishes->athlete;
	size_t      digits = id != NULL ? strspn(id, "0123456789") : 0;

	if (id != NULL &&
	    (digits == 0 || digits > 18 || id[digits] != '\0' || *id == '0')) {
		complain(EXIT_CONFIG, "--athlete: must be Strava's number");
		return false;
	}
	if (wishes->check + wishes->status + wishes->dry_run + (id != NULL) >
	    1) {
		complain(EXIT_CONFIG,
		    "--check, --status, --dry-run and --athlete exclude each "
		    "other");
		return false;
	}
	if (wishes->json && !wishes->status) {
		complain(EXIT_CONFIG, "--json goes with --status");
		return false;
	}
	wishes->once = wishes->once || wishes->dry_run || id != NULL;
	return true;
}

static enum exit_code
run_once(const struct settings *settings, const struct wishes *wishes)
{
	const struct job job = { settings, NAME, wishes->athlete };
	char             message[MESSAGE_SIZE];
	enum exit_code   code;

	code = wishes->dry_run ? job_count(&job, message, sizeof(message))
			       : job_run(&job, message, sizeof(message));
	return message[0] != '\0' ? complain(code, message) : code;
}

static enum exit_code
act(const struct settings *settings, const struct wishes *wishes)
{
	struct invoker *invoker = NULL;
	char            message[MESSAGE_SIZE];
	enum exit_code  code;

	if (wishes->status)
		return status(settings, wishes->json);
	/* A listening function must know who may call it. */
	if (!wishes->once &&
	    (invoker = invoker_new(settings, message, sizeof(message))) == NULL)
		return complain(EXIT_CONFIG, message);
	if (wishes->check)
		code = check(settings, invoker);
	else
		code = wishes->once ? run_once(settings, wishes)
				    : listen(settings, invoker);
	invoker_free(invoker);
	return code;
}

int
main(int argc, char **argv)
{
	struct wishes           wishes = { 0 };
	const struct cli_option options[] = {
		{ "--once", &wishes.once,
		    "do one run, print its report, and exit" },
		{ "--dry-run", &wishes.dry_run,
		    "count who is due, change nothing, and exit" },
		{ "--status", &wishes.status,
		    "print how the accounts are, and exit" },
		{ "--json", &wishes.json, "with --status: as JSON" },
		{ "--check", &wishes.check,
		    "try settings, secrets, database and keys, then exit" },
	};
	const struct cli_value values[] = {
		{ "--athlete", "ID", &wishes.athlete,
		    "refresh this athlete, due or not, and exit" },
	};
	const struct cli cli = {
		.name = NAME,
		.summary = "Refreshes the tokens that are due, once for each "
			   "POST to PORT.",
		.program = PROGRAM_UPDATE_TOKENS,
		.options = options,
		.option_count = sizeof(options) / sizeof(options[0]),
		.values = values,
		.value_count = 1,
	};
	struct settings settings;
	char            message[MESSAGE_SIZE];
	enum exit_code  code;

	if (!cli_harden(NAME))
		return EXIT_FAILED;
	if (!cli_parse(&cli, argc, argv, &code))
		return (int)code;
	if (!settle(&wishes))
		return EXIT_CONFIG;
	if (!settings_load(&settings, PROGRAM_UPDATE_TOKENS, environ, message,
		sizeof(message)))
		return (int)complain(EXIT_CONFIG, message);
	log_setup(NAME, (enum log_format)settings.log_format, false);
	code = act(&settings, &wishes);
	settings_free(&settings);
	return (int)code;
}
