/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

_Static_assert(
    sizeof(tokenstore_error) == 512, "tokenstore_error is part of the ABI");

tokenstore_status
ts_fail(tokenstore_error *err, tokenstore_status status, const char *fmt, ...)
{
	va_list ap;

	if (err == NULL)
		return status;
	memset(err, 0, sizeof(*err));
	err->status = status;
	va_start(ap, fmt);
	vsnprintf(err->message, sizeof(err->message), fmt, ap);
	va_end(ap);
	return status;
}

tokenstore_status
ts_no_memory(tokenstore_error *err)
{
	return ts_fail(err, TOKENSTORE_ERR_NOMEM, "out of memory");
}

static tokenstore_status
status_of(const struct pg_error *error)
{
	switch (error->class) {
	case PG_OK: return TOKENSTORE_OK;
	case PG_NOMEM: return TOKENSTORE_ERR_NOMEM;
	case PG_CONNECTION:
	case PG_READ_ONLY: return TOKENSTORE_ERR_CONNECTION;
	case PG_TIMEOUT: return TOKENSTORE_ERR_TIMEOUT;
	case PG_AGAIN:
	case PG_WAITED:
	case PG_BUSY: return TOKENSTORE_ERR_BUSY;
	case PG_FULL: return TOKENSTORE_ERR_FULL;
	case PG_DENIED: return TOKENSTORE_ERR_DENIED;
	case PG_MISSING:
		/* A database that is not there cannot be migrated. */
		return strcmp(error->sqlstate, "3D000") == 0
			   ? TOKENSTORE_ERR_DATABASE
			   : TOKENSTORE_ERR_SCHEMA;
	case PG_UNIQUE:
	case PG_VALUE:
	case PG_OTHER: break;
	}
	return TOKENSTORE_ERR_DATABASE;
}

tokenstore_status
ts_fail_pg(tokenstore_error *err, const struct pg_error *error)
{
	tokenstore_status status = status_of(error);

	ts_fail(err, status, "%s%s",
	    status == TOKENSTORE_ERR_SCHEMA
		? "the store's tables are missing or out of date: "
		: "",
	    error->message);
	if (err != NULL)
		memcpy(err->sqlstate, error->sqlstate, sizeof(error->sqlstate));
	return status;
}

const char *
tokenstore_status_name(tokenstore_status status)
{
	switch (status) {
	case TOKENSTORE_OK: return "ok";
	case TOKENSTORE_ERR_ARGUMENT: return "bad argument";
	case TOKENSTORE_ERR_NOMEM: return "out of memory";
	case TOKENSTORE_ERR_CONNECTION: return "no connection";
	case TOKENSTORE_ERR_TIMEOUT: return "timed out";
	case TOKENSTORE_ERR_BUSY: return "database busy";
	case TOKENSTORE_ERR_FULL: return "database full";
	case TOKENSTORE_ERR_DENIED: return "access denied";
	case TOKENSTORE_ERR_SCHEMA: return "tables missing or out of date";
	case TOKENSTORE_ERR_NEWER: return "tables newer than the library";
	case TOKENSTORE_ERR_KEY: return "key missing or data altered";
	case TOKENSTORE_ERR_NOT_FOUND: return "no such account";
	case TOKENSTORE_ERR_DATABASE: return "database error";
	}
	return "unknown status";
}
