/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_GCPSECRET_H
#define GCPSECRET_GCPSECRET_H

/*
 * Secrets out of Google Secret Manager, with Google's application default
 * credentials.  gcpsecret(3) is the guide.
 *
 *	gcpsecret_client *client;
 *	gcpsecret_payload *secret;
 *	gcpsecret_error   err;
 *
 *	if (gcpsecret_client_new(&client, &err) != GCPSECRET_OK ||
 *	    gcpsecret_access(client, "projects/my-project/secrets/strava-client-secret",
 *		&secret, &err) != GCPSECRET_OK)
 *		errx(1, "%s", err.message);
 *	... secret->data, secret->len ...
 *	gcpsecret_payload_free(secret);
 *	gcpsecret_client_free(client);
 *
 * Facts: cloud.google.com/secret-manager/docs/reference/rest and Google's
 * AIP-4110 to AIP-4115 on credentials.
 */

#include <gcpsecret/api.h>
#include <gcpsecret/client.h>
#include <gcpsecret/credentials.h>
#include <gcpsecret/error.h>
#include <gcpsecret/location.h>
#include <gcpsecret/payload.h>
#include <gcpsecret/policy.h>
#include <gcpsecret/reference.h>
#include <gcpsecret/secret.h>
#include <gcpsecret/types.h>
#include <gcpsecret/verifier.h>
#include <gcpsecret/version.h>

#endif
