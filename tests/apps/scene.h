/* SPDX-License-Identifier: MIT */
#ifndef SCENE_H
#define SCENE_H

/* What most tests of the programs stand on: a world of their own, empty and named
 * after the test, and those who enrol there. */

#include "enrolled.h"
#include "world.h"

extern struct world    world;
extern struct enrolled enrolled;

/* For cmocka, around all tests. */
int scene_open(void **state);
int scene_close(void **state);

#endif
