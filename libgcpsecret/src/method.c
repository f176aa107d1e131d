/* SPDX-License-Identifier: MIT */
#include "method.h"

#include <string.h>

#define KIB ((size_t)1024)
#define SMALL (128 * KIB)
#define POLICY (1024 * KIB)
#define PAGE (32768 * KIB)

#define ROW(                                                                  \
    id, name, verb, path, answer, retry, harmless, permission, max, function) \
	[id] = { name, verb, path, answer, GCPSECRET_RETRY_##retry, harmless, \
		permission, max, function }

#define P(what) "secretmanager." what

/* One row a method; docs/secret_manager.md is made of it. */
const struct method gs_methods[METHOD_COUNT] = {
	ROW(LOCATION_LIST, "ListLocations", "GET", "{project}/locations",
	    NAMELESS, READ, ALWAYS, P("locations.list"), PAGE,
	    "gcpsecret_location_each_next"),
	ROW(LOCATION_GET, "GetLocation", "GET", "{location}", A_LOCATION, READ,
	    ALWAYS, P("locations.get"), SMALL, "gcpsecret_location_get"),
	ROW(SECRET_LIST, "ListSecrets", "GET", "{parent}/secrets", NAMELESS,
	    READ, ALWAYS, P("secrets.list"), PAGE,
	    "gcpsecret_secret_each_next"),
	ROW(SECRET_CREATE, "CreateSecret", "POST", "{parent}/secrets", A_SECRET,
	    WRITE, REFUSED, P("secrets.create"), SMALL,
	    "gcpsecret_secret_create"),
	ROW(SECRET_GET, "GetSecret", "GET", "{secret}", A_SECRET, READ, ALWAYS,
	    P("secrets.get"), SMALL, "gcpsecret_secret_get"),
	ROW(SECRET_UPDATE, "UpdateSecret", "PATCH", "{secret}", A_SECRET, WRITE,
	    WITH_ETAG, P("secrets.update"), SMALL, "gcpsecret_secret_update"),
	ROW(SECRET_DELETE, "DeleteSecret", "DELETE", "{secret}", NAMELESS,
	    WRITE, WITH_ETAG, P("secrets.delete"), SMALL,
	    "gcpsecret_secret_delete"),
	ROW(SECRET_ROTATE, "RotateSecret", "POST", "{secret}:rotateSecret",
	    A_VERSION, WRITE, UNSENT, NULL, SMALL, "gcpsecret_secret_rotate"),
	ROW(SECRET_MANAGE_ROTATION, "EnableManagedRotation", "POST",
	    "{secret}:enableManagedRotation", A_VERSION, WRITE, UNSENT, NULL,
	    SMALL, "gcpsecret_secret_manage_rotation"),
	ROW(VERSION_ADD, "AddSecretVersion", "POST", "{secret}:addVersion",
	    A_VERSION, WRITE, UNSENT, P("versions.add"), SMALL,
	    "gcpsecret_version_add"),
	ROW(VERSION_LIST, "ListSecretVersions", "GET", "{secret}/versions",
	    NAMELESS, READ, ALWAYS, P("versions.list"), PAGE,
	    "gcpsecret_version_each_next"),
	ROW(VERSION_GET, "GetSecretVersion", "GET", "{version}", A_VERSION,
	    READ, ALWAYS, P("versions.get"), SMALL, "gcpsecret_version_get"),
	ROW(VERSION_ACCESS, "AccessSecretVersion", "GET", "{version}:access",
	    A_VERSION, ACCESS, ALWAYS, P("versions.access"), SMALL,
	    "gcpsecret_access"),
	ROW(VERSION_ENABLE, "EnableSecretVersion", "POST", "{version}:enable",
	    A_VERSION, WRITE, ALWAYS, P("versions.enable"), SMALL,
	    "gcpsecret_version_enable"),
	ROW(VERSION_DISABLE, "DisableSecretVersion", "POST",
	    "{version}:disable", A_VERSION, WRITE, ALWAYS,
	    P("versions.disable"), SMALL, "gcpsecret_version_disable"),
	ROW(VERSION_DESTROY, "DestroySecretVersion", "POST",
	    "{version}:destroy", A_VERSION, WRITE, ALWAYS,
	    P("versions.destroy"), SMALL, "gcpsecret_version_destroy"),
	ROW(POLICY_GET, "GetIamPolicy", "GET", "{secret}:getIamPolicy",
	    NAMELESS, READ, ALWAYS, P("secrets.getIamPolicy"), POLICY,
	    "gcpsecret_policy_get"),
	ROW(POLICY_SET, "SetIamPolicy", "POST", "{secret}:setIamPolicy",
	    NAMELESS, WRITE, WITH_ETAG, P("secrets.setIamPolicy"), POLICY,
	    "gcpsecret_policy_set"),
	ROW(POLICY_TEST, "TestIamPermissions", "POST",
	    "{secret}:testIamPermissions", NAMELESS, READ, ALWAYS, NULL, SMALL,
	    "gcpsecret_policy_test"),
};

/* How much of a name a {word} stands for. */
static const struct subject {
	const char *word;
	bool        location, secret, version;
} subjects[] = {
	{ "{project}", false, false, false },
	{ "{location}", true, false, false },
	{ "{parent}", true, false, false },
	{ "{secret}", true, true, false },
	{ "{version}", true, true, true },
};

static const struct subject *
subject_of(const struct method *method)
{
	const struct subject *s = subjects;

	while (strncmp(s->word, method->path, strlen(s->word)) != 0)
		s++;
	return s;
}

bool
gs_method_add_subject(
    struct buf *out, const struct method *method, const struct name *name)
{
	const struct subject *s = subject_of(method);
	struct name           part = *name;

	if (!s->location)
		part.location[0] = '\0';
	if (!s->secret)
		part.secret[0] = '\0';
	if (!s->version)
		part.version[0] = '\0';
	return gs_name_add(out, &part);
}

bool
gs_method_add_path(
    struct buf *out, const struct method *method, const struct name *name)
{
	return gs_method_add_subject(out, method, name) &&
	       buf_add_text(out, strchr(method->path, '}') + 1);
}

/* Locations are listed where global secrets live. */
bool
gs_method_is_regional(const struct method *method)
{
	return strncmp(method->path, "{location}", 10) != 0;
}

bool
gs_method_is_of_version(const struct method *method)
{
	return subject_of(method)->version;
}

bool
gs_method_is_answer(
    const struct method *method, const char *text, const struct name *asked)
{
	static const enum name_form forms[] = {
		[A_LOCATION] = NAME_LOCATION,
		[A_SECRET] = NAME_SECRET,
		[A_VERSION] = NAME_NUMBER,
	};

	return gs_name_answers(text, forms[method->answer], asked);
}
