/* SPDX-License-Identifier: MIT */
#include "caption.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "sport.h"

#define HOUR_S 3600
#define DAY_S 86400

static const char *
time_of_day(int64_t local)
{
	int64_t hour = local % DAY_S / HOUR_S;

	return hour < 11   ? "Morning"
	       : hour < 14 ? "Lunch"
	       : hour < 18 ? "Afternoon"
			   : "Evening";
}

/* "WeightTraining" as words. */
static void
split_words(const char *type, char *title, size_t size)
{
	size_t n = 0;

	for (; *type != '\0' && n + 2 < size; type++) {
		if (n > 0 && isupper((unsigned char)*type))
			title[n++] = ' ';
		title[n++] = *type;
	}
	title[n] = '\0';
}

void
caption_name_by_time(
    struct caption *caption, int64_t start_local, const char *title)
{
	char words[64];

	split_words(caption->sport_type, words, sizeof(words));
	if (title == NULL)
		title = words;
	snprintf(caption->name, sizeof(caption->name), "%s %s",
	    time_of_day(start_local), title);
}

void
caption_give_gear(struct caption *caption, const struct person *person)
{
	person_gear_id(
	    person, strstr(caption->type, "Ride") != NULL, caption->gear_id);
}

/* Copies a text that fits. */
static bool
set_text(char *to, size_t size, const char *from)
{
	if (from == NULL)
		return true;
	if (strlen(from) >= size)
		return false;
	memcpy(to, from, strlen(from) + 1);
	return true;
}

static bool
set_sport(struct caption *caption, const struct sport_name *sport)
{
	return sport != NULL &&
	       set_text(caption->sport_type, sizeof(caption->sport_type),
		   sport->sport_type) &&
	       set_text(caption->type, sizeof(caption->type), sport->type);
}

static bool
set_gear(struct caption *caption, const struct person *person, const char *id)
{
	char bike[GEAR_ID_SIZE], shoes[GEAR_ID_SIZE];

	if (id == NULL)
		return true;
	if (strcmp(id, "none") == 0)
		id = "";
	person_gear_id(person, true, bike);
	person_gear_id(person, false, shoes);
	return (id[0] == '\0' || strcmp(id, bike) == 0 ||
		   strcmp(id, shoes) == 0) &&
	       set_text(caption->gear_id, sizeof(caption->gear_id), id);
}

static void
set_flag(bool *to, enum flag flag)
{
	if (flag != FLAG_STAYS)
		*to = flag == FLAG_ON;
}

bool
caption_apply(struct caption *caption, const struct person *person,
    const struct caption_change *change, const char **field)
{
	set_flag(&caption->trainer, change->trainer);
	set_flag(&caption->commute, change->commute);
	set_flag(&caption->hide_from_home, change->hide_from_home);
	if (change->description != NULL)
		caption->described = true;
	*field = "name";
	if (!set_text(caption->name, sizeof(caption->name), change->name))
		return false;
	*field = "description";
	if (!set_text(caption->description, sizeof(caption->description),
		change->description))
		return false;
	*field = "sport_type";
	if (change->sport_type != NULL &&
	    !set_sport(caption, sport_find(change->sport_type)))
		return false;
	*field = "type";
	if (change->sport_type == NULL && change->type != NULL &&
	    !set_sport(caption, sport_find_type(change->type)))
		return false;
	*field = "gear_id";
	return set_gear(caption, person, change->gear_id);
}
