/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"
#include "members.h"
#include "test.h"

#define TRACE "0af7651916cd43dd8448eb211c80319c"

/* Stderr goes to a file for the length of a test. */
struct capture {
	int   real, file;
	char *text;
};

static int
setup(void **state)
{
	struct capture *c = calloc(1, sizeof(*c));
	FILE           *file = tmpfile();

	assert_non_null(c);
	assert_non_null(file);
	c->real = dup(STDERR_FILENO);
	c->file = dup(fileno(file));
	fclose(file);
	assert_true(dup2(c->file, STDERR_FILENO) >= 0);
	*state = c;
	return 0;
}

static int
teardown(void **state)
{
	struct capture *c = *state;

	dup2(c->real, STDERR_FILENO);
	close(c->real);
	close(c->file);
	free(c->text);
	free(c);
	log_trace(NULL, NULL, NULL);
	log_run(NULL);
	return 0;
}

/* Everything that was written so far. */
static const char *
written(struct capture *c)
{
	off_t size = lseek(c->file, 0, SEEK_END);

	free(c->text);
	c->text = calloc(1, (size_t)size + 1);
	assert_non_null(c->text);
	assert_int_equal(pread(c->file, c->text, (size_t)size, 0), size);
	return c->text;
}

/* The one line that was written, as JSON. */
static struct json_object *
written_json(struct capture *c)
{
	const char         *text = written(c);
	struct json_object *line;

	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	line = members_parse(text, strlen(text));
	assert_non_null(line);
	return line;
}

static void
assert_member(struct json_object *line, const char *key, const char *text)
{
	assert_non_null(members_get_string(line, key));
	assert_string_equal(members_get_string(line, key), text);
}

static void
json_has_what_cloud_logging_reads(void **state)
{
	struct capture     *c = *state;
	struct json_object *line;
	int64_t             number, utc_s;

	log_setup("test", LOG_JSON, false);
	log_line(LOG_WARNING, "refreshed",
	    LOG_FIELDS(LOG_TEXT_FIELD("athlete", "42"),
		LOG_INT_FIELD("left", -9007199254740993)));
	line = written_json(c);
	assert_member(line, "severity", "WARNING");
	assert_member(line, "message", "refreshed");
	assert_member(line, "program", "test");
	assert_member(line, "athlete", "42");
	assert_true(put_int64(members_get(line, "left"), &number));
	assert_int_equal(number, -9007199254740993);
	assert_true(put_time(members_get(line, "time"), &utc_s));
	assert_in_range(clock_utc_s(NULL) - utc_s, 0, 60);
	json_object_put(line);
}

static void
severities_are_named(void **state)
{
	struct capture *c = *state;

	log_setup("test", LOG_TEXT, true);
	for (int s = LOG_DEBUG; s <= LOG_CRITICAL; s++)
		log_line((enum log_severity)s, "x", NULL);
	for (const char *const *name = (const char *const[]){ " DEBUG x\n",
		 " INFO x\n", " NOTICE x\n", " WARNING x\n", " ERROR x\n",
		 " CRITICAL x\n", NULL };
	     *name != NULL; name++)
		assert_non_null(strstr(written(c), *name));
}

static void
debug_is_silent_unless_asked_for(void **state)
{
	struct capture *c = *state;

	log_setup("test", LOG_TEXT, false);
	log_line(LOG_DEBUG, "hidden", NULL);
	assert_string_equal(written(c), "");
	log_setup("test", LOG_TEXT, true);
	log_line(LOG_DEBUG, "shown", NULL);
	assert_non_null(strstr(written(c), "shown"));
}

static void
nothing_breaks_out_of_json(void **state)
{
	struct capture     *c = *state;
	struct json_object *line;

	log_setup("test", LOG_JSON, false);
	log_line(LOG_INFO, "a\"b\\c\nd\x7f\x01",
	    LOG_FIELDS(LOG_TEXT_FIELD("bad", "x\xff\xc0\xafy\xc3"),
		LOG_TEXT_FIELD("good", "R\xc3\xa4tikon \xf0\x9f\x9a\xb4")));
	line = written_json(c);
	assert_member(line, "message", "a\"b\\c\nd\x7f\x01");
	assert_member(
	    line, "bad", "x\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdy\xef\xbf\xbd");
	assert_member(line, "good", "R\xc3\xa4tikon \xf0\x9f\x9a\xb4");
	json_object_put(line);
}

static void
text_is_one_line_for_people(void **state)
{
	struct capture *c = *state;

	log_setup("test", LOG_TEXT, false);
	log_line(LOG_ERROR, "no \"such\" host\nERROR forged",
	    LOG_FIELDS(LOG_TEXT_FIELD("host", "db"),
		LOG_TEXT_FIELD("why", "two words"), LOG_TEXT_FIELD("no", ""),
		LOG_TEXT_FIELD("q", "a=\"b\""), LOG_INT_FIELD("n", 7)));
	assert_string_equal(strstr(written(c), " test "),
	    " test ERROR no \"such\" host\\u000aERROR forged host=db "
	    "why=\"two words\" no=\"\" q=\"a=\\\"b\\\"\" n=7\n");
}

static void
a_long_text_is_cut(void **state)
{
	static char         text[100000];
	struct capture     *c = *state;
	struct json_object *line;

	memset(text, '\n', sizeof(text) - 1);
	log_setup("test", LOG_JSON, false);
	log_line(LOG_INFO, text,
	    LOG_FIELDS(LOG_TEXT_FIELD("a", text), LOG_TEXT_FIELD("b", text)));
	line = written_json(c);
	assert_int_equal(strlen(members_get_string(line, "b")), 2000);
	json_object_put(line);
}

/* What the two headers say comes out as Cloud Logging wants it. */
static void
a_trace_is_taken_from_either_header(void **state)
{
	static const struct {
		const char *google, *w3c, *span;
	} headers[] = {
		{ NULL, "00-" TRACE "-b7ad6b7169203331-01",
		    "b7ad6b7169203331" },
		{ TRACE "/67667974448284343;o=1", NULL, "00f067aa0ba902b7" },
		{ TRACE, NULL, NULL },
		{ TRACE "/1", "garbage", "0000000000000001" },
		{ "garbage", "00-" TRACE "-b7ad6b7169203331-00",
		    "b7ad6b7169203331" },
	};
	struct capture     *c = *state;
	struct json_object *line;

	log_setup("test", LOG_JSON, false);
	for (size_t i = 0; i < COUNT(headers); i++) {
		log_trace("my-project", headers[i].google, headers[i].w3c);
		log_line(LOG_INFO, "x", NULL);
		line = written_json(c);
		assert_member(line, "logging.googleapis.com/trace",
		    "projects/my-project/traces/" TRACE);
		if (headers[i].span != NULL)
			assert_member(line, "logging.googleapis.com/spanId",
			    headers[i].span);
		else
			assert_null(
			    members_get(line, "logging.googleapis.com/spanId"));
		json_object_put(line);
		assert_int_equal(ftruncate(c->file, 0), 0);
		lseek(c->file, 0, SEEK_SET);
	}
}

static void
what_is_no_trace_is_left_out(void **state)
{
	static const char *const bad[] = { "", "xyz", "00-" TRACE,
		"00-" TRACE "-b7ad6b7169203331", TRACE "0/1",
		"0-" TRACE "-b7ad6b7169203331-010" };
	struct capture          *c = *state;

	log_setup("test", LOG_JSON, false);
	for (size_t i = 0; i < COUNT(bad); i++) {
		log_trace("p", bad[i], bad[i]);
		log_line(LOG_INFO, "x", NULL);
	}
	log_trace(NULL, TRACE "/1", NULL);
	log_line(LOG_INFO, "x", NULL);
	log_trace("p", TRACE "/1", NULL);
	log_trace("p", NULL, NULL);
	log_line(LOG_INFO, "x", NULL);
	assert_null(strstr(written(c), "trace"));
}

static void
lines_of_a_run_name_it(void **state)
{
	struct capture     *c = *state;
	struct json_object *line;

	log_setup("test", LOG_JSON, false);
	log_run(TRACE);
	log_line(LOG_INFO, "x", NULL);
	line = written_json(c);
	assert_member(line, "run_id", TRACE);
	json_object_put(line);
	log_setup("test", LOG_TEXT, false);
	log_line(LOG_INFO, "x", NULL);
	assert_non_null(strstr(written(c), "INFO x run_id=" TRACE "\n"));
	log_run(NULL);
	log_line(LOG_INFO, "y", NULL);
	assert_non_null(strstr(written(c), "INFO y\n"));
}

static const struct log_request answered = { .method = "POST",
	.path = "/\"",
	.user_agent = "a \\ b",
	.peer = "192.0.2.1",
	.id = "7",
	.status = 503,
	.bytes = 5000000000,
	.ms = 61007 };

static void
a_request_is_what_cloud_logging_shows(void **state)
{
	struct capture     *c = *state;
	struct json_object *line, *request;
	int64_t             status;

	log_setup("test", LOG_JSON, false);
	log_request(&answered);
	line = written_json(c);
	assert_member(line, "message", "request");
	assert_member(line, "request_id", "7");
	request = members_get(line, "httpRequest");
	assert_member(request, "requestMethod", "POST");
	assert_member(request, "requestUrl", "/\"");
	assert_member(request, "remoteIp", "192.0.2.1");
	assert_member(request, "userAgent", "a \\ b");
	assert_member(request, "responseSize", "5000000000");
	assert_member(request, "latency", "61.007s");
	assert_true(put_int64(members_get(request, "status"), &status));
	assert_int_equal(status, 503);
	json_object_put(line);
}

static void
a_request_is_one_line_for_people(void **state)
{
	struct capture *c = *state;

	log_setup("test", LOG_TEXT, false);
	log_request(&answered);
	assert_string_equal(strstr(written(c), " test "),
	    " test INFO request method=POST path=\"/\\\"\" status=503 "
	    "bytes=5000000000 ms=61007 request_id=7\n");
}

static void *
write_many(void *ctx)
{
	char text[1000];

	memset(text, *(const char *)ctx, sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (int i = 0; i < 200; i++)
		log_line(LOG_INFO, text, LOG_FIELDS(LOG_INT_FIELD("i", i)));
	return NULL;
}

static void
lines_of_many_threads_stay_whole(void **state)
{
	static char     letters[] = "abcd";
	struct capture *c = *state;
	pthread_t       threads[4];
	size_t          count = 0, len;

	log_setup("test", LOG_JSON, false);
	log_trace("p", TRACE, NULL);
	for (size_t i = 0; i < COUNT(threads); i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, write_many, &letters[i]),
		    0);
	for (size_t i = 0; i < COUNT(threads); i++)
		pthread_join(threads[i], NULL);
	for (const char *p = written(c); *p != '\0'; p += len + 1, count++) {
		struct json_object *line;

		len = strcspn(p, "\n");
		line = members_parse(p, len);
		assert_non_null(line);
		/* The trace belongs to the thread that set it. */
		assert_null(members_get(line, "logging.googleapis.com/trace"));
		json_object_put(line);
	}
	assert_int_equal(count, 800);
}

#define CAPTURED(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CAPTURED(json_has_what_cloud_logging_reads),
		CAPTURED(severities_are_named),
		CAPTURED(debug_is_silent_unless_asked_for),
		CAPTURED(nothing_breaks_out_of_json),
		CAPTURED(text_is_one_line_for_people),
		CAPTURED(a_long_text_is_cut),
		CAPTURED(a_trace_is_taken_from_either_header),
		CAPTURED(what_is_no_trace_is_left_out),
		CAPTURED(lines_of_a_run_name_it),
		CAPTURED(a_request_is_what_cloud_logging_shows),
		CAPTURED(a_request_is_one_line_for_people),
		CAPTURED(lines_of_many_threads_stay_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
