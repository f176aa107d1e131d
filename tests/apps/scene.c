/* SPDX-License-Identifier: MIT */
#include "scene.h"

#include <errno.h>

struct world    world;
struct enrolled enrolled;

int
scene_open(void **state)
{
	(void)state;
	world_start(&world, program_invocation_short_name, 0);
	return 0;
}

int
scene_close(void **state)
{
	(void)state;
	world_end(&world);
	return 0;
}
