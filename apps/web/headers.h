/* SPDX-License-Identifier: MIT */
#ifndef WEB_HEADERS_H
#define WEB_HEADERS_H

#include "visit.h"

/* Writes web->policy, from web->origin and the settings.  False when it does
 * not fit. */
bool headers_prepare(struct web *web);

/* server_config.finish: what every answer carries, errors included. */
void headers_finish(
    void *app, const struct request *request, struct response *response);

#endif
