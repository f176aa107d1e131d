/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_CREDENTIALS_H
#define SANDBOX_CREDENTIALS_H

/* Files of credentials, as people download them or tools write them. */

#include "call.h"

/* What somebody wants who asks for one. */
struct credentials {
	const char *type;        /* "service_account" ... */
	const char *source;      /* of external_account: "file" ... */
	const char *file;        /* where the subject token will be, or
				  * the configuration of the certificate */
	const char *command;     /* of the source "executable" */
	const char *format;      /* of file and url: "text" or "json" */
	const char *impersonate; /* the e-mail of an account; NULL: nobody */
	const char *base;        /* the type inside an impersonated one */
	bool        workforce;
};

/* NULL when it is written, else what is wrong with the wish. */
const char *credentials_emit(
    struct emit *e, struct call *call, const struct credentials *wish);

#endif
