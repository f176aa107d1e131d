/* SPDX-License-Identifier: MIT */
#include "settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "http.h"
#include "members.h"
#include "pg.h"
#include "source.h"
#include "values.h"

#define FAULTS_MAX 8192
#define NAME_SIZE 64

enum kind {
	KIND_TEXT,   /* char * */
	KIND_NUMBER, /* int64_t */
	KIND_GOOGLE, /* char *, as Google reads it: empty is unset, no _FILE,
		      * no sm:// */
	KIND_OUTSIDE /* the same, and read by libgcpsecret alone */
};

enum need { OPTIONAL, REQUIRED };

struct setting {
	const char *name;
	enum kind   kind;
	size_t      member;
	value_fn    read;
	const char *fallback;
	unsigned    programs; /* who uses it */
	enum need   need;
	const char *help;
};

#define MEMBER_OF(name) offsetof(struct settings, name)
#define TEXT(name) KIND_TEXT, MEMBER_OF(name)
#define NUMBER(name) KIND_NUMBER, MEMBER_OF(name)
#define GOOGLE(name) KIND_GOOGLE, MEMBER_OF(name)
#define OUTSIDE KIND_OUTSIDE, 0, NULL
#define WEB PROGRAM_WEB
#define UPDATE PROGRAM_UPDATE_TOKENS
#define BOTH (PROGRAM_WEB | PROGRAM_UPDATE_TOKENS)

/* clang-format off */
static const struct setting table[] = {
	{ "PORT", NUMBER(port), value_port, "8080", BOTH, OPTIONAL,
	  "port to listen on" },
	{ "BASE_URL", TEXT(base_url), value_origin, NULL, WEB, OPTIONAL,
	  "public origin of the web app; else http://localhost:PORT" },
	{ "DATABASE_URL", TEXT(database_url), value_conninfo, NULL, BOTH,
	  REQUIRED,
	  "postgresql:// URI or keywords of libpq; PG* variables work too" },
	{ "DATABASE_PASSWORD", TEXT(database_password), value_line, NULL, BOTH,
	  OPTIONAL, "password, kept out of DATABASE_URL" },
	{ "DATABASE_IAM_AUTH", NUMBER(database_iam_auth), value_switch, "0",
	  BOTH, OPTIONAL,
	  "1: log in to Cloud SQL with tokens of Google's IAM as passwords" },
	{ "STRAVA_CLIENT_ID", TEXT(strava_client_id), value_client_id, NULL,
	  BOTH, REQUIRED,
	  "number of the application, see www.strava.com/settings/api" },
	{ "STRAVA_CLIENT_SECRET", TEXT(strava_client_secret), value_visible,
	  NULL, BOTH, REQUIRED,
	  "secret of the application, see www.strava.com/settings/api" },
	{ "STRAVA_OAUTH_BASE", TEXT(strava_oauth_base), value_base,
	  "https://www.strava.com/oauth", BOTH, OPTIONAL,
	  "base URL of Strava's OAuth" },
	{ "STRAVA_API_BASE", TEXT(strava_api_base), value_base,
	  "https://www.strava.com/api/v3", BOTH, OPTIONAL,
	  "base URL of Strava's API" },
	{ "STRAVA_SCOPE", TEXT(strava_scope), value_scope,
	  "read,activity:read_all,profile:read_all", WEB, OPTIONAL,
	  "scopes to ask the athlete for" },
	{ "STRAVA_WEBHOOK_VERIFY_TOKEN", TEXT(strava_webhook_verify_token),
	  value_visible, NULL, WEB, OPTIONAL,
	  "for the webhook handshake; without it webhooks are off" },
	{ "STRAVA_LIMITS", NUMBER(strava_limits), value_limits, "200,2000",
	  BOTH, OPTIONAL,
	  "requests that Strava allows in 15 minutes and in a day, until it "
	  "tells" },
	{ "TOKEN_KEYS", TEXT(token_keys), value_keys, NULL, BOTH, REQUIRED,
	  "keys that seal tokens: id:base64 of 32 bytes, comma separated" },
	{ "ADMIN_ATHLETES", TEXT(admin_athletes), value_athletes, NULL, WEB,
	  OPTIONAL,
	  "athletes who may open /admin (not in this version), by commas" },
	{ "INVOKER_AUTH", NUMBER(invoker_auth), value_invoker, "verify",
	  UPDATE, OPTIONAL,
	  "who checks the caller: verify (this program), platform or off" },
	{ "INVOKER_AUDIENCE", TEXT(invoker_audience), value_audiences, NULL,
	  UPDATE, OPTIONAL,
	  "audiences of the caller's ID token, by commas; for verify" },
	{ "INVOKER_EMAILS", TEXT(invoker_emails), value_emails, NULL, UPDATE,
	  OPTIONAL, "accounts that may call, by commas; for verify" },
	{ "GOOGLE_CERTS_URL", TEXT(google_certs_url), value_base,
	  "https://www.googleapis.com/oauth2/v3/certs", UPDATE, OPTIONAL,
	  "Google's keys, for verify" },
	{ "RUN_DEADLINE_S", NUMBER(run_deadline_s), value_deadline, "180",
	  UPDATE, OPTIONAL,
	  "seconds in which a call must be answered: what the caller and the "
	  "platform wait" },
	{ "REFRESH_IN_FLIGHT", NUMBER(refresh_in_flight), value_in_flight, "8",
	  UPDATE, OPTIONAL,
	  "refreshes at once; what a process that is killed may lose" },
	{ "REFRESH_KEEP_ALIVE_DAYS", NUMBER(refresh_keep_alive_days),
	  value_days, "30", UPDATE, OPTIONAL,
	  "athletes who did not come for a week are refreshed so rarely; 0: as "
	  "all others" },
	{ "REFRESH_SHARE", NUMBER(refresh_share), value_percent, "50", BOTH,
	  OPTIONAL,
	  "percent of STRAVA_LIMITS that scheduled refreshes may use; 0: no "
	  "limit" },
	{ "CLOUD_RUN_TASK_INDEX", NUMBER(task_index), value_task, "0", UPDATE,
	  OPTIONAL, "which task of a Cloud Run job this is, from 0" },
	{ "CLOUD_RUN_TASK_COUNT", NUMBER(task_count), value_task, "1", UPDATE,
	  OPTIONAL, "how many tasks that job has, at most 64" },
	{ "CLOUD_RUN_TASK_ATTEMPT", NUMBER(task_attempt), value_task, "0",
	  UPDATE, OPTIONAL, "how often that task was tried before" },
	{ "LOG_FORMAT", NUMBER(log_format), value_log_format, NULL, BOTH,
	  OPTIONAL, "json or text; else json on Google Cloud" },
	{ "CLOCK_OFFSET_S", NUMBER(clock_offset_s), value_seconds, "0", BOTH,
	  OPTIONAL, "moves the calendar, for tests against a local Strava" },
	{ "GOOGLE_CLOUD_PROJECT", GOOGLE(google_cloud_project), value_visible,
	  NULL, BOTH, OPTIONAL, "project of sm:// references and of traces" },
	{ "GOOGLE_APPLICATION_CREDENTIALS", OUTSIDE, NULL, BOTH, OPTIONAL,
	  "credentials file for sm:// references and DATABASE_IAM_AUTH" },
	{ "GCE_METADATA_HOST", OUTSIDE, NULL, BOTH, OPTIONAL,
	  "host of Google's metadata server" },
	{ "SECRET_MANAGER_EMULATOR_HOST", OUTSIDE, NULL, BOTH, OPTIONAL,
	  "host:port of an emulator of Secret Manager, plain HTTP" },
};
/* clang-format on */

/* A variable that begins so is meant for us. */
static const char *const prefixes[] = {
	"ADMIN_",
	"BASE_",
	"CLOCK_",
	"DATABASE_",
	"INVOKER_",
	"LOG_",
	"REFRESH_",
	"RUN_DEADLINE",
	"SECRET_MANAGER_",
	"STRAVA_",
	"TOKEN_",
};

/* What settings_load() works on. */
struct load {
	struct settings *settings;
	enum program     program;
	struct source    source;
	struct buf       faults;
};

static void
fault(struct load *load, const char *name, const char *why)
{
	buf_addf(&load->faults, "%s %s\n", name, why);
}

static const char *
file_variable(const struct load *load, const char *name)
{
	char file_name[NAME_SIZE];

	snprintf(file_name, sizeof(file_name), "%s_FILE", name);
	return source_variable(&load->source, file_name);
}

/* NAME or NAME_FILE is there, whatever comes of it. */
static bool
is_given(const struct load *load, const char *name)
{
	return source_variable(&load->source, name) != NULL ||
	       file_variable(load, name) != NULL;
}

static bool
is_googles(const struct setting *setting)
{
	return setting->kind == KIND_GOOGLE || setting->kind == KIND_OUTSIDE;
}

/* A copy of the value as it is given, before any look at it; NULL when there is
 * none, or after a fault. */
static char *
given(struct load *load, const struct setting *setting)
{
	const char *plain = source_variable(&load->source, setting->name);
	const char *path = file_variable(load, setting->name);
	char        why[SOURCE_WHY_SIZE] = "could not be read: out of memory";
	char       *value = NULL;

	if (plain == NULL && path == NULL)
		return NULL;
	if (plain != NULL && path != NULL)
		snprintf(why, sizeof(why),
		    "is given twice, as itself and as %s_FILE: keep one",
		    setting->name);
	else if (path != NULL)
		value = source_file(path, why);
	else
		value = strdup(plain);
	if (value == NULL)
		fault(load, setting->name, why);
	return value;
}

/* Puts the secret in the place of the reference; NULL after a fault.  Where one
 * failure stands for all, it is told once. */
static char *
resolved(struct load *load, const char *name, char *reference)
{
	char  why[SOURCE_WHY_SIZE];
	char *value;

	if (load->source.secrets_failed) {
		free(reference);
		return NULL;
	}
	value = source_secret(&load->source, reference, why);
	free(reference);
	if (value == NULL)
		fault(load, name, why);
	return value;
}

static void
store(struct load *load, const struct setting *setting, const char *value)
{
	char why[VALUE_WHY_SIZE];

	if (*value == '\0' && setting->member != MEMBER_OF(admin_athletes))
		fault(load, setting->name,
		    "is empty: give it a value or leave it out");
	else if (!setting->read(
		     value, (char *)load->settings + setting->member, why))
		fault(load, setting->name, why);
}

static void
load_one(struct load *load, const struct setting *setting)
{
	char *value;

	if (setting->kind == KIND_OUTSIDE)
		return;
	if (!is_given(load, setting->name)) {
		if (setting->fallback != NULL)
			store(load, setting, setting->fallback);
		return;
	}
	value = given(load, setting);
	if (value != NULL && !is_googles(setting) && source_is_reference(value))
		value = resolved(load, setting->name, value);
	if (value != NULL && !(is_googles(setting) && *value == '\0'))
		store(load, setting, value);
	wipe_free(value);
}

/* libpq's own variables may say all that DATABASE_URL would. */
static void
leave_to_libpq(struct load *load)
{
	static const char *const names[] = { "PGDATABASE", "PGHOST",
		"PGHOSTADDR", "PGSERVICE" };
	char                     why[VALUE_WHY_SIZE];

	if (is_given(load, "DATABASE_URL"))
		return;
	for (size_t i = 0; i < COUNT(names); i++) {
		if (source_variable(&load->source, names[i]) == NULL)
			continue;
		if (!value_conninfo("", &load->settings->database_url, why))
			fault(load, names[i], why);
		return;
	}
}

/* What is required and was not even tried. */
static void
require(struct load *load, const struct setting *setting)
{
	char why[VALUE_WHY_SIZE];

	if (setting->need != REQUIRED || is_given(load, setting->name) ||
	    (setting->member == MEMBER_OF(database_url) &&
		load->settings->database_url != NULL))
		return;
	snprintf(why, sizeof(why), "is missing: %s", setting->help);
	fault(load, setting->name, why);
}

/* Whether this runs on App Engine or Cloud Run. */
static bool
is_on_google(const struct load *load)
{
	return source_variable(&load->source, "K_SERVICE") != NULL ||
	       source_variable(&load->source, "CLOUD_RUN_JOB") != NULL ||
	       source_variable(&load->source, "GAE_SERVICE") != NULL;
}

/* Where a token is the password, another one is a mistake. */
static void
check_login(struct load *load)
{
	const struct settings *settings = load->settings;

	if (!settings->database_iam_auth)
		return;
	if (is_given(load, "DATABASE_PASSWORD"))
		fault(load, "DATABASE_PASSWORD",
		    "is of no use with DATABASE_IAM_AUTH=1, where a token is "
		    "the password: keep one of the two");
	if (settings->database_url != NULL &&
	    pg_has_password(settings->database_url))
		fault(load, "DATABASE_URL",
		    "holds a password, which is of no use with "
		    "DATABASE_IAM_AUTH=1, where a token is the password: take "
		    "it out");
}

/* Defaults and rules that look at more than one setting. */
static void
finish(struct load *load)
{
	struct settings *settings = load->settings;
	char             origin[64];

	check_login(load);
	if (!is_given(load, "LOG_FORMAT") && is_on_google(load))
		settings->log_format = LOG_JSON;
	snprintf(origin, sizeof(origin), "http://localhost:%lld",
	    (long long)settings->port);
	if (load->program == PROGRAM_UPDATE_TOKENS &&
	    settings->task_index >= settings->task_count &&
	    load->faults.len == 0)
		fault(load, "CLOUD_RUN_TASK_INDEX",
		    "must be below CLOUD_RUN_TASK_COUNT");
	if (settings->base_url == NULL && !is_given(load, "BASE_URL") &&
	    (settings->base_url = strdup(origin)) == NULL)
		fault(load, "BASE_URL", "could not be made: out of memory");
	if (settings->clock_offset_s != 0 &&
	    (settings->strava_oauth_base == NULL ||
		!http_url_is_loopback(settings->strava_oauth_base)))
		fault(load, "CLOCK_OFFSET_S",
		    "is for tests only: it needs a STRAVA_OAUTH_BASE on this "
		    "machine");
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* How many letters to add, drop or change to make one of the other. */
static size_t
distance(const char *a, size_t a_len, const char *b)
{
	size_t row[NAME_SIZE], b_len = strlen(b), corner, above;

	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 0; i < a_len; i++) {
		corner = row[0];
		row[0] = i + 1;
		for (size_t j = 0; j < b_len; j++) {
			above = row[j + 1];
			row[j + 1] = least(
			    least(above, row[j]) + 1, corner + (a[i] != b[j]));
			corner = above;
		}
	}
	return row[b_len];
}

static const char *
nearest(const char *name, size_t len)
{
	const char *best = "";
	size_t      shortest = SIZE_MAX;

	for (size_t i = 0; i < COUNT(table); i++) {
		size_t d = distance(name, len, table[i].name);

		if (d < shortest) {
			shortest = d;
			best = table[i].name;
		}
	}
	return best;
}

/* NAME, or NAME_FILE where that is understood. */
static bool
is_known(const char *name, size_t len)
{
	for (size_t i = 0; i < COUNT(table); i++) {
		size_t n = strlen(table[i].name);

		if (len < n || memcmp(name, table[i].name, n) != 0)
			continue;
		if (len == n || (len == n + 5 && !is_googles(&table[i]) &&
				    memcmp(name + n, "_FILE", 5) == 0))
			return true;
	}
	return false;
}

/* A misspelt setting must not become a silent default. */
static void
refuse_unknown(struct load *load, const char *entry)
{
	size_t len = strcspn(entry, "=");
	bool   ours = false;

	for (size_t i = 0; i < COUNT(prefixes); i++)
		ours = ours ||
		       strncmp(entry, prefixes[i], strlen(prefixes[i])) == 0;
	if (!ours || is_known(entry, len))
		return;
	len = least(len, NAME_SIZE);
	buf_addf(&load->faults, "%.*s is not a setting: did you mean %s?\n",
	    (int)len, entry, nearest(entry, len));
}

/* The faults without the last newline: whole lines, as many as fit. */
static void
tell(const struct buf *faults, char *message, size_t size)
{
	const char *text = buf_text(faults);
	size_t      len = strlen(text);

	if (len == 0)
		text = "out of memory\n", len = strlen(text);
	while (len > size) {
		len--;
		while (len > 0 && text[len - 1] != '\n')
			len--;
	}
	snprintf(message, size, "%.*s", len > 0 ? (int)len - 1 : 0, text);
}

static void
load_all(struct load *load)
{
	for (char *const *e = load->source.environment; *e != NULL; e++)
		refuse_unknown(load, *e);
	for (size_t i = 0; i < COUNT(table); i++)
		if (table[i].programs & load->program)
			load_one(load, &table[i]);
	leave_to_libpq(load);
	for (size_t i = 0; i < COUNT(table); i++)
		if (table[i].programs & load->program)
			require(load, &table[i]);
	finish(load);
}

bool
settings_load(struct settings *settings, enum program program,
    char *const *environment, char *message, size_t message_size)
{
	struct load load = { .settings = settings,
		.program = program,
		.source = { .environment = environment } };
	bool        ok;

	memset(settings, 0, sizeof(*settings));
	buf_init(&load.faults, FAULTS_MAX);
	load_all(&load);
	ok = buf_ok(&load.faults) && load.faults.len == 0;
	if (!ok) {
		tell(&load.faults, message, message_size);
		settings_free(settings);
	}
	source_free(&load.source);
	buf_free(&load.faults);
	return ok;
}

void
settings_free(struct settings *settings)
{
	for (size_t i = 0; i < COUNT(table); i++) {
		char *member = (char *)settings + table[i].member;

		if (table[i].kind == KIND_TEXT || table[i].kind == KIND_GOOGLE)
			wipe_free(*(char **)(void *)member);
	}
	memset(settings, 0, sizeof(*settings));
}

void
settings_print_help(enum program program)
{
	printf("Settings, from the environment.  NAME_FILE=/path takes a value "
	       "from a file,\nand sm://PROJECT/SECRET#VERSION, in the place "
	       "of a value, from Secret Manager.\n");
	for (size_t i = 0; i < COUNT(table); i++) {
		const struct setting *setting = &table[i];

		if (!(setting->programs & program))
			continue;
		printf("\n  %s%s\n      %s\n", setting->name,
		    setting->need == REQUIRED ? " (required)" : "",
		    setting->help);
		if (setting->fallback != NULL)
			printf("      default: %s\n", setting->fallback);
	}
}
