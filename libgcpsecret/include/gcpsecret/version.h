/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_VERSION_H
#define GCPSECRET_VERSION_H

/*
 * Versions: each holds one payload, which never changes.  gcpsecret_access()
 * reads it; here is all the rest.  gcpsecret_version(3) shows how.
 *
 * A name is that of a secret, as in <gcpsecret/secret.h>, and /versions/V behind
 * it.  Reading knows numbers, "latest" (the newest one whatever its state, also
 * when nothing is behind the secret) and aliases; what changes a version takes
 * its number alone.
 *
 * Facts: cloud.google.com/secret-manager/docs/reference/rest/v1/
 * projects.secrets.versions
 */

#include <gcpsecret/client.h>
#include <gcpsecret/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum gcpsecret_version_state {
	GCPSECRET_VERSION_UNKNOWN = 0, /* one that came after this library */
	GCPSECRET_VERSION_ENABLED,
	GCPSECRET_VERSION_DISABLED,
	GCPSECRET_VERSION_DESTROYED /* for good */
} gcpsecret_version_state;

typedef struct gcpsecret_version {
	const char             *name;
	int64_t                 number; /* from 1 */
	gcpsecret_version_state state;
	int64_t                 create_time;
	int64_t                 destroy_time; /* when it was destroyed */
	int64_t                 scheduled_destroy_time; /* when it will be */
	const char             *etag;
	bool        client_checksum; /* whoever added it sent a CRC32C along */
	const char *kms_key;         /* version of the key of a regional one */
	const gcpsecret_replication *replication; /* NULL when regional; the
						   * keys are versions of keys */
} gcpsecret_version;

/*
 * Adds a version to a secret, enabled, as the latest.  The payload is 1 to 65536
 * bytes of any value; its CRC32C goes with it, and Google stores nothing that
 * does not match.  It is not kept, and the library's copies are wiped.
 *
 * It is never sent twice, unless certainly nobody saw the first: after NETWORK,
 * TIMEOUT, SERVER or CANCELED the version may be there or not.
 *
 * *out, unless `out` is NULL, is to be freed with gcpsecret_version_free().
 * Worth acting on: ARGUMENT (too large), NOT_FOUND, FORBIDDEN.
 */
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_version_add(
    gcpsecret_client *client, const char *secret, const void *data, size_t len,
    gcpsecret_version **out, gcpsecret_error *err);

/*
 * Reads what there is to know of a version but for its payload.  *out is to be
 * freed with gcpsecret_version_free().
 * Worth acting on: NOT_FOUND, FORBIDDEN.
 */
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_version_get(
    gcpsecret_client *client, const char *name, gcpsecret_version **out,
    gcpsecret_error *err);

/*
 * Change the state of a version.  A disabled one can be enabled again; one that
 * is destroyed cannot, but if its secret has a version_destroy_ttl_s it is
 * disabled first, and enabling or disabling it until scheduled_destroy_time
 * saves it.
 *
 * With an `etag`, of the version that was read, only if nobody changed it since;
 * NULL: in any case.  *out, unless `out` is NULL, is to be freed with
 * gcpsecret_version_free().
 * Worth acting on: CONFLICT, STATE (it is destroyed), NOT_FOUND, FORBIDDEN.
 */
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_version_enable(
    gcpsecret_client *client, const char *name, const char *etag,
    gcpsecret_version **out, gcpsecret_error *err);
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_version_disable(
    gcpsecret_client *client, const char *name, const char *etag,
    gcpsecret_version **out, gcpsecret_error *err);
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_version_destroy(
    gcpsecret_client *client, const char *name, const char *etag,
    gcpsecret_version **out, gcpsecret_error *err);

/*
 * The enabled version with the highest number, where "latest" would be the
 * newest whatever its state.  Goes through the list of versions.  *out is to be
 * freed with gcpsecret_version_free().
 * Worth acting on: STATE (none is enabled), NOT_FOUND, FORBIDDEN.
 */
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_version_newest_enabled(
    gcpsecret_client *client, const char *secret, gcpsecret_version **out,
    gcpsecret_error *err);

/* What becomes of the versions that were there before. */
typedef enum gcpsecret_former {
	GCPSECRET_FORMER_KEEP,
	GCPSECRET_FORMER_DISABLE, /* those that are enabled */
	GCPSECRET_FORMER_DESTROY  /* the disabled ones too */
} gcpsecret_former;

/*
 * Puts a new payload in the place of the old: adds a version, reads it back and
 * compares it, and only then does to all versions with a lower number what
 * `former` says.  When anything fails no further version is touched, and the
 * message says whether the new one is in place.  Whoever else reads the secret
 * must know the new payload by then: KEEP, and see to the former ones later, if
 * that takes time.
 *
 * *out, unless `out` is NULL, is the new version, to be freed with
 * gcpsecret_version_free().
 * Worth acting on: as gcpsecret_version_add(); CHECKSUM (what is stored is not
 * what was sent); CONFLICT (somebody else changed a former version).
 */
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_version_rotate(
    gcpsecret_client *client, const char *secret, const void *data, size_t len,
    gcpsecret_former former, gcpsecret_version **out, gcpsecret_error *err);

/* Frees; NULL is ignored. */
GCPSECRET_API void gcpsecret_version_free(gcpsecret_version *version);

/* As gcpsecret_secret_json(). */
GCPSECRET_API const char *gcpsecret_version_json(
    const gcpsecret_version *version);

/* All versions of a secret, as gcpsecret_secret_each_new() says.  Google gives
 * the newest first. */
typedef struct gcpsecret_version_each          gcpsecret_version_each;
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_version_each_new(
    gcpsecret_client *client, const char *secret, const gcpsecret_query *query,
    gcpsecret_version_each **out, gcpsecret_error *err);
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_version_each_next(
    gcpsecret_version_each *each, const gcpsecret_version **out,
    gcpsecret_error *err);
GCPSECRET_API void gcpsecret_version_each_free(gcpsecret_version_each *each);

#ifdef __cplusplus
}
#endif

#endif
