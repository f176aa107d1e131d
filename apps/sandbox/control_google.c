/* SPDX-License-Identifier: MIT */

/* Control calls about Google's credentials: files, tokens, keys, quirks. */

#include <stdio.h>
#include <string.h>

#include "credentials.h"
#include "handlers.h"
#include "jwt.h"
#include "members.h"
#include "oidc.h"
#include "rsa_key.h"
#include "subject.h"

#define AGE_MAX_S 86400
#define USUAL_AUDIENCE "https://sandbox.example/"

static const char *const users[] = {
	[USER_GOOD] = "good",
	[USER_REVOKED] = "revoked",
	[USER_INVALID_RAPT] = "invalid_rapt",
	[USER_RAPT_REQUIRED] = "rapt_required",
};

static void
emit_settings(struct emit *e, const struct google *google)
{
	emit_text(e, "user", users[google->user]);
	emit_text(e, "universe", google->universe);
	emit_bool(e, "account", google->has_account);
	emit_bool(e, "flavor", google->has_flavor);
	emit_int(e, "certs_max_age_s", google->certs_max_age_s);
	emit_int(e, "certs_age_s", google->certs_age_s);
}

void
control_emit_google(struct emit *e, const struct world *world)
{
	const struct vault *vault = &world->vault;
	char                number[PROJECT_NUMBER_SIZE];
	size_t              i;

	emit_object(e, "google");
	emit_array(e, "projects");
	for (i = 0; i < vault->project_count; i++) {
		vault_project_number(i, number);
		emit_object(e, NULL);
		emit_text(e, "project", vault->projects[i].id);
		emit_text(e, "number", number);
		emit_bool(e, "api", !vault->projects[i].api_off);
		emit_end(e);
	}
	emit_end(e);
	emit_int(e, "secrets", (int64_t)vault->secret_count);
	emit_text(e, "service_account", world->google.email);
	emit_int(e, "access_tokens", world->google.issued);
	emit_int(e, "workforce_refreshes", world->google.workforce_refreshes);
	emit_settings(e, &world->google);
	denials_emit(e, "denied", &world->denials);
	keyring_emit(e, "keys", &world->google.keys);
	emit_end(e);
}

static void
answer_credentials(struct call *call, const struct credentials *wish)
{
	struct emit *e = call_json(call, 200);
	const char  *why;

	emit_object(e, NULL);
	why = credentials_emit(e, call, wish);
	emit_end(e);
	if (why != NULL)
		call_misused(call, why);
}

void
control_credentials(struct call *call)
{
	static const struct member members[] = {
		MEMBER(struct credentials, type, put_string, NULL, "type"),
		MEMBER(struct credentials, source, put_string, NULL, "source"),
		MEMBER(struct credentials, file, put_string, NULL, "file"),
		MEMBER(
		    struct credentials, command, put_string, NULL, "command"),
		MEMBER(struct credentials, format, put_string, NULL, "format"),
		MEMBER(struct credentials, impersonate, put_string, NULL,
		    "impersonate"),
		MEMBER(struct credentials, base, put_string, NULL, "base"),
		MEMBER(
		    struct credentials, workforce, put_bool, NULL, "workforce"),
	};
	struct credentials  wish = { .type = "",
		 .source = "url",
		 .format = "text",
		 .base = "authorized_user" };
	struct json_object *body = call_body(call);
	const char         *missing;

	if (body == NULL)
		return;
	members_decode(body, members, COUNT(members), &wish, &missing);
	answer_credentials(call, &wish);
	json_object_put(body);
}

void
control_service_account(struct call *call)
{
	answer_credentials(
	    call, &(struct credentials){ .type = "service_account" });
}

void
control_authorized_user(struct call *call)
{
	answer_credentials(
	    call, &(struct credentials){ .type = "authorized_user" });
}

void
control_subject_token(struct call *call)
{
	struct json_object *body = call_body(call);
	const char         *subject = members_get_string(body, "subject");
	struct buf          token;
	struct emit        *e;

	if (body == NULL)
		return;
	buf_init(&token, JWT_MAX);
	if (!subject_add_jwt(
		call, subject != NULL ? subject : SUBJECT_USUAL, &token))
		call->response->failed = true;
	e = call_json(call, 200);
	emit_object(e, NULL);
	emit_text(e, "token", buf_text(&token));
	emit_text(e, "subject_token_type", SUBJECT_JWT);
	emit_text(e, "audience", POOL_AUDIENCE);
	emit_end(e);
	buf_free(&token);
	json_object_put(body);
}

void
control_keys(struct call *call)
{
	struct google      *google = &call->world->google;
	struct json_object *body = call_body(call);
	const char         *name = members_get_string(body, "rotate");
	struct json_object *keep = members_get(body, "keep");
	enum key_use        use;
	struct emit        *e;

	if (body == NULL)
		return;
	use = keyring_use(name != NULL ? name : "");
	if (use == KEY_USE_COUNT) {
		call_misused(call, "rotate is service-account, oidc or issuer");
	} else {
		keyring_rotate(
		    &google->keys, use, json_object_get_boolean(keep) != 0);
		e = call_json(call, 200);
		emit_object(e, NULL);
		keyring_emit(e, "keys", &google->keys);
		emit_end(e);
	}
	json_object_put(body);
}

/* What /_control/google may change. */
struct settings {
	const char *user, *universe;
	bool        account, flavor;
	int64_t     max_age_s, age_s;
};

static const struct member settings_members[] = {
	MEMBER(struct settings, user, put_string, NULL, "user"),
	MEMBER(struct settings, universe, put_string, NULL, "universe"),
	MEMBER(struct settings, account, put_bool, NULL, "account"),
	MEMBER(struct settings, flavor, put_bool, NULL, "flavor"),
	MEMBER(struct settings, max_age_s, put_int64, NULL, "certs_max_age_s"),
	MEMBER(struct settings, age_s, put_int64, NULL, "certs_age_s"),
};

/* NULL when it is done, else what is wrong; then nothing was changed. */
static const char *
change(struct google *google, const struct settings *settings)
{
	size_t user = 0;

	while (user < COUNT(users) && strcmp(users[user], settings->user) != 0)
		user++;
	if (user == COUNT(users))
		return "user is good, revoked, invalid_rapt or rapt_required";
	if (strlen(settings->universe) >= sizeof(google->universe))
		return "universe is too long";
	if (settings->max_age_s < 0 || settings->max_age_s > AGE_MAX_S ||
	    settings->age_s < 0 || settings->age_s > AGE_MAX_S)
		return "certs_max_age_s and certs_age_s are 0 to 86400";
	google->user = (enum google_user)user;
	if (settings->universe != google->universe)
		snprintf(google->universe, sizeof(google->universe), "%s",
		    settings->universe);
	google->has_account = settings->account;
	google->has_flavor = settings->flavor;
	google->certs_max_age_s = settings->max_age_s;
	google->certs_age_s = settings->age_s;
	return NULL;
}

void
control_google(struct call *call)
{
	struct google      *google = &call->world->google;
	struct settings     settings = { users[google->user], google->universe,
		    google->has_account, google->has_flavor,
		    google->certs_max_age_s, google->certs_age_s };
	struct json_object *body = call_body(call);
	const char         *missing, *why;
	struct emit        *e;

	if (body == NULL)
		return;
	members_decode(body, settings_members, COUNT(settings_members),
	    &settings, &missing);
	if ((why = change(google, &settings)) != NULL) {
		call_misused(call, why);
	} else {
		e = call_json(call, 200);
		emit_object(e, NULL);
		emit_settings(e, google);
		emit_end(e);
	}
	json_object_put(body);
}

/* Writes over what is in `base`; null takes a member away. */
static void
overlay(struct json_object *base, struct json_object *changes)
{
	if (!json_object_is_type(changes, json_type_object))
		return;
	json_object_object_foreach(changes, name, value)
	{
		if (value == NULL)
			json_object_object_del(base, name);
		else
			json_object_object_add(
			    base, name, json_object_get(value));
	}
}

static const char *
plain(struct json_object *object)
{
	return json_object_to_json_string_ext(
	    object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}

/* The claims that Google would make; NULL when out of memory. */
static struct json_object *
usual_claims(const struct call *call)
{
	struct identity identity = {
		.audience = USUAL_AUDIENCE,
		.subject = GOOGLE_ACCOUNT_ID,
		.email = call->world->google.email,
	};
	struct json_object *claims;
	struct buf          text;
	struct emit         e;

	buf_init(&text, JWT_MAX);
	emit_start(&e, &text);
	oidc_emit_claims(&e, call, &identity);
	claims = members_parse(buf_text(&text), text.len);
	buf_free(&text);
	return claims;
}

static struct json_object *
usual_header(const struct key *key)
{
	struct json_object *header = json_object_new_object();

	json_object_object_add(header, "alg", json_object_new_string("RS256"));
	json_object_object_add(header, "kid", json_object_new_string(key->kid));
	json_object_object_add(header, "typ", json_object_new_string("JWT"));
	return header;
}

/* The token with other words in place of the signature. */
static void
replace_signature(struct buf *token, const char *signature)
{
	char *dot = token->data != NULL ? strrchr(token->data, '.') : NULL;

	if (dot == NULL)
		return;
	token->len = (size_t)(dot + 1 - token->data);
	buf_add_text(token, signature);
}

/* Adds an identity token as the body of the call describes it. */
static bool
add_odd_token(struct call *call, struct json_object *body,
    const struct key *signer, struct buf *token)
{
	struct keyring     *keys = &call->world->google.keys;
	const char         *signature = members_get_string(body, "signature");
	const struct key   *named = keyring_current(keys, KEY_OIDC);
	struct json_object *claims = usual_claims(call);
	struct json_object *header = named != NULL ? usual_header(named) : NULL;
	bool                ok;

	overlay(claims, members_get(body, "claims"));
	overlay(header, members_get(body, "header"));
	ok = claims != NULL && header != NULL &&
	     jwt_add_with(signer, plain(header), plain(claims), token);
	if (signature != NULL)
		replace_signature(token, signature);
	json_object_put(claims);
	json_object_put(header);
	return ok;
}

static void
answer_odd_token(
    struct call *call, struct json_object *body, const struct key *signer)
{
	struct buf   token;
	struct emit *e;

	buf_init(&token, JWT_MAX);
	if (!add_odd_token(call, body, signer, &token)) {
		call_misused(call, "the claims are too long");
	} else {
		e = call_json(call, 200);
		emit_object(e, NULL);
		emit_text(e, "token", token.data);
		emit_end(e);
		known_add_text(&call->world->known, token.data);
	}
	buf_free(&token);
}

/* Signed by one of ours, or by a key that nobody published. */
void
control_id_token(struct call *call)
{
	struct keyring     *keys = &call->world->google.keys;
	struct json_object *body = call_body(call);
	const char         *name = members_get_string(body, "key");
	struct key          stranger = { .pkey = NULL };
	enum key_use        use;

	if (body == NULL)
		return;
	if (name == NULL)
		name = "oidc";
	use = keyring_use(name);
	if (use != KEY_USE_COUNT) {
		answer_odd_token(call, body, keyring_current(keys, use));
	} else if (strcmp(name, "stranger") == 0) {
		stranger.pkey = rsa_key_make(keys->seed, name, 0);
		answer_odd_token(
		    call, body, stranger.pkey != NULL ? &stranger : NULL);
		EVP_PKEY_free(stranger.pkey);
	} else {
		call_misused(
		    call, "key is oidc, service-account, issuer or stranger");
	}
	json_object_put(body);
}
