/* SPDX-License-Identifier: MIT */
#include "sandbox_peer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "test.h"

#define START_MS 20000
#define ASK_MS 20000
#define OPTIONS_MAX 32
#define ANSWER_MAX ((size_t)32 * 1024 * 1024)

static const char greeting[] = "listening on http://127.0.0.1:";

static char *
make_logs(void)
{
	char *path;

	if (mkdir(LOGS_DIR, 0700) != 0)
		assert_int_equal(errno, EEXIST);
	assert_true(asprintf(&path, "%s/sandbox-XXXXXX", LOGS_DIR) > 0);
	assert_non_null(mkdtemp(path));
	return path;
}

void
peer_start(struct peer *peer, const char *const options[])
{
	const char        *argv[OPTIONS_MAX] = { PATH_SANDBOX, "--port", "0",
		       "--secrets-file" };
	struct environment env = { 0 };
	char              *secrets, *out;
	size_t             n = 4;

	memset(peer, 0, sizeof(*peer));
	peer->logs = make_logs();
	assert_true(asprintf(&secrets, "%s/sandbox.secrets", peer->logs) > 0);
	argv[n++] = secrets;
	while (*options != NULL) {
		assert_true(n + 1 < OPTIONS_MAX);
		argv[n++] = *options++;
	}
	process_start(&peer->process, argv, &env, peer->logs, "sandbox");
	assert_true(process_await(
	    &peer->process, peer->process.out, greeting, START_MS));
	out = process_out(&peer->process);
	peer->port =
	    (int)strtol(strstr(out, greeting) + strlen(greeting), NULL, 10);
	free(out);
	free(secrets);
}

/* An orderly end, and nothing to complain about on the way. */
void
peer_end(struct peer *peer)
{
	int   code = process_end(&peer->process);
	char *err = process_err(&peer->process);

	assert_string_equal(err, "");
	assert_int_equal(code, 0);
	free(err);
	process_free(&peer->process);
	free(peer->logs);
}

void
reply_init(struct reply *reply)
{
	memset(reply, 0, sizeof(*reply));
	http_response_init(&reply->http);
}

void
reply_free(struct reply *reply)
{
	json_object_put(reply->json);
	http_response_free(&reply->http);
}

static const char *
media_type(const struct ask *ask)
{
	return ask->form != NULL    ? "application/x-www-form-urlencoded"
	       : ask->plain != NULL ? "text/plain"
				    : "application/json";
}

void
peer_ask(const struct peer *peer, const struct ask *ask, struct reply *reply)
{
	const char         *body = ask->form != NULL    ? ask->form
				   : ask->plain != NULL ? ask->plain
				   : ask->raw != NULL   ? ask->raw
							: ask->body;
	const char         *method = body != NULL ? "POST" : "GET";
	char                url[2048], bearer[2048], type[256];
	const char         *headers[5] = { NULL };
	size_t              n = 0;

	struct http_request request = {
		.method = ask->method != NULL ? ask->method : method,
		.url = url,
		.headers = headers,
		.basic = ask->basic,
		.body = body,
		.body_len = body == NULL       ? 0
			    : ask->raw != NULL ? ask->raw_len
					       : strlen(body),
		.timeout_ms = ASK_MS,
		.body_max = ANSWER_MAX,
		.at_most_once = true,
	};
	struct http *http = http_new("test", NULL);

	snprintf(
	    url, sizeof(url), "http://127.0.0.1:%d%s", peer->port, ask->path);
	snprintf(type, sizeof(type), "Content-Type: %s",
	    ask->raw_type != NULL ? ask->raw_type : media_type(ask));
	if (body != NULL)
		headers[n++] = type;
	if (ask->bearer != NULL) {
		snprintf(bearer, sizeof(bearer), "Authorization: Bearer %s",
		    ask->bearer);
		headers[n++] = bearer;
	}
	if (ask->header != NULL)
		headers[n++] = ask->header;
	if (ask->another != NULL)
		headers[n++] = ask->another;
	assert_non_null(http);
	json_object_put(reply->json);
	reply->outcome = http_send(http, &request, &reply->http);
	reply->json = json_tokener_parse(buf_text(&reply->http.body));
	http_free(http);
}

struct json_object *
peer_control(const struct peer *peer, const char *path, const char *body)
{
	struct json_object *answer;
	struct reply        reply;

	reply_init(&reply);
	peer_ask(peer, &(struct ask){ .path = path, .body = body }, &reply);
	if (reply.http.status != 200)
		fail_msg("%s: %d %s", path, reply.http.status,
		    buf_text(&reply.http.body));
	answer = json_object_get(reply.json);
	reply_free(&reply);
	return answer;
}

void
peer_tell(const struct peer *peer, const char *path, const char *body)
{
	json_object_put(peer_control(peer, path, body));
}

struct json_object *
member_of(struct json_object *object, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value))
		fail_msg(
		    "no %s in %s", key, json_object_to_json_string(object));
	return value;
}

const char *
text_of(struct json_object *object, const char *key)
{
	struct json_object *value = member_of(object, key);

	assert_true(json_object_is_type(value, json_type_string));
	return json_object_get_string(value);
}

int64_t
number_of(struct json_object *object, const char *key)
{
	return json_object_get_int64(member_of(object, key));
}

struct json_object *
item_of(struct json_object *array, size_t i)
{
	assert_true(json_object_is_type(array, json_type_array));
	assert_true(i < json_object_array_length(array));
	return json_object_array_get_idx(array, i);
}

size_t
length_of(struct json_object *array)
{
	assert_true(json_object_is_type(array, json_type_array));
	return json_object_array_length(array);
}

struct json_object *
peer_expect(const struct peer *peer, const struct ask *ask, int status,
    struct reply *reply)
{
	peer_ask(peer, ask, reply);
	if (reply->http.status != status)
		fail_msg("%s: %d %s", ask->path, reply->http.status,
		    buf_text(&reply->http.body));
	return reply->json;
}

void
peer_consent(const struct peer *peer, int64_t athlete, const char *scope,
    char access[64])
{
	char         path[512], form[512];
	const char  *location;
	struct reply reply;

	reply_init(&reply);
	snprintf(path, sizeof(path),
	    "/oauth/authorize?client_id=1001&response_type=code"
	    "&redirect_uri=http://localhost/&scope=%s",
	    scope);
	snprintf(form, sizeof(form), "decision=authorize&athlete=%lld",
	    (long long)athlete);
	peer_expect(
	    peer, &(struct ask){ .path = path, .form = form }, 303, &reply);
	location = http_response_header(&reply.http, "Location");
	assert_non_null(location);
	location = strstr(location, "code=");
	assert_non_null(location);
	snprintf(form, sizeof(form),
	    "client_id=1001&client_secret=sandbox-client-secret"
	    "&grant_type=authorization_code&%.*s",
	    (int)strcspn(location, "&"), location);
	peer_expect(peer, &(struct ask){ .path = "/oauth/token", .form = form },
	    200, &reply);
	snprintf(access, 64, "%s", text_of(reply.json, "access_token"));
	reply_free(&reply);
}

void
peer_athlete(
    const struct peer *peer, const char *scope, struct member_tokens *tokens)
{
	struct json_object *list, *one;
	char                wish[160];

	snprintf(wish, sizeof(wish), "{\"count\":1,\"scope\":\"%s\"}", scope);
	list = peer_control(peer, "/_control/athletes", wish);
	assert_int_equal(json_object_array_length(list), 1);
	one = json_object_array_get_idx(list, 0);
	tokens->id = number_of(one, "id");
	tokens->expires_at = number_of(one, "expires_at");
	snprintf(tokens->access, sizeof(tokens->access), "%s",
	    text_of(one, "access_token"));
	snprintf(tokens->refresh, sizeof(tokens->refresh), "%s",
	    text_of(one, "refresh_token"));
	json_object_put(list);
}

int64_t
peer_state(const struct peer *peer, int64_t athlete, const char *key)
{
	struct json_object *state = peer_control(peer, "/_control/state", NULL);
	struct json_object *list = member_of(state, "athletes"), *one;
	int64_t             value = -1;
	size_t              i, n = json_object_array_length(list);

	for (i = 0; i < n; i++) {
		one = json_object_array_get_idx(list, i);
		if (number_of(one, "id") == athlete)
			value = number_of(one, key);
	}
	json_object_put(state);
	return value;
}

void
assert_fault(const struct reply *reply, int status, const char *resource,
    const char *field, const char *code)
{
	struct json_object *one;

	assert_int_equal(reply->http.status, status);
	one = json_object_array_get_idx(member_of(reply->json, "errors"), 0);
	assert_string_equal(text_of(one, "resource"), resource);
	assert_string_equal(text_of(one, "field"), field);
	assert_string_equal(text_of(one, "code"), code);
}

void
assert_google(
    const struct reply *reply, int status, const char *name, const char *reason)
{
	struct json_object *error, *detail;

	assert_int_equal(reply->http.status, status);
	error = member_of(reply->json, "error");
	assert_int_equal(number_of(error, "code"), status);
	assert_string_equal(text_of(error, "status"), name);
	if (reason == NULL)
		return;
	detail = json_object_array_get_idx(member_of(error, "details"), 0);
	assert_string_equal(text_of(detail, "reason"), reason);
}
