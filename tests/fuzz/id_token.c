/* SPDX-License-Identifier: MIT */

/*
 * ID tokens: what is read is what stands there, in its only spelling, and nobody
 * makes up one that the key below has signed.  An input that begins with "{" is
 * a header and, behind a newline, claims, to be spelled as a token; any other
 * is the token itself.
 */

#include "id_token.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "fuzz.h"
#include "gcpsecret_error.h"
#include "jwks.h"
#include "members.h"

#define NOW 1800000000

/* A public key, and all that its owner has ever signed. */
static const char keys[] =
    "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"key-0\",\"e\":\"AQAB\",\"n\":\""
    "ra3_Z7WyypKVkHWw4mTcg5oPupAUZsOvljAqgK7XvLesDayyyXGfq83x24uK1huI"
    "Jhe_pHtWn1w4OT0sEQsJ5kcee1JdsEDQO0mpWAg1M-C9uWW7kyypwUrObITWfKAV"
    "cIMwfn33T6NKtFd4FBS1PncZTG4S01mcJ4BszhNED10C_JQRJivasUH1xuNOZv-W"
    "ALK0OU7pUM4gdFFgc0Ua9NakT8m5GF9qdELaVR16PxMSC4mU5nwps22qq9r4iutX"
    "G_8p4nIsClHY9PeHXdoFC3S6BbzlzeeLB-6IGKtqfZhRlh-Sh46lG6AVVtQYUaNj"
    "Qy85zZg4kXIGCcahoSn-_Q"
    "\"}]}";

static const char good[] =
    "eyJhbGciOiJSUzI1NiIsImtpZCI6ImtleS0wIiwidHlwIjoiSldUIn0.eyJpc3Mi"
    "OiJodHRwczovL2FjY291bnRzLmdvb2dsZS5jb20iLCJhdWQiOiJodHRwczovL3Jl"
    "ZnJlc2guZXhhbXBsZS5vcmciLCJhenAiOiIxIiwic3ViIjoiMSIsImVtYWlsIjoi"
    "Y3JvbkBwLmlhbS5nc2VydmljZWFjY291bnQuY29tIiwiZW1haWxfdmVyaWZpZWQi"
    "OnRydWUsImlhdCI6MTgwMDAwMDAwMCwiZXhwIjoxODAwMDAzNjAwfQ.LpqADinlH"
    "ZaYmT2B30Wa0MPfTu-_P3fh-xlmO966ZqqfyTNLQtDV3ozcyATVmHhMewH52IRiZ"
    "RxuYpp8yVtpxdlhuzFiR7eU5Dp2osTJCaOO2V--Bm-mzwF9bFPyiTFJTKiAViLji"
    "0k7hxc8J44PHJ5m08LYnFko10W6YRE6Q7W3up3QUiUnQhh-RdCf6jmMtVDEnjfVT"
    "ubfdr5w7gGD9whIoVAE93rtqwhKALUx35REZWIuRP9KTeTEsyStv5U9d21rn6kgd"
    "8RHBAyNru5ChDi0DH-bZyknkqcLxxj8NOOyyGGgokQb7gGeywlrJ8E-AzLg3_NdC"
    "WunnqHNCw-0tg";

static EVP_PKEY *
public_key(void)
{
	static struct jwks set;

	if (set.count == 0)
		MUST(gs_jwks_read(&set, keys, strlen(keys), NULL) ==
		     GCPSECRET_OK);
	return set.keys[0].key;
}

/* The token that the input stands for, to be ended with buf_free(). */
static void
spell(struct buf *out, char *text)
{
	char *claims;

	buf_init(out, (size_t)1 << 24);
	if (*text != '{') {
		buf_add_text(out, text);
		return;
	}
	claims = fuzz_cut(text, '\n');
	base64_encode(out, text, strlen(text), BASE64_URL);
	buf_add_text(out, ".");
	base64_encode(out, claims, strlen(claims), BASE64_URL);
	buf_add_text(out, ".AAAA");
}

/* Adds a part as it would be written. */
static void
respell(struct buf *out, struct json_object *document, const char *text,
    const char **rest)
{
	const char *dot = strchr(text, '.');
	struct buf  bytes;

	MUST(dot != NULL);
	buf_init(&bytes, ID_TOKEN_MAX);
	MUST(base64_decode(&bytes, text, (size_t)(dot - text), BASE64_URL));
	MUST(json_object_is_type(document, json_type_object));
	base64_encode(out, bytes.data, bytes.len, BASE64_URL);
	buf_add_text(out, ".");
	buf_free(&bytes);
	*rest = dot + 1;
}

/* There is no other text that means the same. */
static void
check_spelling(const struct id_token *token)
{
	struct buf  again;
	const char *rest = token->text;

	buf_init(&again, (size_t)1 << 20);
	respell(&again, token->header, rest, &rest);
	respell(&again, token->claims, rest, &rest);
	MUST((size_t)(rest - token->text) == token->signed_len + 1);
	base64_encode(
	    &again, token->signature.data, token->signature.len, BASE64_URL);
	MUST(strcmp(buf_text(&again), token->text) == 0);
	MUST(again.len <= ID_TOKEN_MAX);
	buf_free(&again);
}

static bool
says(struct json_object *object, const char *name, const char *text)
{
	const char *found = members_get_string(object, name);

	return found != NULL && strcmp(found, text) == 0;
}

static void
check_texts(const struct id_token *token)
{
	MUST(says(token->header, "alg", "RS256"));
	MUST(says(token->header, "kid", token->kid));
	MUST(says(token->claims, "iss", token->issuer));
	MUST(says(token->claims, "aud", token->audience));
	MUST(says(token->claims, "sub", token->subject));
	MUST(members_get(token->header, "crit") == NULL);
	MUST(gs_is_plain(token->kid) && gs_is_plain(token->audience));
	if (token->email == NULL)
		return;
	MUST(says(token->claims, "email", token->email));
	MUST(json_object_get_boolean(
	    members_get(token->claims, "email_verified")));
}

static void
check_failure(gcpsecret_status status, const gcpsecret_error *err)
{
	MUST(status == GCPSECRET_ERR_IDENTITY);
	fuzz_check_error(status, err);
}

static void
check_token(const struct id_token *token)
{
	static const struct id_token_limits limits = { 30, 3700 };
	gcpsecret_error                     err;
	gcpsecret_status                    status;

	check_spelling(token);
	check_texts(token);
	status = gs_id_token_check_time(token, NOW, &limits, &err);
	if (status != GCPSECRET_OK)
		check_failure(status, &err);
	else
		MUST(token->expires_at > NOW - limits.skew_s &&
		     token->expires_at <
			 NOW + limits.life_max_s + limits.skew_s);
	status = gs_id_token_check_signature(token, public_key(), &err);
	MUST((status == GCPSECRET_OK) == (strcmp(token->text, good) == 0));
	if (status != GCPSECRET_OK)
		check_failure(status, &err);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char            *text = fuzz_text(data, size);
	struct id_token  token;
	struct buf       spelled;
	gcpsecret_error  err;
	gcpsecret_status status;

	spell(&spelled, text);
	MUST(buf_ok(&spelled));
	status = gs_id_token_read(&token, buf_text(&spelled), &err);
	if (status == GCPSECRET_OK) {
		check_token(&token);
		gs_id_token_free(&token);
	} else {
		check_failure(status, &err);
	}
	MUST(token.header == NULL && token.claims == NULL);
	buf_free(&spelled);
	free(text);
	return 0;
}
