/* SPDX-License-Identifier: MIT */

/* Many requests over one connection, where HTTP/2 is offered. */

#include <stdio.h>
#include <stdlib.h>
#include <strava/strava.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "process.h"
#include "test.h"

#define SERVER "/usr/sbin/nghttpd"
#define MANY 100

struct server {
	struct process     process;
	struct environment env;
	char folder[40], certificate[64], key[64], root[64], port[12];
};

static void
make_certificate(struct server *s)
{
	const char *const argv[] = { "/usr/bin/openssl", "req", "-x509",
		"-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
		"-nodes", "-days", "2", "-subj", "/CN=test", "-addext",
		"subjectAltName=IP:127.0.0.1", "-keyout", s->key, "-out",
		s->certificate, NULL };

	process_start(&s->process, argv, &s->env, s->folder, "req");
	assert_true(process_wait(&s->process, 30000));
	assert_int_equal(s->process.code, 0);
	process_free(&s->process);
}

/* One file, which every query gets. */
static void
make_page(const struct server *s)
{
	char  path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s", s->root);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/athlete", s->root);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/athlete/activities", s->root);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("[{\"id\":1},{\"id\":2}]", file);
	fclose(file);
}

static void
start(struct server *s)
{
	const char *const argv[] = { SERVER, "-v", "-d", s->root, "-a",
		"127.0.0.1", s->port, s->key, s->certificate, NULL };

	memset(s, 0, sizeof(*s));
	snprintf(s->folder, sizeof(s->folder), "/tmp/test_http2.XXXXXX");
	assert_non_null(mkdtemp(s->folder));
	snprintf(
	    s->certificate, sizeof(s->certificate), "%s/cert.pem", s->folder);
	snprintf(s->key, sizeof(s->key), "%s/key.pem", s->folder);
	snprintf(s->root, sizeof(s->root), "%s/root", s->folder);
	snprintf(s->port, sizeof(s->port), "%d", free_port());
	make_certificate(s);
	make_page(s);
	process_start(&s->process, argv, &s->env, s->folder, "nghttpd");
	assert_true(process_await(
	    &s->process, s->process.out, "listen 127.0.0.1:", 30000));
}

/* Its log; it has ended. */
static char *
stop(struct server *s)
{
	static const char *const names[] = { "cert.pem", "key.pem", "req.out",
		"req.err", "nghttpd.out", "nghttpd.err",
		"root/athlete/activities" };
	char                     path[128], *log;

	process_end(&s->process);
	log = process_out(&s->process);
	process_free(&s->process);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", s->folder, names[i]);
		unlink(path);
	}
	snprintf(path, sizeof(path), "%s/athlete", s->root);
	rmdir(path);
	rmdir(s->root);
	assert_int_equal(rmdir(s->folder), 0);
	environment_free(&s->env);
	return log;
}

static size_t
count(const char *text, const char *what)
{
	size_t n = 0;

	while ((text = strstr(text, what)) != NULL) {
		n++;
		text += strlen(what);
	}
	return n;
}

static strava_client *
client_of(const struct server *s)
{
	strava_client *client;
	char           base[64];

	assert_int_equal(strava_client_new(&client, NULL), STRAVA_OK);
	snprintf(base, sizeof(base), "https://127.0.0.1:%s", s->port);
	assert_int_equal(
	    strava_client_set_api_base(client, base, NULL), STRAVA_OK);
	assert_int_equal(
	    strava_client_set_ca_file(client, s->certificate, NULL), STRAVA_OK);
	strava_client_set_access_token(client, "T", NULL);
	return client;
}

static void
many_pages_share_one_connection(void **state)
{
	const strava_batch_options options = { .in_flight = 20 };
	struct server              server;
	strava_client             *client;
	strava_batch              *batch;
	strava_batch_result       *result;
	strava_error               err;
	char                      *log;
	int                        answered = 0;

	(void)state;
	if (access(SERVER, X_OK) != 0) {
		print_message("there is no %s here\n", SERVER);
		skip();
	}
	start(&server);
	client = client_of(&server);
	assert_int_equal(
	    strava_batch_new(client, &options, &batch, &err), STRAVA_OK);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(strava_batch_add_activity_list(
				     batch, NULL, NULL, NULL, &err),
		    STRAVA_OK);
	while (strava_batch_next(batch, -1, &result, &err) == STRAVA_OK &&
	       result != NULL) {
		assert_int_equal(result->status, STRAVA_OK);
		assert_int_equal(result->activities->count, 2);
		answered++;
		strava_batch_result_free(result);
	}
	assert_int_equal(answered, MANY);
	strava_batch_free(batch);
	strava_client_free(client);
	log = stop(&server);
	assert_int_equal(count(log, ":path: "), MANY);
	assert_int_equal(count(log, "authorization: "), MANY);
	assert_int_equal(count(log, "negotiated protocol: h2"), 1);
	free(log);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_pages_share_one_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
