/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "clock.h"
#include "pg_internal.h"

#define OPTIONS_MAX 64 /* libpq 15 knows 40 */
#define HOST_SIZE 256
#define PASSWORD_SIZE 8192 /* some are signed documents */

/*
 * Where to connect: what the conninfo says, else what libpq takes from the
 * environment or its defaults.
 */
struct settings {
	PQconninfoOption *given, *defaults;
};

static void
settings_free(struct settings *settings)
{
	PQconninfoFree(settings->given);
	PQconninfoFree(settings->defaults);
}

/* False when the conninfo cannot be read or memory is short. */
static bool
settings_read(struct settings *settings, const char *conninfo)
{
	char *message = NULL;

	settings->given = PQconninfoParse(conninfo, &message);
	settings->defaults = PQconndefaults();
	/* The message may quote a password, so nobody gets to see it. */
	PQfreemem(message);
	return settings->given != NULL && settings->defaults != NULL;
}

static const char *
value_in(const PQconninfoOption *options, const char *keyword)
{
	for (; options->keyword != NULL; options++)
		if (strcmp(options->keyword, keyword) == 0)
			return options->val;
	return NULL;
}

/* Never NULL: "" when it is set nowhere. */
static const char *
setting(const struct settings *settings, const char *keyword)
{
	const char *value = value_in(settings->given, keyword);

	if (value == NULL)
		value = value_in(settings->defaults, keyword);
	return value != NULL ? value : "";
}

static size_t
list_length(const char *list)
{
	size_t n = 1;

	for (; *list != '\0'; list++)
		n += *list == ',';
	return n;
}

/* Copies the n-th item; a list of one item stands for as many as are asked. */
static void
list_item(const char *list, size_t n, char item[HOST_SIZE])
{
	if (strchr(list, ',') == NULL)
		n = 0;
	for (; n > 0 && list != NULL; n--)
		if ((list = strchr(list, ',')) != NULL)
			list++;
	snprintf(item, HOST_SIZE, "%.*s",
	    list != NULL ? (int)strcspn(list, ",") : 0,
	    list != NULL ? list : "");
}

static size_t
host_count(const struct settings *settings)
{
	const char *list = setting(settings, "hostaddr");

	return list_length(*list != '\0' ? list : setting(settings, "host"));
}

/* "" is the default socket, "@..." one without a file. */
static bool
is_local(const char *host)
{
	return *host == '\0' || *host == '/' || *host == '@' ||
	       strcmp(host, "localhost") == 0 ||
	       strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0;
}

static bool
all_local(const struct settings *settings)
{
	char host[HOST_SIZE], addr[HOST_SIZE];

	/* A service file may name any host. */
	if (value_in(settings->given, "service") != NULL)
		return false;
	for (size_t n = 0; n < host_count(settings); n++) {
		list_item(setting(settings, "host"), n, host);
		list_item(setting(settings, "hostaddr"), n, addr);
		if (!is_local(*addr != '\0' ? addr : host))
			return false;
	}
	return true;
}

/* What is wrong with the settings, NULL when nothing is. */
static const char *
complaint(const struct settings *settings)
{
	const char *host = setting(settings, "host");

	/* The end of a password that was not percent-encoded. */
	if (*host != '/' && *host != '@' && strchr(host, '@') != NULL)
		return "the host holds an \"@\": write one inside a password "
		       "as %40, or give the password separately";
	if (strlen(host) >= HOST_SIZE ||
	    strlen(setting(settings, "hostaddr")) >= HOST_SIZE)
		return "the list of hosts is too long";
	if (!all_local(settings) &&
	    strcmp(setting(settings, "sslmode"), "verify-full") != 0)
		return "the server is not on this machine: add "
		       "sslmode=verify-full (and sslrootcert)";
	return NULL;
}

bool
pg_check_conninfo(const char *conninfo, char *message, size_t message_size)
{
	struct settings settings;
	const char     *wrong;

	if (settings_read(&settings, conninfo))
		wrong = complaint(&settings);
	else
		wrong = "neither postgresql://user@host/database nor a list of "
			"keyword=value";
	if (wrong != NULL)
		snprintf(message, message_size, "%s", wrong);
	settings_free(&settings);
	return wrong == NULL;
}

bool
pg_has_password(const char *conninfo)
{
	PQconninfoOption *given = PQconninfoParse(conninfo, NULL);
	const char       *password =
            given != NULL ? value_in(given, "password") : NULL;
	bool has = password != NULL && *password != '\0';

	PQconninfoFree(given);
	return has;
}

bool
pg_wait(const PGconn *conn, short events, int64_t deadline_ms)
{
	struct pollfd fd = { .fd = PQsocket(conn), .events = events };
	int64_t       left;
	int           n;

	do {
		left = deadline_ms - clock_steady_ms();
		left = left < 0 ? 0 : left > INT32_MAX ? INT32_MAX : left;
		n = poll(&fd, 1, (int)left);
	} while (n < 0 && errno == EINTR);
	return n > 0;
}

/* Why there is no connection.  Of several attempts, the last one counts. */
static enum pg_class
connect_failure(PGconn *conn, struct pg_error *error)
{
	static const char start[] = "connection to server";
	const char       *text = PQerrorMessage(conn), *next;
	char              message[1024], sqlstate[6];
	enum pg_class     kind = PG_CONNECTION;

	while (*text != '\0' && (next = strstr(text + 1, start)) != NULL)
		text = next;
	snprintf(
	    message, sizeof(message), "%.*s", (int)strcspn(text, "\n"), text);
	pg_take_sqlstate(message, sqlstate);
	if (sqlstate[0] != '\0')
		kind = pg_class_of(sqlstate);
	else if (PQconnectionNeedsPassword(conn))
		kind = PG_DENIED;
	return pg_fail(error, kind, sqlstate, "%s", message);
}

/* Carries a connection that was begun to its end. */
static enum pg_class
finish_connecting(PGconn *conn, int64_t deadline_ms, struct pg_error *error)
{
	PostgresPollingStatusType state = PGRES_POLLING_WRITING;

	if (PQstatus(conn) == CONNECTION_BAD)
		return connect_failure(conn, error);
	while (state != PGRES_POLLING_OK) {
		short events =
		    state == PGRES_POLLING_READING ? POLLIN : POLLOUT;

		if (!pg_wait(conn, events, deadline_ms))
			return pg_fail(error, PG_TIMEOUT, "",
			    "no answer from the server while connecting");
		state = PQconnectPoll(conn);
		if (state == PGRES_POLLING_FAILED)
			return connect_failure(conn, error);
	}
	if (PQsetnonblocking(conn, 1) != 0)
		return pg_fail(error, PG_NOMEM, "", "out of memory");
	return PG_OK;
}

static void
ignore_notice(void *ctx, const char *message)
{
	(void)ctx;
	(void)message;
}

/* Keywords and values as libpq takes them; later ones win. */
struct options {
	const char *keywords[OPTIONS_MAX + 1], *values[OPTIONS_MAX + 1];
	size_t      count;
};

static void
add_option(struct options *options, const char *keyword, const char *value)
{
	if (value == NULL || options->count == OPTIONS_MAX)
		return;
	options->keywords[options->count] = keyword;
	options->values[options->count++] = value;
}

/* What is asked of the n-th host, which `where` names. */
static void
fill_options(struct options *options, const struct pg_target *target,
    const char *password, const struct settings *settings, size_t n,
    char where[3][HOST_SIZE])
{
	static const char *const names[] = { "host", "hostaddr", "port" };

	memset(options, 0, sizeof(*options));
	add_option(options, "fallback_application_name", target->program);
	/* Encryption by Kerberos would take the place of sslmode. */
	add_option(options, "gssencmode", "disable");
	if (host_count(settings) > 1)
		add_option(options, "target_session_attrs", "read-write");
	for (const PQconninfoOption *o = settings->given; o->keyword; o++)
		if (strcmp(o->keyword, "host") != 0 &&
		    strcmp(o->keyword, "hostaddr") != 0 &&
		    strcmp(o->keyword, "port") != 0)
			add_option(options, o->keyword, o->val);
	for (size_t i = 0; i < 3; i++) {
		list_item(setting(settings, names[i]), n, where[i]);
		add_option(options, names[i], where[i]);
	}
	add_option(options, "client_encoding", "UTF8");
	add_option(options, "password", password);
}

/* One host, by the earlier of its own deadline and the call's. */
static enum pg_class
connect_to(const struct pg_target *target, const char *password,
    const struct settings *settings, size_t n, int64_t deadline_ms,
    PGconn **conn, struct pg_error *error)
{
	char           where[3][HOST_SIZE];
	struct options options;
	int64_t        own_ms = clock_steady_ms() + target->connect_timeout_ms;
	enum pg_class  kind;

	fill_options(&options, target, password, settings, n, where);
	*conn = PQconnectStartParams(options.keywords, options.values, 0);
	if (*conn == NULL)
		return pg_fail(error, PG_NOMEM, "", "out of memory");
	PQsetNoticeProcessor(*conn, ignore_notice, NULL);
	PQsetErrorVerbosity(*conn, PQERRORS_VERBOSE);
	kind = finish_connecting(
	    *conn, own_ms < deadline_ms ? own_ms : deadline_ms, error);
	PQsetErrorVerbosity(*conn, PQERRORS_DEFAULT);
	if (kind != PG_OK) {
		PQfinish(*conn);
		*conn = NULL;
	}
	return kind;
}

/* Did a server answer, and did not say that it is a standby? */
static bool
is_refusal(enum pg_class kind)
{
	return kind != PG_CONNECTION && kind != PG_TIMEOUT;
}

/*
 * libpq goes through several hosts by itself, but its asynchronous interface
 * would wait for a silent first one until our deadline.  And what one server
 * refuses is final for libpq, though the others need not say the same: a standby
 * that lags knows neither a new password nor a new database, and a primary that
 * was cut off fills up with commits that wait for standbys of another one.
 */
static enum pg_class
connect_to_any(struct pg_target *target, const char *password,
    const struct settings *settings, int64_t deadline_ms, PGconn **conn,
    struct pg_error *error)
{
	struct pg_error own, told = { .class = PG_CONNECTION };
	enum pg_class   kind = PG_CONNECTION;
	size_t          hosts = host_count(settings), n;

	for (size_t i = 0; i < hosts && kind != PG_NOMEM; i++) {
		n = (target->host + i) % hosts;
		kind = connect_to(
		    target, password, settings, n, deadline_ms, conn, &own);
		if (kind == PG_OK) {
			target->host = n;
			return PG_OK;
		}
		if (is_refusal(kind) || !is_refusal(told.class))
			told = own;
	}
	if (error != NULL)
		*error = told;
	return told.class;
}

/* The password of today.  A failure is one of the connection: it may pass. */
static enum pg_class
ask_password(const struct pg_target *target, char password[PASSWORD_SIZE],
    struct pg_error *error)
{
	char message[200] = "";

	if (target->password_fn(target->password_ctx, password, PASSWORD_SIZE,
		message, sizeof(message)))
		return PG_OK;
	return pg_fail(error, PG_CONNECTION, "",
	    "no password for the server%s%s", message[0] != '\0' ? ": " : "",
	    message);
}

enum pg_class
pg_connect(struct pg_target *target, int64_t deadline_ms, PGconn **conn,
    struct pg_error *error)
{
	char            asked[PASSWORD_SIZE] = "";
	const char     *password = target->password;
	struct settings settings;
	enum pg_class   kind = PG_OK;

	*conn = NULL;
	if (!settings_read(&settings, target->conninfo)) {
		settings_free(&settings);
		return pg_fail(error, PG_OTHER, "", "bad connection string");
	}
	if (target->password_fn != NULL) {
		kind = ask_password(target, asked, error);
		password = asked;
	}
	if (kind == PG_OK)
		kind = connect_to_any(
		    target, password, &settings, deadline_ms, conn, error);
	wipe(asked, sizeof(asked));
	settings_free(&settings);
	return kind;
}
