/* SPDX-License-Identifier: MIT */
#include "sport.h"

#include <string.h>

#include "members.h"

static const struct sport_name sports[] = {
	{ "AlpineSki", "AlpineSki" },
	{ "BackcountrySki", "BackcountrySki" },
	{ "Badminton", "Workout" },
	{ "Basketball", "Workout" },
	{ "Canoeing", "Canoeing" },
	{ "Cricket", "Workout" },
	{ "Crossfit", "Crossfit" },
	{ "Dance", "Workout" },
	{ "EBikeRide", "EBikeRide" },
	{ "Elliptical", "Elliptical" },
	{ "EMountainBikeRide", "EBikeRide" },
	{ "Golf", "Golf" },
	{ "GravelRide", "Ride" },
	{ "Handcycle", "Handcycle" },
	{ "HighIntensityIntervalTraining", "Workout" },
	{ "Hike", "Hike" },
	{ "IceSkate", "IceSkate" },
	{ "InlineSkate", "InlineSkate" },
	{ "Kayaking", "Kayaking" },
	{ "Kitesurf", "Kitesurf" },
	{ "MountainBikeRide", "Ride" },
	{ "NordicSki", "NordicSki" },
	{ "Padel", "Workout" },
	{ "PhysicalTherapy", "Workout" },
	{ "Pickleball", "Workout" },
	{ "Pilates", "Workout" },
	{ "Racquetball", "Workout" },
	{ "Ride", "Ride" },
	{ "RockClimbing", "RockClimbing" },
	{ "RollerSki", "RollerSki" },
	{ "Rowing", "Rowing" },
	{ "Run", "Run" },
	{ "Sail", "Sail" },
	{ "Skateboard", "Skateboard" },
	{ "Snowboard", "Snowboard" },
	{ "Snowshoe", "Snowshoe" },
	{ "Soccer", "Soccer" },
	{ "Squash", "Workout" },
	{ "StairStepper", "StairStepper" },
	{ "StandUpPaddling", "StandUpPaddling" },
	{ "Surfing", "Surfing" },
	{ "Swim", "Swim" },
	{ "TableTennis", "Workout" },
	{ "Tennis", "Workout" },
	{ "TrailRun", "Run" },
	{ "Velomobile", "Velomobile" },
	{ "VirtualRide", "VirtualRide" },
	{ "VirtualRow", "Rowing" },
	{ "VirtualRun", "VirtualRun" },
	{ "Volleyball", "Workout" },
	{ "Walk", "Walk" },
	{ "WeightTraining", "WeightTraining" },
	{ "Wheelchair", "Wheelchair" },
	{ "Windsurf", "Windsurf" },
	{ "Workout", "Workout" },
	{ "Yoga", "Yoga" },
};

const struct sport_name *
sport_find(const char *sport_type)
{
	size_t i;

	for (i = 0; i < COUNT(sports); i++)
		if (strcmp(sports[i].sport_type, sport_type) == 0)
			return &sports[i];
	return NULL;
}

const struct sport_name *
sport_find_type(const char *type)
{
	const struct sport_name *sport = sport_find(type);

	return sport != NULL && strcmp(sport->type, type) == 0 ? sport : NULL;
}
