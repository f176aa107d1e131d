/* SPDX-License-Identifier: MIT */
#include "postgres.h"

#include <err.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SCRIPT SOURCE_DIR "/apps/cluster"
#define BOUNCER SOURCE_DIR "/tests/support/bouncer"
#define ROLES SOURCE_DIR "/libtokenstore/sql/roles.sql"
#define SKIPPED 77

struct postgres {
	char  dir[128];
	char  server[256];  /* "host=... port=..." */
	char  bouncer[256]; /* the same of what clients connect to, or "" */
	int   databases;
	char  conninfo[320], superuser[320];
	char  value[256];
	pid_t keeper;
	int   keeper_fd; /* the keeper cleans up when this closes */
};

/* All that comes out of a file or pipe, NUL-terminated; to be freed. */
static char *
read_all(int fd)
{
	size_t  len = 0, cap = 65536;
	char   *text = malloc(cap);
	ssize_t n;

	while (text != NULL && (n = read(fd, text + len, cap - len - 1)) > 0) {
		len += (size_t)n;
		if (cap - len < 2)
			text = realloc(text, cap *= 2);
	}
	if (text == NULL)
		errx(1, "out of memory");
	text[len] = '\0';
	close(fd);
	return text;
}

/* Runs a program with three arguments and returns what it wrote to stdout; to be
 * freed. */
static char *
output_of(const char *program, const char *a, const char *b, const char *c)
{
	int   fds[2], status;
	char *text;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) != 0 || (pid = fork()) < 0)
		err(1, "cannot start %s", program);
	if (pid == 0) {
		dup2(fds[1], STDOUT_FILENO);
		execlp(program, program, a, b, c, (char *)NULL);
		_exit(127);
	}
	close(fds[1]);
	text = read_all(fds[0]);
	waitpid(pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == SKIPPED)
		errx(SKIPPED, "skipped");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		errx(1, "%s %s failed", program, a);
	return text;
}

/*
 * Starts the process that ends the server and removes the folder once our end
 * of a pipe is closed, be it by postgres_end() or by our death.
 */
static void
start_keeper(struct postgres *pg)
{
	static const char script[] =
	    "cat; \"$3\" stop \"$2\"; \"$1\" stop --immediate \"$2\";"
	    " rm -rf -- \"$2\"";
	int fds[2], null;

	if (pipe2(fds, O_CLOEXEC) != 0 || (pg->keeper = fork()) < 0)
		err(1, "cannot start the keeper of %s", pg->dir);
	if (pg->keeper == 0) {
		setsid();
		null = open("/dev/null", O_WRONLY);
		dup2(fds[0], STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		execl("/bin/sh", "sh", "-c", script, "keeper", SCRIPT, pg->dir,
		    BOUNCER, (char *)NULL);
		_exit(127);
	}
	close(fds[0]);
	pg->keeper_fd = fds[1];
}

void
postgres_restart(struct postgres *pg)
{
	char *conninfo = output_of(SCRIPT, "start", "--fast", pg->dir), *end;

	if ((end = strstr(conninfo, " dbname=")) == NULL)
		errx(1, "unexpected conninfo: %s", conninfo);
	*end = '\0';
	snprintf(pg->server, sizeof(pg->server), "%s", conninfo);
	free(conninfo);
}

void
postgres_crash(struct postgres *pg)
{
	free(output_of(SCRIPT, "stop", "--immediate", pg->dir));
}

static void
start_bouncer(struct postgres *pg)
{
	char *where = output_of(BOUNCER, "start", pg->dir, pg->server);

	snprintf(pg->bouncer, sizeof(pg->bouncer), "%s", where);
	free(where);
}

struct postgres *
postgres_start(void)
{
	const char      *tmp = secure_getenv("TMPDIR");
	struct postgres *pg = calloc(1, sizeof(*pg));

	if (pg == NULL)
		errx(1, "out of memory");
	snprintf(pg->dir, sizeof(pg->dir), "%s/pgtest.XXXXXX",
	    tmp != NULL && strlen(tmp) < 100 ? tmp : "/tmp");
	if (mkdtemp(pg->dir) == NULL)
		err(1, "cannot make %s", pg->dir);
	start_keeper(pg);
	postgres_restart(pg);
	if (secure_getenv("POSTGRES_PGBOUNCER") != NULL)
		start_bouncer(pg);
	postgres_new_database(pg);
	return pg;
}

struct postgres *
postgres_elsewhere(const char *conninfo)
{
	struct postgres *pg = calloc(1, sizeof(*pg));

	if (pg == NULL)
		errx(1, "out of memory");
	snprintf(pg->conninfo, sizeof(pg->conninfo), "%s", conninfo);
	return pg;
}

bool
postgres_is_elsewhere(const struct postgres *pg)
{
	return pg->keeper == 0;
}

void
postgres_end(struct postgres *pg)
{
	if (!postgres_is_elsewhere(pg)) {
		close(pg->keeper_fd);
		waitpid(pg->keeper, NULL, 0);
	}
	free(pg);
}

/* Runs SQL; the first value, if there is one, goes to pg->value. */
static void
run(struct postgres *pg, const char *conninfo, const char *sql)
{
	PGconn   *conn = PQconnectdb(conninfo);
	PGresult *result = NULL;

	if (PQstatus(conn) == CONNECTION_OK)
		result = PQexec(conn, sql);
	if (PQresultStatus(result) != PGRES_COMMAND_OK &&
	    PQresultStatus(result) != PGRES_TUPLES_OK)
		errx(1, "%s: %s", sql, PQerrorMessage(conn));
	pg->value[0] = '\0';
	if (PQntuples(result) > 0)
		snprintf(pg->value, sizeof(pg->value), "%s",
		    PQgetvalue(result, 0, 0));
	PQclear(result);
	PQfinish(conn);
}

void
postgres_new_database(struct postgres *pg)
{
	char sql[64], conninfo[320];

	if (postgres_is_elsewhere(pg))
		return;
	pg->databases++;
	snprintf(
	    sql, sizeof(sql), "CREATE DATABASE app%d OWNER app", pg->databases);
	snprintf(conninfo, sizeof(conninfo), "%s dbname=postgres user=postgres",
	    pg->server);
	run(pg, conninfo, sql);
	snprintf(pg->conninfo, sizeof(pg->conninfo), "%s dbname=app%d user=app",
	    pg->bouncer[0] != '\0' ? pg->bouncer : pg->server, pg->databases);
	snprintf(pg->superuser, sizeof(pg->superuser),
	    "%s dbname=app%d user=postgres", pg->server, pg->databases);
}

const char *
postgres_conninfo(const struct postgres *pg)
{
	return pg->conninfo;
}

const char *
postgres_superuser(const struct postgres *pg)
{
	return pg->superuser;
}

void
postgres_make_roles(struct postgres *pg)
{
	char  text[16384];
	FILE *file = fopen(ROLES, "r");

	if (file == NULL)
		err(1, "%s", ROLES);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	postgres_sql(pg, text);
}

void
postgres_conninfo_as(const struct postgres *pg, const char *role,
    char conninfo[POSTGRES_CONNINFO_SIZE])
{
	snprintf(conninfo, POSTGRES_CONNINFO_SIZE, "%s options='-c role=%s'",
	    pg->superuser, role);
}

void
postgres_sql(struct postgres *pg, const char *sql)
{
	run(pg, pg->superuser, sql);
}

const char *
postgres_value(struct postgres *pg, const char *sql)
{
	run(pg, pg->superuser, sql);
	return pg->value;
}

char *
postgres_log(const struct postgres *pg)
{
	char path[160];
	int  fd;

	snprintf(path, sizeof(path), "%s/log", pg->dir);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		err(1, "%s", path);
	return read_all(fd);
}

char *
postgres_dump(const struct postgres *pg)
{
	return output_of("pg_dump", "--inserts", "-d", pg->superuser);
}
