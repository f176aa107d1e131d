/* SPDX-License-Identifier: MIT */

/* strava-web: athletes connect their Strava account and see their rides. */

#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "headers.h"
#include "log.h"
#include "problem.h"
#include "report.h"
#include "routes.h"
#include "schema.h"
#include "signals.h"
#include "visit.h"

#define NAME "strava-web"

/* Each one serves one visitor at a time and holds two connections to the
 * database. */
#define BACKENDS 16

#define MESSAGE_SIZE 4096

extern char **environ;

/* Prints each line of `message` under the program's name. */
static enum exit_code
complain(enum exit_code code, const char *message)
{
	size_t len;

	for (; *message != '\0'; message += len + (message[len] == '\n')) {
		len = strcspn(message, "\n");
		fprintf(stderr, NAME ": %.*s\n", (int)len, message);
	}
	return code;
}

/* server_config.log.  A path of ours holds no secret; a query may. */
static void
log_answer(void *app, const struct request *request, int status, size_t bytes,
    int64_t ms)
{
	(void)app;
	log_request(&(struct log_request){ .method = request_method(request),
	    .path = request_path(request),
	    .user_agent = request_header(request, "User-Agent"),
	    .peer = request_peer(request),
	    .id = request_id(request),
	    .status = status,
	    .bytes = (int64_t)bytes,
	    .ms = ms });
	log_trace(NULL, NULL, NULL);
}

/* Where the settings say http, the app is for this machine alone. */
static struct server *
start(struct web *web, char *message, size_t message_size)
{
	struct server_config config = {
		.address = web->origin.secure ? "0.0.0.0" : "127.0.0.1",
		.port = (int)web->settings->port,
		.host = web->origin.host,
		.probe_path = "/health",
		.routes = routes,
		.route_count = route_count,
		.app = web,
		.error_page = problem_gate,
		.finish = headers_finish,
		.log = log_answer,
	};

	return server_start(&config, message, message_size);
}

/* A database that is away is waited for: /ready tells.  False when waiting would
 * not help. */
static bool
prepare_database(struct web *web, char *message, size_t message_size)
{
	struct backend   *backend = pool_take(web->pool, 0);
	tokenstore_status status = TOKENSTORE_ERR_NOMEM;

	snprintf(message, message_size, "out of memory");
	if (backend != NULL)
		status = ready_prepare(
		    web->ready, web->pool, backend, message, message_size);
	pool_give(web->pool, backend);
	if (status == TOKENSTORE_OK || report_blame(status) == OURS)
		return status == TOKENSTORE_OK;
	log_line(LOG_WARNING, "visitors have to wait for the database",
	    LOG_FIELDS(LOG_TEXT_FIELD("detail", message)));
	return true;
}

static bool
check_database(struct web *web, char *message, size_t message_size)
{
	struct backend *backend = pool_take(web->pool, 0);
	bool            ok;

	snprintf(message, message_size, "out of memory");
	ok = backend != NULL && backend_check(backend, message, message_size) &&
	     schema_check(backend->pg, message, message_size);
	pool_give(web->pool, backend);
	return ok;
}

static void
give_up(void *ctx)
{
	struct web *web = ctx;

	pool_hurry(web->pool);
}

static enum exit_code
serve(struct web *web)
{
	char           message[MESSAGE_SIZE];
	struct signals signals;
	struct server *server;

	if (!signals_start(&signals, SIGNALS_GRACE_MS, give_up, web))
		return complain(EXIT_FAILED, "cannot start a thread");
	if (!prepare_database(web, message, sizeof(message)) ||
	    (server = start(web, message, sizeof(message))) == NULL) {
		signals_end(&signals);
		return complain(EXIT_FAILED, message);
	}
	printf("listening on port %d, reached at %s\n", server_port(server),
	    web->origin.text);
	fflush(stdout);
	signals_wait(&signals);
	/* Longer than the grace: what is given up then still ends here. */
	server_stop(server, SIGNALS_GRACE_MS + 1000);
	signals_end(&signals);
	return EXIT_DONE;
}

static enum exit_code
check(struct web *web)
{
	char message[MESSAGE_SIZE];

	if (!check_database(web, message, sizeof(message)))
		return complain(EXIT_FAILED, message);
	printf("settings, secrets and database are as they should be\n");
	return EXIT_DONE;
}

/* Fills what follows from the settings. */
static bool
prepare(struct web *web, struct settings *settings)
{
	web->settings = settings;
	if (!origin_parse(settings->base_url, &web->origin) ||
	    !headers_prepare(web))
		return false;
	snprintf(web->callback, sizeof(web->callback), "%s/exchange_token",
	    web->origin.text);
	return true;
}

static enum exit_code
run(struct settings *settings, bool check_only)
{
	struct ready   ready;
	struct web     web = { .ready = &ready };
	char           message[MESSAGE_SIZE];
	enum exit_code code;

	ready_init(&ready);
	if (!prepare(&web, settings))
		return complain(
		    EXIT_CONFIG, "BASE_URL or STRAVA_OAUTH_BASE is too long");
	web.pool = pool_new(settings, NAME, BACKENDS, message, sizeof(message));
	if (web.pool == NULL)
		return complain(EXIT_FAILED, message);
	code = check_only ? check(&web) : serve(&web);
	pool_free(web.pool);
	return code;
}

int
main(int argc, char **argv)
{
	bool                    check_only = false;
	const struct cli_option options[] = {
		{ "--check", &check_only,
		    "try settings, secrets and database, then exit" },
	};
	const struct cli cli = {
		.name = NAME,
		.summary = "Serves the web app: athletes connect their Strava "
			   "account and see their rides.",
		.program = PROGRAM_WEB,
		.options = options,
		.option_count = 1,
	};
	struct settings settings;
	char            message[MESSAGE_SIZE];
	enum exit_code  code;

	if (!cli_harden(NAME))
		return EXIT_FAILED;
	if (!cli_parse(&cli, argc, argv, &code))
		return (int)code;
	if (!settings_load(
		&settings, PROGRAM_WEB, environ, message, sizeof(message)))
		return (int)complain(EXIT_CONFIG, message);
	log_setup(NAME, (enum log_format)settings.log_format, false);
	code = run(&settings, check_only);
	settings_free(&settings);
	return (int)code;
}
