/* SPDX-License-Identifier: MIT */
#include "google.h"

#include <ftw.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOG_SIZE ((size_t)1 << 20)

/* All that the library reads from the environment. */
static const char *const variables[] = {
	"SECRET_MANAGER_EMULATOR_HOST",
	"GOOGLE_APPLICATION_CREDENTIALS",
	"GOOGLE_CLOUD_PROJECT",
	"GCLOUD_PROJECT",
	"GOOGLE_CLOUD_QUOTA_PROJECT",
	"GOOGLE_CLOUD_UNIVERSE_DOMAIN",
	"CLOUDSDK_CONFIG",
	"GCE_METADATA_HOST",
	"GCE_METADATA_ROOT",
	"GCE_METADATA_IP",
	"NO_GCE_CHECK",
	"AWS_REGION",
	"AWS_DEFAULT_REGION",
	"AWS_ACCESS_KEY_ID",
	"AWS_SECRET_ACCESS_KEY",
	"AWS_SESSION_TOKEN",
	"K_SERVICE",
	"CLOUD_RUN_JOB",
	"GOOGLE_API_CERTIFICATE_CONFIG",
	"GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES",
};

/* None of these may be in a line of the log or in a message. */
static const char *const secrets[] = {
	PAYLOAD,
	"aHVudGVyMg",
	"ya29.",
	CLIENT_SECRET,
	REFRESH_TOKEN,
	AWS_SECRET_KEY,
	AWS_SESSION_TOKEN,
	"eyJhbGciOi", /* how a JWT begins */
	"PHNhbWw",    /* how an assertion of SAML does in base64 */
	"PRIVATE KEY",
};

static void
remember(struct google *g, const char *line)
{
	size_t len = strlen(line);

	assert_true(g->log_len + len + 2 < LOG_SIZE);
	memcpy(g->log + g->log_len, line, len);
	g->log_len += len;
	g->log[g->log_len++] = '\n';
	g->log[g->log_len] = '\0';
	assert_null(strchr(line, '\n'));
}

static void
on_log(void *ctx, gcpsecret_log_level level, const char *message)
{
	(void)level;
	remember(ctx, message);
}

static int64_t
on_clock(void *ctx)
{
	const struct google *g = ctx;

	return g->now;
}

static int64_t
on_steady_clock(void *ctx)
{
	const struct google *g = ctx;

	return g->now * 1000;
}

static void
make_client(struct google *g)
{
	assert_int_equal(gcpsecret_client_new(&g->client, NULL), GCPSECRET_OK);
	gcpsecret_client_set_log(g->client, on_log, g, GCPSECRET_LOG_DEBUG);
	gcpsecret_client_set_clock(g->client, on_clock, g);
	gcpsecret_client_set_steady_clock(g->client, on_steady_clock, g);
}

void
google_start(
    struct google *g, const struct loopback_answer *script, size_t count)
{
	memset(g, 0, sizeof(*g));
	for (size_t i = 0; i < COUNT(variables); i++)
		google_set(variables[i], NULL);
	snprintf(g->folder, sizeof(g->folder), "/tmp/gcpsecret.XXXXXX");
	assert_non_null(mkdtemp(g->folder));
	google_set("HOME", g->folder);
	/* No test may look for the real metadata server. */
	google_set("NO_GCE_CHECK", "true");
	g->log = calloc(1, LOG_SIZE);
	assert_non_null(g->log);
	g->now = 1800000000;
	g->peer = loopback_start(script, count);
	make_client(g);
}

void
google_restart(struct google *g)
{
	gcpsecret_client_free(g->client);
	make_client(g);
}

static int
remove_one(
    const char *path, const struct stat *st, int type, struct FTW *position)
{
	(void)st, (void)type, (void)position;
	return remove(path);
}

void
google_end(struct google *g)
{
	gcpsecret_payload_free(g->secret);
	gcpsecret_client_free(g->client);
	loopback_stop(g->peer);
	for (size_t i = 0; i < COUNT(secrets); i++)
		if (strstr(g->log, secrets[i]) != NULL)
			fail_msg("\"%s\" is in: %s", secrets[i], g->log);
	free(g->log);
	/* NOLINTNEXTLINE(concurrency-mt-unsafe) */
	assert_int_equal(
	    nftw(g->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

const char *
google_write(struct google *g, const char *name, const char *text)
{
	FILE *file;

	snprintf(g->file, sizeof(g->file), "%s/%s", g->folder, name);
	file = fopen(g->file, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	return g->file;
}

void
google_set(const char *name, const char *value)
{
	/* The peer's thread, the only other one, reads no variable. */
	if (value != NULL)
		setenv(name, value, 1); /* NOLINT(concurrency-mt-unsafe) */
	else
		unsetenv(name); /* NOLINT(concurrency-mt-unsafe) */
}

static void
use_host(struct google *g, const char *name)
{
	char host[32];

	snprintf(host, sizeof(host), "127.0.0.1:%d", loopback_port(g->peer));
	google_set(name, host);
}

void
google_use_emulator(struct google *g)
{
	use_host(g, "SECRET_MANAGER_EMULATOR_HOST");
}

static void
use_endpoint(struct google *g)
{
	char url[64];

	assert_int_equal(gcpsecret_client_set_endpoint(
			     g->client, loopback_url(g->peer), NULL),
	    GCPSECRET_OK);
	snprintf(url, sizeof(url), "%s/token", loopback_url(g->peer));
	assert_int_equal(
	    gcpsecret_client_set_token_url(g->client, url, NULL), GCPSECRET_OK);
}

void
google_use_user(struct google *g)
{
	google_set("GOOGLE_APPLICATION_CREDENTIALS",
	    google_write(g, "user.json", USER));
	use_endpoint(g);
}

void
google_use_service_account(struct google *g)
{
	char *pem = google_pem(google_key(), NULL);
	char *text = google_service_account(pem);

	google_set("GOOGLE_APPLICATION_CREDENTIALS",
	    google_write(g, "key.json", text));
	free(text);
	free(pem);
	use_endpoint(g);
}

void
google_use_impersonated(struct google *g, const char *members)
{
	char *text;

	google_use_user(g);
	assert_true(
	    asprintf(&text,
		"{\"type\":\"impersonated_service_account\","
		"\"service_account_impersonation_url\":\"%s" IMPERSONATION_PATH
		":generateAccessToken\",%s}",
		loopback_url(g->peer), members) > 0);
	google_set("GOOGLE_APPLICATION_CREDENTIALS",
	    google_write(g, "impersonated.json", text));
	free(text);
	assert_int_equal(
	    gcpsecret_client_set_loopback(g->client, true, NULL), GCPSECRET_OK);
}

void
google_use_metadata(struct google *g)
{
	google_set("NO_GCE_CHECK", NULL);
	use_host(g, "GCE_METADATA_HOST");
	use_endpoint(g);
}

void
google_use_external(struct google *g, const char *source, const char *members)
{
	char *text;

	assert_true(
	    asprintf(&text,
		"{\"type\":\"external_account\",\"subject_token_type\":\""
		"urn:ietf:params:oauth:token-type:jwt\",\"token_url\":"
		"\"%s/v1/token\",\"credential_source\":%s,%s}",
		loopback_url(g->peer), source, members) > 0);
	google_set("GOOGLE_APPLICATION_CREDENTIALS",
	    google_write(g, "external.json", text));
	free(text);
	assert_int_equal(
	    gcpsecret_client_set_loopback(g->client, true, NULL), GCPSECRET_OK);
	use_endpoint(g);
}

void
google_remember(
    struct google *g, const gcpsecret_error *err, gcpsecret_status status)
{
	assert_int_equal(err->status, status);
	assert_true(strlen(err->message) > 0);
	remember(g, err->message);
}

static gcpsecret_status
read_secret(struct google *g, const char *name,
    gcpsecret_status (*how)(gcpsecret_client *, const char *,
	gcpsecret_payload **, gcpsecret_error *))
{
	gcpsecret_status status;

	gcpsecret_payload_free(g->secret);
	memset(&g->err, 0x5a, sizeof(g->err));
	g->secret = (gcpsecret_payload *)g;
	status = how(g->client, name, &g->secret, &g->err);
	if (status == GCPSECRET_OK) {
		assert_non_null(g->secret);
		/* An error is written if, and only if, there is one. */
		assert_int_equal(g->err.message[0], 0x5a);
		return status;
	}
	assert_null(g->secret);
	google_remember(g, &g->err, status);
	return status;
}

gcpsecret_status
google_access(struct google *g, const char *name)
{
	return read_secret(g, name, gcpsecret_access);
}

gcpsecret_status
google_resolve(struct google *g, const char *reference)
{
	return read_secret(g, reference, gcpsecret_resolve);
}

EVP_PKEY *
google_key(void)
{
	static EVP_PKEY *key;

	if (key == NULL)
		key = EVP_RSA_gen(2048);
	assert_non_null(key);
	return key;
}

char *
google_pem(EVP_PKEY *key, const char *passphrase)
{
	BIO  *bio = BIO_new(BIO_s_mem());
	char *data, *text, *to;
	long  len;

	assert_int_equal(
	    PEM_write_bio_PKCS8PrivateKey(bio, key,
		passphrase != NULL ? EVP_aes_256_cbc() : NULL, passphrase,
		passphrase != NULL ? (int)strlen(passphrase) : 0, NULL, NULL),
	    1);
	len = BIO_get_mem_data(bio, &data);
	to = text = malloc((size_t)len * 2 + 1);
	assert_non_null(text);
	for (long i = 0; i < len; i++) {
		if (data[i] == '\n')
			*to++ = '\\';
		*to = data[i];
		if (*to == '\n')
			*to = 'n';
		to++;
	}
	*to = '\0';
	BIO_free(bio);
	return text;
}

char *
google_service_account(const char *pem)
{
	char *text;

	assert_true(
	    asprintf(&text,
		"{\"type\":\"service_account\",\"project_id\":"
		"\"file-project\",\"private_key_id\":\"KID\","
		"\"private_key\":\"%s\",\"client_email\":\"" CLIENT_EMAIL
		"\",\"client_id\":\"1\",\"token_uri\":"
		"\"https://oauth2.googleapis.com/token\","
		"\"universe_domain\":\"googleapis.com\"}",
		pem) > 0);
	return text;
}

void
assert_holds(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("\"%s\" lacks \"%s\"", text, part);
}

void
assert_header(struct google *g, size_t i, const char *name, const char *value)
{
	char found[4096];

	if (!loopback_header(
		loopback_request(g->peer, i), name, found, sizeof(found))) {
		if (value != NULL)
			fail_msg("request %zu lacks %s", i, name);
		return;
	}
	if (value == NULL)
		fail_msg("request %zu has %s: %s", i, name, found);
	assert_string_equal(found, value);
}
