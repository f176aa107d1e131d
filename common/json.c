/* SPDX-License-Identifier: MIT */
#include "json.h"

#include <endian.h>
#include <errno.h>
#include <float.h>
#include <json-c/json.h>
#include <locale.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "utf8.h"

/* Places where a name may be remembered, and how many one name may have. */
#define PLACES 256
#define TRIES 4

/* json-c's table of an object takes so many without growing. */
#define MEMBERS_FREE 11

/* One more digit fits into 64 bits as long as a number is below this. */
#define DIGITS_ROOM UINT64_C(1000000000000000000)

/* The name of a member, NUL-terminated. */
struct name {
	struct name  *next;
	size_t        len;
	unsigned long hash; /* json-c's; 0: not yet known */
	char          text[];
};

/*
 * The names of one document.  Its objects own them together, the reader with
 * them while it reads, so that an object which outlives the others keeps its
 * names.  Parts of a document may end in different threads.
 */
struct names {
	atomic_size_t owners;
	struct name  *first;
};

/* A value that waits for the object or array around it to be complete. */
struct item {
	struct name        *name;  /* in an object */
	struct json_object *value; /* NULL: JSON null */
};

/* What is left of the text, and what was made of the rest. */
struct reader {
	const char   *p, *end;
	struct item  *items;
	size_t        count, cap;
	struct names *names;
	struct name  *known[PLACES];
	struct buf    scratch; /* a text that is not as in the document */
	bool          short_of_memory;
};

/* A part of the document or of the scratch buffer. */
struct span {
	const char *text;
	size_t      len;
};

static bool read_value(struct reader *r, int depth);

static bool
no_memory(struct reader *r)
{
	r->short_of_memory = true;
	return false;
}

/* It may hold a secret. */
static void
discard(struct json_object *value)
{
	json_wipe(value);
	json_object_put(value);
}

/* Takes over `value`, also when it fails. */
static bool
push(struct reader *r, struct json_object *value)
{
	if (r->count == r->cap) {
		size_t       cap = r->cap != 0 ? 2 * r->cap : 64;
		struct item *items =
		    reallocarray(r->items, cap, sizeof(*items));

		if (items == NULL) {
			discard(value);
			return no_memory(r);
		}
		r->items = items;
		r->cap = cap;
	}
	r->items[r->count++] = (struct item){ .value = value };
	return true;
}

/* The same with what json-c has made, if it could. */
static bool
push_new(struct reader *r, struct json_object *value)
{
	return value != NULL ? push(r, value) : no_memory(r);
}

static bool
add(struct reader *r, const char *text, size_t len)
{
	return buf_add(&r->scratch, text, len) || no_memory(r);
}

static void
skip_space(struct reader *r)
{
	while (r->p < r->end && (*r->p == ' ' || *r->p == '\t' ||
				    *r->p == '\n' || *r->p == '\r'))
		r->p++;
}

static bool
read_char(struct reader *r, char c)
{
	if (r->p == r->end || *r->p != c)
		return false;
	r->p++;
	return true;
}

/*
 * Which of eight characters need a closer look: the top bit of each byte tells.
 * Those are quotes, backslashes, controls and what is not ASCII.  A borrow may
 * mark characters behind the first such one wrongly, so only it counts.
 */
static uint64_t
odd_ones(uint64_t eight)
{
	static const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t              quote = eight ^ ones * '"';
	uint64_t              slash = eight ^ ones * '\\';

	return (((quote - ones) & ~quote) | ((slash - ones) & ~slash) |
		   (eight - ones * 0x20) | eight) &
	       ones * 0x80;
}

/* Moves on to the next character that is no printable ASCII, or to the end. */
static void
skip_ascii(struct reader *r)
{
	uint64_t eight, odd;

	for (; r->end - r->p >= 8; r->p += 8) {
		memcpy(&eight, r->p, 8);
		if ((odd = odd_ones(le64toh(eight))) != 0) {
			r->p += __builtin_ctzll(odd) / 8;
			return;
		}
	}
	while (r->p < r->end && (unsigned char)*r->p - 0x20U < 0x60 &&
	       *r->p != '"' && *r->p != '\\')
		r->p++;
}

/* Moves on to the quote or backslash; false when something else is first. */
static bool
skip_plain(struct reader *r)
{
	size_t n;

	for (;;) {
		skip_ascii(r);
		if (r->p == r->end)
			return false;
		if (*r->p == '"' || *r->p == '\\')
			return true;
		if ((unsigned char)*r->p < 0x20)
			return false;
		n = utf8_sequence(r->p, (size_t)(r->end - r->p));
		if (n == 0)
			return false;
		r->p += n;
	}
}

/* Four hexadecimal digits. */
static bool
read_unit(struct reader *r, uint32_t *unit)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char       *digit;

	*unit = 0;
	for (int i = 0; i < 4; i++, r->p++) {
		if (r->p == r->end || *r->p == '\0' ||
		    (digit = strchr(digits, *r->p)) == NULL)
			return false;
		*unit = *unit << 4 | ((uint32_t)(digit - digits) & 0xf);
	}
	return true;
}

static bool
add_point(struct reader *r, uint32_t point)
{
	static const unsigned char lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	char                       text[4];
	size_t                     len = 1;

	len += point >= 0x80 ? 1 : 0;
	len += point >= 0x800 ? 1 : 0;
	len += point >= 0x10000 ? 1 : 0;
	for (size_t i = len - 1; i > 0; i--, point >>= 6)
		text[i] = (char)(0x80 | (point & 0x3f));
	text[0] = (char)(lead[len] | point);
	return add(r, text, len);
}

/* Behind "\u". */
static bool
read_point(struct reader *r)
{
	const char *behind;
	uint32_t    unit, low;

	if (!read_unit(r, &unit))
		return false;
	if (unit < 0xd800 || unit > 0xdfff)
		return add_point(r, unit);
	behind = r->p;
	if (unit < 0xdc00 && read_char(r, '\\') && read_char(r, 'u') &&
	    read_unit(r, &low) && low >= 0xdc00 && low <= 0xdfff)
		return add_point(
		    r, 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
	r->p = behind;
	return add_point(r, 0xfffd);
}

/* Behind a backslash. */
static bool
read_escape(struct reader *r)
{
	static const char names[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	const char       *name;

	if (read_char(r, 'u'))
		return read_point(r);
	if (r->p == r->end || *r->p == '\0' ||
	    (name = strchr(names, *r->p)) == NULL)
		return false;
	r->p++;
	return add(r, &meant[name - names], 1);
}

/* From `start` to where the reader is, at a backslash, nothing is escaped. */
static bool
read_escaped(struct reader *r, const char *start, struct span *out)
{
	r->scratch.len = 0;
	for (;;) {
		if (!add(r, start, (size_t)(r->p - start)))
			return false;
		if (read_char(r, '"'))
			break;
		r->p++;
		if (!read_escape(r))
			return false;
		start = r->p;
		if (!skip_plain(r))
			return false;
	}
	*out = (struct span){ r->scratch.data, r->scratch.len };
	return true;
}

/* *out is valid until the next string. */
static bool
read_string(struct reader *r, struct span *out)
{
	const char *start;

	if (!read_char(r, '"'))
		return false;
	start = r->p;
	if (!skip_plain(r))
		return false;
	if (*r->p == '\\')
		return read_escaped(r, start, out);
	*out = (struct span){ start, (size_t)(r->p - start) };
	r->p++;
	return true;
}

static bool
push_string(struct reader *r)
{
	struct span s;

	return read_string(r, &s) &&
	       push_new(r, json_object_new_string_len(s.text, (int)s.len));
}

/* A number is `digits` times ten to the power of `exponent`. */
struct number {
	uint64_t digits;
	int64_t  exponent;
	bool     negative;
	bool     whole; /* written without point and exponent */
	bool     cut;   /* there is more of it than fits in here */
};

/* How many there are. */
static size_t
read_digits(struct reader *r, struct number *n)
{
	const char *start = r->p;

	for (; r->p < r->end && *r->p >= '0' && *r->p <= '9'; r->p++) {
		if (n->digits < DIGITS_ROOM)
			n->digits = 10 * n->digits + (uint64_t)(*r->p - '0');
		else
			n->cut = true;
	}
	return (size_t)(r->p - start);
}

/* Behind the "e". */
static bool
read_exponent(struct reader *r, struct number *n)
{
	struct number e = { 0 };

	if (!read_char(r, '+'))
		e.negative = read_char(r, '-');
	if (read_digits(r, &e) == 0)
		return false;
	if (e.digits > 9999)
		n->cut = true;
	else
		n->exponent +=
		    e.negative ? -(int64_t)e.digits : (int64_t)e.digits;
	return true;
}

static bool
read_number(struct reader *r, struct number *n)
{
	size_t decimals;

	*n = (struct number){ .whole = true };
	n->negative = read_char(r, '-');
	if (!read_char(r, '0') && read_digits(r, n) == 0)
		return false;
	if (read_char(r, '.')) {
		n->whole = false;
		if ((decimals = read_digits(r, n)) == 0)
			return false;
		n->exponent = -(int64_t)decimals;
	}
	if (read_char(r, 'e') || read_char(r, 'E')) {
		n->whole = false;
		return read_exponent(r, n);
	}
	return true;
}

/*
 * The double that is nearest to a number.  Integers up to 2^53 and these powers
 * of ten are exact, so that one operation rounds once, unless the processor
 * computes with more bits than it stores.  False when out of memory.
 */
static bool
nearest(const struct number *n, const char *text, double *d)
{
	static const double powers[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7,
		1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
		1e19, 1e20, 1e21, 1e22 };
	locale_t            plain;

	if (FLT_EVAL_METHOD != 0 || n->cut ||
	    n->digits > UINT64_C(1) << DBL_MANT_DIG || n->exponent < -22 ||
	    n->exponent > 22) {
		plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
		if (plain == (locale_t)0)
			return false;
		*d = strtod_l(text, NULL, plain);
		freelocale(plain);
		return true;
	}
	*d = n->negative ? -(double)n->digits : (double)n->digits;
	if (n->exponent < 0)
		*d /= powers[-n->exponent];
	else
		*d *= powers[n->exponent];
	return true;
}

static bool
push_double(struct reader *r, const struct number *n, const char *start)
{
	double d;

	r->scratch.len = 0;
	if (!add(r, start, (size_t)(r->p - start)))
		return false;
	if (!nearest(n, r->scratch.data, &d))
		return no_memory(r);
	return push_new(r, json_object_new_double_s(d, r->scratch.data));
}

static bool
push_number(struct reader *r)
{
	const char   *start = r->p;
	struct number n;
	int64_t       i;

	if (!read_number(r, &n))
		return false;
	if (!n.whole || n.cut || (n.negative && n.digits == 0) ||
	    n.digits > (uint64_t)INT64_MAX + n.negative)
		return push_double(r, &n, start);
	if (n.digits > INT64_MAX)
		i = INT64_MIN;
	else
		i = n.negative ? -(int64_t)n.digits : (int64_t)n.digits;
	return push_new(r, json_object_new_int64(i));
}

static bool
read_word(struct reader *r, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(r->end - r->p) < len || memcmp(r->p, word, len) != 0)
		return false;
	r->p += len;
	return true;
}

/* An object gives its share in the names back. */
static void
release(struct json_object *object, void *shared)
{
	struct names *names = shared;
	struct name  *next;

	(void)object;
	if (names == NULL || atomic_fetch_sub(&names->owners, 1) > 1)
		return;
	for (struct name *n = names->first; n != NULL; n = next) {
		next = n->next;
		free(n);
	}
	free(names);
}

static struct name *
new_name(struct reader *r, struct span s)
{
	struct name *n;

	if (memchr(s.text, '\0', s.len) != NULL)
		return NULL;
	if ((n = malloc(sizeof(*n) + s.len + 1)) == NULL) {
		no_memory(r);
		return NULL;
	}
	memcpy(n->text, s.text, s.len);
	n->text[s.len] = '\0';
	n->len = s.len;
	n->hash = 0;
	n->next = r->names->first;
	r->names->first = n;
	return n;
}

/* Few bytes tell the names of one document apart well enough. */
static size_t
place_of(struct span s)
{
	const unsigned char *p = (const unsigned char *)s.text;

	if (s.len == 0)
		return 0;
	return ((s.len * 31 + p[0]) * 31 + p[s.len / 2]) * 31 + p[s.len - 1];
}

/*
 * A name that is not remembered is made anew, maybe in the place of another one:
 * a document with many names, chosen to collide, costs memory but no time.
 */
static struct name *
name_of(struct reader *r, struct span s)
{
	size_t        first = place_of(s);
	struct name **place = NULL;

	for (size_t i = 0; i < TRIES; i++) {
		place = &r->known[(first + i) % PLACES];
		if (*place == NULL)
			break;
		if ((*place)->len == s.len &&
		    memcmp((*place)->text, s.text, s.len) == 0)
			return *place;
	}
	*place = new_name(r, s);
	return *place;
}

/* Gives it room for all its members at once.  That many fit into an int, since
 * each of them takes a few bytes of the document. */
static struct json_object *
new_object(struct reader *r, size_t members)
{
	struct json_object *object = json_object_new_object();

	if (object == NULL)
		return NULL;
	json_object_set_userdata(object, r->names, release);
	atomic_fetch_add(&r->names->owners, 1);
	if (members > MEMBERS_FREE &&
	    lh_table_resize(json_object_get_object(object), 2 * (int)members) !=
		0) {
		json_object_put(object);
		return NULL;
	}
	return object;
}

/* The items from `first` on become the members of an object. */
static bool
add_members(struct reader *r, size_t first, struct json_object *object)
{
	struct lh_table *members = json_object_get_object(object);
	struct item     *i;

	for (size_t at = first; at < r->count; at++) {
		i = &r->items[at];
		if (i->name->hash == 0)
			i->name->hash = lh_get_hash(members, i->name->text);
		if (lh_table_lookup_entry_w_hash(
			members, i->name->text, i->name->hash) != NULL)
			return false;
		if (lh_table_insert_w_hash(members, i->name->text, i->value,
			i->name->hash, JSON_C_OBJECT_KEY_IS_CONSTANT) != 0)
			return no_memory(r);
		i->value = NULL;
	}
	r->count = first;
	return true;
}

static bool
push_object(struct reader *r, size_t first)
{
	struct json_object *object = new_object(r, r->count - first);

	if (object == NULL)
		return no_memory(r);
	if (!add_members(r, first, object)) {
		discard(object);
		return false;
	}
	return push(r, object);
}

/* The same with an array. */
static bool
push_array(struct reader *r, size_t first)
{
	/* json-c grows an array that is only just full. */
	struct json_object *array =
	    json_object_new_array_ext((int)(r->count - first) + 1);

	if (array == NULL)
		return no_memory(r);
	for (size_t i = first; i < r->count; i++) {
		if (json_object_array_add(array, r->items[i].value) != 0) {
			discard(array);
			return no_memory(r);
		}
		r->items[i].value = NULL;
	}
	r->count = first;
	return push(r, array);
}

/* A name, a colon and a value. */
static bool
read_member(struct reader *r, int depth)
{
	size_t       at = r->count;
	struct name *name;
	struct span  s;

	skip_space(r);
	if (!read_string(r, &s) || (name = name_of(r, s)) == NULL)
		return false;
	skip_space(r);
	if (!read_char(r, ':') || !read_value(r, depth))
		return false;
	r->items[at].name = name;
	return true;
}

/* Behind the opening bracket: up to and with the closing one. */
static bool
read_list(struct reader *r, char                       closing,
    bool (*read_one)(struct reader *r, int depth), int depth)
{
	skip_space(r);
	if (read_char(r, closing))
		return true;
	do {
		if (!read_one(r, depth))
			return false;
		skip_space(r);
	} while (read_char(r, ','));
	return read_char(r, closing);
}

/* Reads one value and pushes it.  `depth`: how many levels it may have. */
static bool
read_value(struct reader *r, int depth)
{
	size_t first = r->count;

	skip_space(r);
	if (r->p == r->end)
		return false;
	switch (*r->p) {
	case '{':
		r->p++;
		return depth > 0 && read_list(r, '}', read_member, depth - 1) &&
		       push_object(r, first);
	case '[':
		r->p++;
		return depth > 0 && read_list(r, ']', read_value, depth - 1) &&
		       push_array(r, first);
	case '"': return push_string(r);
	case 't':
		return read_word(r, "true") &&
		       push_new(r, json_object_new_boolean(true));
	case 'f':
		return read_word(r, "false") &&
		       push_new(r, json_object_new_boolean(false));
	case 'n': return read_word(r, "null") && push(r, NULL);
	default: return push_number(r);
	}
}

/* The document is the one item then. */
static bool
read_document(struct reader *r)
{
	if ((r->names = calloc(1, sizeof(*r->names))) == NULL)
		return no_memory(r);
	r->names->owners = 1;
	skip_space(r);
	if (r->p == r->end || (*r->p != '{' && *r->p != '[') ||
	    !read_value(r, JSON_DEPTH_MAX))
		return false;
	skip_space(r);
	return r->p == r->end;
}

struct json_object *
json_read(const char *text, size_t len)
{
	struct reader       r = { .p = text, .end = text + len };
	struct json_object *document = NULL;

	buf_init(&r.scratch, len);
	if (len <= INT32_MAX && read_document(&r))
		document = r.items[--r.count].value;
	while (r.count > 0)
		discard(r.items[--r.count].value);
	free(r.items);
	buf_free(&r.scratch);
	release(NULL, r.names);
	if (document == NULL)
		errno = r.short_of_memory ? ENOMEM : EINVAL;
	return document;
}

void
json_wipe(struct json_object *document)
{
	if (json_object_is_type(document, json_type_string)) {
		/* The text is const only for those who do not own it. */
		wipe((void *)(uintptr_t) /* NOLINT(performance-no-int-to-ptr) */
		    json_object_get_string(document),
		    (size_t)json_object_get_string_len(document));
	} else if (json_object_is_type(document, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(document); i++)
			json_wipe(json_object_array_get_idx(document, i));
	} else if (json_object_is_type(document, json_type_object)) {
		json_object_object_foreach(document, name, value)
		{
			(void)name;
			json_wipe(value);
		}
	}
}

void
json_add_text(struct buf *b, const char *text)
{
	size_t n;

	buf_add(b, "\"", 1);
	while (*text != '\0') {
		for (n = 0; (unsigned char)text[n] >= 0x20 && text[n] != '"' &&
			    text[n] != '\\';)
			n++;
		buf_add(b, text, n);
		text += n;
		if (*text != '\0')
			buf_addf(b, "\\u%04x", (unsigned char)*text++);
	}
	buf_add(b, "\"", 1);
}
