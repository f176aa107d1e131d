/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

_Static_assert(
    sizeof(gcpsecret_error) == 1024, "gcpsecret_error is part of the ABI");

void
gs_make_line(char *text)
{
	for (; *text != '\0'; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

gcpsecret_status
gs_fail(gcpsecret_error *err, gcpsecret_status status, const char *fmt, ...)
{
	va_list ap;

	if (err == NULL)
		return status;
	memset(err, 0, sizeof(*err));
	err->status = status;
	err->retry_after_s = -1;
	va_start(ap, fmt);
	vsnprintf(err->message, sizeof(err->message), fmt, ap);
	va_end(ap);
	gs_make_line(err->message);
	return status;
}

gcpsecret_status
gs_no_memory(gcpsecret_error *err)
{
	return gs_fail(err, GCPSECRET_ERR_NOMEM, "out of memory");
}

const char *
gcpsecret_status_name(gcpsecret_status status)
{
	switch (status) {
	case GCPSECRET_OK: return "ok";
	case GCPSECRET_ERR_ARGUMENT: return "bad argument";
	case GCPSECRET_ERR_NOMEM: return "out of memory";
	case GCPSECRET_ERR_NETWORK: return "network failure";
	case GCPSECRET_ERR_TLS: return "certificate not trusted";
	case GCPSECRET_ERR_TIMEOUT: return "timed out";
	case GCPSECRET_ERR_CANCELED: return "canceled";
	case GCPSECRET_ERR_SERVER: return "server failure";
	case GCPSECRET_ERR_FORMAT: return "unexpected answer";
	case GCPSECRET_ERR_CHECKSUM: return "wrong checksum";
	case GCPSECRET_ERR_RATE_LIMIT: return "rate limited";
	case GCPSECRET_ERR_CREDENTIALS: return "no usable credentials";
	case GCPSECRET_ERR_REFUSED: return "credentials refused";
	case GCPSECRET_ERR_FORBIDDEN: return "forbidden";
	case GCPSECRET_ERR_DISABLED: return "API disabled";
	case GCPSECRET_ERR_NOT_FOUND: return "not found";
	case GCPSECRET_ERR_STATE: return "version disabled or destroyed";
	case GCPSECRET_ERR_REQUEST: return "request refused";
	case GCPSECRET_ERR_EXISTS: return "exists already";
	case GCPSECRET_ERR_CONFLICT: return "changed meanwhile";
	case GCPSECRET_ERR_IDENTITY: return "identity not proven";
	}
	return "unknown status";
}
