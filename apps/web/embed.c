/* SPDX-License-Identifier: MIT */

/*
 * Runs while the web app is built: writes a C file that holds other files.
 * usage: embed OUTPUT NAME=FILE ...
 *
 * Each file is there raw and gzip'ed, and under a path that names its content,
 * so that browsers may keep it for ever.  The output depends on nothing but the
 * input.
 */

#include <openssl/evp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define FILE_MAX (4 << 20)
#define HASH_HEX 16
#define GZIP_FORMAT (15 + 16) /* zlib: largest window, gzip's frame */

struct bytes {
	unsigned char *data;
	size_t         len;
};

static bool
read_file(const char *path, struct bytes *file)
{
	FILE *in = fopen(path, "rb");

	file->data = malloc(FILE_MAX);
	if (in == NULL || file->data == NULL) {
		fprintf(stderr, "embed: cannot read %s\n", path);
		if (in != NULL)
			fclose(in);
		return false;
	}
	file->len = fread(file->data, 1, FILE_MAX, in);
	fclose(in);
	return file->len < FILE_MAX;
}

static bool
compress_bytes(const struct bytes *raw, struct bytes *packed)
{
	z_stream z = { 0 };
	bool     ok;

	packed->data = malloc(FILE_MAX);
	if (packed->data == NULL ||
	    deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, GZIP_FORMAT, 9,
		Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	z.next_in = raw->data;
	z.avail_in = (uInt)raw->len;
	z.next_out = packed->data;
	z.avail_out = FILE_MAX;
	ok = deflate(&z, Z_FINISH) == Z_STREAM_END;
	packed->len = z.total_out;
	deflateEnd(&z);
	return ok;
}

static void
write_array(FILE *out, const char *kind, int index, const struct bytes *bytes)
{
	fprintf(out, "static const unsigned char %s_%d[] = {", kind, index);
	for (size_t i = 0; i < bytes->len; i++)
		fprintf(out, "%s%u,", i % 20 == 0 ? "\n" : "", bytes->data[i]);
	fprintf(out, "\n0};\n");
}

/* "app.css" as "/static/app.0123456789abcdef.css". */
static bool
write_entry(FILE *out, const char *name, int index, const struct bytes *raw,
    const struct bytes *packed)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	char          hex[HASH_HEX + 1];
	const char   *dot = strrchr(name, '.');

	if (dot == NULL || EVP_Digest(raw->data, raw->len, hash, NULL,
			       EVP_sha256(), NULL) != 1)
		return false;
	for (size_t i = 0; i < HASH_HEX / 2; i++)
		snprintf(hex + 2 * i, 3, "%02x", hash[i]);
	fprintf(out,
	    "\t{ \"%s\", \"/static/%.*s.%s%s\",\n"
	    "\t    raw_%d, %zu, gzip_%d, %zu },\n",
	    name, (int)(dot - name), name, hex, dot, index, raw->len, index,
	    packed->len);
	return true;
}

/* Writes the arrays of one file to `out` and its line of the table to `table`. */
static bool
embed(FILE *out, FILE *table, const char *argument, int index)
{
	struct bytes raw = { 0 }, packed = { 0 };
	const char  *path = strchr(argument, '=');
	char         name[64];
	bool         ok = false;

	if (path == NULL || (size_t)(path - argument) >= sizeof(name))
		return false;
	memcpy(name, argument, (size_t)(path - argument));
	name[path - argument] = '\0';
	if (read_file(path + 1, &raw) && compress_bytes(&raw, &packed)) {
		write_array(out, "raw", index, &raw);
		write_array(out, "gzip", index, &packed);
		ok = write_entry(table, name, index, &raw, &packed);
	}
	free(raw.data);
	free(packed.data);
	return ok;
}

static bool
embed_all(FILE *out, int count, char **arguments)
{
	char  *text = NULL;
	size_t len = 0;
	FILE  *table = open_memstream(&text, &len);
	bool   ok = table != NULL;

	fprintf(out, "#include \"assets.h\"\n");
	for (int i = 0; ok && i < count; i++)
		ok = embed(out, table, arguments[i], i);
	if (table != NULL)
		fclose(table);
	if (ok)
		fprintf(out,
		    "const struct asset assets[] = {\n%s};\n"
		    "const size_t asset_count = %d;\n",
		    text, count);
	free(text);
	return ok;
}

int
main(int argc, char **argv)
{
	FILE *out;
	bool  ok;

	if (argc < 3 || (out = fopen(argv[1], "w")) == NULL) {
		fprintf(stderr, "usage: embed OUTPUT NAME=FILE ...\n");
		return 2;
	}
	ok = embed_all(out, argc - 2, argv + 2);
	if (fclose(out) == 0 && ok)
		return 0;
	fprintf(stderr, "embed: cannot write %s\n", argv[1]);
	remove(argv[1]);
	return 1;
}
