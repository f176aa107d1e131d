/* SPDX-License-Identifier: MIT */
#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "google.h"

static const struct loopback_answer unused[] = { { .status = 500 } };

#define SERVICE(email, key, id)                                     \
	"{\"type\":\"service_account\",\"client_email\":" email "," \
	"\"private_key\":" key ",\"private_key_id\":" id "}"
#define LOGIN(id, secret, refresh)                            \
	"{\"type\":\"authorized_user\",\"client_id\":" id "," \
	"\"client_secret\":" secret ",\"refresh_token\":" refresh "}"
#define LOGIN_AND(more)                                      \
	"{\"type\":\"authorized_user\",\"client_id\":\"i\"," \
	"\"client_secret\":\"s\",\"refresh_token\":\"r\"," more "}"

/* Every file, in which %s is a good key, and what is said about it; NULL: it is
 * accepted. */
static const struct {
	const char *text, *message;
} files[] = {
	{ SERVICE("\"a@b\"", "\"%s\"", "\"K\""), NULL },
	{ "{\"type\":\"service_account\",\"client_email\":\"a@b\","
	  "\"private_key\":\"%s\"}",
	    NULL },
	{ "\xef\xbb\xbf" SERVICE("\"a@b\"", "\"%s\"", "\"K\"") "\r\n", NULL },
	{ "{\"type\":\"service_account\",\"private_key\":\"%s\"}",
	    "\"client_email\" is missing" },
	{ SERVICE("\"\"", "\"%s\"", "\"K\""), "\"client_email\" is missing" },
	{ SERVICE("null", "\"%s\"", "\"K\""), "\"client_email\" is missing" },
	{ SERVICE("5", "\"%s\"", "\"K\""), "\"client_email\" is not a text" },
	{ SERVICE("[\"a@b\"]", "\"%s\"", "\"K\""),
	    "\"client_email\" is not a text" },
	{ SERVICE("\"a\\u0000b\"", "\"%s\"", "\"K\""),
	    "\"client_email\" is not a text" },
	{ SERVICE("\"a\\\"b\"", "\"%s\"", "\"K\""),
	    "\"client_email\" is too long or holds a character" },
	{ SERVICE("\"a\\r\\nb\"", "\"%s\"", "\"K\""),
	    "\"client_email\" is too long or holds a character" },
	{ "{\"type\":\"service_account\",\"client_email\":\"a@b\"}",
	    "\"private_key\" is missing" },
	{ SERVICE("\"a@b\"", "7", "\"K\""), "\"private_key\" is not a text" },
	{ SERVICE("\"a@b\"", "\"x\"", "\"K\""),
	    "\"private_key\" is no private key in PEM; create a new key for "
	    "a@b" },
	{ SERVICE("\"a@b\"", "\"%s%s\"", "\"K\""),
	    "\"private_key\" holds more than one PEM block" },
	{ SERVICE("\"a@b\"", "\"%s\"", "{}"),
	    "\"private_key_id\" is not a text" },
	{ SERVICE("\"a@b\"", "\"%s\"", "\"K\\\\\""),
	    "\"private_key_id\" is too long or holds a character" },
	{ "{\"type\":\"service_account\",\"client_email\":\"a@b\","
	  "\"private_key\":\"%s\",\"universe_domain\":\"example.org\"}",
	    "made for the universe example.org, but this client is of "
	    "googleapis.com: set GOOGLE_CLOUD_UNIVERSE_DOMAIN=example.org if "
	    "that is meant" },
	{ "{\"type\":\"service_account\",\"client_email\":\"a@b\","
	  "\"private_key\":\"%s\",\"universe_domain\":5}",
	    "\"universe_domain\" is not a text" },

	{ LOGIN("\"i\"", "\"s\"", "\"r\""), NULL },
	{ LOGIN_AND("\"account\":\"\",\"universe_domain\":\"googleapis.com\""),
	    NULL },
	{ "{\"type\":\"authorized_user\",\"client_secret\":\"s\","
	  "\"refresh_token\":\"r\"}",
	    "\"client_id\" is missing" },
	{ LOGIN("1", "\"s\"", "\"r\""), "\"client_id\" is not a text" },
	{ "{\"type\":\"authorized_user\",\"client_id\":\"i\","
	  "\"refresh_token\":\"r\"}",
	    "\"client_secret\" is missing" },
	{ LOGIN("\"i\"", "true", "\"r\""), "\"client_secret\" is not a text" },
	{ "{\"type\":\"authorized_user\",\"client_id\":\"i\","
	  "\"client_secret\":\"s\"}",
	    "\"refresh_token\" is missing" },
	{ LOGIN("\"i\"", "\"s\"", "[]"), "\"refresh_token\" is not a text" },
	{ LOGIN_AND("\"quota_project_id\":7"),
	    "\"quota_project_id\" is not a text" },
	{ LOGIN_AND("\"quota_project_id\":\"a\\r\\nb\""),
	    "\"quota_project_id\" is too long or holds a character" },
	{ LOGIN_AND("\"universe_domain\":\"example.org\""),
	    "\"universe_domain\" is not googleapis.com, where all users "
	    "are" },
	{ LOGIN_AND("\"client_id\":\"twice\""), "not a JSON object" },

	{ "{}", "\"type\" is missing" },
	{ "{\"type\":null}", "\"type\" is missing" },
	{ "{\"type\":1}", "\"type\" is not a text" },
	{ "{\"type\":\"\"}", "\"type\" is missing" },
	{ "{\"type\":\"external_account\"}", "\"audience\" is missing" },
	{ "{\"type\":\"Service_Account\"}",
	    "\"type\" is \"Service_Account\", not service_account, "
	    "authorized_user, external_account, "
	    "external_account_authorized_user or "
	    "impersonated_service_account" },
	{ "{\"type\":\"gdch_service_account\"}",
	    "\"type\" is gdch_service_account: keys of Google Distributed "
	    "Cloud are not understood" },
	{ "{\"type\":\"a\\nb\"}", "\"type\" is \"a?b\", not " },
	{ "{\"installed\":{\"client_id\":\"i\"}}", "\"type\" is missing" },
	{ "", "not a JSON object" },
	{ "[]", "not a JSON object" },
	{ "null", "not a JSON object" },
	{ "{\"type\":\"service_account\"", "not a JSON object" },
	{ "-----BEGIN PRIVATE KEY-----", "not a JSON object" },
};

/* What the library says about the file; NULL when it takes it. */
static const char *
verdict(struct google *g, const char *path)
{
	const char      *text;
	gcpsecret_status status;

	google_restart(g);
	assert_int_equal(
	    gcpsecret_client_set_credentials_file(g->client, path, NULL),
	    GCPSECRET_OK);
	status = gcpsecret_credentials_describe(g->client, &text, &g->err);
	if (status == GCPSECRET_OK) {
		assert_non_null(strstr(text, path));
		return NULL;
	}
	assert_null(text);
	assert_int_equal(status, GCPSECRET_ERR_CREDENTIALS);
	/* The message begins with the file that it is about. */
	assert_memory_equal(g->err.message, path, strlen(path));
	return g->err.message + strlen(path);
}

/* `text` with `pem` in place of each "%s"; to be freed. */
static char *
fill_in(const char *text, const char *pem)
{
	char  *all = NULL, *longer;
	size_t len;

	for (; *text != '\0'; all = longer) {
		len = strcspn(text, "%");
		assert_true(
		    asprintf(&longer, "%s%.*s%s", all != NULL ? all : "",
			(int)len, text, text[len] == '%' ? pem : "") >= 0);
		free(all);
		text += len;
		text += strncmp(text, "%s", 2) == 0 ? 2 : 0;
	}
	return all != NULL ? all : strdup("");
}

static void
files_are_read_strictly(void **state)
{
	struct google g;
	char         *pem = google_pem(google_key(), NULL), *text;
	const char   *message;

	(void)state;
	google_start(&g, unused, 1);
	for (size_t i = 0; i < COUNT(files); i++) {
		text = fill_in(files[i].text, pem);
		message = verdict(&g, google_write(&g, "key.json", text));
		free(text);
		if ((message == NULL) != (files[i].message == NULL))
			fail_msg("%s: %s", files[i].text,
			    message != NULL ? message : "accepted");
		if (message != NULL)
			assert_holds(message, files[i].message);
	}
	free(pem);
	google_end(&g);
}

static void
a_file_that_cannot_be_read_is_named(void **state)
{
	struct google g;
	char          path[128];

	(void)state;
	google_start(&g, unused, 1);
	snprintf(path, sizeof(path), "%s/absent.json", g.folder);
	assert_string_equal(verdict(&g, path), ": No such file or directory");
	assert_string_equal(verdict(&g, g.folder), ": not a regular file");
	assert_string_equal(verdict(&g, "/dev/zero"), ": not a regular file");

	/* Nobody writes into it: an open that waits would wait for ever. */
	snprintf(path, sizeof(path), "%s/fifo", g.folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_string_equal(verdict(&g, path), ": not a regular file");

	snprintf(path, sizeof(path), "%s/loop", g.folder);
	assert_int_equal(symlink("loop", path), 0);
	assert_holds(verdict(&g, path), "Too many levels of symbolic links");

	snprintf(
	    path, sizeof(path), "%s", google_write(&g, "closed.json", "{}"));
	assert_int_equal(chmod(path, 0), 0);
	if (geteuid() != 0)
		assert_string_equal(verdict(&g, path), ": Permission denied");
	google_end(&g);
}

static void
a_file_larger_than_64_kib_is_refused(void **state)
{
	struct google g;
	char         *text = malloc(65538);
	const char   *start = LOGIN_AND("\"x\":1");
	size_t        len = strlen(start);

	(void)state;
	assert_non_null(text);
	google_start(&g, unused, 1);
	memset(text, ' ', 65537);
	memcpy(text, start, len);
	text[65536] = '\0';
	assert_null(verdict(&g, google_write(&g, "key.json", text)));
	text[65536] = ' ';
	text[65537] = '\0';
	assert_string_equal(verdict(&g, google_write(&g, "key.json", text)),
	    ": larger than 64 KiB, so no credentials file");
	free(text);
	google_end(&g);
}

static void
weak_and_foreign_keys_are_refused(void **state)
{
	EVP_PKEY *small = EVP_RSA_gen(1024), *ec = EVP_EC_gen("P-256");
	const struct {
		EVP_PKEY   *key;
		const char *passphrase, *message;
	} cases[] = {
		{ small, NULL, "\"private_key\" is shorter than 2048 bits" },
		{ ec, NULL, "\"private_key\" is no RSA key" },
		/* And nobody is asked for it at the terminal. */
		{ google_key(), "sesame",
		    "\"private_key\" is protected by a passphrase" },
	};
	struct google g;

	(void)state;
	google_start(&g, unused, 1);
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *pem = google_pem(cases[i].key, cases[i].passphrase);
		char *text = google_service_account(pem);

		assert_holds(verdict(&g, google_write(&g, "key.json", text)),
		    cases[i].message);
		free(text);
		free(pem);
	}
	EVP_PKEY_free(small);
	EVP_PKEY_free(ec);
	google_end(&g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_are_read_strictly),
		cmocka_unit_test(a_file_that_cannot_be_read_is_named),
		cmocka_unit_test(a_file_larger_than_64_kib_is_refused),
		cmocka_unit_test(weak_and_foreign_keys_are_refused),
	};

	return cmocka_run_group_tests_name(
	    "libgcpsecret key file", tests, NULL, NULL);
}
