/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_PAYLOAD_H
#define GCPSECRET_PAYLOAD_H

#include <gcpsecret/client.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One version's payload.  It may hold any byte; a NUL that `len` does not count
 * follows it. */
typedef struct gcpsecret_payload {
	const char *data;
	size_t      len;
	const char *version; /* "projects/123/secrets/s/versions/3": what was
			      * really read, with the project's number */
} gcpsecret_payload;

/*
 * Reads one version of a secret.
 *
 * `name` is one of
 *	projects/P/secrets/S				the latest version
 *	projects/P/secrets/S/versions/V			V: number, "latest", alias
 *	projects/P/locations/L/secrets/S[/versions/V]	a regional secret
 * and without projects/P/ in front it is of gcpsecret_project().
 *
 * "latest" is the newest version whatever its state; no older one takes the
 * place of one that is disabled.
 *
 * P is the project's id or number.  The payload's CRC32C is verified if it has
 * one; on a mismatch the version is read once more.  On success *payload_out is
 * to be freed with gcpsecret_payload_free(); it does not need the client any
 * more.
 *
 * Worth acting on: FORBIDDEN (the message names the role and the account),
 * DISABLED (it names the page that switches the API on), NOT_FOUND, STATE.
 */
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_access(
    gcpsecret_client *client, const char *name, gcpsecret_payload **payload_out,
    gcpsecret_error *err);

/*
 * Reads what a reference stands for, "sm://PROJECT/SECRET#VERSION" or one of
 * the other forms that <gcpsecret/reference.h> lists.  Version and project may
 * be left out ("sm://SECRET"): latest, gcpsecret_project().
 */
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_resolve(
    gcpsecret_client *client, const char *reference,
    gcpsecret_payload **payload_out, gcpsecret_error *err);

/* Wipes and frees; NULL is ignored. */
GCPSECRET_API void gcpsecret_payload_free(gcpsecret_payload *secret);

#ifdef __cplusplus
}
#endif

#endif
