/* SPDX-License-Identifier: MIT */

/*
 * Every member of every type of credentials: there, absent, empty, of each wrong
 * type, too long, with characters that it must not have, at the ends of its
 * range.  What is said about it is compared whole.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "google.h"
#include "key_file.h"

#define LABEL "some.json"
#define EMAIL "sa@p.iam.gserviceaccount.com"
#define IAM                                                    \
	"https://iamcredentials.googleapis.com/v1/projects/-/" \
	"serviceAccounts/" EMAIL ":generateAccessToken"
#define VERIFY                                                        \
	"https://sts.{region}.amazonaws.com?Action=GetCallerIdentity" \
	"&Version=2011-06-15"

/* What is said. */
#define MISSING "is missing"
#define NO_TEXT "is not a text"
#define UNFIT "is too long or holds a character that cannot be in one"
#define NO_URL "is no https URL"
#define NO_NEAR_URL \
	"is no https URL, nor one of http on this machine or its link"
#define NO_RANGE(least, most) "is not a number from " #least " to " #most

/* A value in JSON, or "@N" for a text of N letters; and what is said about it,
 * NULL: nothing. */
struct sample {
	const char *value, *fault;
};

#define NO_TEXTS                                                       \
	{ "5", NO_TEXT }, { "true", NO_TEXT }, { "[\"a\"]", NO_TEXT }, \
	    { "{}", NO_TEXT },                                         \
	{                                                              \
		"\"a\\u0000b\"", NO_TEXT                               \
	}
#define END                \
	{                  \
		NULL, NULL \
	}

static const struct sample words[] = { NO_TEXTS, { "\"a b\"", UNFIT },
	{ "\"a\\r\\nb\"", UNFIT }, { "\"a\\\"b\"", UNFIT },
	{ "\"a\\\\b\"", UNFIT }, { "\"\\u00e4\"", UNFIT },
	{ "\"\\u007f\"", UNFIT }, { "@512", NULL }, { "@513", UNFIT }, END };

static const struct sample client_ids[] = { NO_TEXTS, { "\"a:b\"", UNFIT },
	{ "\"a\\nb\"", UNFIT }, { "@512", NULL }, { "@513", UNFIT }, END };

static const struct sample secrets[] = { NO_TEXTS, { "\"a\\nb\"", UNFIT },
	{ "\"\\u001f\"", UNFIT }, { "\"\\u007f\"", UNFIT },
	{ "\"\\u00e4\"", UNFIT }, { "\"a b\\\"c\"", NULL }, { "@4096", NULL },
	{ "@4097", UNFIT }, END };

static const struct sample paths[] = { NO_TEXTS, { "\"a\\nb\"", UNFIT },
	{ "\"\\u007f\"", UNFIT }, { "\"/a b/\\u00e4\"", NULL },
	{ "@4096", NULL }, { "@4097", UNFIT }, END };

#define NO_DOMAIN "is no domain, such as googleapis.com"
static const struct sample domains[] = { NO_TEXTS, { "\"com\"", NO_DOMAIN },
	{ "\"Google.com\"", NO_DOMAIN }, { "\"a..b\"", NO_DOMAIN },
	{ "\".a.b\"", NO_DOMAIN }, { "\"a.b.\"", NO_DOMAIN },
	{ "\"-a.b\"", NO_DOMAIN }, { "\"a-.b\"", NO_DOMAIN },
	{ "\"a.b/c\"", NO_DOMAIN }, { "\"a.b:1\"", NO_DOMAIN },
	{ "\"a\\n.b\"", NO_DOMAIN }, { "@300", NO_DOMAIN },
	{ "\"apis-1.example.org\"", NULL }, END };

#define NO_USERS "is not googleapis.com, where all users are"
static const struct sample user_domains[] = { NO_TEXTS,
	{ "\"com\"", NO_DOMAIN }, { "\"example.org\"", NO_USERS },
	{ "\"googleapis.com\"", NULL }, END };

static const struct sample urls[] = { NO_TEXTS,
	{ "\"http://sts.example.org/\"", NO_URL },
	{ "\"http://127.0.0.1:1/t\"", NO_URL },
	{ "\"http://localhost/t\"", NO_URL },
	{ "\"http://169.254.169.254/t\"", NO_URL },
	{ "\"ftp://example.org\"", NO_URL }, { "\"file:///etc\"", NO_URL },
	{ "\"https://u:p@example.org\"", NO_URL },
	{ "\"https://example.org/#f\"", NO_URL },
	{ "\"https://exa mple.org\"", NO_URL },
	{ "\"https://example.org/\\r\\nX: y\"", NO_URL },
	{ "\"https:///t\"", NO_URL }, { "\"example.org\"", NO_URL },
	{ "@3000", NO_URL }, { "\"https://example.org/t?a=b\"", NULL },
	{ "\"https://example.org\"", NULL }, END };

static const struct sample near_urls[] = { NO_TEXTS,
	{ "\"http://example.org/\"", NO_NEAR_URL },
	{ "\"http://169.255.0.1/\"", NO_NEAR_URL },
	{ "\"http://169.254.169.254.example.org/\"", NO_NEAR_URL },
	{ "\"http://[fd00:ec2::255]/\"", NO_NEAR_URL },
	{ "\"http://user@169.254.169.254/\"", NO_NEAR_URL },
	{ "\"http://169.254.169.254/a b\"", NO_NEAR_URL },
	{ "\"ftp://169.254.169.254/\"", NO_NEAR_URL },
	{ "\"http://127.0.0.1:5000/token\"", NULL },
	{ "\"http://localhost:5000/token?x=y\"", NULL },
	{ "\"http://169.254.169.254/metadata/identity?a=1\"", NULL },
	{ "\"http://[fd00:ec2::254]/latest\"", NULL },
	{ "\"https://example.org/token\"", NULL }, END };

static const struct sample region_urls[] = { NO_TEXTS,
	{ "\"http://sts.{region}.amazonaws.com\"", NO_URL },
	{ "\"https://sts.{region}.{region}.amazonaws.com\"", NO_URL },
	{ "\"https://u@sts.{region}.amazonaws.com\"", NO_URL },
	{ "\"https://sts.{region}.amazonaws.com/\\n\"", NO_URL },
	{ "\"sts.{region}.amazonaws.com\"", NO_URL },
	{ "\"https://sts.amazonaws.com?Action=x\"", NULL }, END };

#define NO_END "does not end in /EMAIL:generateAccessToken"
static const struct sample impersonations[] = { NO_TEXTS,
	{ "\"http://iam.example.org/a@b:generateAccessToken\"", NO_URL },
	{ "\"http://127.0.0.1/a@b:generateAccessToken\"", NO_URL },
	{ "\"https://iam.example.org/a@b:generateIdToken\"", NO_END },
	{ "\"https://iam.example.org/a@b\"", NO_END },
	{ "\"https://iam.example.org/:generateAccessToken\"", NO_END },
	{ "\"https://iam.example.org/a@b:generateAccessToken?x=y\"", NO_END },
	{ "\"https://iam.example.org/a%0ab:generateAccessToken\"", NO_END },
	{ "\"https://iam.example.org/a:b:generateAccessToken\"", NO_END },
	{ "\"https://iam.example.org/a@b:generateAccessToken\"", NULL }, END };

#define NO_OBJECT "is not an object"
static const struct sample objects[] = { { "5", NO_OBJECT },
	{ "\"a\"", NO_OBJECT }, { "[]", NO_OBJECT }, { "true", NO_OBJECT },
	{ "\"\"", NO_OBJECT }, END };

static const struct sample headers[] = { { "5", NO_OBJECT },
	{ "\"\"", NO_OBJECT }, { "[]", NO_OBJECT },
	{ "{\"a b\":\"c\"}", "has a name that no header has" },
	{ "{\"\":\"c\"}", "has a name that no header has" },
	{ "{\"a:\":\"c\"}", "has a name that no header has" },
	{ "{\"a\":\"b\\r\\nX: y\"}", "has a value that no header has" },
	{ "{\"a\":5}", "has a value that no header has" },
	{ "{\"a\":null}", "has a value that no header has" }, { "{}", NULL },
	{ "{\"Metadata\":\"True\",\"X-Y\":\"z w\"}", NULL }, END };

#define NO_ELEMENT "has an element that is no service account"
static const struct sample accounts[] = { { "5", "is not an array" },
	{ "\"\"", "is not an array" }, { "{}", "is not an array" },
	{ "[5]", NO_ELEMENT }, { "[\"\"]", NO_ELEMENT },
	{ "[\"a@b\",\"a b\"]", NO_ELEMENT }, { "[\"a\\nb\"]", NO_ELEMENT },
	{ "[null]", NO_ELEMENT },
	{ "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]",
	    "has more than 16 elements" },
	{ "[]", NULL }, { "[\"a@b\",\"c@d\"]", NULL }, END };

#define NO_FLAG "is neither true nor false"
static const struct sample flags[] = { { "1", NO_FLAG },
	{ "\"true\"", NO_FLAG }, { "\"\"", NO_FLAG }, { "[]", NO_FLAG }, END };

#define NO_TIMEOUT NO_RANGE(5000, 120000)
static const struct sample timeouts[] = { { "\"30000\"", NO_TIMEOUT },
	{ "\"\"", NO_TIMEOUT }, { "true", NO_TIMEOUT }, { "[]", NO_TIMEOUT },
	{ "5000.5", NO_TIMEOUT }, { "-5000", NO_TIMEOUT },
	{ "4999", NO_TIMEOUT }, { "120001", NO_TIMEOUT },
	{ "18446744073709551615", NO_TIMEOUT }, { "5000", NULL },
	{ "120000", NULL }, END };

#define NO_LIFETIME NO_RANGE(600, 43200)
static const struct sample lifetimes[] = { { "\"3600\"", NO_LIFETIME },
	{ "{}", NO_LIFETIME }, { "599", NO_LIFETIME }, { "43201", NO_LIFETIME },
	{ "0", NO_LIFETIME }, { "-3600", NO_LIFETIME }, { "600", NULL },
	{ "43200", NULL }, END };

#define NO_FORMAT "is neither \"text\" nor \"json\""
static const struct sample formats[] = { NO_TEXTS, { "\"xml\"", NO_FORMAT },
	{ "\"JSON\"", NO_FORMAT }, { "\"text\"", NULL }, { "\"json\"", NULL },
	END };

#define NO_AWS "is not \"aws1\""
static const struct sample environments[] = { { "5", NO_AWS },
	{ "\"\"", NO_AWS }, { "\"aws2\"", NO_AWS }, { "\"azure1\"", NO_AWS },
	{ "\"aws1\"", NULL }, END };

#define NO_KEY "is no private key in PEM; create a new key for " EMAIL
static const struct sample keys[] = { NO_TEXTS, { "\"x\"", NO_KEY },
	{ "@5000", NO_KEY }, END };

#define NO_POOL "is for workforce pools, which \"audience\" does not name"
static const struct sample pools[] = { NO_TEXTS, { "\"a\\nb\"", UNFIT },
	{ "\"p\"", NO_POOL }, END };

/* Good documents; %s is a key. */
#define EXTERNAL(source)                                                       \
	"{\"type\":\"external_account\",\"audience\":\"//iam.googleapis."      \
	"com/projects/1/locations/global/workloadIdentityPools/p/"             \
	"providers/q\",\"subject_token_type\":"                                \
	"\"urn:ietf:params:oauth:token-type:jwt\",\"token_url\":"              \
	"\"https://sts.googleapis.com/v1/token\",\"client_id\":\"i\","         \
	"\"client_secret\":\"s\",\"service_account_impersonation_url\":"       \
	"\"" IAM "\",\"service_account_impersonation\":"                       \
	"{\"token_lifetime_seconds\":3600},\"quota_project_id\":\"q\","        \
	"\"universe_domain\":\"googleapis.com\",\"credential_source\":" source \
	"}"
#define USER_MEMBERS                                   \
	"\"client_id\":\"i\",\"client_secret\":\"s\"," \
	"\"refresh_token\":\"r\",\"account\":\"me@example.org\""

enum document {
	SERVICE_ACCOUNT,
	AUTHORIZED_USER,
	OF_FILE,
	OF_URL,
	OF_PROGRAM,
	OF_AWS,
	OF_CERTIFICATE,
	EXTERNAL_USER,
	IMPERSONATED
};

static const char *const documents[] = {
	[SERVICE_ACCOUNT] =
	    "{\"type\":\"service_account\",\"client_email\":\"" EMAIL
	    "\",\"private_key\":\"%s\",\"private_key_id\":\"k\","
	    "\"project_id\":\"p\",\"quota_project_id\":\"q\",\"token_uri\":"
	    "\"https://oauth2.googleapis.com/token\","
	    "\"universe_domain\":\"googleapis.com\"}",
	[AUTHORIZED_USER] = "{\"type\":\"authorized_user\"," USER_MEMBERS
			    ",\"quota_project_id\":\"q\","
			    "\"universe_domain\":\"googleapis.com\"}",
	[OF_FILE] = EXTERNAL("{\"file\":\"/t\",\"format\":{\"type\":\"json\","
			     "\"subject_token_field_name\":\"t\"}}"),
	[OF_URL] = EXTERNAL("{\"url\":\"http://127.0.0.1/t\",\"headers\":{"
			    "\"a\":\"b\"},\"format\":{\"type\":\"json\","
			    "\"subject_token_field_name\":\"t\"}}"),
	[OF_PROGRAM] = EXTERNAL("{\"executable\":{\"command\":\"/bin/x y\","
				"\"timeout_millis\":30000,"
				"\"output_file\":\"/o\"}}"),
	[OF_AWS] = EXTERNAL("{\"environment_id\":\"aws1\",\"region_url\":"
			    "\"http://169.254.169.254/r\",\"url\":"
			    "\"http://169.254.169.254/u\","
			    "\"regional_cred_verification_url\":\"" VERIFY "\","
			    "\"imdsv2_session_token_url\":"
			    "\"http://169.254.169.254/t\"}"),
	[OF_CERTIFICATE] =
	    EXTERNAL("{\"certificate\":{\"certificate_config_location\":\"/c\","
		     "\"trust_chain_path\":\"/t\"}}"),
	[EXTERNAL_USER] =
	    "{\"type\":\"external_account_authorized_user\",\"audience\":"
	    "\"//iam.googleapis.com/locations/global/workforcePools/p/"
	    "providers/q\",\"token_url\":"
	    "\"https://sts.googleapis.com/v1/oauthtoken\"," USER_MEMBERS
	    ",\"quota_project_id\":\"q\",\"universe_domain\":"
	    "\"googleapis.com\"}",
	[IMPERSONATED] =
	    "{\"type\":\"impersonated_service_account\","
	    "\"service_account_impersonation_url\":\"" IAM
	    "\",\"delegates\":[\"a@b\"],\"quota_project_id\":\"q\","
	    "\"source_credentials\":{\"type\":\"authorized_user\"," USER_MEMBERS
	    "}}",
};

/* Every member.  What is said when it is absent, NULL: nothing; and when its
 * values are odd. */
static const struct row {
	enum document        document;
	const char          *path, *absent;
	const struct sample *samples;
} rows[] = {
	{ SERVICE_ACCOUNT, "client_email", MISSING, words },
	{ SERVICE_ACCOUNT, "private_key", MISSING, keys },
	{ SERVICE_ACCOUNT, "private_key_id", NULL, words },
	{ SERVICE_ACCOUNT, "project_id", NULL, words },
	{ SERVICE_ACCOUNT, "quota_project_id", NULL, words },
	{ SERVICE_ACCOUNT, "token_uri", NULL, urls },
	{ SERVICE_ACCOUNT, "universe_domain", NULL, domains },

	{ AUTHORIZED_USER, "client_id", MISSING, client_ids },
	{ AUTHORIZED_USER, "client_secret", MISSING, secrets },
	{ AUTHORIZED_USER, "refresh_token", MISSING, secrets },
	{ AUTHORIZED_USER, "account", NULL, words },
	{ AUTHORIZED_USER, "quota_project_id", NULL, words },
	{ AUTHORIZED_USER, "universe_domain", NULL, user_domains },

	{ OF_FILE, "audience", MISSING, words },
	{ OF_FILE, "subject_token_type", MISSING, words },
	{ OF_FILE, "token_url", NULL, urls },
	{ OF_FILE, "client_id", NULL, client_ids },
	{ OF_FILE, "client_secret", NULL, secrets },
	{ OF_FILE, "quota_project_id", NULL, words },
	{ OF_FILE, "universe_domain", NULL, domains },
	{ OF_FILE, "workforce_pool_user_project", NULL, pools },
	{ OF_FILE, "service_account_impersonation_url", NULL, impersonations },
	{ OF_FILE, "service_account_impersonation", NULL, objects },
	{ OF_FILE, "service_account_impersonation.token_lifetime_seconds", NULL,
	    lifetimes },
	{ OF_FILE, "credential_source", MISSING, objects },
	{ OF_FILE, "credential_source.file", NULL, paths },
	{ OF_FILE, "credential_source.format", NULL, objects },
	{ OF_FILE, "credential_source.format.type", NULL, formats },
	{ OF_FILE, "credential_source.format.subject_token_field_name", MISSING,
	    words },

	{ OF_URL, "credential_source.url", NULL, near_urls },
	{ OF_URL, "credential_source.headers", NULL, headers },
	{ OF_URL, "credential_source.format", NULL, objects },

	{ OF_PROGRAM, "credential_source.executable", NULL, objects },
	{ OF_PROGRAM, "credential_source.executable.command", MISSING, paths },
	{ OF_PROGRAM, "credential_source.executable.timeout_millis", NULL,
	    timeouts },
	{ OF_PROGRAM, "credential_source.executable.output_file", NULL, paths },

	{ OF_AWS, "credential_source.environment_id", NULL, environments },
	{ OF_AWS, "credential_source.region_url", NULL, near_urls },
	{ OF_AWS, "credential_source.url", NULL, near_urls },
	{ OF_AWS, "credential_source.regional_cred_verification_url", MISSING,
	    region_urls },
	{ OF_AWS, "credential_source.imdsv2_session_token_url", NULL,
	    near_urls },

	{ OF_CERTIFICATE, "credential_source.certificate", NULL, objects },
	{ OF_CERTIFICATE,
	    "credential_source.certificate.certificate_config_location",
	    "or \"use_default_certificate_config\" must be there, and not both",
	    paths },
	{ OF_CERTIFICATE,
	    "credential_source.certificate.use_default_certificate_config",
	    NULL, flags },
	{ OF_CERTIFICATE, "credential_source.certificate.trust_chain_path",
	    NULL, paths },

	{ EXTERNAL_USER, "audience", NULL, words },
	{ EXTERNAL_USER, "token_url", MISSING, urls },
	{ EXTERNAL_USER, "client_id", MISSING, client_ids },
	{ EXTERNAL_USER, "client_secret", MISSING, secrets },
	{ EXTERNAL_USER, "refresh_token", MISSING, secrets },
	{ EXTERNAL_USER, "account", NULL, words },
	{ EXTERNAL_USER, "quota_project_id", NULL, words },
	{ EXTERNAL_USER, "universe_domain", NULL, domains },

	{ IMPERSONATED, "service_account_impersonation_url", MISSING,
	    impersonations },
	{ IMPERSONATED, "delegates", NULL, accounts },
	{ IMPERSONATED, "quota_project_id", NULL, words },
	{ IMPERSONATED, "universe_domain", NULL, domains },
	{ IMPERSONATED, "source_credentials", MISSING, objects },
	{ IMPERSONATED, "source_credentials.type", MISSING, NULL },
	{ IMPERSONATED, "source_credentials.client_id", MISSING, client_ids },
	{ IMPERSONATED, "source_credentials.refresh_token", MISSING, secrets },
};

/* The one kind of a "credential_source" is gone with these. */
static const char *const kinds[] = { "credential_source.file",
	"credential_source.url", "credential_source.executable",
	"credential_source.certificate", "credential_source.environment_id" };

static const char        no_kind[] =
    LABEL ": \"credential_source\" must have exactly one of \"file\", "
	  "\"url\", \"executable\", \"certificate\" and \"environment_id\"";

static struct json_object *
make_document(enum document document)
{
	char               *pem = google_pem(google_key(), NULL), *text;
	const char         *format = documents[document];
	const char         *at = strstr(format, "%s");
	struct json_object *object;

	if (at == NULL)
		text = strdup(format);
	else
		assert_true(asprintf(&text, "%.*s%s%s", (int)(at - format),
				format, pem, at + 2) > 0);
	object = json_tokener_parse(text);
	assert_non_null(object);
	free(text);
	free(pem);
	return object;
}

static void
assert_verdict(struct json_object *object, const char *message)
{
	const struct key_file_origin origin = { LABEL, false };
	const char                  *text = json_object_to_json_string(object);
	struct key_file              file;
	gcpsecret_error              err = { .message = "" };

	if (gs_key_file_parse(&file, text, strlen(text), &origin, &err) ==
	    GCPSECRET_OK) {
		gs_key_file_free(&file);
		if (message != NULL)
			fail_msg("accepted: %s", text);
	} else if (message == NULL || strcmp(err.message, message) != 0) {
		fail_msg("%s\nof %s", err.message, text);
	} else {
		assert_int_equal(err.status, GCPSECRET_ERR_CREDENTIALS);
		assert_null(file.document);
	}
}

/* Puts a value, or nothing for NULL, in the place of a member. */
static void
change(struct json_object *object, const char *path, struct json_object *value,
    bool absent)
{
	char        name[128];
	const char *dot;

	while ((dot = strchr(path, '.')) != NULL) {
		snprintf(name, sizeof(name), "%.*s", (int)(dot - path), path);
		assert_true(json_object_object_get_ex(object, name, &object));
		path = dot + 1;
	}
	if (absent)
		json_object_object_del(object, path);
	else
		json_object_object_add(object, path, value);
}

static struct json_object *
make_value(const char *sample)
{
	struct json_object *value;
	char               *text;
	int                 len;

	if (*sample != '@') {
		value = json_tokener_parse(sample);
		return value;
	}
	len = (int)strtol(sample + 1, NULL, 10);
	text = malloc((size_t)len + 1);
	assert_non_null(text);
	memset(text, 'x', (size_t)len);
	value = json_object_new_string_len(text, len);
	free(text);
	return value;
}

static void
check_value(const struct row *row, const char *sample, const char *fault)
{
	struct json_object *object = make_document(row->document);
	char                message[512];

	change(object, row->path, sample != NULL ? make_value(sample) : NULL,
	    sample == NULL);
	snprintf(message, sizeof(message), LABEL ": \"%s\" %s", row->path,
	    fault != NULL ? fault : "");
	assert_verdict(object, fault != NULL ? message : NULL);
	json_object_put(object);
}

static bool
is_kind(const struct row *row)
{
	for (size_t i = 0; i < COUNT(kinds); i++)
		if (strcmp(row->path, kinds[i]) == 0)
			return row->document != OF_AWS ||
			       strcmp(row->path, "credential_source.url") != 0;
	return false;
}

/* A text may be empty instead of absent; only a text. */
static bool
is_text(const struct row *row)
{
	static const struct sample *const others[] = { objects, headers,
		accounts, flags, timeouts, lifetimes, environments };

	for (size_t i = 0; i < COUNT(others); i++)
		if (row->samples == others[i])
			return false;
	return true;
}

static void
good_documents_are_accepted(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(documents); i++) {
		struct json_object *object = make_document((enum document)i);

		assert_verdict(object, NULL);
		json_object_put(object);
	}
}

static void
a_member_may_be_absent_or_is_missed(void **state)
{
	(void)state;
	for (const struct row *row = rows; row < rows + COUNT(rows); row++) {
		if (is_kind(row))
			continue;
		check_value(row, NULL, row->absent);
		check_value(row, "null", row->absent);
		if (is_text(row))
			check_value(row, "\"\"", row->absent);
	}
}

static void
a_member_has_the_right_type_and_characters_and_length(void **state)
{
	(void)state;
	for (const struct row *row = rows; row < rows + COUNT(rows); row++)
		for (const struct sample *s = row->samples;
		     s != NULL && s->value != NULL; s++)
			check_value(row, s->value, s->fault);
}

static void
the_kind_of_a_source_is_one_and_not_two(void **state)
{
	static const struct {
		enum document document;
		const char   *path, *value; /* NULL: absent */
	} cases[] = {
		{ OF_FILE, "credential_source.file", NULL },
		{ OF_FILE, "credential_source.url", "\"https://x/\"" },
		{ OF_FILE, "credential_source.executable", "{}" },
		{ OF_FILE, "credential_source.certificate", "{}" },
		{ OF_FILE, "credential_source.environment_id", "\"aws1\"" },
		{ OF_URL, "credential_source.url", NULL },
		{ OF_URL, "credential_source.file", "\"/t\"" },
		{ OF_PROGRAM, "credential_source.executable", NULL },
		{ OF_PROGRAM, "credential_source.url", "\"https://x/\"" },
		{ OF_AWS, "credential_source.file", "\"/t\"" },
		{ OF_CERTIFICATE, "credential_source.certificate", NULL },
		{ OF_CERTIFICATE, "credential_source.file", "\"/t\"" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct json_object *object = make_document(cases[i].document);

		change(object, cases[i].path,
		    cases[i].value != NULL ? make_value(cases[i].value) : NULL,
		    cases[i].value == NULL);
		assert_verdict(object, no_kind);
		json_object_put(object);
	}
}

static void
a_certificate_is_the_default_one_or_a_named_one(void **state)
{
	static const char flag[] =
	    "credential_source.certificate.use_default_certificate_config";
	static const char path[] =
	    "credential_source.certificate.certificate_config_location";
	static const char both[] =
	    LABEL ": \"credential_source.certificate.certificate_config_"
		  "location\" or \"use_default_certificate_config\" must be "
		  "there, and not both";
	struct json_object *object = make_document(OF_CERTIFICATE);

	(void)state;
	change(object, flag, make_value("true"), false);
	assert_verdict(object, both);
	change(object, path, NULL, true);
	assert_verdict(object, NULL);
	change(object, flag, make_value("false"), false);
	assert_verdict(object, both);
	json_object_put(object);
}

static void
a_project_may_be_billed_for_a_workforce(void **state)
{
	struct json_object *object = make_document(OF_FILE);

	(void)state;
	change(
	    object, "workforce_pool_user_project", make_value("\"p\""), false);
	change(object, "audience",
	    make_value("\"//iam.googleapis.com/locations/global/workforcePools/"
		       "p/providers/q\""),
	    false);
	assert_verdict(object, NULL);
	json_object_put(object);
}

/* A document whose "source_credentials" are impersonated `levels` times. */
static struct json_object *
nest(int levels)
{
	struct json_object *object = make_document(IMPERSONATED);

	for (int i = 1; i < levels; i++) {
		struct json_object *outer = make_document(IMPERSONATED);

		change(outer, "source_credentials", object, false);
		object = outer;
	}
	return object;
}

static void
source_credentials_are_nested_twice_at_most(void **state)
{
	struct json_object *object = nest(2);

	(void)state;
	assert_verdict(object, NULL);
	json_object_put(object);
	object = nest(3);
	assert_verdict(object,
	    LABEL ": \"source_credentials.source_credentials."
		  "source_credentials\" is nested too deeply");
	json_object_put(object);
}

static void
an_impersonation_url_is_bounded(void **state)
{
	static const char   start[] = "https://iam.example.org/";
	static const char   end[] = ":generateAccessToken";
	struct json_object *object = make_document(IMPERSONATED);
	char                url[300];

	(void)state;
	for (int len = 256; len <= 257; len++) {
		int email = len - (int)(strlen(start) + strlen(end));

		snprintf(url, sizeof(url), "%s%0*d%s", start, email, 0, end);
		assert_int_equal(strlen(url), len);
		change(object, "service_account_impersonation_url",
		    json_object_new_string(url), false);
		assert_verdict(
		    object, len == 256 ? NULL
				       : LABEL
				": \"service_account_impersonation_url\" is "
				"longer than 256 characters");
	}
	json_object_put(object);
}

static void
http_to_this_machine_needs_leave(void **state)
{
	static const char *const urls_here[] = {
		"\"http://127.0.0.1:1/v1/a@b:generateAccessToken\"",
		"\"http://localhost/v1/a@b:generateAccessToken\"",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(urls_here); i++) {
		struct key_file_origin origin = { LABEL, true };
		struct json_object    *object = make_document(IMPERSONATED);
		struct key_file        file;
		const char            *text;

		change(object, "service_account_impersonation_url",
		    make_value(urls_here[i]), false);
		text = json_object_to_json_string(object);
		assert_int_equal(
		    gs_key_file_parse(&file, text, strlen(text), &origin, NULL),
		    GCPSECRET_OK);
		assert_string_equal(file.impersonated, "a@b");
		gs_key_file_free(&file);
		origin.loopback = false;
		assert_int_equal(
		    gs_key_file_parse(&file, text, strlen(text), &origin, NULL),
		    GCPSECRET_ERR_CREDENTIALS);
		json_object_put(object);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_documents_are_accepted),
		cmocka_unit_test(a_member_may_be_absent_or_is_missed),
		cmocka_unit_test(
		    a_member_has_the_right_type_and_characters_and_length),
		cmocka_unit_test(the_kind_of_a_source_is_one_and_not_two),
		cmocka_unit_test(
		    a_certificate_is_the_default_one_or_a_named_one),
		cmocka_unit_test(a_project_may_be_billed_for_a_workforce),
		cmocka_unit_test(source_credentials_are_nested_twice_at_most),
		cmocka_unit_test(an_impersonation_url_is_bounded),
		cmocka_unit_test(http_to_this_machine_needs_leave),
	};

	return cmocka_run_group_tests_name(
	    "libgcpsecret members of key files", tests, NULL, NULL);
}
