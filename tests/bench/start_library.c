/* SPDX-License-Identifier: MIT */

/* Reads one secret from HOST:PORT with the library. */

#include <err.h>
#include <gcpsecret/gcpsecret.h>
#include <stdlib.h>

#include "memory.h"

int
main(int argc, char **argv)
{
	gcpsecret_client  *client;
	gcpsecret_payload *secret;
	gcpsecret_error    error;

	if (argc != 2)
		errx(2, "usage: start_library HOST:PORT");
	/* NOLINTNEXTLINE(concurrency-mt-unsafe) */
	setenv("SECRET_MANAGER_EMULATOR_HOST", argv[1], 1);
	if (gcpsecret_client_new(&client, &error) != GCPSECRET_OK ||
	    gcpsecret_access(client, "projects/my-project/secrets/bench",
		&secret, &error) != GCPSECRET_OK)
		errx(1, "%s", error.message);
	gcpsecret_payload_free(secret);
	gcpsecret_client_free(client);
	return memory_print();
}
