/* SPDX-License-Identifier: MIT */
/*
 * A CGI program that only one service account may call, as Cloud Scheduler does:
 * it proves itself by the ID token that Google signs for it.
 *
 *	cc verify_caller.c $(pkg-config --cflags --libs libgcpsecret)
 *	AUDIENCE=https://refresh.example.org \
 *	    EMAIL=cron@my-project.iam.gserviceaccount.com ./a.out
 *
 * The web server has to pass the header on, as HTTP_AUTHORIZATION.  A server that
 * goes on running makes one verifier and keeps it: it remembers Google's keys.
 */
#include <err.h>
#include <gcpsecret/gcpsecret.h>
#include <stdio.h>
#include <stdlib.h>

static const char *
status_line(gcpsecret_status status)
{
	switch (status) {
	case GCPSECRET_OK: return "200 OK";
	case GCPSECRET_ERR_IDENTITY: return "401 Unauthorized";
	case GCPSECRET_ERR_FORBIDDEN: return "403 Forbidden";
	default: return "503 Service Unavailable";
	}
}

int
main(void)
{
	const char *audiences[] = { getenv("AUDIENCE"), NULL };
	const char *emails[] = { getenv("EMAIL"), NULL };
	const gcpsecret_verifier_options options = {
		.audiences = audiences,
		.emails = emails,
		.certs_url = getenv("GOOGLE_CERTS_URL"),
	};
	gcpsecret_verifier *verifier;
	gcpsecret_identity *caller;
	gcpsecret_error     error;
	gcpsecret_status    status;

	if (gcpsecret_verifier_new(&verifier, &options, &error) != GCPSECRET_OK)
		errx(1, "%s", error.message);
	status = gcpsecret_verifier_check_header(
	    verifier, getenv("HTTP_AUTHORIZATION"), &caller, &error);
	printf("Status: %s\r\n", status_line(status));
	if (status == GCPSECRET_ERR_IDENTITY)
		printf("WWW-Authenticate: Bearer realm=\"example\"\r\n");
	printf("Content-Type: text/plain\r\n\r\n");
	if (status == GCPSECRET_OK)
		printf("%s has called\n", caller->email);
	else /* into the server's log: what is wrong is not the caller's */
		warnx("%s", error.message);
	gcpsecret_identity_free(caller);
	gcpsecret_verifier_free(verifier);
	return 0;
}
