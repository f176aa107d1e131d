/* SPDX-License-Identifier: MIT */
#ifndef CERTIFICATE_H
#define CERTIFICATE_H

/* A certificate of a test's own making, and its key, in a folder of its own.
 * Whatever fails here ends the test. */
struct certificate {
	char folder[40], certificate[60], key[60]; /* PEM files */
};

/* `san`: for whom, "subjectAltName=IP:127.0.0.1". */
void certificate_make(struct certificate *c, const char *san);

/* Removes the folder with all that is in it. */
void certificate_remove(struct certificate *c);

#endif
