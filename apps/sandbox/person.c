/* SPDX-License-Identifier: MIT */
#include "person.h"

#include <stdio.h>
#include <string.h>

#include "chance.h"
#include "members.h"

#define FIRST_ID 1000001
#define BEYOND INT64_C(9007199254740993) /* 2^53 + 1 */
#define NUMBER_MAX INT64_C(10000000)

static const char *const first_names[] = { "Anna", "Ben", "Chiara", "David",
	"Elif", "Farid", "Grace", "Hiro", "Inês", "Jonas", "Katya", "Luis",
	"Maya", "Noor", "Olga", "Pedro" };
static const char *const last_names[] = { "Almeida", "Brown", "Conti", "Dubois",
	"Eriksen", "Fischer", "García", "Haddad", "Ito", "Jansen", "Kowalski",
	"Lindqvist", "Moreau", "Novak", "Okafor", "Petrov" };

/* What people do call themselves, or try to. */
static const struct {
	const char *firstname, *lastname;
} awkward_names[] = {
	{ "<script>alert(1)</script>", "Tables" },
	{ "O'Brien \"the Wheel\"", "& Söhne" },
	{ "🚴 Zoë", "😀" },
	{ "\xe2\x80\xaegnirts", "{{7*7}} %n%s ${x}" },
	{ "", NULL },
	{ NULL, "</title><b>" },
};

int64_t
person_id(size_t number)
{
	return (number % 10 == 7 ? BEYOND : FIRST_ID) + (int64_t)number;
}

bool
person_number(int64_t id, size_t *number)
{
	int64_t n = id - (id >= BEYOND ? BEYOND : FIRST_ID);

	if (n < 0 || n > NUMBER_MAX || person_id((size_t)n) != id)
		return false;
	*number = (size_t)n;
	return true;
}

/* The first athletes are fixed, so that a person finds each case: a usual one,
 * one whose newest activity has no distance, one new to Strava, a busy one. */
static size_t
activity_count(size_t number, struct chance *c)
{
	static const size_t fixed[] = { 64, 45, 33, 0, 450 };
	int64_t             drawn = chance_int(c, 20, 70);

	return number < COUNT(fixed) ? fixed[number] : (size_t)drawn;
}

static void
give_name(struct person *person, struct chance *c)
{
	size_t first = (size_t)chance_int(c, 0, COUNT(first_names) - 1);
	size_t last = (size_t)chance_int(c, 0, COUNT(last_names) - 1);
	size_t odd = person->number / 4 % COUNT(awkward_names);

	person->firstname = first_names[first];
	person->lastname = last_names[last];
	if (person->number % 4 == 3) {
		person->firstname = awkward_names[odd].firstname;
		person->lastname = awkward_names[odd].lastname;
	}
}

void
person_make(uint64_t seed, size_t number, struct person *person)
{
	struct chance c = chance_of(seed, "person", (int64_t)number, 0);

	memset(person, 0, sizeof(*person));
	person->number = number;
	person->id = person_id(number);
	give_name(person, &c);
	person->sex = chance_int(&c, 0, 1) == 0 ? "F" : "M";
	person->home = place_at((size_t)(number + seed));
	person->weight_kg = chance_real(&c, 52, 88);
	person->ftp_w = number % 5 == 2 ? 0 : (int)chance_int(&c, 150, 320);
	person->activities = activity_count(number, &c);
}

void
person_gear_id(const struct person *person, bool bike, char id[GEAR_ID_SIZE])
{
	snprintf(id, GEAR_ID_SIZE, "%c%zu", bike ? 'b' : 'g',
	    7000000 + person->number);
}

/* The first letter of a name, whole in UTF-8, and a full stop. */
void
person_initial(const struct person *person, char initial[INITIAL_SIZE])
{
	const char *name = person->lastname;
	int         n = 1;

	if (name == NULL || name[0] == '\0') {
		snprintf(initial, INITIAL_SIZE, ".");
		return;
	}
	while (n < 4 && ((unsigned char)name[n] & 0xc0) == 0x80)
		n++;
	snprintf(initial, INITIAL_SIZE, "%.*s.", n, name);
}
