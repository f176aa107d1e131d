/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "name.h"

#define SCHEME "sm://"

#define DIGITS "0123456789"
#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* What a part may look like.  Nothing that means something in a URL is in any
 * of these sets, so no part needs an escape, and ".." cannot be one. */
struct grammar {
	const char *first; /* characters that it may begin with */
	const char *rest;
	size_t      max;
	const char *fault;
};

static const struct grammar project_grammar = { LOWER DIGITS, LOWER DIGITS "-",
	63,
	"the project must be its id (lower-case letters, digits, \"-\") or its "
	"number" };

static const struct grammar location_grammar = { LOWER, LOWER DIGITS "-", 63,
	"the location must be a region's name, such as europe-west1" };

static const struct grammar secret_grammar = { LOWER UPPER DIGITS "_-",
	LOWER UPPER                                        DIGITS "_-", 255,
	"the secret's id must be 1 to 255 letters, digits, \"_\" and \"-\"" };

static const struct grammar number_grammar = { "123456789", DIGITS, 18, NULL };

static const struct grammar alias_grammar = { LOWER UPPER,
	LOWER UPPER                                 DIGITS "_-", 63,
	"the version must be a number from 1, \"latest\" or an alias (a "
	"letter, "
	"then letters, digits, \"_\" and \"-\", 63 in all)" };

static bool
fits(const char *text, size_t len, const struct grammar *g)
{
	return len > 0 && len <= g->max && *text != '\0' &&
	       strchr(g->first, *text) != NULL && strspn(text, g->rest) >= len;
}

/* Copies a part of `len` bytes; false when it does not fit its grammar. */
static bool
take(char *to, const char *text, size_t len, const struct grammar *g)
{
	if (!fits(text, len, g))
		return false;
	memcpy(to, text, len);
	to[len] = '\0';
	return true;
}

static bool
take_version(char *to, const char *text, size_t len)
{
	return take(to, text, len, &number_grammar) ||
	       take(to, text, len, &alias_grammar);
}

/* Steps over `text` at *at; false when something else stands there. */
static bool
step_over(const char **at, const char *text)
{
	size_t len = strlen(text);

	if (strncmp(*at, text, len) != 0)
		return false;
	*at += len;
	return true;
}

static gcpsecret_status
refuse(gcpsecret_error *err, const struct grammar *g)
{
	return gs_fail(err, GCPSECRET_ERR_ARGUMENT, "%s", g->fault);
}

gcpsecret_status
gs_name_parse(const char *text, struct name *name, gcpsecret_error *err)
{
	static const char form[] =
	    "the name must be projects/P/secrets/S, with /locations/L after "
	    "the project and /versions/V at the end if need be";
	size_t len;

	*name = (struct name){ .version = "latest" };
	if (!step_over(&text, "projects/"))
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT, "%s", form);
	len = strcspn(text, "/");
	if (!take(name->project, text, len, &project_grammar))
		return refuse(err, &project_grammar);
	text += len;
	if (step_over(&text, "/locations/")) {
		len = strcspn(text, "/");
		if (!take(name->location, text, len, &location_grammar))
			return refuse(err, &location_grammar);
		text += len;
	}
	if (!step_over(&text, "/secrets/"))
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT, "%s", form);
	len = strcspn(text, "/");
	if (!take(name->secret, text, len, &secret_grammar))
		return refuse(err, &secret_grammar);
	text += len;
	if (*text == '\0')
		return GCPSECRET_OK;
	if (!step_over(&text, "/versions/"))
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT, "%s", form);
	if (!take_version(name->version, text, strlen(text)))
		return refuse(err, &alias_grammar);
	return GCPSECRET_OK;
}

gcpsecret_status
gs_name_parse_reference(
    const char *text, struct name *name, gcpsecret_error *err)
{
	size_t len;

	*name = (struct name){ .version = "latest" };
	/* The text is not repeated: it may be a secret given by mistake. */
	if (!step_over(&text, SCHEME))
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT,
		    "the reference must be " SCHEME "PROJECT/SECRET#VERSION");
	len = strcspn(text, "/#");
	if (text[len] == '/') {
		if (!take(name->project, text, len, &project_grammar))
			return refuse(err, &project_grammar);
		text += len + 1;
		len = strcspn(text, "#");
	}
	if (!take(name->secret, text, len, &secret_grammar))
		return refuse(err, &secret_grammar);
	text += len;
	if (step_over(&text, "#") &&
	    !take_version(name->version, text, strlen(text)))
		return refuse(err, &alias_grammar);
	return GCPSECRET_OK;
}

bool
gs_name_is_project(const char *text)
{
	return fits(text, strlen(text), &project_grammar);
}

bool
gs_name_add(struct buf *out, const struct name *name)
{
	buf_addf(out, "projects/%s", name->project);
	if (name->location[0] != '\0')
		buf_addf(out, "/locations/%s", name->location);
	buf_addf(out, "/secrets/%s/versions/%s", name->secret, name->version);
	return buf_ok(out);
}
