/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SRC_PAYLOAD_H
#define GCPSECRET_SRC_PAYLOAD_H

#include "name.h"

/* gcpsecret_access() inside a running call. */
gcpsecret_status gs_payload_access(gcpsecret_client *client,
    const struct name *name, gcpsecret_payload **out, gcpsecret_error *err);

/* What a reference stands for: in the client's project unless it names one. */
gcpsecret_status gs_payload_resolve(gcpsecret_client *client,
    const char *reference, struct name *name, gcpsecret_error *err);

/* One more holder, each of whom frees it; any thread may. */
gcpsecret_payload *gs_payload_hold(gcpsecret_payload *payload);

#endif
