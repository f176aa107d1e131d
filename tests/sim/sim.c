/* SPDX-License-Identifier: MIT */
#include "sim.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define STEPS 300
#define REST_STEPS 4000 /* the end comes within so many */
#define HOUR_MS INT64_C(3600000)
#define LEASE_MS (ENGINE_LEASE_S * 1000)

void
sim_say(const struct sim *sim, const char *format, ...)
{
	va_list args;

	if (!sim->trace)
		return;
	va_start(args, format);
	printf("%10.3f  ", (double)sim->now_ms / 1000);
	vprintf(format, args);
	putchar('\n');
	va_end(args);
}

void
sim_blame(struct sim *sim, const char *format, ...)
{
	va_list args;

	if (sim->fault[0] != '\0')
		return;
	va_start(args, format);
	vsnprintf(sim->fault, sizeof(sim->fault), format, args);
	va_end(args);
	sim_say(sim, "BROKEN %s", sim->fault);
}

static void
pass(struct sim *sim, int64_t ms)
{
	sim->now_ms += ms;
	sim->ledger.now_ms = sim->now_ms;
	post_arrive(sim);
}

/* Something to be done within so long. */
static void
send_errand(
    struct sim *sim, enum deed what, int athlete, int token, int64_t within_ms)
{
	for (int i = 0; i < ERRANDS; i++)
		if (sim->errands[i].what == NOTHING) {
			sim->errands[i] = (struct errand){ what, athlete, token,
				sim->now_ms +
				    dice_below(&sim->dice, within_ms) };
			return;
		}
	sim->provider.tokens[token].excused = true;
}

static void
log_in(struct sim *sim, int athlete)
{
	int token;

	if (!provider_has_room(&sim->provider))
		return;
	token = provider_consent(&sim->provider, athlete, sim->now_ms / 1000);
	sim_say(sim, "athlete %d consents: r%d", athlete + 1, token);
	if (dice_hit(&sim->dice, 50)) {
		sim->provider.tokens[token].excused = true;
		return; /* the web app died of it */
	}
	send_errand(sim, PUT, athlete, token, 5000);
}

/* Often to come back at once. */
static void
withdraw(struct sim *sim, int athlete)
{
	sim_say(sim, "athlete %d withdraws", athlete + 1);
	provider_revoke(&sim->provider, athlete);
	if (dice_hit(&sim->dice, 800))
		send_errand(sim, REVOKE, athlete, 0,
		    dice_hit(&sim->dice, 700) ? 100 : 60000);
	if (dice_hit(&sim->dice, 600))
		send_errand(sim, CONSENT, athlete, 0, 2000);
}

/* What the web app writes, late and in any order. */
static void
do_errand(struct sim *sim, struct errand *errand)
{
	struct consenting *who = &sim->provider.athletes[errand->athlete];

	switch (errand->what) {
	case PUT:
		sim_say(sim, "web: r%d of athlete %d is stored", errand->token,
		    errand->athlete + 1);
		ledger_put(&sim->ledger, errand->athlete, errand->token);
		break;
	case REVOKE:
		if (who->alive !=
		    0) /* an event is a hint: this one is not so */
			break;
		sim_say(sim, "web: athlete %d withdrew", errand->athlete + 1);
		ledger_revoke(&sim->ledger, errand->athlete);
		break;
	case DELETE:
		sim_say(sim, "web: athlete %d left", errand->athlete + 1);
		provider_revoke(&sim->provider, errand->athlete);
		ledger_delete(&sim->ledger, errand->athlete);
		break;
	case CONSENT: log_in(sim, errand->athlete); break;
	case NOTHING: break;
	}
	errand->what = NOTHING;
}

static bool
do_errands(struct sim *sim)
{
	for (int i = 0; i < ERRANDS; i++)
		if (sim->errands[i].what != NOTHING &&
		    sim->errands[i].at_ms <= sim->now_ms) {
			do_errand(sim, &sim->errands[i]);
			return true;
		}
	return false;
}

static bool
may_step(const struct sim *sim, const struct run *run)
{
	if (run->engine == NULL || run->sleeps_ms > sim->now_ms)
		return false;
	if (run->wakes_ms <= sim->now_ms)
		return true;
	for (int i = 0; i < POSTS; i++)
		if (sim->posts[i].run == run->id &&
		    post_is_over(sim, &sim->posts[i]))
			return true;
	return false;
}

/* One of the processes that can, beginning with a random one. */
static bool
step(struct sim *sim)
{
	int64_t first = dice_below(&sim->dice, RUNS);

	for (int i = 0; i < RUNS; i++) {
		struct run *run = &sim->runs[(first + i) % RUNS];

		if (!may_step(sim, run))
			continue;
		run_step(run);
		return true;
	}
	return false;
}

static void
begin_run(struct sim *sim)
{
	for (int i = 0; i < RUNS; i++)
		if (sim->runs[i].engine == NULL) {
			run_begin(&sim->runs[i]);
			return;
		}
}

/* To the next moment at which anything can happen by itself; when nothing is
 * under way, to when somebody is due again. */
static void
skip(struct sim *sim)
{
	int64_t next_ms = INT64_MAX;

	for (int i = 0; i < RUNS; i++) {
		const struct run *run = &sim->runs[i];
		int64_t at_ms = run->sleeps_ms > run->wakes_ms ? run->sleeps_ms
							       : run->wakes_ms;

		if (run->engine != NULL && at_ms < next_ms)
			next_ms = at_ms;
	}
	for (int i = 0; i < POSTS; i++) {
		const struct post *post = &sim->posts[i];
		int64_t            at_ms =
                    post->arrived ? post->over_ms : post->arrives_ms;

		if (post->used && at_ms > sim->now_ms && at_ms < next_ms)
			next_ms = at_ms;
	}
	for (int i = 0; i < ERRANDS; i++)
		if (sim->errands[i].what != NOTHING &&
		    sim->errands[i].at_ms < next_ms)
			next_ms = sim->errands[i].at_ms;
	pass(sim, next_ms == INT64_MAX    ? dice_below(&sim->dice, HOUR_MS)
		  : next_ms > sim->now_ms ? next_ms - sim->now_ms
					  : 1);
}

/* Kills, stops, hurries or freezes a process. */
static void
disturb(struct sim *sim)
{
	struct run *run = &sim->runs[dice_below(&sim->dice, RUNS)];

	if (run->engine == NULL)
		return;
	switch (dice_below(&sim->dice, 4)) {
	case 0:
		sim_say(sim, "run %d is killed", run->id);
		run->dead = true;
		run_end(run);
		break;
	case 1:
		sim_say(sim, "run %d is asked to end", run->id);
		atomic_store(&run->stop, true);
		break;
	case 2:
		sim_say(sim, "run %d is hurried", run->id);
		atomic_store(&run->stop, true);
		atomic_store(&run->hurry, true);
		break;
	default:
		run->sleeps_ms =
		    sim->now_ms + dice_below(&sim->dice, 3 * LEASE_MS);
		sim_say(sim, "run %d sleeps", run->id);
	}
}

/* Something happens that nobody asked for; rarely, whatever it is. */
static bool
surprise(struct sim *sim)
{
	int64_t roll = dice_below(&sim->dice, 1000);
	int     athlete = (int)dice_below(&sim->dice, ATHLETES);

	if (roll < 20)
		log_in(sim, athlete);
	else if (roll < 35)
		withdraw(sim, athlete);
	else if (roll < 38)
		send_errand(sim, DELETE, athlete, 0, 1);
	else if (roll < 38 + sim->process_sleeps)
		disturb(sim);
	else if (roll < 80 && sim->store_fails > 0)
		sim->store_back_ms =
		    sim->now_ms + dice_below(&sim->dice, 20000);
	else if (roll < 81)
		sim->budget_back_ms =
		    sim->now_ms + dice_below(&sim->dice, HOUR_MS / 4);
	else if (roll < 83)
		pass(sim, dice_below(&sim->dice, 6 * HOUR_MS));
	else if (roll < 90)
		pass(sim, dice_below(&sim->dice, LEASE_MS));
	else if (roll < 200)
		begin_run(sim);
	else
		return false;
	return true;
}

static bool
is_quiet(const struct sim *sim)
{
	for (int i = 0; i < RUNS; i++)
		if (sim->runs[i].engine != NULL)
			return false;
	for (int i = 0; i < ERRANDS; i++)
		if (sim->errands[i].what != NOTHING)
			return false;
	return true;
}

static void
run_out(struct sim *sim)
{
	int steps = REST_STEPS;

	while (!is_quiet(sim) && sim->fault[0] == '\0' && steps-- > 0) {
		if (!do_errands(sim) && !step(sim))
			skip(sim);
		holds_now(sim);
	}
	if (steps < 0)
		sim_blame(sim, "I7: it does not come to an end");
}

/* All faults end; what runs comes to its end; then everybody is due again, and
 * is refreshed. */
static void
rest(struct sim *sim)
{
	sim_say(sim, "from now on nothing fails");
	sim->store_fails = sim->post_fails = 0;
	sim->process_dies = sim->process_sleeps = 0;
	sim->store_back_ms = sim->budget_back_ms = 0;
	run_out(sim);
	for (int i = 0; i < 3 && sim->fault[0] == '\0'; i++) {
		pass(sim, 6 * HOUR_MS);
		if (!provider_has_room(&sim->provider))
			return;
		begin_run(sim);
		run_out(sim);
	}
	if (sim->fault[0] == '\0')
		holds_at_rest(sim);
}

static void
begin(struct sim *sim)
{
	static const int64_t rough[] = { 0, 20, 150 };
	struct dice         *dice = &sim->dice;

	dice->state = sim->seed;
	provider_init(&sim->provider, dice);
	sim->ledger.provider = &sim->provider;
	sim->store_fails = rough[dice_below(dice, 3)];
	sim->post_fails = 2 * rough[dice_below(dice, 3)];
	sim->process_dies = rough[dice_below(dice, 3)] / 4;
	sim->process_sleeps = rough[dice_below(dice, 3)] / 4;
	for (int i = 0; i < RUNS; i++)
		sim->runs[i].sim = sim;
	pass(sim, HOUR_MS);
	for (int i = 0; i < ATHLETES; i++)
		ledger_put(&sim->ledger, i,
		    provider_consent(&sim->provider, i, sim->now_ms / 1000));
	pass(sim, 6 * HOUR_MS);
}

bool
sim_live(struct sim *sim)
{
	begin(sim);
	for (int i = 0; i < STEPS && sim->fault[0] == '\0'; i++) {
		if (!surprise(sim) && !do_errands(sim) && !step(sim))
			skip(sim);
		holds_now(sim);
	}
	if (sim->fault[0] == '\0')
		rest(sim);
	for (int i = 0; i < RUNS; i++)
		if (sim->runs[i].engine != NULL) {
			engine_free(sim->runs[i].engine);
			sim->runs[i].engine = NULL;
		}
	return sim->fault[0] == '\0';
}
