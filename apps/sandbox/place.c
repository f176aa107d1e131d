/* SPDX-License-Identifier: MIT */
#include "place.h"

/* Inland, so that a loop of a few kilometres stays on dry ground. */
static const struct place places[PLACE_COUNT] = {
	{ "Girona", "Catalunya", "Spain", "(GMT+01:00) Europe/Madrid", 3600,
	    41.9794, 2.8214, 75, 160 },
	{ "Boulder", "Colorado", "United States", "(GMT-07:00) America/Denver",
	    -25200, 40.0150, -105.2705, 1655, 240 },
	{ "Cambridge", "England", "United Kingdom", "(GMT+00:00) Europe/London",
	    0, 52.2053, 0.0218, 15, 12 },
	{ "Quito", "Pichincha", "Ecuador", "(GMT-05:00) America/Guayaquil",
	    -18000, -0.0105, -78.4467, 2780, 300 },
	{ "Canberra", "ACT", "Australia", "(GMT+10:00) Australia/Sydney", 36000,
	    -35.2809, 149.1300, 580, 90 },
	{ "Zürich", "Zürich", "Switzerland", "(GMT+01:00) Europe/Zurich", 3600,
	    47.4200, 8.5700, 430, 140 },
	{ "京都市", NULL, "Japan", "(GMT+09:00) Asia/Tokyo", 32400, 35.0116,
	    135.7681, 45, 120 },
	{ "Pune", "Maharashtra", "India", "(GMT+05:30) Asia/Kolkata", 19800,
	    18.5204, 73.8567, 560, 110 },
};

const struct place *
place_at(size_t number)
{
	return &places[number % PLACE_COUNT];
}

size_t
place_number(const struct place *place)
{
	return (size_t)(place - places);
}
