/* SPDX-License-Identifier: MIT */
#include "certificate.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "process.h"
#include "test.h"

void
certificate_make(struct certificate *c, const char *san)
{
	const char *const  argv[] = { "/usr/bin/openssl", "req", "-x509",
		 "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
		 "-nodes", "-days", "2", "-subj", "/CN=test", "-addext", san,
		 "-keyout", c->key, "-out", c->certificate, NULL };
	struct environment env = { 0 };
	struct process     process;

	snprintf(c->folder, sizeof(c->folder), "/tmp/certificate.XXXXXX");
	assert_non_null(mkdtemp(c->folder));
	snprintf(
	    c->certificate, sizeof(c->certificate), "%s/cert.pem", c->folder);
	snprintf(c->key, sizeof(c->key), "%s/key.pem", c->folder);
	process_start(&process, argv, &env, c->folder, "req");
	assert_true(process_wait(&process, 30000));
	assert_int_equal(process.code, 0);
	process_free(&process);
}

void
certificate_remove(struct certificate *c)
{
	static const char *const names[] = { "cert.pem", "key.pem", "req.out",
		"req.err" };
	char                     path[80];
	size_t                   i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", c->folder, names[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(c->folder), 0);
}
