/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_SERVE_H
#define SANDBOX_SERVE_H

/*
 * What happens to every request: it is counted, a fault may befall it, its
 * guard looks at it, its handler answers it.
 */

#include "server.h"

/* The routes for the server; `app` is the world. */
extern const struct route serve_routes[];
extern const size_t       serve_route_count;

/* For struct server_config: the moved Date. */
void serve_finish(
    void *app, const struct request *request, struct response *response);

#endif
