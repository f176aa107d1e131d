/* SPDX-License-Identifier: MIT */
#include "page.h"

#include <stdint.h>

static const char *const sports[][2] = { { "Run", "Run" }, { "Ride", "Ride" },
	{ "Ride", "GravelRide" }, { "Run", "TrailRun" },
	{ "VirtualRide", "VirtualRide" }, { "Swim", "Swim" },
	{ "Workout", "Yoga" } };
static const char *const names[] = { "Morning Run", "Lunch Ride",
	"Afternoon Run", "Sortie du d\xc3\xa9jeuner", "Rain \\u0026 wind",
	"Over the hills \xf0\x9f\x9a\xb4", "\\\"Easy\\\"",
	"Long run with everybody before the marathon" };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The generator of POSIX's example, wide enough for what is drawn here. */
static unsigned
draw(unsigned *seed, unsigned below)
{
	*seed = *seed * 1103515245U + 12345U;
	return (*seed >> 16) % below;
}

static const char *
yes_or_no(unsigned *seed, unsigned of)
{
	return draw(seed, of) == 0 ? "true" : "false";
}

/* One number of a polyline, as JSON has it in a string. */
static void
add_step(struct buf *page, int step)
{
	unsigned bits = (unsigned)step << 1;
	char     c;

	if (step < 0)
		bits = ~bits;
	do {
		c = (char)((bits & 0x1f) + (bits > 0x1f ? 0x20 : 0) + 63);
		buf_add(page, "\\\\", c == '\\' ? 1 : 0);
		buf_add(page, &c, 1);
		bits >>= 5;
	} while (bits > 0);
}

static void
add_map(struct buf *page, long long id, bool outdoors, unsigned *seed)
{
	unsigned points = 40 + draw(seed, 140);

	buf_addf(page, "\"map\":{\"id\":\"a%lld\",\"summary_polyline\":\"", id);
	if (outdoors) {
		add_step(page, 5150123);
		add_step(page, -12034);
		for (unsigned i = 1; i < points; i++) {
			add_step(page, (int)draw(seed, 400) - 180);
			add_step(page, (int)draw(seed, 400) - 200);
		}
	}
	buf_addf(page, "\",\"resource_state\":2},");
}

static void
add_place(struct buf *page, const char *name, bool outdoors, unsigned *seed)
{
	if (outdoors)
		buf_addf(page, "\"%s\":[51.%06u,-0.%06u],", name,
		    draw(seed, 1000) * 1000 + draw(seed, 1000),
		    draw(seed, 1000) * 1000 + draw(seed, 1000));
	else
		buf_addf(page, "\"%s\":[],", name);
}

static void
add_what(struct buf *page, long long id, unsigned *seed)
{
	const char *const *sport = sports[draw(seed, COUNT(sports))];
	unsigned           metres = 1000 + draw(seed, 30000);
	unsigned           seconds = 600 + draw(seed, 9000);

	buf_addf(page,
	    "{\"resource_state\":2,\"athlete\":{\"id\":134815,"
	    "\"resource_state\":1},\"name\":\"%s\",\"distance\":%u.%u,"
	    "\"moving_time\":%u,\"elapsed_time\":%u,"
	    "\"total_elevation_gain\":%u.%u,\"type\":\"%s\","
	    "\"sport_type\":\"%s\",\"workout_type\":%s,\"id\":%lld,",
	    names[draw(seed, COUNT(names))], metres, draw(seed, 10), seconds,
	    seconds + draw(seed, 600), draw(seed, 900), draw(seed, 10),
	    sport[0], sport[1], draw(seed, 3) == 0 ? "10" : "null", id);
}

static void
add_when(struct buf *page, unsigned *seed)
{
	unsigned day = 1 + draw(seed, 28), hour = 6 + draw(seed, 12);
	unsigned minute = draw(seed, 60), second = draw(seed, 60);

	buf_addf(page,
	    "\"start_date\":\"2025-06-%02uT%02u:%02u:%02uZ\","
	    "\"start_date_local\":\"2025-06-%02uT%02u:%02u:%02uZ\","
	    "\"timezone\":\"(GMT+00:00) Europe/London\","
	    "\"utc_offset\":3600.0,\"location_city\":null,"
	    "\"location_state\":null,\"location_country\":"
	    "\"United Kingdom\",\"achievement_count\":%u,"
	    "\"kudos_count\":%u,\"comment_count\":%u,\"athlete_count\":%u,"
	    "\"photo_count\":0,",
	    day, hour, minute, second, day, hour + 1, minute, second,
	    draw(seed, 12), draw(seed, 90), draw(seed, 9), 1 + draw(seed, 4));
}

static void
add_flags(struct buf *page, unsigned *seed)
{
	buf_addf(page,
	    "\"trainer\":%s,\"commute\":%s,\"manual\":%s,\"private\":false,"
	    "\"visibility\":\"everyone\",\"flagged\":false,"
	    "\"gear_id\":\"b12345678\",",
	    yes_or_no(seed, 6), yes_or_no(seed, 4), yes_or_no(seed, 20));
}

/* A heart rate and a power meter come with some activities only. */
static void
add_sensors(struct buf *page, unsigned *seed)
{
	buf_addf(page, "\"average_speed\":%u.%03u,\"max_speed\":%u.%u,",
	    2 + draw(seed, 8), draw(seed, 1000), 10 + draw(seed, 8),
	    draw(seed, 10));
	if (draw(seed, 3) == 0)
		buf_addf(page,
		    "\"average_cadence\":%u.%u,\"average_watts\":%u.%u,"
		    "\"max_watts\":%u,\"weighted_average_watts\":%u,"
		    "\"kilojoules\":%u.%u,\"device_watts\":true,",
		    70 + draw(seed, 25), draw(seed, 10), 120 + draw(seed, 150),
		    draw(seed, 10), 400 + draw(seed, 600),
		    130 + draw(seed, 150), 300 + draw(seed, 2000),
		    draw(seed, 10));
	if (draw(seed, 4) != 0)
		buf_addf(page,
		    "\"has_heartrate\":true,\"average_heartrate\":%u.%u,"
		    "\"max_heartrate\":%u.0,",
		    110 + draw(seed, 60), draw(seed, 10), 150 + draw(seed, 45));
	else
		buf_addf(page, "\"has_heartrate\":false,");
	buf_addf(page,
	    "\"heartrate_opt_out\":false,"
	    "\"display_hide_heartrate_option\":true,\"elev_high\":%u.%u,"
	    "\"elev_low\":%u.%u,",
	    90 + draw(seed, 300), draw(seed, 10), draw(seed, 90),
	    draw(seed, 10));
}

static void
add_rest(struct buf *page, long long id, unsigned *seed)
{
	buf_addf(page,
	    "\"upload_id\":%lld,\"upload_id_str\":\"%lld\","
	    "\"external_id\":\"garmin_ping_%lld\","
	    "\"from_accepted_tag\":false,\"pr_count\":%u,"
	    "\"total_photo_count\":%u,\"has_kudoed\":false,"
	    "\"suffer_score\":%u.0}",
	    id + 1000, id + 1000, id * 3, draw(seed, 5), draw(seed, 4),
	    draw(seed, 200));
}

bool
page_make(struct buf *page, size_t activities, unsigned seed)
{
	long long id = 14000000000 + draw(&seed, 1000);
	bool      outdoors;

	buf_add(page, "[", 1);
	for (size_t i = 0; i < activities; i++) {
		outdoors = draw(&seed, 6) != 0;
		id -= 1000 + draw(&seed, 30000);
		buf_add(page, ",", i > 0 ? 1 : 0);
		add_what(page, id, &seed);
		add_when(page, &seed);
		add_map(page, id, outdoors, &seed);
		add_flags(page, &seed);
		add_place(page, "start_latlng", outdoors, &seed);
		add_place(page, "end_latlng", outdoors, &seed);
		add_sensors(page, &seed);
		add_rest(page, id, &seed);
	}
	return buf_add(page, "]", 1);
}
