/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "endpoint.h"
#include "multipart.h"

#define TEXT_MAX ((size_t)64 * 1024)
#define FILE_NAME_MAX 255

/* All texts together, and what stands around them. */
#define AROUND_MAX ((size_t)1024 * 1024)

/* Pauses between two questions: each twice the one before, up to the last. */
#define PAUSE_FIRST_MS 1000
#define PAUSE_LAST_MS 8000

/* How long before the end of a wait the last question is. */
#define LAST_QUESTION_MS 1000

static const struct data_type {
	const char *name;
	bool        compressed;
} data_types[] = {
	{ "fit", false },
	{ "fit.gz", true },
	{ "tcx", false },
	{ "tcx.gz", true },
	{ "gpx", false },
	{ "gpx.gz", true },
	{ "json", false },
};

/* What the words of a status mean. */
static const struct wording {
	const char         *words;
	strava_upload_state state;
} wordings[] = {
	{ "still being processed", STRAVA_UPLOAD_PROCESSING },
	{ "is ready", STRAVA_UPLOAD_READY },
	{ "has been deleted", STRAVA_UPLOAD_DELETED },
	{ "an error processing", STRAVA_UPLOAD_FAILED },
};

static bool
put_state(struct json_object *value, void *at)
{
	const char *text;

	if (!put_string(value, &text))
		return false;
	for (size_t i = 0; i < COUNT(wordings); i++)
		if (strstr(text, wordings[i].words) != NULL)
			*(strava_upload_state *)at = wordings[i].state;
	return true;
}

/* An error is a failure whatever the status says. */
static bool
put_failure(struct json_object *value, void *at)
{
	const char *text;

	if (!put_string(value, &text) || *text == '\0')
		return false;
	*(strava_upload_state *)at = STRAVA_UPLOAD_FAILED;
	return true;
}

/* An activity is an outcome though the status be in words that are new. */
static bool
put_outcome(struct json_object *value, void *at)
{
	strava_upload_state *state = at;
	int64_t              id;

	if (!put_int64(value, &id) || id < 1)
		return false;
	if (*state == STRAVA_UPLOAD_UNKNOWN ||
	    *state == STRAVA_UPLOAD_PROCESSING)
		*state = STRAVA_UPLOAD_READY;
	return true;
}

/* True at the end of a word: what comes before is not half of a file's name. */
static bool
ends_word(const char *text)
{
	text += *text == '.';
	return *text == '\0' || strchr(" ,;)<&\"'", *text) != NULL;
}

/* The number in a link, "activities/123"; the slash may be "&#47;". */
static int64_t
number_in_link(const char *text)
{
	const char *at = strstr(text, "activities");
	int64_t     n;

	if (at == NULL)
		return 0;
	at += strlen("activities");
	at += *at == '&' ? strcspn(at, ";") : 0;
	at += *at != '\0';
	return (at = sv_read_digits(at, &n)) != NULL && ends_word(at) ? n : 0;
}

/* The number that follows "duplicate of", if the text goes on as Strava's does;
 * a file may have these words in its name too. */
static int64_t
number_behind(const char *text)
{
	static const char        activity[] = "activity ";
	static const char *const links[] = { "<a ", "&lt;a " };
	const char              *end;
	int64_t                  n;

	text += strspn(text, " ");
	if (strncmp(text, activity, strlen(activity)) == 0) {
		end = sv_read_digits(text + strlen(activity), &n);
		return end != NULL && ends_word(end) ? n : 0;
	}
	for (size_t i = 0; i < COUNT(links); i++)
		if (strncmp(text, links[i], strlen(links[i])) == 0)
			return number_in_link(text);
	return 0;
}

/*
 * "ride.fit duplicate of activity 123", also with a link in place of the last
 * two words: "<a href='/activities/123' ...>", perhaps escaped once more.
 */
static bool
put_duplicate(struct json_object *value, void *at)
{
	static const char words[] = "duplicate of";
	const char       *text;
	int64_t           id = 0;

	if (!put_string(value, &text))
		return false;
	while (id == 0 && (text = strstr(text, words)) != NULL)
		id = number_behind(text += strlen(words));
	*(int64_t *)at = id;
	return id != 0;
}

#define M(name, put, key) MEMBER(strava_upload, name, put, NULL, key)
static const struct member members[] = {
	MEMBER_REQUIRED(strava_upload, id, put_int64, NULL, "id"),
	M(id_str, put_string, "id_str"),
	M(external_id, put_string, "external_id"),
	M(error, put_string, "error"),
	M(duplicate_of, put_duplicate, "error"),
	M(status, put_string, "status"),
	M(state, put_state, "status"),
	M(state, put_failure, "error"),
	M(activity_id, put_int64, "activity_id"),
	M(state, put_outcome, "activity_id"),
};
#undef M

const struct model sv_upload_model =
    MODEL_FLAT(strava_upload, "upload", members);

/* Whether a name is the lower-case `type`, in any case and any locale. */
static bool
is_type(const char *name, const char *type)
{
	char c;

	for (; *name != '\0' && *type != '\0'; name++, type++) {
		c = *name;
		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (c != *type)
			return false;
	}
	return *name == *type;
}

static const struct data_type *
find_data_type(const char *name)
{
	for (size_t i = 0; name != NULL && i < COUNT(data_types); i++)
		if (is_type(name, data_types[i].name))
			return &data_types[i];
	return NULL;
}

static bool
is_compressed(const strava_upload_file *file)
{
	return file->len >= 2 && memcmp(file->data, "\x1f\x8b", 2) == 0;
}

/* The texts that go along, in the order in which Strava documents them. */
static const struct text {
	const char *name;
	size_t      offset; /* of the pointer */
} texts[] = {
	{ "sport_type", offsetof(strava_upload_file, sport_type) },
	{ "activity_type", offsetof(strava_upload_file, activity_type) },
	{ "name", offsetof(strava_upload_file, name) },
	{ "description", offsetof(strava_upload_file, description) },
	{ "external_id", offsetof(strava_upload_file, external_id) },
};

static const char *
text_at(const strava_upload_file *file, const struct text *text)
{
	const char *value;

	memcpy(&value, (const char *)file + text->offset, sizeof(value));
	return value;
}

/* The data type, the two flags, the texts and the file. */
#define PARTS_MAX (4 + COUNT(texts))

/* What is wrong with a file, or NULL. */
static const char *
fault_of(const strava_upload_file *file)
{
	const struct data_type *type;
	const char             *text;

	if (file == NULL || file->data == NULL || file->len == 0)
		return "there is no data";
	if (file->len > STRAVA_UPLOAD_MAX)
		return "the data is larger than 64 MiB";
	if ((type = find_data_type(file->data_type)) == NULL)
		return "data_type is not fit, tcx, gpx, one of these with "
		       ".gz, or json";
	if (type->compressed != is_compressed(file))
		return type->compressed
			   ? "the data is not gzip as the data_type says"
			   : "the data is gzip, and the data_type lacks .gz";
	if (strcmp(type->name, "json") == 0 && file->sport_type == NULL)
		return "json needs a sport_type";
	if (file->file_name != NULL &&
	    !sv_is_text(file->file_name, FILE_NAME_MAX))
		return "file_name is no UTF-8 or longer than 255 bytes";
	for (size_t i = 0; i < COUNT(texts); i++)
		if ((text = text_at(file, &texts[i])) != NULL &&
		    !sv_is_text(text, TEXT_MAX))
			return "a text is no UTF-8 or longer than 64 KiB";
	return NULL;
}

static struct part
field(const char *name, const char *value)
{
	struct part part = {
		.name = name, .data = value, .len = strlen(value)
	};

	return part;
}

/* What follows the last "/". */
static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* Says what goes along; returns how many parts that is. */
static size_t
list_parts(const strava_upload_file *file, const char *data_type,
    const char *file_name, struct part parts[PARTS_MAX])
{
	const char *text;
	size_t      n = 0;

	parts[n++] = field("data_type", data_type);
	for (size_t i = 0; i < COUNT(texts); i++)
		if ((text = text_at(file, &texts[i])) != NULL)
			parts[n++] = field(texts[i].name, text);
	if (file->trainer != STRAVA_UNSET)
		parts[n++] =
		    field("trainer", file->trainer == STRAVA_TRUE ? "1" : "0");
	if (file->commute != STRAVA_UNSET)
		parts[n++] =
		    field("commute", file->commute == STRAVA_TRUE ? "1" : "0");
	parts[n++] = (struct part){ .name = "file",
		.file_name = file_name,
		.data = file->data,
		.len = file->len };
	return n;
}

strava_status
strava_upload_create(strava_client *client, const strava_upload_file *file,
    strava_upload **out, strava_error *err)
{
	char          content_type[MULTIPART_TYPE_SIZE], name[32];
	struct buf    body;
	struct part   parts[PARTS_MAX];
	struct ask    ask = { .endpoint = UPLOAD_CREATE,
		   .content_type = content_type,
		   .body = &body };
	const char   *fault = fault_of(file), *data_type;
	strava_status status;
	size_t        n;

	if (out != NULL)
		*out = NULL;
	if (fault != NULL)
		return sv_fail_argument(err, fault);
	data_type = find_data_type(file->data_type)->name;
	snprintf(name, sizeof(name), "activity.%s", data_type);
	n = list_parts(file, data_type,
	    file->file_name != NULL ? base_name(file->file_name) : name, parts);
	buf_init(&body, STRAVA_UPLOAD_MAX + AROUND_MAX);
	status = sv_multipart_write(&body, content_type, parts, n, err);
	if (status == STRAVA_OK)
		status = sv_ask_model(client, &ask, &sv_upload_model, out, err);
	buf_free(&body);
	return status;
}

strava_status
strava_upload_get(
    strava_client *client, int64_t id, strava_upload **out, strava_error *err)
{
	struct ask ask = { .endpoint = UPLOAD_GET, .id = id };

	return sv_ask_model(client, &ask, &sv_upload_model, out, err);
}

static bool
is_settled(const strava_upload *upload)
{
	return upload->state == STRAVA_UPLOAD_READY ||
	       upload->state == STRAVA_UPLOAD_DELETED ||
	       upload->state == STRAVA_UPLOAD_FAILED;
}

/* Asks once, within the time that is left; STRAVA_OK with *out NULL: there is no
 * outcome yet. */
static strava_status
ask_within(strava_client *client, int64_t id, int64_t left_ms,
    strava_upload **out, strava_error *err)
{
	int64_t       timeout_ms = client->timeout_ms;
	strava_status status;

	if (left_ms < timeout_ms)
		client->timeout_ms = left_ms;
	status = strava_upload_get(client, id, out, err);
	client->timeout_ms = timeout_ms;
	if (status == STRAVA_OK && !is_settled(*out)) {
		strava_upload_free(*out);
		*out = NULL;
	}
	return status;
}

/* A pause leaves some of the time to ask once more. */
static int64_t
pause_of(int64_t wanted_ms, int64_t left_ms)
{
	int64_t room_ms = left_ms - LAST_QUESTION_MS;

	if (wanted_ms > room_ms)
		wanted_ms = room_ms;
	return wanted_ms > 0 ? wanted_ms : 0;
}

/* Pauses and asks, again and again; STRAVA_OK with *out NULL: the time is not
 * enough for another question. */
static strava_status
ask_until(strava_client *client, int64_t id, int64_t deadline_ms,
    strava_upload **out, strava_error *err)
{
	int64_t       wanted_ms = PAUSE_FIRST_MS, pause_ms, left_ms;
	strava_status status;

	for (;;) {
		left_ms = deadline_ms - clock_steady_ms();
		pause_ms = pause_of(wanted_ms, left_ms);
		if (wanted_ms > PAUSE_FIRST_MS && pause_ms < PAUSE_FIRST_MS)
			return STRAVA_OK;
		if (!clock_sleep_ms(pause_ms, &client->canceled))
			return sv_fail(err, STRAVA_ERR_CANCELED, "canceled");
		left_ms = deadline_ms - clock_steady_ms();
		if (left_ms < 1)
			return STRAVA_OK;
		status = ask_within(client, id, left_ms, out, err);
		if (status != STRAVA_OK || *out != NULL)
			return status;
		if (wanted_ms < PAUSE_LAST_MS)
			wanted_ms *= 2;
	}
}

strava_status
strava_upload_wait(strava_client *client, int64_t id, int64_t timeout_ms,
    strava_upload **out, strava_error *err)
{
	strava_status status;

	if (out != NULL)
		*out = NULL;
	if (client == NULL || out == NULL)
		return sv_fail_argument(err, "client or out is NULL");
	if (id < 1 || timeout_ms < 1)
		return sv_fail_argument(err, "id or timeout_ms is below 1");
	status = ask_until(client, id, clock_deadline_ms(timeout_ms), out, err);
	if (status == STRAVA_OK && *out == NULL)
		status = sv_fail(err, STRAVA_ERR_TIMEOUT,
		    "upload %" PRId64 " has no outcome yet", id);
	return status;
}

void
strava_upload_free(strava_upload *upload)
{
	model_free(upload);
}

strava_status
strava_upload_parse(
    const char *text, size_t len, strava_upload **out, strava_error *err)
{
	return sv_model_parse(text, len, &sv_upload_model, out, err);
}

const char *
strava_upload_json(const strava_upload *upload)
{
	return model_json(upload);
}
