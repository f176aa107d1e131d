/* SPDX-License-Identifier: MIT */
#ifndef WEB_ROUTES_H
#define WEB_ROUTES_H

#include "server.h"

/* Every address of the app. */
extern const struct route routes[];
extern const size_t       route_count;

/* The handlers, each in the file that its name begins with. */
typedef void handler(
    void *app, const struct request *request, struct response *response);

handler home_get, about_get;
handler connect_login, connect_return;
handler activity_get, activity_choose, map_get, history_get;
handler profile_get, account_logout, account_disconnect;
handler webhook_handshake, webhook_event;
handler health_alive, health_ready;
handler asset_get; /* assets.c */

#endif
