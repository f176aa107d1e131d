/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_SECRET_METHODS_H
#define SANDBOX_SECRET_METHODS_H

#include "call.h"
#include "secret_target.h"
#include "shape.h"

/*
 * A method of Secret Manager.  Before it is called the caller was admitted and,
 * where the path names a secret, target->found is that one; `body` is what came
 * along, {} without one, and has the method's shape.
 */
typedef void secret_method(
    struct call *call, const struct target *target, struct json_object *body);

/* locations.c */
secret_method locations_list, locations_get;

/* Is that a place where secrets are kept? */
bool location_ok(const char *location);

/* secrets.c */
secret_method secrets_list, secrets_create, secrets_get;
secret_method secrets_update, secrets_delete;

/* payload.c */
extern const struct shape payload_add_shape[];
secret_method             payload_add, payload_access;

/* versions.c */
extern const struct shape version_change_shape[];
secret_method             versions_list, versions_get;
secret_method             versions_enable, versions_disable, versions_destroy;

/* policy.c */
extern const struct shape policy_set_shape[], policy_test_shape[];
secret_method             policy_get, policy_set, policy_test;

/* managed_rotation.c */
extern const struct shape rotation_enable_shape[], rotation_rotate_shape[];
secret_method             rotation_enable, rotation_rotate;

#endif
