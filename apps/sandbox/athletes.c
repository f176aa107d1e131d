/* SPDX-License-Identifier: MIT */

/* The athlete who asks: who that is, zones, weight, gear. */

#include <string.h>

#include "athlete_json.h"
#include "handlers.h"
#include "number.h"
#include "zone.h"

#define WEIGHT_MAX_KG 1000.0

void
api_athlete(struct call *call)
{
	struct emit *e = call_json(call, 200);

	if ((call->scope & SCOPE_PROFILE_READ_ALL) != 0)
		athlete_emit_detail(
		    e, call->world->options.seed, &call->person);
	else
		athlete_emit(e, NULL, &call->person);
}

/* Keeps the weight; false when short of memory. */
static bool
keep_weight(struct call *call, double weight_kg)
{
	struct world   *world = call->world;
	struct journal *journal;

	world_lock(world);
	journal = journals_open(&world->journals, call->person.number);
	if (journal != NULL)
		journal->weight_kg = weight_kg;
	world_unlock(world);
	return journal != NULL;
}

void
api_athlete_update(struct call *call)
{
	const char *text = request_form(call->request, "weight");
	double      weight_kg;

	if (text == NULL) {
		call_refuse(call, "Athlete", "weight", "missing");
		return;
	}
	if (!number_read_real(text, 0, WEIGHT_MAX_KG, &weight_kg) ||
	    weight_kg == 0) {
		call_refuse(call, "Athlete", "weight", "invalid");
		return;
	}
	if (!keep_weight(call, weight_kg)) {
		call_full(call);
		return;
	}
	call->person.weight_kg = weight_kg;
	athlete_emit_detail(
	    call_json(call, 200), call->world->options.seed, &call->person);
}

void
api_athlete_zones(struct call *call)
{
	zone_emit_athlete(call_json(call, 200), &call->person);
}

void
api_gear(struct call *call)
{
	char id[GEAR_ID_SIZE];
	bool bike = call->part[0] == 'b';

	person_gear_id(&call->person, bike, id);
	if (strcmp(call->part, id) != 0)
		call_not_found(call, "Gear");
	else
		athlete_emit_gear(
		    call_json(call, 200), NULL, &call->person, bike, true);
}
