/* SPDX-License-Identifier: MIT */
#ifndef TLS_H
#define TLS_H

/*
 * A door of TLS before a server of plain HTTP on this machine: it asks each
 * client for a certificate, whoever issued it, and turns those without away.
 * One thread serves one connection after the other.  Whatever fails while it
 * starts ends the test.
 */

#include <stddef.h>

struct tls;

/* Shows the certificate and the key in these PEM files, and passes on what
 * clients send to that port. */
struct tls *tls_start(const char *certificate, const char *key, int to_port);
void        tls_stop(struct tls *tls);

int         tls_port(const struct tls *tls);

/* The DER of the certificate that the last client showed; *len is 0 when there
 * was none.  Valid until the next client or tls_stop(). */
const unsigned char *tls_client(struct tls *tls, size_t *len);

#endif
