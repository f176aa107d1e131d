/* SPDX-License-Identifier: MIT */
/*
 * Calls a service of Cloud Run that is not public, with an ID token that proves
 * who calls; curl(1) does the rest.
 *
 *	cc call_private_service.c $(pkg-config --cflags --libs libgcpsecret)
 *	./a.out https://refresh-123.europe-west1.run.app/status
 *
 * The token is for the service's address, which is all up to the path; a second
 * argument names another audience.  The account needs roles/run.invoker on the
 * service.  It must be a service account's, attached, impersonated or by its
 * key: a user's login gives no such token.
 */
#include <err.h>
#include <gcpsecret/gcpsecret.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "https://HOST" of "https://HOST/PATH"; to be freed. */
static char *
address_of(const char *url)
{
	const char *host = strstr(url, "://");

	if (host == NULL || strpbrk(url, "\"\\\n") != NULL)
		errx(2, "%s is no URL", url);
	host += 3;
	return strndup(url, (size_t)(host - url) + strcspn(host, "/?#"));
}

/* Nobody sees the arguments of a pipe's other end: the token is not in them. */
static int
call(const char *url, const char *token)
{
	FILE *curl = popen("curl --config -", "w");

	if (curl == NULL)
		err(1, "curl");
	fprintf(curl, "silent\nshow-error\nfail\nmax-time = 30\n");
	fprintf(curl, "header = \"Authorization: Bearer %s\"\n", token);
	fprintf(curl, "url = \"%s\"\n", url);
	return pclose(curl) == 0 ? 0 : 1;
}

int
main(int argc, char *argv[])
{
	gcpsecret_client *client;
	gcpsecret_token  *token;
	gcpsecret_error   error;
	char             *address;
	int               failed;

	if (argc < 2 || argc > 3)
		errx(2, "usage: call_private_service URL [AUDIENCE]");
	if ((address = address_of(argv[1])) == NULL)
		err(1, NULL);
	if (gcpsecret_client_new(&client, &error) != GCPSECRET_OK ||
	    gcpsecret_id_token_get(client, argc == 3 ? argv[2] : address,
		&token, &error) != GCPSECRET_OK)
		errx(1, "%s", error.message);
	failed = call(argv[1], token->text);
	gcpsecret_token_free(token);
	gcpsecret_client_free(client);
	free(address);
	return failed;
}
