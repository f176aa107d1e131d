/* SPDX-License-Identifier: MIT */
#include <strava/sport.h>
#include <string.h>

#include "members.h"

/* A sport type and the activity type that comes nearest to it, sorted. */
static const struct sport {
	const char *sport_type, *activity_type;
} sports[] = {
	{ "AlpineSki", "AlpineSki" },
	{ "BackcountrySki", "BackcountrySki" },
	{ "Badminton", "Workout" },
	{ "Basketball", "Workout" },
	{ "Canoeing", "Canoeing" },
	{ "Cricket", "Workout" },
	{ "Crossfit", "Crossfit" },
	{ "Dance", "Workout" },
	{ "EBikeRide", "EBikeRide" },
	{ "EMountainBikeRide", "EBikeRide" },
	{ "Elliptical", "Elliptical" },
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

static const struct sport *
find(const char *sport_type)
{
	for (size_t i = 0; sport_type != NULL && i < COUNT(sports); i++)
		if (strcmp(sport_type, sports[i].sport_type) == 0)
			return &sports[i];
	return NULL;
}

const char *
strava_sport_at(size_t i)
{
	return i < COUNT(sports) ? sports[i].sport_type : NULL;
}

bool
strava_sport_known(const char *sport_type)
{
	return find(sport_type) != NULL;
}

const char *
strava_sport_activity_type(const char *sport_type)
{
	const struct sport *sport = find(sport_type);

	return sport != NULL ? sport->activity_type : NULL;
}

const char *
strava_sport_of_activity_type(const char *activity_type)
{
	const struct sport *sport = find(activity_type);

	if (sport == NULL || strcmp(sport->activity_type, activity_type) != 0)
		return NULL;
	return sport->sport_type;
}
