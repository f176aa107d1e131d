/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <string.h>

#include "members.h"
#include "name.h"

#define SCHEME "sm://"
#define LATEST "latest"

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

/* What stands where in a name.  The first part may be left out. */
static const struct part {
	const char           *word;
	size_t                offset;
	const struct grammar *grammar;
} parts[] = {
	{ "projects/", offsetof(struct name, project), &project_grammar },
	{ "locations/", offsetof(struct name, location), &location_grammar },
	{ "secrets/", offsetof(struct name, secret), &secret_grammar },
	{ "versions/", offsetof(struct name, version), &alias_grammar },
};

/* How many parts it takes to reach the last one that is there. */
static const struct {
	size_t      from, to;
	const char *fault;
} forms[] = {
	[NAME_PROJECT] = { 0, 1, "the project must be projects/P" },
	[NAME_PARENT] = { 0, 2,
	    "the parent must be projects/P or projects/P/locations/L" },
	[NAME_LOCATION] = { 2, 2, "the name must be projects/P/locations/L" },
	[NAME_SECRET] = { 3, 3,
	    "the name must be projects/P/secrets/S, with /locations/L after "
	    "the project if need be" },
	[NAME_VERSION] = { 3, 4,
	    "the name must be projects/P/secrets/S, with /locations/L after "
	    "the project and /versions/V at the end if need be" },
	[NAME_NUMBER] = { 4, 4,
	    "the name must be projects/P/secrets/S/versions/N, with "
	    "/locations/L after the project if need be" },
};

static gcpsecret_status
refuse_form(gcpsecret_error *err, enum name_form form)
{
	return gs_fail(err, GCPSECRET_ERR_ARGUMENT, "%s", forms[form].fault);
}

/* Takes one part from the front of *text. */
static bool
take_part(const char **text, const struct part *p, struct name *name)
{
	char  *to = (char *)name + p->offset;
	size_t len = strcspn(*text, "/");

	if (!take(to, *text, len, p->grammar) &&
	    (p->grammar != &alias_grammar ||
		!take(to, *text, len, &number_grammar)))
		return false;
	*text += len;
	return true;
}

gcpsecret_status
gs_name_parse(const char *text, enum name_form form, struct name *name,
    gcpsecret_error *err)
{
	size_t depth = 0;
	bool   whole;

	*name = (struct name){ 0 };
	if (text == NULL)
		text = "";
	whole = *text == '\0';
	for (size_t i = 0; i < COUNT(parts); i++) {
		if (whole || !step_over(&text, parts[i].word))
			continue;
		if (!take_part(&text, &parts[i], name))
			return refuse(err, parts[i].grammar);
		depth = i + 1;
		whole = !step_over(&text, "/");
	}
	if (!whole || *text != '\0' || depth < forms[form].from ||
	    depth > forms[form].to ||
	    (name->version[0] != '\0' && name->secret[0] == '\0'))
		return refuse_form(err, form);
	if (form == NAME_NUMBER && gs_name_number(name->version) == 0)
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT,
		    "the version must be given by its number: \"latest\" and "
		    "aliases are for reading");
	if (form == NAME_VERSION && name->version[0] == '\0')
		memcpy(name->version, LATEST, sizeof(LATEST));
	return GCPSECRET_OK;
}

/* The text after "sm://" in its short form. */
static gcpsecret_status
take_short(const char *text, struct name *name, gcpsecret_error *err)
{
	size_t len = strcspn(text, "/#");

	*name = (struct name){ .version = LATEST };
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

gcpsecret_status
gs_name_parse_reference(
    const char *text, struct name *name, gcpsecret_error *err)
{
	const char *rest;

	/* The text is not repeated: it may be a secret given by mistake. */
	if (!step_over(&text, SCHEME))
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT,
		    "the reference must be " SCHEME "PROJECT/SECRET#VERSION");
	/* "projects/s" is secret "s" of a project of that id. */
	rest = text;
	if (step_over(&rest, "projects/") && strchr(rest, '/') != NULL)
		return gs_name_parse(text, NAME_VERSION, name, err);
	return take_short(text, name, err);
}

bool
gs_name_is_project(const char *text)
{
	return fits(text, strlen(text), &project_grammar);
}

bool
gs_name_is_location(const char *text)
{
	return fits(text, strlen(text), &location_grammar);
}

bool
gs_name_is_secret(const char *text)
{
	return fits(text, strlen(text), &secret_grammar);
}

bool
gs_name_is_alias(const char *text)
{
	return fits(text, strlen(text), &alias_grammar) &&
	       strcmp(text, LATEST) != 0 && strcmp(text, "NEW") != 0;
}

int64_t
gs_name_number(const char *version)
{
	int64_t n = 0;

	if (!fits(version, strlen(version), &number_grammar))
		return 0;
	for (; *version != '\0'; version++)
		n = n * 10 + (*version - '0');
	return n;
}

static bool
is_number(const char *project)
{
	return project[strspn(project, DIGITS)] == '\0';
}

bool
gs_name_answers(const char *text, enum name_form form, const struct name *asked)
{
	struct name got;

	if (gs_name_parse(text, form, &got, NULL) != GCPSECRET_OK ||
	    got.project[0] == '\0')
		return false;
	if (is_number(got.project) && is_number(asked->project) &&
	    strcmp(got.project, asked->project) != 0)
		return false;
	if (form == NAME_LOCATION && asked->location[0] == '\0')
		return true; /* one of a list */
	return strcmp(got.location, asked->location) == 0 &&
	       (asked->secret[0] == '\0' ||
		   strcmp(got.secret, asked->secret) == 0) &&
	       (gs_name_number(asked->version) == 0 ||
		   strcmp(got.version, asked->version) == 0);
}

bool
gs_name_add(struct buf *out, const struct name *name)
{
	const char *before = "";

	for (const struct part *p = parts; p < parts + COUNT(parts); p++) {
		const char *text = (const char *)name + p->offset;

		if (*text == '\0')
			continue;
		buf_addf(out, "%s%s%s", before, p->word, text);
		before = "/";
	}
	return buf_ok(out);
}
