/* SPDX-License-Identifier: MIT */
#ifndef APPS_SETTINGS_H
#define APPS_SETTINGS_H

/*
 * The settings of all programs, from the environment.  Each value may be given
 * as NAME_FILE=/path instead, and may be a reference sm://PROJECT/SECRET#VERSION
 * that is resolved through Secret Manager at start.  One table in settings.c
 * says everything about every setting; --help prints it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "log.h"

/* Which programs a setting is for. */
enum program { PROGRAM_WEB = 1, PROGRAM_UPDATE_TOKENS = 2 };

enum invoker_auth { INVOKER_VERIFY, INVOKER_PLATFORM, INVOKER_OFF };

struct settings {
	int64_t port;
	char   *base_url;
	char   *database_url;
	char   *database_password;
	int64_t database_iam_auth; /* 0 or 1 */
	char   *strava_client_id;
	char   *strava_client_secret;
	char   *strava_oauth_base;
	char   *strava_api_base;
	char   *strava_scope;
	char   *strava_webhook_verify_token;
	int64_t strava_limits[2]; /* requests in 15 minutes, in a day */
	char   *token_keys;
	char   *admin_athletes;
	char   *google_cloud_project;
	int64_t invoker_auth; /* enum invoker_auth */
	char   *invoker_audience;
	char   *invoker_emails;
	char   *google_certs_url;
	int64_t run_deadline_s;
	int64_t refresh_in_flight, refresh_keep_alive_days;
	int64_t refresh_share; /* percent; 0: requests are not counted */
	int64_t task_index, task_count, task_attempt; /* of a Cloud Run job */
	int64_t log_format;                           /* enum log_format */
	int64_t clock_offset_s; /* for tests: moves the calendar */
};

/*
 * Reads, checks and resolves.  On failure every fault found is in `message`,
 * one a line, each naming its setting and never its value, and false is
 * returned.  A variable that begins with one of our prefixes and is no setting
 * is a fault; so is a missing one that `program` requires.
 */
bool settings_load(struct settings *settings, enum program program,
    char *const *environment, char *message, size_t message_size);

/* Wipes and frees. */
void settings_free(struct settings *settings);

/* The table as text for --help. */
void settings_print_help(enum program program);

#endif
