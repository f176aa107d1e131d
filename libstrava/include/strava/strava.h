/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_STRAVA_H
#define STRAVA_STRAVA_H

#include <strava/activity.h>
#include <strava/api.h>
#include <strava/athlete.h>
#include <strava/batch.h>
#include <strava/client.h>
#include <strava/club.h>
#include <strava/comment.h>
#include <strava/each.h>
#include <strava/effort.h>
#include <strava/error.h>
#include <strava/export.h>
#include <strava/gear.h>
#include <strava/geo.h>
#include <strava/lap.h>
#include <strava/limiter.h>
#include <strava/oauth.h>
#include <strava/photo.h>
#include <strava/policy.h>
#include <strava/polyline.h>
#include <strava/request.h>
#include <strava/route.h>
#include <strava/scope.h>
#include <strava/segment.h>
#include <strava/sport.h>
#include <strava/stats.h>
#include <strava/stream.h>
#include <strava/strength.h>
#include <strava/subscription.h>
#include <strava/time.h>
#include <strava/transport.h>
#include <strava/types.h>
#include <strava/units.h>
#include <strava/upload.h>
#include <strava/webhook.h>
#include <strava/zone.h>

#endif
