/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_INTERNAL_H
#define GCPSECRET_INTERNAL_H

#include <gcpsecret/gcpsecret.h>
#include <json-c/json.h>
#include <openssl/types.h>
#include <stdbool.h>

#include "buf.h"

/*
 * From top to bottom, each knowing only what stands below it:
 *
 *	verifier.c certs.c	who has called, and the keys that prove it
 *	cache.c cache_entry.c	versions that are kept for who asks often
 *	rotation.c		more than one version at a time
 *	payload.c secret.c version.c policy.c location.c
 *				the methods, by noun, with each.c for lists
 *	call.c method.c		one call of one method, a row of a table
 *	token_get.c project.c	what else a program asks credentials for
 *	token.c			tokens: kept, renewed in time, by one thread
 *	grant.c			a new one, from whatever source there is
 *	service_account.c user.c external.c impersonate.c metadata.c	sources
 *	subject.c program.c certificate.c aws.c	the proof of an external account,
 *				aws.c over aws_metadata.c and sigv4.c
 *	credentials.c		what clients share, and whom it speaks for
 *	search.c		which source it is
 *	key_file.c subject_source.c field.c	documents with credentials
 *	reply.c			how a token comes
 *	exchange.c refusal.c	one request, repeated, and what a "no" means
 *	client.c settings.c	what they all belong to
 *	body.c secret_input.c replication.c	what is written, and read
 *	child.c environment.c words.c		another program
 *	name.c reference.c jwt.c id_token.c jwks.c pem.c	helpers
 *	crc32c.c file.c values.c error.c
 *
 * One call goes up: a refusal names the account that lacks a role, and
 * credentials.c knows it.
 */

/* error.c: writes `err`, unless it is NULL, and returns `status`. */
gcpsecret_status gs_fail(gcpsecret_error *err, gcpsecret_status status,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));
gcpsecret_status gs_no_memory(gcpsecret_error *err);

/* Replaces what is not printable ASCII: a server's words or the name of a file
 * must not forge a line of a log. */
void gs_make_line(char *text);

/* values.c: what came from outside */

/* Overwrites every text of the document, then frees it; NULL is ignored. */
void gs_json_free(struct json_object *document);

/* Reads a whole number that is not negative, given as a JSON number or, as
 * proto3 does with 64 bits, as a text of digits. */
bool gs_json_number(struct json_object *value, int64_t *out);

/* A variable of the environment; NULL when it is unset or empty. */
const char *gs_variable(const char *name);

/* Reads "3.5s", of google.protobuf.Duration, rounded up. */
bool gs_read_duration(const char *text, int64_t *out);
bool gs_put_duration(struct json_object *value, void *at); /* int64_t */

/* UTF-8 of at most `max` bytes; NULL is none. */
bool gs_is_utf8(const char *text, size_t max);

/* Printable ASCII without blanks, quotes and backslashes, and not empty: fit
 * for a header and for a JSON text without escapes. */
bool gs_is_plain(const char *text);

/* Two labels or more in lower case: "googleapis.com". */
bool gs_is_domain(const char *text);

/* crc32c.c: the checksum of Castagnoli, as RFC 3720 uses it. */
uint32_t gs_crc32c(const void *data, size_t len);

#endif
