/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_CREDENTIALS_H
#define GCPSECRET_CREDENTIALS_H

#include <gcpsecret/client.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The project that calls without a project of their own mean: from
 * GOOGLE_CLOUD_PROJECT, GCLOUD_PROJECT, the credentials file, or the metadata
 * server.  *project_out belongs to the client.
 * Fails with: CREDENTIALS when none of them tells, and as every call does.
 */
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_project(
    gcpsecret_client *client, const char **project_out, gcpsecret_error *err);

/*
 * Where the credentials came from, for people: "service account x@y (FILE)",
 * "user x@y (FILE)", "metadata server at HOST", "emulator at HOST".  Belongs to
 * the client.
 * Fails with: CREDENTIALS, and as every call does.
 */
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_credentials_describe(
    gcpsecret_client *client, const char **text_out, gcpsecret_error *err);

#ifdef __cplusplus
}
#endif

#endif
