/* SPDX-License-Identifier: MIT */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "certificate.h"
#include "google.h"
#include "process.h"
#include "subject.h"
#include "tls.h"

#define SAN "subjectAltName=IP:127.0.0.1"
static const struct loopback_answer good[] = {
	{ .status = 200, .body = TOKEN_REPLY(TOKEN, "3599") },
	{ .status = 200, .body = GOOD },
};

/* Three of them, made once: the leaf and two that it might lead to. */
static struct certificate certificates[3];

static int
make_certificates(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(certificates); i++)
		certificate_make(&certificates[i], SAN);
	return 0;
}

static int
remove_certificates(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(certificates); i++)
		certificate_remove(&certificates[i]);
	return 0;
}

/* Adds what stands between the lines of a PEM file: base64 of DER. */
static void
add_base64(struct buf *out, const struct certificate *c)
{
	char *pem = file_text(c->certificate);

	for (const char *at = strchr(pem, '\n'); strncmp(at, "\n-", 2) != 0;
	     at++)
		if (*at != '\n')
			buf_add(out, at, 1);
	free(pem);
}

/* The token that lists the certificates of these numbers. */
static void
add_token(struct buf *out, const char *numbers)
{
	for (const char *n = numbers; *n != '\0'; n++) {
		buf_add_text(out, n == numbers ? "[\"" : "\",\"");
		add_base64(out, &certificates[*n - '0']);
	}
	buf_add_text(out, "\"]");
	assert_true(buf_ok(out));
}

/* Writes a file of these certificates. */
static void
write_chain(struct google *g, const char *numbers)
{
	struct buf all;

	buf_init(&all, 65536);
	for (const char *n = numbers; *n != '\0'; n++) {
		char *text = file_text(certificates[*n - '0'].certificate);

		buf_add_text(&all, text);
		free(text);
	}
	google_write(g, "chain.pem", buf_text(&all));
	buf_free(&all);
}

static void
write_config(struct google *g, const char *certificate, const char *key)
{
	char text[500];

	snprintf(text, sizeof(text),
	    "{\"version\":1,\"cert_configs\":{\"workload\":{\"cert_path\":"
	    "\"%s\",\"key_path\":\"%s\"}}}",
	    certificate, key);
	google_write(g, "config.json", text);
}

/* The proof by what the configuration in the folder names, and the chain there
 * if it is wanted. */
static gcpsecret_status
prove(struct google *g, bool chain, struct proof *proof)
{
	char                  config[100], path[128];
	struct subject_source source = { .cert_config = config,
		.trust_chain = chain ? path : NULL };

	snprintf(config, sizeof(config), "%s/config.json", g->folder);
	snprintf(path, sizeof(path), "%s/chain.pem", g->folder);
	gs_proof_init(proof);
	return gs_subject_certificate(&source, proof, &g->err);
}

static void
a_token_lists_the_certificate_and_its_chain(void **state)
{
	/* The numbers of the certificates in trust_chain_path, and of those in
	 * the token; the first one is the workload's own. */
	static const struct {
		const char *chain, *listed;
	} rows[] = {
		{ NULL, "0" },
		{ "0", "0" },
		{ "1", "01" },
		{ "12", "012" },
		{ "012", "012" },
		{ "10", NULL },
		{ "102", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct google    g;
		struct proof     proof;
		struct buf       wanted;
		gcpsecret_status status;

		google_start(&g, good, COUNT(good));
		buf_init(&wanted, 65536);
		if (rows[i].chain != NULL)
			write_chain(&g, rows[i].chain);
		write_config(
		    &g, certificates[0].certificate, certificates[0].key);
		status = prove(&g, rows[i].chain != NULL, &proof);
		if (rows[i].listed != NULL) {
			assert_int_equal(status, GCPSECRET_OK);
			add_token(&wanted, rows[i].listed);
			assert_string_equal(proof.token.data, wanted.data);
		} else {
			assert_int_equal(status, GCPSECRET_ERR_CREDENTIALS);
			assert_holds(g.err.message,
			    "must be the first one or not there");
		}
		buf_free(&wanted);
		gs_proof_free(&proof);
		google_end(&g);
	}
}

static void
a_certificate_may_be_followed_by_others(void **state)
{
	struct google g;
	struct proof  proof;
	struct buf    wanted;
	char          path[128];

	(void)state;
	google_start(&g, good, COUNT(good));
	write_chain(&g, "012");
	snprintf(path, sizeof(path), "%s", g.file);
	write_config(&g, path, certificates[0].key);
	assert_int_equal(prove(&g, false, &proof), GCPSECRET_OK);
	buf_init(&wanted, 65536);
	add_token(&wanted, "0");
	assert_string_equal(proof.token.data, wanted.data);
	/* TLS shows all of them. */
	assert_non_null(
	    strstr(strstr(proof.certificate.data, "-END ") + 1, "-END "));
	buf_free(&wanted);
	gs_proof_free(&proof);
	google_end(&g);
}

static void
a_configuration_is_read_strictly(void **state)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{ "", "/config.json: not a JSON object" },
		{ "[]", "/config.json: not a JSON object" },
		{ "{}", "/config.json: \"cert_configs\" is missing" },
		{ "{\"cert_configs\":[]}",
		    "/config.json: \"cert_configs\" is not an object" },
		{ "{\"cert_configs\":{\"pkcs11\":{}}}",
		    "/config.json: \"cert_configs.workload\" is missing" },
		{ "{\"cert_configs\":{\"workload\":{\"key_path\":\"k\"}}}",
		    "\"cert_configs.workload.cert_path\" is missing" },
		{ "{\"cert_configs\":{\"workload\":{\"cert_path\":\"c\"}}}",
		    "\"cert_configs.workload.key_path\" is missing" },
		{ "{\"cert_configs\":{\"workload\":{\"cert_path\":5,"
		  "\"key_path\":\"k\"}}}",
		    "\"cert_configs.workload.cert_path\" is not a text" },
		{ "{\"cert_configs\":{\"workload\":{\"cert_path\":"
		  "\"/nonexistent/c\",\"key_path\":\"k\"}}}",
		    "/nonexistent/c: No such file or directory" },
		{ NULL, "/config.json: No such file or directory" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct google g;
		struct proof  proof;

		google_start(&g, good, COUNT(good));
		if (rows[i].text != NULL)
			google_write(&g, "config.json", rows[i].text);
		assert_int_equal(
		    prove(&g, false, &proof), GCPSECRET_ERR_CREDENTIALS);
		assert_holds(g.err.message, rows[i].message);
		assert_int_equal(proof.token.len, 0);
		gs_proof_free(&proof);
		google_end(&g);
	}
}

#define BLOCK(what, content) \
	"-----BEGIN " what "-----\n" content "\n-----END " what "-----\n"

static void
files_that_are_no_certificate_and_key_are_refused(void **state)
{
	/* What the files hold; NULL: those of the first certificate. */
	static const struct {
		const char *certificate, *key, *chain, *message;
	} rows[] = {
		{ "", NULL, NULL, "names no certificate in PEM" },
		{ "no PEM", NULL, NULL, "names no certificate in PEM" },
		{ BLOCK("CERTIFICATE", "AAAA"), NULL, NULL,
		    "names no certificate in PEM" },
		{ BLOCK("CERTIFICATE", "*"), NULL, NULL,
		    "names no certificate in PEM" },
		{ NULL, "", NULL, "is no private key in PEM" },
		{ NULL, BLOCK("PRIVATE KEY", "AAAA"), NULL,
		    "is no private key in PEM" },
		{ NULL, NULL, "", "/chain.pem: not certificates in PEM" },
		{ NULL, NULL, BLOCK("CERTIFICATE", "AAAA"),
		    "/chain.pem: not certificates in PEM" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char   *paths[] = { certificates[0].certificate,
			  certificates[0].key };
		char          certificate[128], key[128];
		struct google g;
		struct proof  proof;

		google_start(&g, good, COUNT(good));
		snprintf(certificate, sizeof(certificate), "%s",
		    rows[i].certificate != NULL
			? google_write(&g, "cert.pem", rows[i].certificate)
			: paths[0]);
		snprintf(key, sizeof(key), "%s",
		    rows[i].key != NULL
			? google_write(&g, "key.pem", rows[i].key)
			: paths[1]);
		if (rows[i].chain != NULL)
			google_write(&g, "chain.pem", rows[i].chain);
		write_config(&g, certificate, key);
		assert_int_equal(prove(&g, rows[i].chain != NULL, &proof),
		    GCPSECRET_ERR_CREDENTIALS);
		assert_holds(g.err.message, rows[i].message);
		gs_proof_free(&proof);
		google_end(&g);
	}
}

static void
a_key_must_be_the_certificates_own(void **state)
{
	struct google g;
	struct proof  proof;
	char         *pem = google_pem(google_key(), "passphrase"), *at, *to;
	char          path[128];

	(void)state;
	google_start(&g, good, COUNT(good));
	write_config(&g, certificates[0].certificate, certificates[1].key);
	assert_int_equal(prove(&g, false, &proof), GCPSECRET_ERR_CREDENTIALS);
	assert_holds(g.err.message, "is not that of the certificate");
	gs_proof_free(&proof);

	/* As JSON would have it; as a file has it. */
	for (at = to = pem; *at != '\0'; at++, to++) {
		*to = *at;
		if (*at == '\\')
			*to = '\n', at++;
	}
	*to = '\0';
	snprintf(path, sizeof(path), "%s", google_write(&g, "key.pem", pem));
	write_config(&g, certificates[0].certificate, path);
	assert_int_equal(prove(&g, false, &proof), GCPSECRET_ERR_CREDENTIALS);
	assert_holds(g.err.message, "is protected by a passphrase");
	gs_proof_free(&proof);
	free(pem);
	google_end(&g);
}

/* Credentials whose token is traded behind a door of TLS. */
static void
use_certificate(struct google *g, const struct tls *tls, const char *members)
{
	char text[1000];

	snprintf(text, sizeof(text),
	    "{\"type\":\"external_account\",\"audience\":\"" AUDIENCE
	    "\",\"subject_token_type\":"
	    "\"urn:ietf:params:oauth:token-type:mtls\","
	    "\"token_url\":\"https://127.0.0.1:%d/v1/token\","
	    "\"credential_source\":{\"certificate\":{%s}}}",
	    tls_port(tls), members);
	google_set("GOOGLE_APPLICATION_CREDENTIALS",
	    google_write(g, "external.json", text));
	assert_int_equal(gcpsecret_client_set_endpoint(
			     g->client, loopback_url(g->peer), NULL),
	    GCPSECRET_OK);
	assert_int_equal(gcpsecret_client_set_ca_file(
			     g->client, certificates[2].certificate, NULL),
	    GCPSECRET_OK);
	gcpsecret_client_set_retries(g->client, 0);
}

/* Whether the last client showed that certificate, by TLS and in the form of
 * request i. */
static void
assert_shown(struct google *g, struct tls *tls, size_t i, const char *number)
{
	struct buf           token, field, base64;
	size_t               len;
	const unsigned char *der = tls_client(tls, &len);
	unsigned char        encoded[4096];

	buf_init(&token, 65536);
	buf_init(&field, 65536);
	buf_init(&base64, 65536);
	add_token(&token, number);
	buf_add_field(&field, "subject_token", token.data);
	assert_holds(loopback_request(g->peer, i)->body, field.data);
	assert_true(len > 0 && len < 3000);
	EVP_EncodeBlock(encoded, der, (int)len);
	add_base64(&base64, &certificates[*number - '0']);
	assert_string_equal((char *)encoded, base64.data);
	buf_free(&token);
	buf_free(&field);
	buf_free(&base64);
}

static void
a_certificate_is_shown_and_listed_anew_at_each_trade(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = TOKEN_REPLY(TOKEN, "3599") },
		{ .status = 200, .body = GOOD },
		{ .status = 200, .body = TOKEN_REPLY(TOKEN, "3599") },
		{ .status = 200, .body = GOOD },
	};
	struct google g;
	struct tls   *tls;
	char          member[200];

	(void)state;
	google_start(&g, script, COUNT(script));
	tls = tls_start(certificates[2].certificate, certificates[2].key,
	    loopback_port(g.peer));
	write_config(&g, certificates[0].certificate, certificates[0].key);
	snprintf(member, sizeof(member),
	    "\"certificate_config_location\":\"%s\"", g.file);
	use_certificate(&g, tls, member);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_shown(&g, tls, 0, "0");
	/* It is replaced while connection and session are still fresh. */
	write_config(&g, certificates[1].certificate, certificates[1].key);
	g.now += 3600;
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_shown(&g, tls, 2, "1");
	tls_stop(tls);
	google_end(&g);
}

static void
a_configuration_is_found_where_gcloud_looks(void **state)
{
	static const char *const names[] = { "GOOGLE_API_CERTIFICATE_CONFIG",
		"CLOUDSDK_CONFIG", "HOME" };

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		static const char member[] =
		    "\"use_default_certificate_config\":true";
		struct google g;
		struct tls   *tls;
		char          path[128];

		google_start(&g, good, COUNT(good));
		tls = tls_start(certificates[2].certificate,
		    certificates[2].key, loopback_port(g.peer));
		write_config(
		    &g, certificates[0].certificate, certificates[0].key);
		snprintf(path, sizeof(path), "%s/.config", g.folder);
		assert_int_equal(mkdir(path, 0700), 0);
		snprintf(path, sizeof(path), "%s/.config/gcloud", g.folder);
		assert_int_equal(mkdir(path, 0700), 0);
		snprintf(path, sizeof(path), "%s/%s", g.folder,
		    i == 0   ? "config.json"
		    : i == 1 ? "certificate_config.json"
			     : ".config/gcloud/certificate_config.json");
		assert_int_equal(rename(g.file, path), 0);
		google_set(names[i], i == 0 ? path : g.folder);
		use_certificate(&g, tls, member);
		assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
		assert_shown(&g, tls, 0, "0");
		tls_stop(tls);
		google_end(&g);
	}
}

static void
a_configuration_that_nobody_places_is_asked_for(void **state)
{
	static const struct subject_source source = { .use_default_cert =
							  true };
	struct google                      g;
	struct proof                       proof;

	(void)state;
	google_start(&g, good, COUNT(good));
	google_set("HOME", NULL);
	gs_proof_init(&proof);
	assert_int_equal(gs_subject_certificate(&source, &proof, &g.err),
	    GCPSECRET_ERR_CREDENTIALS);
	assert_holds(g.err.message, "set GOOGLE_API_CERTIFICATE_CONFIG");
	gs_proof_free(&proof);
	google_end(&g);
}

/* The host that is asked when the file names none, as a proxy sees it. */
static void
the_service_is_the_one_that_asks_for_certificates(void **state)
{
	static const struct loopback_answer no[] = { { .status = 403 } };
	struct google                       g;

	(void)state;
	google_start(&g, no, COUNT(no));
	write_config(&g, certificates[0].certificate, certificates[0].key);
	google_set("GOOGLE_API_CERTIFICATE_CONFIG", g.file);
	google_set("GOOGLE_APPLICATION_CREDENTIALS",
	    google_write(&g, "external.json",
		"{\"type\":\"external_account\",\"audience\":"
		"\"" AUDIENCE
		"\",\"subject_token_type\":\"t\",\"credential_source\":"
		"{\"certificate\":{\"use_default_certificate_config\":true}}"
		"}"));
	gcpsecret_client_set_retries(g.client, 0);
	assert_int_equal(
	    gcpsecret_client_set_proxy(g.client, loopback_url(g.peer), NULL),
	    GCPSECRET_OK);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_NETWORK);
	assert_string_equal(
	    loopback_request(g.peer, 0)->target, "sts.mtls.googleapis.com:443");
	google_end(&g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_lists_the_certificate_and_its_chain),
		cmocka_unit_test(a_certificate_may_be_followed_by_others),
		cmocka_unit_test(a_configuration_is_read_strictly),
		cmocka_unit_test(
		    files_that_are_no_certificate_and_key_are_refused),
		cmocka_unit_test(a_key_must_be_the_certificates_own),
		cmocka_unit_test(
		    a_certificate_is_shown_and_listed_anew_at_each_trade),
		cmocka_unit_test(a_configuration_is_found_where_gcloud_looks),
		cmocka_unit_test(
		    a_configuration_that_nobody_places_is_asked_for),
		cmocka_unit_test(
		    the_service_is_the_one_that_asks_for_certificates),
	};

	return cmocka_run_group_tests_name("libgcpsecret certificate", tests,
	    make_certificates, remove_certificates);
}
