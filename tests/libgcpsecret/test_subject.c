/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "google.h"

#define MEMBERS "\"audience\":\"" AUDIENCE "\""
#define JSON                              \
	",\"format\":{\"type\":\"json\"," \
	"\"subject_token_field_name\":\"access_token\"}"
#define TEXT ",\"format\":{\"type\":\"text\"}"

static const struct loopback_answer good[] = {
	{ .status = 200, .body = TOKEN_REPLY(TOKEN, "3599") },
	{ .status = 200, .body = GOOD },
};

/* What stands in a file or comes from a URL, and what is shown of it in the form
 * of the trade, or said about it. */
static const struct {
	const char *format;
	const char *content;
	size_t      len; /* 0: up to the NUL */
	const char *shown, *message;
} contents[] = {
	{ "", "token", 0, "token", NULL },
	{ "", "token\n", 0, "token", NULL },
	{ "", "token\r\n", 0, "token", NULL },
	{ "", "token\n\n", 0, "token%0A", NULL },
	{ "", " to ken ", 0, "%20to%20ken%20", NULL },
	{ "", "token\r", 0, "token%0D", NULL },
	{ "", "{\"access_token\":\"token\"}", 0,
	    "%7B%22access_token%22%3A%22token%22%7D", NULL },
	{ TEXT, "token", 0, "token", NULL },
	{ "", "", 0, NULL, " is empty" },
	{ "", "\n", 0, NULL, " is empty" },
	{ "", "\r\n", 0, NULL, " is empty" },
	{ "", "a\0b", 3, NULL, " is no text" },
	{ JSON, "{\"access_token\":\"to ken\",\"other\":1}", 0, "to%20ken",
	    NULL },
	{ JSON, "\xef\xbb\xbf{\"access_token\":\"token\"}\r\n", 0, "token",
	    NULL },
	{ JSON, "token", 0, NULL, " is not in JSON" },
	{ JSON, "", 0, NULL, " is not in JSON" },
	{ JSON, "{\"access_token\":\"token\"", 0, NULL, " is not in JSON" },
	{ JSON, "{\"id_token\":\"token\"}", 0, NULL,
	    " is not in the member that \"subject_token_field_name\" names" },
	{ JSON, "{\"access_token\":\"\"}", 0, NULL, " is not in the member" },
	{ JSON, "{\"access_token\":null}", 0, NULL, " is not in the member" },
	{ JSON, "{\"access_token\":5}", 0, NULL, " is not in the member" },
	{ JSON, "[\"token\"]", 0, NULL, " is not in the member" },
	{ JSON, "{\"access_token\":\"a\\u0000b\"}", 0, NULL,
	    " is not in the member" },
};

/* Writes bytes, NULs among them, in place of what stood there. */
static void
write_bytes(struct google *g, const char *content, size_t len)
{
	FILE *file;

	google_write(g, "subject", "");
	file = fopen(g->file, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(content, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static void
use_file(struct google *g, const char *format)
{
	char source[400];

	snprintf(source, sizeof(source), "{\"file\":\"%s/subject\"%s}",
	    g->folder, format);
	google_use_external(g, source, MEMBERS);
}

/* `more` is that of the source. */
static void
use_url(struct google *g, const char *path, const char *more)
{
	char source[400];

	snprintf(source, sizeof(source), "{\"url\":\"%s%s\"%s}",
	    loopback_url(g->peer), path, more);
	google_use_external(g, source, MEMBERS);
}

/* Reads a secret, which works or not as the i-th content says; the trade is in
 * request `trade` then. */
static void
check_content(struct google *g, size_t i, size_t trade)
{
	char form[200];

	if (contents[i].shown == NULL) {
		assert_int_equal(
		    google_access(g, NAME), GCPSECRET_ERR_CREDENTIALS);
		assert_holds(g->err.message, "the subject token of ");
		assert_holds(g->err.message, contents[i].message);
		/* A query may hold what is none of a log's business. */
		assert_null(strstr(g->err.message, "?"));
		assert_int_equal(loopback_count(g->peer), trade);
		return;
	}
	assert_int_equal(google_access(g, NAME), GCPSECRET_OK);
	snprintf(form, sizeof(form), "&subject_token=%s&", contents[i].shown);
	assert_holds(loopback_request(g->peer, trade)->body, form);
}

static size_t
length_of(size_t i)
{
	return contents[i].len != 0 ? contents[i].len
				    : strlen(contents[i].content);
}

static void
a_file_holds_a_token_as_text_or_json(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(contents); i++) {
		struct google g;

		google_start(&g, good, COUNT(good));
		write_bytes(&g, contents[i].content, length_of(i));
		use_file(&g, contents[i].format);
		check_content(&g, i, 0);
		google_end(&g);
	}
}

static void
a_url_gives_a_token_as_text_or_json(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(contents); i++) {
		const struct loopback_answer script[] = {
			{ .status = 200,
			    .body = contents[i].content,
			    .body_len = length_of(i) },
			good[0],
			good[1],
		};
		struct google g;

		google_start(&g, script, COUNT(script));
		use_url(&g, "/token?resource=x", contents[i].format);
		check_content(&g, i, 1);
		google_end(&g);
	}
}

static void
what_is_no_file_of_a_token_is_refused(void **state)
{
	static const char *const kinds[] = { "missing", "folder", "fifo",
		"locked", "long", "huge" };
	static const char *const messages[] = {
		": No such file or directory",
		": not a regular file",
		": not a regular file",
		": Permission denied",
		" is longer than 64 KiB",
		": larger than 128 KiB, so no token",
	};
	char *zeros = calloc(1, 131073);

	(void)state;
	assert_non_null(zeros);
	memset(zeros, 'x', 131073);
	for (size_t i = 0; i < COUNT(kinds); i++) {
		struct google g;
		char          path[100];

		google_start(&g, good, COUNT(good));
		snprintf(path, sizeof(path), "%s/subject", g.folder);
		if (i == 1)
			assert_int_equal(mkdir(path, 0700), 0);
		else if (i == 2)
			assert_int_equal(mkfifo(path, 0600), 0);
		else if (i > 2)
			write_bytes(&g, zeros, i == 5 ? 131073 : 65537);
		if (i == 3)
			assert_int_equal(chmod(path, 0), 0);
		use_file(&g, "");
		/* The superuser may read it all the same. */
		if (i != 3 || access(path, R_OK) != 0) {
			assert_int_equal(
			    google_access(&g, NAME), GCPSECRET_ERR_CREDENTIALS);
			assert_holds(g.err.message, messages[i]);
		}
		google_end(&g);
	}
	free(zeros);
}

static void
the_longest_token_is_shown_whole(void **state)
{
	struct google g;
	char         *text = calloc(1, 65536);

	(void)state;
	assert_non_null(text);
	/* Each byte takes three in the form. */
	memset(text, '+', 65536);
	google_start(&g, good, COUNT(good));
	write_bytes(&g, text, 65536);
	use_file(&g, "");
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_true(loopback_request(g.peer, 0)->body_len > (size_t)3 * 65536);
	free(text);
	google_end(&g);
}

static void
a_url_is_asked_with_the_headers_of_the_file(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = "{\"access_token\":\"one\"}" },
		{ .status = 200, .body = TOKEN_REPLY(TOKEN, "3599") },
		{ .status = 200, .body = GOOD },
		{ .status = 200, .body = "{\"access_token\":\"two\"}" },
		{ .status = 200, .body = TOKEN_REPLY(TOKEN, "3599") },
		{ .status = 200, .body = GOOD },
	};
	struct google g;

	(void)state;
	google_start(&g, script, COUNT(script));
	use_url(&g, "/metadata/identity/oauth2/token?api-version=2018-02-01",
	    JSON ",\"headers\":{\"Metadata\":\"True\","
		 "\"Authorization\":\"bearer " CLIENT_SECRET "\"}");
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_string_equal(loopback_request(g.peer, 0)->method, "GET");
	assert_string_equal(loopback_request(g.peer, 0)->target,
	    "/metadata/identity/oauth2/token?api-version=2018-02-01");
	assert_header(&g, 0, "Metadata", "True");
	assert_header(&g, 0, "Authorization", "bearer " CLIENT_SECRET);
	assert_holds(loopback_request(g.peer, 1)->body, "&subject_token=one&");
	assert_header(&g, 1, "Metadata", NULL);
	/* Nothing of it is kept. */
	g.now += 3600;
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_holds(loopback_request(g.peer, 4)->body, "&subject_token=two&");
	google_end(&g);
}

static void
a_url_that_gives_no_token_says_so(void **state)
{
	static const struct {
		struct loopback_answer answer;
		gcpsecret_status       outcome;
		const char            *message;
	} rows[] = {
		{ { .status = 400,
		      .body = "{\"error\":\"invalid_request\","
			      "\"error_description\":\"Identity not found\"}" },
		    GCPSECRET_ERR_CREDENTIALS,
		    "check \"credential_source\" (the source of the subject "
		    "token, HTTP 400 invalid_request: Identity not found)" },
		{ { .status = 404 }, GCPSECRET_ERR_CREDENTIALS, "HTTP 404" },
		{ { .status = 403,
		      .body = "{\"error\":\"no\",\"error_description\":"
			      "\"you sent " CLIENT_SECRET "\"}" },
		    GCPSECRET_ERR_CREDENTIALS,
		    "(the source of the subject token, HTTP 403)" },
		{ { .status = 500 }, GCPSECRET_ERR_SERVER, "try again later" },
		{ { .status = 302,
		      .headers = "Location: https://example.org/\r\n" },
		    GCPSECRET_ERR_FORMAT, "HTTP 302" },
		{ { .status = 204 }, GCPSECRET_ERR_FORMAT, "HTTP 204" },
		{ { .silent = true }, GCPSECRET_ERR_NETWORK,
		    "the source of the subject token: " },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct google g;

		google_start(&g, &rows[i].answer, 1);
		use_url(&g, "/token",
		    ",\"headers\":{\"X-Key\":\"" CLIENT_SECRET "\"}");
		gcpsecret_client_set_retries(g.client, 0);
		assert_int_equal(google_access(&g, NAME), rows[i].outcome);
		assert_holds(g.err.message, rows[i].message);
		assert_int_equal(loopback_count(g.peer), 1);
		google_end(&g);
	}
}

static void
an_answer_without_end_is_refused(void **state)
{
	char                  *body = calloc(1, 140000);
	struct loopback_answer large = { .status = 200, .body = body };
	struct google          g;

	(void)state;
	assert_non_null(body);
	memset(body, 'x', 139999);
	google_start(&g, &large, 1);
	use_url(&g, "/token", "");
	assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_FORMAT);
	assert_holds(g.err.message, "larger than allowed");
	google_end(&g);
	free(body);
}

static void
a_url_that_fails_for_a_moment_is_asked_again(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 503, .headers = "Retry-After: 0\r\n" },
		{ .status = 200, .body = "token" },
		{ .status = 200, .body = TOKEN_REPLY(TOKEN, "3599") },
		{ .status = 200, .body = GOOD },
	};
	struct google g;

	(void)state;
	google_start(&g, script, COUNT(script));
	use_url(&g, "/token", "");
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_holds(
	    loopback_request(g.peer, 2)->body, "&subject_token=token&");
	google_end(&g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_holds_a_token_as_text_or_json),
		cmocka_unit_test(a_url_gives_a_token_as_text_or_json),
		cmocka_unit_test(what_is_no_file_of_a_token_is_refused),
		cmocka_unit_test(the_longest_token_is_shown_whole),
		cmocka_unit_test(a_url_is_asked_with_the_headers_of_the_file),
		cmocka_unit_test(a_url_that_gives_no_token_says_so),
		cmocka_unit_test(an_answer_without_end_is_refused),
		cmocka_unit_test(a_url_that_fails_for_a_moment_is_asked_again),
	};

	return cmocka_run_group_tests_name(
	    "libgcpsecret subject", tests, NULL, NULL);
}
