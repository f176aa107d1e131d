/* SPDX-License-Identifier: MIT */
/* The three archives, which share code, in one program. */
#include <gcpsecret/gcpsecret.h>
#include <stdio.h>
#include <strava/strava.h>
#include <tokenstore/tokenstore.h>

int
main(void)
{
	strava_client     *strava;
	gcpsecret_client  *secrets;
	tokenstore        *store;
	tokenstore_error   error;
	tokenstore_options nothing = { 0 };

	if (strava_client_new(&strava, NULL) != STRAVA_OK ||
	    gcpsecret_client_new(&secrets, NULL) != GCPSECRET_OK ||
	    tokenstore_open(&nothing, &store, &error) !=
		TOKENSTORE_ERR_ARGUMENT) {
		fputs("a library does not answer as it should\n", stderr);
		return 1;
	}
	strava_client_free(strava);
	gcpsecret_client_free(secrets);
	tokenstore_close(store);
	return 0;
}
