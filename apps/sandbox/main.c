/* SPDX-License-Identifier: MIT */

/* strava-sandbox: starts, waits for a signal, stops. */

#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "options.h"
#include "serve.h"
#include "server.h"
#include "world.h"

#define VERSION "0.1.0"
#define BODY_MAX ((size_t)32 * 1024 * 1024 + 65536) /* a file, and a form */
#define PEM_MAX 65536
#define CONNECTIONS_MAX 1024
#define IDLE_S 60
#define DRAIN_MS 2000

enum exit_code { EXIT_DONE = 0, EXIT_BROKEN = 1, EXIT_USAGE = 2 };

/* SIGTERM and SIGINT reach nobody but the caller's sigwait(3). */
static bool
hold_signals(sigset_t *set)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	return sigaction(SIGPIPE, &ignore, NULL) == 0 &&
	       pthread_sigmask(SIG_BLOCK, set, NULL) == 0;
}

/* Reads a whole file; false, with a line in `message`, when that fails. */
static bool
read_file(const char *path, struct buf *text, char *message, size_t size)
{
	char   piece[4096];
	size_t n = 0;
	FILE  *file = fopen(path, "re");
	bool   ok = file != NULL;

	buf_init(text, PEM_MAX);
	while (ok && (n = fread(piece, 1, sizeof(piece), file)) > 0)
		ok = buf_add(text, piece, n);
	if (!ok || ferror(file) != 0) {
		snprintf(message, size, "%s cannot be read", path);
		ok = false;
	}
	if (file != NULL)
		fclose(file);
	return ok;
}

static struct server *
start(struct world *world, char *message, size_t message_size)
{
	const struct options *options = &world->options;
	struct buf            cert = { .max = 0 }, key = { .max = 0 };
	struct server        *server = NULL;
	struct server_config  config = {
		 .address = options->address,
		 .port = options->port,
		 .routes = serve_routes,
		 .route_count = serve_route_count,
		 .app = world,
		 .body_max = BODY_MAX,
		 .connections_max = CONNECTIONS_MAX,
		 .timeout_s = IDLE_S,
		 .finish = serve_finish,
	};

	if (options->tls_cert == NULL ||
	    (read_file(options->tls_cert, &cert, message, message_size) &&
		read_file(options->tls_key, &key, message, message_size))) {
		if (options->tls_cert != NULL) {
			config.tls_cert = buf_text(&cert);
			config.tls_key = buf_text(&key);
		}
		server = server_start(&config, message, message_size);
	}
	buf_free(&cert);
	buf_free(&key);
	return server;
}

static enum exit_code
run(const struct options *options, enum task task)
{
	char           message[256];
	struct world  *world;
	struct server *server = NULL;
	sigset_t       set;
	int            number;

	if (!hold_signals(&set) ||
	    curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		fputs("strava-sandbox: cannot prepare the process\n", stderr);
		return EXIT_BROKEN;
	}
	world = world_new(options, message, sizeof(message));
	if (world != NULL)
		server = start(world, message, sizeof(message));
	if (server == NULL) {
		fprintf(stderr, "strava-sandbox: %s\n", message);
		world_free(world);
		return EXIT_BROKEN;
	}
	printf("listening on %s://%s:%d\n",
	    options->tls_cert != NULL ? "https" : "http", options->address,
	    server_port(server));
	fflush(stdout);
	if (task == TASK_SERVE)
		sigwait(&set, &number);
	atomic_store(&world->stop, true);
	server_stop(server, DRAIN_MS);
	world_free(world);
	curl_global_cleanup();
	return EXIT_DONE;
}

int
main(int argc, char **argv)
{
	struct options options;
	enum task      task = options_read(&options, argc, argv);

	switch (task) {
	case TASK_NONE: return EXIT_USAGE;
	case TASK_HELP: options_print_help(); return EXIT_DONE;
	case TASK_VERSION: puts("strava-sandbox " VERSION); return EXIT_DONE;
	case TASK_SERVE:
	case TASK_CHECK: break;
	}
	return (int)run(&options, task);
}
