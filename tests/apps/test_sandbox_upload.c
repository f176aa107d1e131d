/* SPDX-License-Identifier: MIT */

/* strava-sandbox: files that are sent, and the activities they become. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "sandbox_guest.h"
#include "test.h"

#define BOUNDARY "----------part"
#define PROCESSING "Your activity is still being processed."
#define READY "Your activity is ready."
#define FAILED "There was an error processing your activity."
#define MALFORMED \
	"The upload appears to be malformed and we are unable to process it."

/* What is sent; NULL is left out. */
struct sending {
	const char *data_type, *file_name, *external_id, *sport_type, *name;
	const char *trainer;
	const void *file;
	size_t      len; /* 0: up to the NUL */
};

static void
add_field(struct buf *body, const char *name, const char *value)
{
	if (value != NULL)
		buf_addf(body,
		    "--" BOUNDARY "\r\nContent-Disposition: form-data; "
		    "name=\"%s\"\r\n\r\n%s\r\n",
		    name, value);
}

static void
send_as(const char *access, const struct sending *s)
{
	struct buf body;

	buf_init(&body, 4 << 20);
	add_field(&body, "data_type", s->data_type);
	add_field(&body, "external_id", s->external_id);
	add_field(&body, "sport_type", s->sport_type);
	add_field(&body, "name", s->name);
	add_field(&body, "trainer", s->trainer);
	if (s->file != NULL) {
		buf_addf(&body,
		    "--" BOUNDARY "\r\nContent-Disposition: form-data; "
		    "name=\"file\"; filename=\"%s\"\r\n"
		    "Content-Type: application/octet-stream\r\n\r\n",
		    s->file_name != NULL ? s->file_name : "file");
		buf_add(&body, s->file,
		    s->len > 0 ? s->len : strlen((const char *)s->file));
		buf_add_text(&body, "\r\n");
	}
	buf_add_text(&body, "--" BOUNDARY "--\r\n");
	peer_ask(&guest.peer,
	    &(struct ask){ .path = "/api/v3/uploads",
		.raw = body.data,
		.raw_len = body.len,
		.raw_type = "multipart/form-data; boundary=" BOUNDARY,
		.bearer = access },
	    &guest.reply);
	buf_free(&body);
}

/* Sends what must be taken; the upload's id. */
static int64_t
sent(const struct sending *s)
{
	send_as(guest.access, s);
	assert_int_equal(guest.reply.http.status, 201);
	assert_string_equal(text_of(guest.reply.json, "status"), PROCESSING);
	assert_null(member_of(guest.reply.json, "activity_id"));
	assert_null(member_of(guest.reply.json, "external_id"));
	return number_of(guest.reply.json, "id");
}

/* Asks until it is no longer being processed. */
static struct json_object *
settled(int64_t id)
{
	int i;

	for (i = 0; i < 10; i++)
		if (strcmp(
			text_of(guest_get(200, "/uploads/%lld", (long long)id),
			    "status"),
			PROCESSING) != 0)
			break;
	return guest.reply.json;
}

/* The activity that it must have become. */
static struct json_object *
activity_of(int64_t id)
{
	struct json_object *upload = settled(id);

	assert_string_equal(text_of(upload, "status"), READY);
	assert_null(member_of(upload, "error"));
	return guest_get(200, "/activities/%lld",
	    (long long)number_of(upload, "activity_id"));
}

static void
assert_fails(const struct sending *s, const char *error)
{
	struct json_object *upload = settled(sent(s));

	assert_string_equal(text_of(upload, "status"), FAILED);
	assert_string_equal(text_of(upload, "error"), error);
	assert_null(member_of(upload, "activity_id"));
}

/* A ride due north, a point every ten seconds, from that hour on. */
static void
write_gpx(struct buf *out, int points, int hour)
{
	int i;

	buf_init(out, 1 << 20);
	buf_add_text(out, "<?xml version=\"1.0\"?>\n<gpx version=\"1.1\"><trk>"
			  "<name>North</name><type>cycling</type><trkseg>\n");
	for (i = 0; i < points; i++)
		buf_addf(out,
		    "<trkpt lat=\"%.5f\" lon=\"2.8\"><ele>%d</ele>"
		    "<time>2026-11-22T%02d:%02d:%02dZ</time><extensions>"
		    "<gpxtpx:hr>%d</gpxtpx:hr></extensions></trkpt>\n",
		    41.9 + i * 0.001, 100 + i, hour, i / 6, i % 6 * 10,
		    120 + i);
	buf_add_text(out, "</trkseg></trk></gpx>\n");
}

static void
a_gpx_file_becomes_an_activity(void **state)
{
	struct json_object *a;
	struct buf          gpx;
	int64_t             id;

	(void)state;
	write_gpx(&gpx, 60, 8);
	id = sent(&(struct sending){
	    .data_type = "gpx", .file_name = "north.gpx", .file = gpx.data });
	assert_string_equal(
	    http_response_header(&guest.reply.http, "X-ReadRateLimit-Usage"),
	    ",");
	guest_get(200, "/uploads/%lld", (long long)id);
	assert_string_equal(text_of(guest.reply.json, "status"), PROCESSING);
	a = activity_of(id);
	assert_string_equal(text_of(a, "name"), "North");
	assert_string_equal(text_of(a, "sport_type"), "Ride");
	assert_string_equal(text_of(a, "start_date"), "2026-11-22T08:00:00Z");
	assert_string_equal(text_of(a, "external_id"), "north.gpx");
	assert_int_equal(number_of(a, "upload_id"), id);
	assert_int_equal(number_of(a, "elapsed_time"), 590);
	assert_true(
	    fabs(json_object_get_double(member_of(a, "distance")) - 6560) < 20);
	assert_true(
	    json_object_get_double(member_of(a, "total_elevation_gain")) == 59);
	assert_true(json_object_get_boolean(member_of(a, "has_heartrate")));
	id = number_of(a, "id");
	a = guest_get(200,
	    "/activities/%lld/streams?keys=latlng,heartrate&key_by_type=true",
	    (long long)id);
	a = member_of(member_of(a, "heartrate"), "data");
	assert_int_equal(length_of(a), 60);
	assert_int_equal(json_object_get_int64(item_of(a, 59)), 179);
	assert_int_equal(number_of(guest_activity(0), "id"), id);
	buf_free(&gpx);
}

static void
it_is_ready_in_time_without_being_asked(void **state)
{
	struct buf gpx;
	int64_t    newest;

	(void)state;
	write_gpx(&gpx, 20, 20);
	newest = number_of(guest_activity(0), "id");
	sent(&(struct sending){
	    .data_type = "gpx", .file_name = "late.gpx", .file = gpx.data });
	assert_int_equal(number_of(guest_activity(0), "id"), newest);
	peer_tell(&guest.peer, "/_control/clock", "{\"advance_s\":3}");
	assert_string_equal(
	    text_of(guest_activity(0), "external_id"), "late.gpx");
	buf_free(&gpx);
}

static void
how_long_it_takes_can_be_set(void **state)
{
	struct buf gpx;
	int64_t    id;
	int        i;

	(void)state;
	write_gpx(&gpx, 20, 21);
	peer_tell(&guest.peer, "/_control/oddities",
	    "{\"upload_polls\":4,\"upload_s\":3600}");
	id = sent(&(struct sending){
	    .data_type = "gpx", .file_name = "slow.gpx", .file = gpx.data });
	for (i = 0; i < 4; i++)
		assert_string_equal(
		    text_of(guest_get(200, "/uploads/%lld", (long long)id),
			"status"),
		    PROCESSING);
	assert_string_equal(
	    text_of(guest_get(200, "/uploads/%lld", (long long)id), "status"),
	    READY);
	peer_tell(&guest.peer, "/_control/oddities",
	    "{\"upload_polls\":1,\"upload_s\":2}");
	buf_free(&gpx);
}

static size_t
pack(const char *text, unsigned char *out, size_t size)
{
	z_stream z = { 0 };
	char     in[8192];
	size_t   len = strlen(text);

	assert_true(len < sizeof(in));
	snprintf(in, sizeof(in), "%s", text);
	assert_int_equal(
	    deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY),
	    Z_OK);
	z.next_in = (Bytef *)in;
	z.avail_in = (uInt)len;
	z.next_out = out;
	z.avail_out = (uInt)size;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	len = z.total_out;
	deflateEnd(&z);
	return len;
}

static const char tcx[] =
    "<?xml version=\"1.0\"?><TrainingCenterDatabase><Activities>"
    "<Activity Sport=\"Running\"><Lap><Track>"
    "<Trackpoint><Time>2026-11-21T06:00:00.000Z</Time>"
    "<DistanceMeters>0</DistanceMeters>"
    "<HeartRateBpm><Value>101</Value></HeartRateBpm></Trackpoint>"
    "<Trackpoint><Time>2026-11-21T07:05:00.000+01:00</Time>"
    "<DistanceMeters>1000.5</DistanceMeters>"
    "<HeartRateBpm><Value>150</Value></HeartRateBpm></Trackpoint>"
    "</Track></Lap></Activity></Activities></TrainingCenterDatabase>";

static void
a_packed_tcx_file_becomes_a_run_indoors(void **state)
{
	struct json_object *a;
	unsigned char       packed[4096];
	size_t              len = pack(tcx, packed, sizeof(packed));

	(void)state;
	a = activity_of(sent(&(struct sending){ .data_type = "TCX.gz",
	    .file_name = "run.tcx.gz",
	    .external_id = "98765",
	    .name = "Given",
	    .trainer = "1",
	    .file = packed,
	    .len = len }));
	assert_string_equal(text_of(a, "sport_type"), "Run");
	assert_string_equal(text_of(a, "name"), "Given");
	assert_true(json_object_get_boolean(member_of(a, "trainer")));
	assert_string_equal(text_of(a, "external_id"), "98765.tcx.gz");
	assert_int_equal(number_of(a, "elapsed_time"), 300);
	assert_true(json_object_get_double(member_of(a, "distance")) == 1000.5);
	assert_int_equal(length_of(member_of(a, "start_latlng")), 0);
}

static unsigned
fit_crc(const unsigned char *at, size_t len)
{
	unsigned crc = 0;
	int      bit;

	for (; len > 0; len--)
		for (crc ^= *at++, bit = 0; bit < 8; bit++)
			crc = (crc & 1) != 0 ? crc >> 1 ^ 0xa001 : crc >> 1;
	return crc;
}

static void
put_le(struct buf *out, uint64_t value, size_t size)
{
	unsigned char byte;

	for (; size > 0; size--, value >>= 8) {
		byte = (unsigned char)value;
		buf_add(out, &byte, 1);
	}
}

/* A definition of records with time, distance and heart rate, two of them, the
 * second with its time in its head. */
static void
write_fit(struct buf *out)
{
	static const unsigned char definition[] = { 0x40, 0, 0, 20, 0, 3, 253,
		4, 0x86, 5, 4, 0x86, 3, 1, 0x02 };
	struct buf                 data;

	buf_init(&data, 1024);
	buf_add(&data, definition, sizeof(definition));
	put_le(&data, 0, 1);
	put_le(&data, 1165000000, 4); /* its last five bits are zeros */
	put_le(&data, 0, 4);
	put_le(&data, 120, 1);
	put_le(&data, 0, 1);
	put_le(&data, 1165000030, 4);
	put_le(&data, 25000, 4);
	put_le(&data, 255, 1); /* nothing */
	buf_init(out, 1024);
	put_le(out, 14, 1);
	put_le(out, 0x20, 1);
	put_le(out, 2132, 2);
	put_le(out, data.len, 4);
	buf_add_text(out, ".FIT");
	put_le(out, 0, 2);
	buf_add(out, data.data, data.len);
	put_le(out, fit_crc((unsigned char *)out->data, out->len), 2);
	buf_free(&data);
}

static void
a_fit_file_becomes_an_activity(void **state)
{
	struct json_object *a;
	struct buf          fit;

	(void)state;
	write_fit(&fit);
	a = activity_of(sent(&(struct sending){ .data_type = "fit",
	    .file_name = "a.fit",
	    .sport_type = "VirtualRide",
	    .file = fit.data,
	    .len = fit.len }));
	assert_string_equal(text_of(a, "sport_type"), "VirtualRide");
	assert_int_equal(number_of(a, "elapsed_time"), 30);
	assert_true(json_object_get_double(member_of(a, "distance")) == 250);
	assert_true(
	    json_object_get_double(member_of(a, "max_heartrate")) == 120);
	buf_free(&fit);
}

/* Cut anywhere, or with a bit turned over, it is no FIT file any more. */
static void
a_spoilt_fit_file_fails(void **state)
{
	struct buf fit;
	size_t     i;

	(void)state;
	write_fit(&fit);
	for (i = 1; i < fit.len; i += 9)
		assert_fails(&(struct sending){ .data_type = "fit",
				 .file_name = "cut.fit",
				 .file = fit.data,
				 .len = i },
		    MALFORMED);
	for (i = 0; i < fit.len; i += 11) {
		fit.data[i] ^= 0x10;
		assert_fails(&(struct sending){ .data_type = "fit",
				 .file_name = "bit.fit",
				 .file = fit.data,
				 .len = fit.len },
		    MALFORMED);
		fit.data[i] ^= 0x10;
	}
	buf_free(&fit);
}

#define STRENGTH                                                             \
	"{\"version\":\"1.0\",\"start_time\":\"2026-11-19T10:00:00+01:00\"," \
	"\"utc_offset\":3600,\"elapsed_time\":1800,\"sets\":"

static void
sets_become_an_hour_with_weights(void **state)
{
	static const char good[] =
	    STRENGTH "[{\"exercise_type\":\"BENCH_PRESS\",\"repetitions\":8}],"
		     "\"streams\":{\"time\":[0,1],\"active\":[true,false]}}";
	static const char *const bad[] = {
		STRENGTH "[]}",
		STRENGTH "[{\"exercise_type\":\"bench press\"}]}",
		STRENGTH "[{}]}",
		STRENGTH "[{\"exercise_type\":\"SQUAT\"}],\"streams\":{"
			 "\"time\":[0],\"active\":[]}}",
		"{\"version\":\"2.0\"}",
		"[]",
		"{",
	};
	struct json_object *a;
	size_t              i;

	(void)state;
	a = activity_of(sent(&(struct sending){ .data_type = "json",
	    .file_name = "s.json",
	    .sport_type = "Crossfit",
	    .file = good }));
	assert_string_equal(text_of(a, "sport_type"), "Crossfit");
	assert_string_equal(text_of(a, "start_date"), "2026-11-19T09:00:00Z");
	assert_int_equal(number_of(a, "elapsed_time"), 1800);
	assert_int_equal(number_of(a, "moving_time"), 1800);
	assert_fails(&(struct sending){ .data_type = "json",
			 .file_name = "other.json",
			 .sport_type = "Run",
			 .file = STRENGTH "[{\"exercise_type\":\"SQUAT\"}]}" },
	    MALFORMED);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_fails(&(struct sending){ .data_type = "json",
				 .file_name = "bad.json",
				 .file = bad[i] },
		    MALFORMED);
}

static void
what_is_sent_again_names_its_twin(void **state)
{
	struct json_object *upload;
	struct buf          gpx;
	char                id[32], wanted[64];
	int                 i;
	bool                plain = false, link = false, escaped = false;
	const char         *error;

	(void)state;
	write_gpx(&gpx, 30, 12);
	snprintf(id, sizeof(id), "%lld",
	    (long long)number_of(
		activity_of(sent(&(struct sending){ .data_type = "gpx",
		    .file_name = "first.gpx",
		    .file = gpx.data })),
		"id"));
	snprintf(
	    wanted, sizeof(wanted), "2nd.gpx duplicate of activity %s", id);
	for (i = 0; i < 3; i++) {
		upload = settled(sent(&(struct sending){ .data_type = "gpx",
		    .file_name = "2nd.gpx",
		    .file = gpx.data }));
		assert_string_equal(text_of(upload, "status"), FAILED);
		error = text_of(upload, "error");
		assert_non_null(strstr(error, id));
		plain = plain || strcmp(error, wanted) == 0;
		link = link || strstr(error, "<a href='/activities/") != NULL;
		escaped = escaped || strstr(error, "&lt;a href=") != NULL;
	}
	assert_true(plain && link && escaped);
	/* Another file, the same external id. */
	buf_free(&gpx);
	write_gpx(&gpx, 31, 13);
	upload = settled(sent(&(struct sending){
	    .data_type = "gpx", .file_name = "first.gpx", .file = gpx.data }));
	assert_non_null(strstr(text_of(upload, "error"), id));
	buf_free(&gpx);
}

static void
a_deleted_activity_is_said_to_be(void **state)
{
	struct buf gpx;
	char       body[160];
	int64_t    id;

	(void)state;
	write_gpx(&gpx, 30, 15);
	id = sent(&(struct sending){
	    .data_type = "gpx", .file_name = "gone.gpx", .file = gpx.data });
	snprintf(body, sizeof(body),
	    "{\"athlete\":1000001,\"activity\":%lld,\"delete\":true}",
	    (long long)number_of(activity_of(id), "id"));
	peer_tell(&guest.peer, "/_control/activity", body);
	assert_string_equal(text_of(settled(id), "status"),
	    "The created activity has been deleted.");
	assert_null(member_of(guest.reply.json, "error"));
	assert_null(member_of(guest.reply.json, "activity_id"));
	/* And the file may be sent again. */
	activity_of(sent(&(struct sending){
	    .data_type = "gpx", .file_name = "gone.gpx", .file = gpx.data }));
	buf_free(&gpx);
}

static void
what_is_no_recording_fails_later(void **state)
{
	static const struct {
		const char *type, *file, *error;
	} bad[] = {
		{ "gpx", "no xml at all", MALFORMED },
		{ "gpx", "<kml></kml>", MALFORMED },
		{ "gpx", "<gpx><trk><trkseg>", MALFORMED },
		{ "tcx", "<gpx></gpx>", MALFORMED },
		{ "fit", "not a FIT file, though long enough", MALFORMED },
		{ "gpx", "<gpx><trkpt lat=\"1\" lon=\"2\"></trkpt></gpx>",
		    "Time information is missing from file." },
		{ "gpx",
		    "<gpx><trkpt lat=\"1\" lon=\"2\"><time>2026-11-22T10:00:"
		    "05Z</time></trkpt><trkpt lat=\"1\" lon=\"2\"><time>"
		    "2026-11-22T10:00:00Z</time></trkpt></gpx>",
		    MALFORMED },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_fails(&(struct sending){ .data_type = bad[i].type,
				 .file = bad[i].file },
		    bad[i].error);
}

static void
what_is_wrong_at_first_glance_is_refused_at_once(void **state)
{
	static const struct {
		struct sending s;
		const char    *resource, *field, *code;
	} bad[] = {
		{ { .file = "x" }, "Upload", "data_type", "missing" },
		{ { .data_type = "doc", .file = "x" }, "Upload", "data_type",
		    "invalid" },
		{ { .data_type = "gpx" }, "Upload", "data", "empty" },
		{ { .data_type = "gpx", .file = "" }, "Upload", "data",
		    "empty" },
		{ { .data_type = "gpx.gz", .file = "x" }, "upload", "gzip",
		    "invalid encoding" },
		{ { .data_type = "gpx", .sport_type = "run", .file = "x" },
		    "Upload", "sport_type", "invalid" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		send_as(guest.access, &bad[i].s);
		guest_assert_fault(
		    400, bad[i].resource, bad[i].field, bad[i].code);
	}
	guest_form("POST", 400, "/uploads", "data_type=gpx&file=x");
	guest_assert_fault(400, "Upload", "data", "empty");
	guest_get(404, "/uploads/1");
	guest_assert_fault(404, "Upload", "id", "invalid");
}

static void
an_upload_is_its_owners_alone(void **state)
{
	struct member_tokens tokens;
	struct buf           gpx;
	char                 path[64];

	(void)state;
	write_gpx(&gpx, 10, 17);
	snprintf(path, sizeof(path), "/api/v3/uploads/%lld",
	    (long long)sent(&(struct sending){ .data_type = "gpx",
		.file_name = "mine.gpx",
		.file = gpx.data }));
	peer_athlete(&guest.peer, "activity:write", &tokens);
	peer_expect(&guest.peer,
	    &(struct ask){ .path = path, .bearer = tokens.access }, 404,
	    &guest.reply);
	peer_athlete(&guest.peer, "activity:read_all", &tokens);
	send_as(tokens.access, &(struct sending){ .data_type = "gpx",
				   .file_name = "mine.gpx",
				   .file = gpx.data });
	guest_assert_fault(
	    401, "AccessToken", "activity:write_permission", "missing");
	buf_free(&gpx);
}

/* Thinned, and not cut. */
static void
a_long_recording_keeps_its_ends(void **state)
{
	struct json_object *a, *times;
	struct buf          out;
	int64_t             id;
	int                 i;

	(void)state;
	buf_init(&out, 4 << 20);
	buf_add_text(&out, "<gpx>");
	for (i = 0; i < 45000; i++)
		buf_addf(&out,
		    "<trkpt lat=\"%.5f\" lon=\"1\"><time>2026-11-18T%02d:%02d:"
		    "%02dZ</time></trkpt>",
		    41 + i * 1e-5, i / 3600, i / 60 % 60, i % 60);
	buf_add_text(&out, "</gpx>");
	a = activity_of(sent(&(struct sending){
	    .data_type = "gpx", .file_name = "long.gpx", .file = out.data }));
	id = number_of(a, "id");
	assert_true(number_of(a, "elapsed_time") > 44990);
	times = member_of(
	    member_of(guest_get(200,
			  "/activities/%lld/streams?keys=time&key_by_type=true",
			  (long long)id),
		"time"),
	    "data");
	assert_true(length_of(times) > 10000 && length_of(times) <= 20000);
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_gpx_file_becomes_an_activity),
		cmocka_unit_test(it_is_ready_in_time_without_being_asked),
		cmocka_unit_test(how_long_it_takes_can_be_set),
		cmocka_unit_test(a_packed_tcx_file_becomes_a_run_indoors),
		cmocka_unit_test(a_fit_file_becomes_an_activity),
		cmocka_unit_test(a_spoilt_fit_file_fails),
		cmocka_unit_test(sets_become_an_hour_with_weights),
		cmocka_unit_test(what_is_sent_again_names_its_twin),
		cmocka_unit_test(a_deleted_activity_is_said_to_be),
		cmocka_unit_test(what_is_no_recording_fails_later),
		cmocka_unit_test(
		    what_is_wrong_at_first_glance_is_refused_at_once),
		cmocka_unit_test(an_upload_is_its_owners_alone),
		cmocka_unit_test(a_long_recording_keeps_its_ends),
	};

	return cmocka_run_group_tests_name(
	    "sandbox_upload", tests, guest_begin, guest_end);
}
