/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_HANDLERS_H
#define SANDBOX_HANDLERS_H

#include "call.h"

/* consent.c */
void consent_page(struct call *call);
void consent_given(struct call *call);

/* oauth.c */
void oauth_token(struct call *call);
void oauth_revoke(struct call *call);
void oauth_deauthorize(struct call *call);

/* api.c, stats.c */
void api_athlete(struct call *call);
void api_stats(struct call *call);
void api_activities(struct call *call);
void api_activity(struct call *call);
void api_streams(struct call *call);
void api_gear(struct call *call);

/* subscriptions.c */
void subscription_create(struct call *call);
void subscription_list(struct call *call);
void subscription_delete(struct call *call);

/* metadata.c, token.c, secretmanager.c */
void google_metadata(struct call *call);
void google_token(struct call *call);
void google_certs(struct call *call);
void secret_manager(struct call *call);

/* control.c */
void control_state(struct call *call);
void control_athletes(struct call *call);
void control_clock(struct call *call);
void control_faults(struct call *call);
void control_revoke(struct call *call);
void control_rate(struct call *call);
void control_secrets(struct call *call);
void control_service_account(struct call *call);
void control_authorized_user(struct call *call);
void control_requests(struct call *call);

/* home.c */
void home_page(struct call *call);

#endif
