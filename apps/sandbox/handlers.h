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

/* athletes.c, stats.c */
void api_athlete(struct call *call);
void api_athlete_update(struct call *call);
void api_athlete_zones(struct call *call);
void api_stats(struct call *call);
void api_gear(struct call *call);

/* activities.c, activity_update.c, activity_parts.c */
void api_activities(struct call *call);
void api_activity(struct call *call);
void api_activity_create(struct call *call);
void api_activity_update(struct call *call);
void api_comments(struct call *call);
void api_kudos(struct call *call);
void api_laps(struct call *call);
void api_zones(struct call *call);
void api_streams(struct call *call);
void api_photos(struct call *call);

/* routes.c */
void api_routes(struct call *call);
void api_route(struct call *call);
void api_route_gpx(struct call *call);
void api_route_tcx(struct call *call);
void api_route_streams(struct call *call);

/* segments.c, explore.c, efforts.c */
void api_segment(struct call *call);
void api_segment_streams(struct call *call);
void api_starred(struct call *call);
void api_star(struct call *call);
void api_explore(struct call *call);
void api_efforts(struct call *call);
void api_effort(struct call *call);
void api_effort_streams(struct call *call);

/* uploads.c, clubs.c */
void api_upload_create(struct call *call);
void api_upload(struct call *call);
void api_clubs(struct call *call);
void api_club(struct call *call);
void api_club_removed(struct call *call);

/* subscriptions.c */
void subscription_create(struct call *call);
void subscription_list(struct call *call);
void subscription_delete(struct call *call);

/* metadata.c, token.c, oidc.c, sts.c, subject.c, iam_credentials.c */
void google_metadata(struct call *call);
void google_token(struct call *call);
void google_certs(struct call *call);
void google_certs_pem(struct call *call);
void sts_token(struct call *call);
void sts_oauth_token(struct call *call);
void federation_token(struct call *call);
void iam_credentials(struct call *call);

/* aws_metadata.c */
void aws_session(struct call *call);
void aws_metadata(struct call *call);

/* secretmanager.c */
void secret_manager(struct call *call);

/* control.c */
void control_state(struct call *call);
void control_athletes(struct call *call);
void control_clock(struct call *call);
void control_faults(struct call *call);
void control_revoke(struct call *call);
void control_rate(struct call *call);
void control_rotation(struct call *call);
void control_oddities(struct call *call);
void control_activity(struct call *call);
void control_requests(struct call *call);

/* control_secrets.c */
void control_secrets(struct call *call);
void control_projects(struct call *call);
void control_permissions(struct call *call);

/* control_google.c; the first adds the member "google" of /_control/state. */
void control_emit_google(struct emit *e, const struct world *world);
void control_credentials(struct call *call);
void control_service_account(struct call *call);
void control_authorized_user(struct call *call);
void control_subject_token(struct call *call);
void control_id_token(struct call *call);
void control_keys(struct call *call);
void control_google(struct call *call);

/* home.c */
void home_page(struct call *call);

#endif
