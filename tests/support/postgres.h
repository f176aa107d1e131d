/* SPDX-License-Identifier: MIT */
#ifndef TEST_POSTGRES_H
#define TEST_POSTGRES_H

/*
 * A throw-away PostgreSQL for one test program, made by apps/cluster in a
 * temporary folder.  It goes away with the program, even when that is killed.
 *
 * With POSTGRES_PGBOUNCER in the environment clients reach it through a PgBouncer
 * in transaction mode, or in the one that the variable names; the superuser and
 * what is said below about the server itself do not.
 *
 * Whatever fails here ends the test program with a message; where PostgreSQL, or
 * a PgBouncer that is wanted, is not installed the program is skipped (exit status
 * 77).
 */

#include <stdbool.h>

struct postgres;

/* The server runs and has one empty database, see postgres_new_database(). */
struct postgres *postgres_start(void);
void             postgres_end(struct postgres *pg);

/* A database that is there and empty, on servers that somebody else runs.  It
 * stays the only one, and nothing but its conninfo is known. */
struct postgres *postgres_elsewhere(const char *conninfo);
bool             postgres_is_elsewhere(const struct postgres *pg);

/* Makes an empty database, owned by the role "app"; from now on everything
 * below is about this one. */
void postgres_new_database(struct postgres *pg);

/* Where the database is: for the role "app", for the superuser "postgres".
 * The text lives until the next database is made. */
const char *postgres_conninfo(const struct postgres *pg);
const char *postgres_superuser(const struct postgres *pg);

/* Makes the roles of libtokenstore, whose tables have to be there. */
void postgres_make_roles(struct postgres *pg);

/* The conninfo of a login that has the rights of this role and no others; it
 * reaches the server itself. */
#define POSTGRES_CONNINFO_SIZE 400
void postgres_conninfo_as(const struct postgres *pg, const char *role,
    char conninfo[POSTGRES_CONNINFO_SIZE]);

/* Runs statements, in one transaction, as the superuser. */
void postgres_sql(struct postgres *pg, const char *sql);

/* The first value of a query as text, "" for NULL or no row; valid until the
 * next call. */
const char *postgres_value(struct postgres *pg, const char *sql);

/* What the server has logged so far, and what pg_dump writes; to be freed. */
char *postgres_log(const struct postgres *pg);
char *postgres_dump(const struct postgres *pg);

/* Ends the server at once, as a crash would, and starts it again. */
void postgres_crash(struct postgres *pg);
void postgres_restart(struct postgres *pg);

#endif
