/* SPDX-License-Identifier: MIT */
#ifndef WEB_ROUTES_H
#define WEB_ROUTES_H

#include "server.h"

/* Every address of the app. */
extern const struct route routes[];
extern const size_t       route_count;

/* home.c */
void home_get(void *, const struct request *, struct response *);

/* connect.c */
void connect_login(void *, const struct request *, struct response *);
void connect_return(void *, const struct request *, struct response *);

/* activity.c, map.c, history.c, profile.c, about.c */
void activity_get(void *, const struct request *, struct response *);
void activity_choose(void *, const struct request *, struct response *);
void map_get(void *, const struct request *, struct response *);
void history_get(void *, const struct request *, struct response *);
void profile_get(void *, const struct request *, struct response *);
void about_get(void *, const struct request *, struct response *);

/* account.c */
void account_logout(void *, const struct request *, struct response *);
void account_disconnect(void *, const struct request *, struct response *);

/* webhook.c */
void webhook_handshake(void *, const struct request *, struct response *);
void webhook_event(void *, const struct request *, struct response *);

/* health.c */
void health_alive(void *, const struct request *, struct response *);
void health_ready(void *, const struct request *, struct response *);

/* assets.c */
void asset_get(void *, const struct request *, struct response *);

#endif
