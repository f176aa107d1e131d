/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_SECRET_RULES_H
#define SANDBOX_SECRET_RULES_H

/* What the members of a secret must be like, beyond their types. */

#include <json-c/json.h>
#include <stdint.h>

#include "vault.h"

/* NULL when the value is good for that secret, else what is wrong with it. */
typedef const char *secret_rule(
    struct json_object *value, const struct secret *secret, int64_t now);

secret_rule secret_rule_replication, secret_rule_labels, secret_rule_topics;
secret_rule secret_rule_expire_time, secret_rule_ttl;
secret_rule secret_rule_next_rotation, secret_rule_rotation_period;
secret_rule secret_rule_aliases, secret_rule_annotations;
secret_rule secret_rule_destroy_ttl, secret_rule_encryption, secret_rule_type;

/* The same for what depends on more than one of them. */
const char *secret_rules_together(const struct secret *secret);

/* The name of a secret's type, which may be there as a number; NULL when it is
 * none. */
const char *secret_type_name(struct json_object *value);

#endif
