/* SPDX-License-Identifier: MIT */
/*
 * One secret out of Google Secret Manager, to stdout, byte for byte.
 *
 *	cc read_secret.c $(pkg-config --cflags --libs libgcpsecret)
 *	./a.out sm://my-project/strava-client-secret
 *	./a.out projects/my-project/secrets/strava-client-secret/versions/3
 *
 * Credentials are found as Google's own clients find them; with
 * SECRET_MANAGER_EMULATOR_HOST=host:port none are needed.
 */
#include <err.h>
#include <gcpsecret/gcpsecret.h>
#include <stdio.h>
#include <string.h>

int
main(int argc, char *argv[])
{
	gcpsecret_client  *client;
	gcpsecret_payload *secret;
	gcpsecret_error    error;
	gcpsecret_status   status;

	if (argc != 2)
		errx(
		    2, "usage: read_secret sm://PROJECT/SECRET#VERSION | NAME");
	if (gcpsecret_client_new(&client, &error) != GCPSECRET_OK)
		errx(1, "%s", error.message);
	if (strncmp(argv[1], "sm://", 5) == 0)
		status = gcpsecret_resolve(client, argv[1], &secret, &error);
	else
		status = gcpsecret_access(client, argv[1], &secret, &error);
	gcpsecret_client_free(client);
	if (status != GCPSECRET_OK)
		errx(1, "%s", error.message);

	warnx("%s, %zu bytes", secret->version, secret->len);
	if (fwrite(secret->data, 1, secret->len, stdout) != secret->len ||
	    fflush(stdout) != 0)
		err(1, "stdout");
	gcpsecret_payload_free(secret);
	return 0;
}
