/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "child.h"
#include "client.h"
#include "environment.h"
#include "file.h"
#include "members.h"
#include "subject.h"
#include "words.h"

/* Whoever writes the credentials file decides what is run; whoever starts this
 * program has to agree. */
#define ALLOW "GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES"

#define ANSWER_MAX 131072
#define VERSION 1
#define NEVER INT64_MIN

/* What the program says, or said before and left in its output file. */
struct answer {
	int64_t     version;
	bool        success;
	const char *token_type, *id_token, *saml_response;
	const char *code, *message;  /* of a failure */
	int64_t     expiration_time; /* NEVER: it does not tell */
};

static const struct member answer_members[] = {
	MEMBER_REQUIRED(struct answer, version, put_int64, NULL, "version"),
	MEMBER_REQUIRED(struct answer, success, put_bool, NULL, "success"),
	MEMBER(struct answer, token_type, put_string, NULL, "token_type"),
	MEMBER(struct answer, id_token, put_string, NULL, "id_token"),
	MEMBER(struct answer, saml_response, put_string, NULL, "saml_response"),
	MEMBER(struct answer, code, put_string, NULL, "code"),
	MEMBER(struct answer, message, put_string, NULL, "message"),
	MEMBER(
	    struct answer, expiration_time, put_int64, NULL, "expiration_time"),
};

/* The types of a token, and the member that it stands in. */
static const struct {
	const char *type;
	size_t      offset;
} types[] = {
	{ "urn:ietf:params:oauth:token-type:jwt",
	    offsetof(struct answer, id_token) },
	{ "urn:ietf:params:oauth:token-type:id_token",
	    offsetof(struct answer, id_token) },
	{ "urn:ietf:params:oauth:token-type:saml2",
	    offsetof(struct answer, saml_response) },
};

/* What is wrong with its form; NULL when nothing is. */
static const char *
read_answer(struct json_object *document, struct answer *answer)
{
	const char *missing;

	*answer = (struct answer){ .expiration_time = NEVER };
	if (!json_object_is_type(document, json_type_object))
		return "did not write JSON";
	if (!members_decode(document, answer_members, COUNT(answer_members),
		answer, &missing))
		return strcmp(missing, "version") == 0
			   ? "wrote JSON without a \"version\""
			   : "wrote JSON without \"success\"";
	if (answer->version != VERSION)
		return "speaks a version of the protocol other than 1";
	if (answer->expiration_time == NEVER &&
	    members_get(document, "expiration_time") != NULL)
		return "wrote an \"expiration_time\" that is no number";
	return NULL;
}

/* Takes the token out of a success. */
static const char *
token_of(const struct answer *answer, int64_t now, const char **token)
{
	*token = NULL;
	if (answer->expiration_time != NEVER && answer->expiration_time <= now)
		return "wrote a token that is expired already";
	if (answer->token_type == NULL)
		return "wrote JSON without a \"token_type\"";
	for (size_t i = 0; i < COUNT(types); i++)
		if (strcmp(types[i].type, answer->token_type) == 0) {
			memcpy(token, (const char *)answer + types[i].offset,
			    sizeof(*token));
			return *token != NULL && **token != '\0'
				   ? NULL
				   : "wrote JSON without a token";
		}
	return "wrote a token of a type that is not supported";
}

/* One run: what is given to it and what comes of it. */
struct run {
	gcpsecret_client      *client;
	const struct key_file *file;
	const char            *name; /* of the program, for messages */
	int64_t                deadline_ms;
	enum child_outcome     outcome;
	int                    code;
};

static gcpsecret_status
fault(const struct run *run, const char *what, gcpsecret_error *err)
{
	return gs_fail(err, GCPSECRET_ERR_CREDENTIALS, "the program %.160s %s",
	    run->name, what);
}

static gcpsecret_status
exited(const struct run *run, gcpsecret_error *err)
{
	bool killed = run->code >= CHILD_SIGNAL;

	return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
	    "the program %.160s %s %d; it may have said why on its standard "
	    "error",
	    run->name, killed ? "was ended by signal" : "exited with",
	    killed ? run->code - CHILD_SIGNAL : run->code);
}

/* Adds the token, or says why there is none. */
static gcpsecret_status
settle(const struct run *run, const struct answer *answer, struct buf *token,
    gcpsecret_error *err)
{
	const char *what, *text;

	if (!answer->success)
		return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
		    "the program %.160s gives no token: %.80s: %.160s",
		    run->name, answer->code != NULL ? answer->code : "no code",
		    answer->message != NULL ? answer->message : "no message");
	what =
	    token_of(answer, run->client->clock(run->client->clock_ctx), &text);
	if (what != NULL)
		return fault(run, what, err);
	if (strlen(text) > token->max)
		return fault(run, "wrote a token longer than 64 KiB", err);
	return buf_add_text(token, text) ? GCPSECRET_OK : gs_no_memory(err);
}

/* Reads the answer of a program that ended. */
static gcpsecret_status
judge(const struct run *run, const struct buf *text, struct buf *token,
    gcpsecret_error *err)
{
	struct json_object *document = members_parse(buf_text(text), text->len);
	bool                no_memory = document == NULL && errno == ENOMEM;
	struct answer       answer;
	const char         *what = read_answer(document, &answer);
	gcpsecret_status    status;

	if (no_memory)
		status = gs_no_memory(err);
	/* One that fails in good order says more than its exit code. */
	else if (run->code > 0 && (what != NULL || answer.success))
		status = exited(run, err);
	else if (what != NULL)
		status = fault(run, what, err);
	else
		status = settle(run, &answer, token, err);
	gs_json_free(document);
	return status;
}

/* Says why there is no answer to be judged. */
static gcpsecret_status
report(const struct run *run, gcpsecret_error *err)
{
	char text[128];

	switch (run->outcome) {
	case CHILD_NOMEM: return gs_no_memory(err);
	case CHILD_CANCELED:
		return gs_fail(err, GCPSECRET_ERR_CANCELED, "canceled");
	case CHILD_TOO_LARGE: return fault(run, "wrote more than 128 KiB", err);
	case CHILD_LATE:
		if (run->deadline_ms == run->client->deadline_ms)
			return gs_fail(err, GCPSECRET_ERR_TIMEOUT,
			    "the program %.160s did not end within the "
			    "deadline of the call",
			    run->name);
		return gs_fail(err, GCPSECRET_ERR_TIMEOUT,
		    "the program %.160s did not end within %" PRId64 " ms",
		    run->name, run->file->subject_source.timeout_ms);
	case CHILD_NOT_STARTED:
		return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
		    "the program %.160s cannot be started: %s", run->name,
		    strerror_r(run->code, text, sizeof(text)));
	case CHILD_ENDED: break;
	}
	return GCPSECRET_OK;
}

/* What the program is told beside its arguments. */
static bool
make_environment(struct environment *environment, const struct key_file *file)
{
	const char           *email = file->impersonated;
	const struct variable told[] = {
		{ "GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE", file->audience },
		{ "GOOGLE_EXTERNAL_ACCOUNT_TOKEN_TYPE",
		    file->subject_token_type },
		{ "GOOGLE_EXTERNAL_ACCOUNT_ID", email != NULL ? email : "" },
		{ "GOOGLE_EXTERNAL_ACCOUNT_INTERACTIVE", "0" },
		{ "GOOGLE_EXTERNAL_ACCOUNT_REVOKE", "0" },
		{ "GOOGLE_EXTERNAL_ACCOUNT_IMPERSONATED_EMAIL", email },
		{ "GOOGLE_EXTERNAL_ACCOUNT_OUTPUT_FILE",
		    file->subject_source.output_file },
	};

	return gs_environment_make(environment, told, COUNT(told));
}

/* Runs the program and adds what it writes to `out`. */
static gcpsecret_status
start(struct run *run, char *const *argv, struct buf *out, gcpsecret_error *err)
{
	gcpsecret_client  *client = run->client;
	struct environment environment;

	run->deadline_ms =
	    clock_deadline_ms(run->file->subject_source.timeout_ms);
	if (client->deadline_ms < run->deadline_ms)
		run->deadline_ms = client->deadline_ms;
	run->outcome = CHILD_NOMEM;
	if (make_environment(&environment, run->file))
		run->outcome =
		    gs_child_run(&(struct child){ .argv = argv,
				     .environment = environment.items,
				     .deadline_ms = run->deadline_ms,
				     .canceled = &client->canceled },
			out, &run->code);
	gs_environment_free(&environment);
	return report(run, err);
}

/* The token that an earlier run left behind, if it is good for a while. */
static bool
take_earlier(struct run *run, const char *path, struct buf *token)
{
	struct buf          text;
	struct json_object *document = NULL;
	struct answer       answer;
	bool                good = false;

	buf_init(&text, ANSWER_MAX);
	if (gs_file_read(path, path, "token", &text, NULL) == GCPSECRET_OK)
		document = members_parse(buf_text(&text), text.len);
	if (document != NULL && read_answer(document, &answer) == NULL &&
	    answer.success && answer.expiration_time != NEVER)
		good = settle(run, &answer, token, NULL) == GCPSECRET_OK;
	gs_json_free(document);
	buf_free(&text);
	return good;
}

/* One that writes its answer to the output file may leave it at that. */
static gcpsecret_status
take_answer(
    struct run *run, struct buf *out, struct buf *token, gcpsecret_error *err)
{
	const char      *path = run->file->subject_source.output_file;
	gcpsecret_status status = GCPSECRET_OK;

	if (out->len == 0 && run->code <= 0 && path != NULL)
		status = gs_file_read(path, path, "token", out, err);
	return status == GCPSECRET_OK ? judge(run, out, token, err) : status;
}

gcpsecret_status
gs_subject_program(gcpsecret_client *client, const struct key_file *file,
    struct buf *token, gcpsecret_error *err)
{
	const struct subject_source *source = &file->subject_source;
	const char                  *allowed = gs_variable(ALLOW);
	struct run                   run = { .client = client, .file = file };
	struct words                 words;
	struct buf                   out;
	gcpsecret_status             status;

	if (allowed == NULL || strcmp(allowed, "1") != 0)
		return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
		    "the credentials want a program to be run: set " ALLOW
		    "=1 if you trust their file and %.*s",
		    (int)strcspn(source->command, " "), source->command);
	if ((status = gs_words_split(&words, source->command, err)) !=
	    GCPSECRET_OK)
		return status;
	run.name = words.items[0];
	buf_init(&out, ANSWER_MAX);
	if (source->output_file == NULL ||
	    !take_earlier(&run, source->output_file, token)) {
		status = start(&run, words.items, &out, err);
		if (status == GCPSECRET_OK)
			status = take_answer(&run, &out, token, err);
	}
	buf_free(&out);
	gs_words_free(&words);
	return status;
}
