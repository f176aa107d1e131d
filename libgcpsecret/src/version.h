/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SRC_VERSION_H
#define GCPSECRET_SRC_VERSION_H

#include "each.h"

#define PAYLOAD_MAX 65536
#define PAYLOAD_BASE64_MAX 87384 /* of so many bytes */

extern const struct model   gs_version_model;
extern const struct listing gs_version_listing;

/* These three go on inside a call that was begun.  *out is a pointer to a
 * pointer to a version, or NULL. */
gcpsecret_status gs_version_add(gcpsecret_client *client,
    const struct name *secret, const void *data, size_t len, void *out,
    gcpsecret_error *err);
gcpsecret_status gs_version_change(gcpsecret_client *client,
    enum method_id method, const struct name *version, const char *etag,
    void *out, gcpsecret_error *err);

/* payload.c */
gcpsecret_status gs_version_access(gcpsecret_client *client,
    const struct name *version, gcpsecret_payload **out, gcpsecret_error *err);

/* What is wrong with a payload, or NULL. */
const char *gs_fault_of_payload(const void *data, size_t len);

#endif
