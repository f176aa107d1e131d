/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_SECRET_METHODS_H
#define SANDBOX_SECRET_METHODS_H

/*
 * The methods of Secret Manager.  Before one is called the caller was admitted
 * and, where the path names a secret, target->found is that one; `body` is what
 * came along, {} without one, and has the method's shape.
 */

#include "call.h"
#include "secret_target.h"
#include "shape.h"

/* locations.c */
void secret_locations_list(
    struct call *call, const struct target *target, struct json_object *body);
void secret_locations_get(
    struct call *call, const struct target *target, struct json_object *body);

/* Is that a place where secrets are kept? */
bool secret_location_ok(const char *location);

/* secrets.c */
void secrets_list(
    struct call *call, const struct target *target, struct json_object *body);
void secrets_create(
    struct call *call, const struct target *target, struct json_object *body);
void secrets_get(
    struct call *call, const struct target *target, struct json_object *body);
void secrets_update(
    struct call *call, const struct target *target, struct json_object *body);
void secrets_delete(
    struct call *call, const struct target *target, struct json_object *body);

/* payload.c */
extern const struct shape payload_add_shape[];
void                      payload_add(
			 struct call *call, const struct target *target, struct json_object *body);
void payload_access(
    struct call *call, const struct target *target, struct json_object *body);

/* versions.c */
extern const struct shape version_change_shape[];
void                      versions_list(
			 struct call *call, const struct target *target, struct json_object *body);
void versions_get(
    struct call *call, const struct target *target, struct json_object *body);
void versions_enable(
    struct call *call, const struct target *target, struct json_object *body);
void versions_disable(
    struct call *call, const struct target *target, struct json_object *body);
void versions_destroy(
    struct call *call, const struct target *target, struct json_object *body);

/* policy.c */
extern const struct shape policy_set_shape[], policy_test_shape[];
void                      policy_get(
			 struct call *call, const struct target *target, struct json_object *body);
void policy_set(
    struct call *call, const struct target *target, struct json_object *body);
void policy_test(
    struct call *call, const struct target *target, struct json_object *body);

/* managed_rotation.c */
extern const struct shape rotation_enable_shape[], rotation_rotate_shape[];
void                      rotation_enable(
			 struct call *call, const struct target *target, struct json_object *body);
void rotation_rotate(
    struct call *call, const struct target *target, struct json_object *body);

#endif
