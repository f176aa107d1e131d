/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_TYPES_H
#define GCPSECRET_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What the structs of several headers are made of.
 *
 * Times are seconds since the epoch, UTC, with a fraction dropped; durations are
 * seconds, with a fraction rounded up.  0 is: not set.
 *
 * What a call hands out is one piece of memory, freed by the function of its
 * name; everything inside belongs to it.  A text that is absent is NULL.  Such a
 * struct may grow at its end: reach it by pointer, never copy it.
 */

/* A name and a text, where the names are data. */
typedef struct gcpsecret_entry {
	const char *key, *value;
} gcpsecret_entry;

/* Entries that a caller gives. */
typedef struct gcpsecret_entries {
	const gcpsecret_entry *items;
	size_t                 count;
} gcpsecret_entries;

/* Texts that a caller gives. */
typedef struct gcpsecret_texts {
	const char *const *items;
	size_t             count;
} gcpsecret_texts;

/* Lists inside a struct that is handed out.  `skipped` counts the items that
 * were not what they should be and are left out. */
typedef struct gcpsecret_entry_list {
	size_t                        count;
	const gcpsecret_entry *const *items;
	size_t                        skipped;
} gcpsecret_entry_list;

typedef struct gcpsecret_text_list {
	size_t             count;
	const char *const *items;
	size_t             skipped;
} gcpsecret_text_list;

/*
 * What to list, for the iterators; NULL and zeroes: everything.
 *
 * filter: in Google's syntax, "name:strava AND labels.env=prod"; see
 *	cloud.google.com/secret-manager/docs/filtering.  At most 4096 bytes.
 * page_size: how many items an answer may have, at most 25000; 0: Google
 *	decides.  It changes the number of requests and not what is listed.
 */
typedef struct gcpsecret_query {
	const char *filter;
	int         page_size;
	int         reserved_int;
	uint64_t    reserved[4];
} gcpsecret_query;

/* Where copies of a secret are kept. */
typedef struct gcpsecret_replica {
	const char *location; /* "europe-west1" */
	const char *kms_key;  /* customer-managed; NULL: Google's own */
} gcpsecret_replica;

typedef struct gcpsecret_replica_list {
	size_t                          count;
	const gcpsecret_replica *const *items;
	size_t                          skipped;
} gcpsecret_replica_list;

/* Either everywhere, as Google sees fit, or in the places that were chosen. */
typedef struct gcpsecret_replication {
	bool                          automatic;
	const char                   *kms_key;  /* when automatic; or NULL */
	const gcpsecret_replica_list *replicas; /* NULL when automatic */
} gcpsecret_replication;

#endif
