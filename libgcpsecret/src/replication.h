/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SRC_REPLICATION_H
#define GCPSECRET_SRC_REPLICATION_H

#include "model.h"

/* const char *: the key in a "customerManagedEncryption", of a secret or of a
 * version. */
bool gs_put_kms_key(struct json_object *value, void *at);

/* Of a secret's "replication" and of a version's "replicationStatus". */
extern const struct model gs_replication_model;

#endif
