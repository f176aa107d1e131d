/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_REFERENCE_H
#define GCPSECRET_REFERENCE_H

/*
 * References: how settings name a version of a secret.
 *
 *	sm://SECRET				in the client's own project
 *	sm://PROJECT/SECRET
 *	sm://PROJECT/SECRET#VERSION		number, "latest", alias
 *	sm://projects/P/secrets/S[/versions/V]	the name in full
 *	sm://projects/P/locations/L/secrets/S[/versions/V]
 *
 * gcpsecret_resolve() reads what one stands for; gcpsecret_reference(3).
 */

#include <gcpsecret/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The caller's own; it needs no cleanup. */
typedef struct gcpsecret_reference {
	char project[64];  /* "": the client's own */
	char location[64]; /* "": a global secret */
	char secret[256];
	char version[64]; /* "latest" when the reference says none */
} gcpsecret_reference;

/*
 * Takes a reference apart; each part is as the API wants it.  Does no I/O.
 * Fails with: ARGUMENT; the message does not repeat the text, which may be a
 * secret that was given by mistake.
 */
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_reference_parse(
    const char *text, gcpsecret_reference *out, gcpsecret_error *err);

#ifdef __cplusplus
}
#endif

#endif
