/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_POLICY_H
#define GCPSECRET_POLICY_H

/*
 * Who may do what with a secret: its IAM policy.  gcpsecret_policy(3) shows how.
 * Facts: cloud.google.com/iam/docs/reference/rest/v1/Policy
 */

#include <gcpsecret/client.h>
#include <gcpsecret/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* When a binding holds: a formula in Google's Common Expression Language. */
typedef struct gcpsecret_condition {
	const char *expression;
	const char *title, *description, *location; /* for people; or NULL */
} gcpsecret_condition;

/* Unlike other structs that are handed out, these three do not grow: a caller
 * may make their own. */
typedef struct gcpsecret_binding {
	const char                *role;      /* "roles/secretmanager.viewer" */
	const gcpsecret_text_list *members;   /* "user:ann@example.com", ... */
	const gcpsecret_condition *condition; /* NULL: always */
} gcpsecret_binding;

typedef struct gcpsecret_binding_list {
	size_t                          count;
	const gcpsecret_binding *const *items;
	size_t                          skipped; /* 0 */
} gcpsecret_binding_list;

typedef struct gcpsecret_policy {
	int64_t                       version; /* 3 when there are conditions */
	const char                   *etag;
	const gcpsecret_binding_list *bindings; /* NULL: nobody */
} gcpsecret_policy;

/*
 * Reads the policy of a secret, conditions included; what other policies the
 * project or the organisation have is not in it.  A binding that cannot be read
 * whole is FORMAT, so that none is lost when the policy is set again.  *out is to
 * be freed with gcpsecret_policy_free().
 * Worth acting on: NOT_FOUND, FORBIDDEN.
 */
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_policy_get(
    gcpsecret_client *client, const char *secret, gcpsecret_policy **out,
    gcpsecret_error *err);

/*
 * Replaces all bindings of a secret.  Read the policy, make the bindings that
 * shall be, and give its `etag` back: if somebody was faster it is CONFLICT.  An
 * `etag` of NULL overwrites whatever is there.  `bindings` of NULL, or with a
 * count of 0, takes everything away.  *out, unless `out` is NULL, is the policy
 * as it is then, to be freed with gcpsecret_policy_free().
 * Worth acting on: CONFLICT (read it again, then decide), FORBIDDEN, REQUEST (no
 * such member or role).
 */
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_policy_set(
    gcpsecret_client *client, const char *secret, const char *etag,
    const gcpsecret_binding_list *bindings, gcpsecret_policy **out,
    gcpsecret_error *err);

/*
 * Whether the client's account has permissions on a secret: held[i] becomes what
 * is true of permissions[i], "secretmanager.versions.access" and the like, 1 to
 * 100 of them.  Of a secret that does not exist nobody has any; that is no error.
 * On failure all are false.
 */
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_policy_test(
    gcpsecret_client *client, const char *secret,
    const gcpsecret_texts *permissions, bool *held, gcpsecret_error *err);

/* Frees; NULL is ignored. */
GCPSECRET_API void gcpsecret_policy_free(gcpsecret_policy *policy);

/* As gcpsecret_secret_json(). */
GCPSECRET_API const char *gcpsecret_policy_json(const gcpsecret_policy *policy);

#ifdef __cplusplus
}
#endif

#endif
