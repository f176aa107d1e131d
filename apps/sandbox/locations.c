/* SPDX-License-Identifier: MIT */

/* Where secrets are kept. */

#include <stdio.h>
#include <string.h>

#include "members.h"
#include "secret_methods.h"
#include "secret_page.h"
#include "secret_refusal.h"

static const char *const locations[] = { "asia-east1", "asia-northeast1",
	"asia-south1", "asia-southeast1", "australia-southeast1",
	"europe-north1", "europe-west1", "europe-west2", "europe-west3",
	"europe-west4", "europe-west6", "northamerica-northeast1",
	"southamerica-east1", "us-central1", "us-east1", "us-east4", "us-west1",
	"us-west2" };

bool
location_ok(const char *location)
{
	size_t i;

	for (i = 0; i < COUNT(locations); i++)
		if (strcmp(locations[i], location) == 0)
			return true;
	return false;
}

static void
emit_location(struct emit *e, const struct target *target, const char *id)
{
	char number[PROJECT_NUMBER_SIZE], name[128];

	vault_project_number(target->project_number, number);
	snprintf(name, sizeof(name), "projects/%s/locations/%s", number, id);
	emit_object(e, NULL);
	emit_text(e, "name", name);
	emit_text(e, "locationId", id);
	emit_end(e);
}

void
locations_list(
    struct call *call, const struct target *target, struct json_object *body)
{
	struct secret_page page;
	struct emit       *e;
	size_t             i;

	(void)body;
	if (!secret_page_read(call, target, "locations", &page))
		return;
	if (page.filter[0] != '\0') {
		secret_invalid(call, "Locations cannot be filtered.");
		return;
	}
	e = call_json(call, 200);
	emit_object(e, NULL);
	emit_array(e, "locations");
	for (i = 0; i < COUNT(locations); i++)
		if (secret_page_take(&page, COUNT(locations) - i))
			emit_location(e, target, locations[i]);
	emit_end(e);
	page.total = 0; /* the list of locations has no such member */
	secret_page_emit(e, &page);
	emit_end(e);
}

void
locations_get(
    struct call *call, const struct target *target, struct json_object *body)
{
	(void)body;
	emit_location(call_json(call, 200), target, target->location);
}
