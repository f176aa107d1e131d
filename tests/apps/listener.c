/* SPDX-License-Identifier: MIT */
#include "listener.h"

#include <stdio.h>
#include <string.h>

#include "test.h"

void
listener_start(
    struct world *world, struct listener *listener, struct environment *env)
{
	struct environment own;
	int                port = free_port();
	char               text[16];

	if (env == NULL)
		world_environment(world, &own);
	snprintf(text, sizeof(text), "%d", port);
	environment_set(env != NULL ? env : &own, "PORT", text);
	snprintf(listener->base, sizeof(listener->base), "http://127.0.0.1:%d",
	    port);
	world_run(world, &listener->process,
	    (const char *const[]){ PATH_UPDATE_TOKENS, NULL },
	    env != NULL ? env : &own);
	if (env == NULL)
		environment_free(&own);
	assert_true(process_await(
	    &listener->process, listener->process.out, "listening on", 20000));
}

struct wire_answer
listener_call(
    const struct listener *listener, const char *lines, const char *body)
{
	struct wire_answer answer;

	wire_call(listener->base, "POST /", lines, body, &answer);
	return answer;
}

struct report
answer_report(const struct wire_answer *answer, int status)
{
	const char *body = strstr(answer->text, "\r\n\r\n");

	if (answer->status != status || body == NULL)
		fail_msg("%d: %s", answer->status, answer->text);
	return report_read(body + 4);
}

void
listener_end(struct listener *listener)
{
	assert_int_equal(process_end(&listener->process), 0);
	process_free(&listener->process);
}
