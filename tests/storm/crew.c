/* SPDX-License-Identifier: MIT */
#include "crew.h"

#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "once.h"
#include "test.h"

#define START_MS 30000
#define END_MS 20000
#define TOKEN_LEN 40

static const char mark[] = "\"refresh_token\":\"";

static void
note_delivery(struct hand *hand, uint64_t connection, const char *token)
{
	struct crew     *crew = hand->crew;
	struct delivery *d;

	pthread_mutex_lock(&crew->lock);
	d = realloc(crew->deliveries, (crew->delivery_count + 1) * sizeof(*d));
	if (d == NULL)
		abort();
	crew->deliveries = d;
	d += crew->delivery_count++;
	*d = (struct delivery){ .place = hand->place,
		.connection = connection,
		.ms = clock_steady_ms() };
	memcpy(d->token, token, TOKEN_LEN);
	pthread_mutex_unlock(&crew->lock);
}

/* A proxy_watch_fn: finds whole refresh tokens in what comes down, in one piece
 * or in two. */
static void
watch(void *ctx, uint64_t connection, enum proxy_way way, const char *bytes,
    size_t len)
{
	struct hand *hand = ctx;
	char        *tail = hand->tails[connection % 64];
	size_t       before = strlen(tail), size = before + len + 1;
	char        *text, *at;

	if (way != PROXY_DOWN || (text = calloc(1, size)) == NULL)
		return;
	memcpy(text, tail, before);
	memcpy(text + before, bytes, len);
	for (at = text; (at = strstr(at, mark)) != NULL; at++)
		if (strspn(at + strlen(mark), "0123456789abcdef") ==
			TOKEN_LEN &&
		    at[strlen(mark) + TOKEN_LEN] == '"')
			note_delivery(hand, connection, at + strlen(mark));
	/* Shorter than mark, token and quote together: none is seen twice. */
	snprintf(tail, sizeof(hand->tails[0]) - 6, "%s",
	    size > 58 ? text + size - 58 : text);
	free(text);
}

void
crew_start(struct crew *crew, struct world *world)
{
	*crew = (struct crew){ .world = world };
	pthread_mutex_init(&crew->lock, NULL);
	for (int i = 0; i < PLACES; i++) {
		struct hand *hand = &crew->hands[i];

		hand->crew = crew;
		hand->place = (enum place)i;
		hand->strava = proxy_to_port(world->sandbox_port);
		if (!postgres_is_elsewhere(world->postgres))
			hand->database = proxy_to_postgres(
			    postgres_conninfo(world->postgres));
		proxy_watch(hand->strava, watch, hand);
	}
	crew_heal(crew);
}

static struct life *
last_life(struct hand *hand)
{
	return &hand->lives[hand->life_count - 1];
}

static void
begin_life(struct hand *hand)
{
	hand->lives =
	    realloc(hand->lives, (hand->life_count + 1) * sizeof(*hand->lives));
	assert_non_null(hand->lives);
	hand->lives[hand->life_count++] =
	    (struct life){ .first =
			       proxy_counts(hand->strava).connections + 1 };
	hand->condition = UP;
}

static void
end_life(struct hand *hand, bool killed)
{
	struct life *life = last_life(hand);
	char        *log = process_err(&hand->process);

	life->ended = true;
	life->ended_ms = clock_steady_ms();
	life->killed = killed;
	if (strstr(log, "Sanitizer") != NULL ||
	    strstr(log, "runtime error") != NULL)
		fail_msg("%s", log);
	free(log);
	process_free(&hand->process);
	hand->condition = DOWN;
}

static void
make_environment(struct hand *hand, struct environment *env)
{
	struct world *world = hand->crew->world;
	char          text[512];

	world_environment(world, env);
	if (hand->database != NULL) {
		proxy_conninfo(hand->database,
		    postgres_conninfo(world->postgres), text, sizeof(text));
		environment_set(env, "DATABASE_URL", text);
	}
	snprintf(text, sizeof(text), "http://127.0.0.1:%d/oauth",
	    proxy_port(hand->strava));
	environment_set(env, "STRAVA_OAUTH_BASE", text);
	/* Days go by in a minute, and everybody is due in each round. */
	environment_set(env, "REFRESH_KEEP_ALIVE_DAYS", "0");
	snprintf(text, sizeof(text), "http://127.0.0.1:%d/api/v3",
	    proxy_port(hand->strava));
	environment_set(env, "STRAVA_API_BASE", text);
	hand->port = free_port();
	snprintf(text, sizeof(text), "%d", hand->port);
	environment_set(env, "PORT", text);
	if (hand->place != WEB)
		return;
	environment_unset(env, "INVOKER_AUTH");
	snprintf(text, sizeof(text), "http://127.0.0.1:%d", hand->port);
	environment_set(env, "BASE_URL", text);
}

void
hand_start(struct hand *hand)
{
	const char *const argv[] = { hand->place == WEB ? PATH_STRAVA_WEB
							: PATH_UPDATE_TOKENS,
		hand->place == ONCE ? "--once" : NULL, NULL };
	struct environment env;

	make_environment(hand, &env);
	begin_life(hand);
	world_run(hand->crew->world, &hand->process, argv, &env);
	environment_free(&env);
	/* What ends before it listens was in the way of a fault; it is seen
	 * later. */
	if (hand->place != ONCE)
		process_await(&hand->process, hand->process.out, "listening on",
		    START_MS);
}

void
hand_kill(struct hand *hand)
{
	process_signal(&hand->process, SIGKILL);
	assert_true(process_wait(&hand->process, END_MS));
	end_life(hand, true);
}

void
hand_ask_to_end(struct hand *hand)
{
	process_signal(&hand->process, SIGTERM);
	hand->condition = ENDING;
	hand->asked_ms = clock_steady_ms();
}

void
hand_freeze(struct hand *hand)
{
	process_signal(&hand->process, SIGSTOP);
	last_life(hand)->slept = true;
	hand->condition = FROZEN;
}

void
hand_thaw(struct hand *hand)
{
	process_signal(&hand->process, SIGCONT);
	hand->condition = UP;
}

/* The report of a run that came to its end adds up. */
static void
check_report(struct hand *hand)
{
	char *report = process_out(&hand->process);

	if (report[0] != '\0') {
		report_read(report);
		hand->crew->reports++;
	}
	free(report);
}

static void
look(struct hand *hand)
{
	bool early;

	if (hand->condition == DOWN || hand->condition == FROZEN)
		return;
	if (!process_wait(&hand->process, 0)) {
		if (hand->condition == ENDING &&
		    clock_steady_ms() - hand->asked_ms > END_MS)
			fail_msg("%s: does not end", hand->process.err);
		return;
	}
	/* Asked to end so soon that it did not listen to signals yet. */
	early =
	    hand->condition == ENDING && hand->process.code == 128 + SIGTERM;
	if (hand->process.code != 0 && hand->process.code != 1 && !early)
		fail_msg(
		    "%s: exit code %d", hand->process.err, hand->process.code);
	if (hand->place == ONCE)
		check_report(hand);
	end_life(hand, false);
}

void
crew_look(struct crew *crew)
{
	for (int i = 0; i < PLACES; i++)
		look(&crew->hands[i]);
}

bool
crew_is_busy(const struct crew *crew)
{
	bool busy = false;

	for (int i = 0; i < PLACES; i++)
		busy |= crew->hands[i].condition == UP ||
			crew->hands[i].condition == ENDING;
	return busy;
}

void
crew_heal(struct crew *crew)
{
	for (int i = 0; i < PLACES; i++) {
		proxy_plan(crew->hands[i].strava,
		    &(struct proxy_plan){ .delay_ms = STRAVA_MS });
		if (crew->hands[i].database != NULL)
			proxy_plan(crew->hands[i].database,
			    &(struct proxy_plan){ .act = PROXY_PASS });
	}
}

void
crew_end(struct crew *crew)
{
	for (int i = 0; i < PLACES; i++) {
		struct hand *hand = &crew->hands[i];

		if (hand->condition != DOWN)
			process_free(&hand->process);
		proxy_stop(hand->strava);
		proxy_stop(hand->database);
		free(hand->lives);
	}
	pthread_mutex_destroy(&crew->lock);
	free(crew->deliveries);
}

/* The life that a connection belonged to. */
static const struct life *
life_of(const struct crew *crew, const struct delivery *d)
{
	const struct hand *hand = &crew->hands[d->place];
	size_t             i = hand->life_count - 1;

	while (i > 0 && hand->lives[i].first > d->connection)
		i--;
	return &hand->lives[i];
}

static enum fate
fate_in(const struct life *life)
{
	if (life->ended)
		return life->killed ? FATE_DIED : FATE_HELD;
	return life->slept ? FATE_ASLEEP : FATE_HELD;
}

enum fate
crew_fate(struct crew *crew, const char *token, int64_t *ms, enum place *place)
{
	enum fate          fate = FATE_UNDELIVERED;
	const struct life *life;

	pthread_mutex_lock(&crew->lock);
	for (size_t i = 0; i < crew->delivery_count && fate != FATE_HELD; i++) {
		const struct delivery *d = &crew->deliveries[i];

		if (strcmp(d->token, token) != 0)
			continue;
		life = life_of(crew, d);
		if (fate_in(life) < fate)
			continue;
		fate = fate_in(life);
		*ms = life->ended_ms - d->ms;
		*place = d->place;
	}
	pthread_mutex_unlock(&crew->lock);
	return fate;
}
