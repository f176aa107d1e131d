/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_PERSON_H
#define SANDBOX_PERSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "place.h"

/*
 * Who an athlete is.  Everything follows from the seed and the athlete's number,
 * nothing is stored.
 */
struct person {
	size_t              number; /* from 0 */
	int64_t             id;
	const char         *firstname, *lastname; /* NULL: null on the wire */
	const char         *sex;
	const struct place *home;
	double              weight_kg;
	int                 ftp_w; /* 0: null on the wire */
	size_t              activities;
};

/* "Anna A.": all that one athlete learns of another's last name. */
#define INITIAL_SIZE 8
void person_initial(const struct person *person, char initial[INITIAL_SIZE]);

void person_make(uint64_t seed, size_t number, struct person *person);

/* Some ids lie beyond 2^53. */
int64_t person_id(size_t number);

/* False when no athlete can have this id; true does not say that one exists. */
bool person_number(int64_t id, size_t *number);

/* Everybody has one bicycle and one pair of shoes. */
#define GEAR_ID_SIZE 32
void person_gear_id(
    const struct person *person, bool bike, char id[GEAR_ID_SIZE]);

#endif
