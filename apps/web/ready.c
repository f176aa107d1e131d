/* SPDX-License-Identifier: MIT */
#include "ready.h"

#include <stdio.h>

#include "schema.h"

#define CONNECTIONS 2 /* of a backend: its store's and its own */

void
ready_init(struct ready *ready)
{
	pthread_mutex_init(&ready->lock, NULL);
	atomic_init(&ready->done, false);
}

/* Where the role or the database may have few connections, few backends share
 * them: more would keep each other out. */
static void
fit(struct pool *pool, struct backend *backend)
{
	static const char sql[] =
	    "SELECT least(CASE WHEN rolconnlimit < 0 THEN 10000"
	    "  ELSE rolconnlimit END, CASE WHEN datconnlimit < 0 THEN 10000"
	    "  ELSE datconnlimit END)"
	    " FROM pg_catalog.pg_roles, pg_catalog.pg_database"
	    " WHERE rolname = session_user AND datname = current_database()";
	struct pg_result *result;
	struct pg_error   error;

	if (pg_run_again(backend->pg, sql, NULL, 0, &result, &error) != PG_OK)
		return;
	if (pg_result_rows(result) == 1)
		pool_limit(
		    pool, (size_t)pg_result_int(result, 0, 0) / CONNECTIONS);
	pg_result_free(result);
}

tokenstore_status
ready_prepare(struct ready *ready, struct pool *pool, struct backend *backend,
    char *message, size_t message_size)
{
	tokenstore_status status =
	    backend_prepare(backend, message, message_size);

	if (status != TOKENSTORE_OK)
		return status;
	if (!schema_prepare(backend->pg, message, message_size))
		return TOKENSTORE_ERR_DATABASE;
	fit(pool, backend);
	atomic_store(&ready->done, true);
	return TOKENSTORE_OK;
}

bool
ready_ask(struct ready *ready, struct pool *pool, struct backend *backend,
    char *message, size_t message_size)
{
	if (atomic_load(&ready->done))
		return true;
	snprintf(message, message_size, "the database is being prepared");
	if (pthread_mutex_trylock(&ready->lock) != 0)
		return false;
	if (!atomic_load(&ready->done))
		(void)ready_prepare(
		    ready, pool, backend, message, message_size);
	pthread_mutex_unlock(&ready->lock);
	return atomic_load(&ready->done);
}
