/* SPDX-License-Identifier: MIT */

/*
 * Runs a fuzz target over a folder of inputs without a fuzzer: each file, then
 * what it begins with, then the file with one byte changed.  Of a long file not
 * every place is tried but STEPS of them, evenly spread.
 */

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

#define STEPS 48
#define FILE_MAX 1048576

/* What a byte is changed into or with. */
static const struct {
	uint8_t keep, flip;
} changes[] = {
	{ 0xff, 0x01 },
	{ 0xff, 0x80 },
	{ 0x00, '"' },
	{ 0x00, 0x00 },
};

/* In memory of exactly that size, so that a byte too far is seen. */
static void
run(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size > 0 ? size : 1);

	MUST(copy != NULL);
	memcpy(copy, data, size);
	LLVMFuzzerTestOneInput(size > 0 ? copy : copy + 1, size);
	free(copy);
}

static void
run_around(uint8_t *data, size_t size)
{
	size_t  step = size / STEPS + 1;
	uint8_t byte;

	run(data, size);
	for (size_t i = 0; i < size; i += step) {
		run(data, i);
		byte = data[i];
		for (size_t c = 0; c < sizeof(changes) / sizeof(*changes);
		     c++) {
			data[i] = (byte & changes[c].keep) ^ changes[c].flip;
			run(data, size);
		}
		data[i] = byte;
	}
}

/* False when it cannot be read. */
static bool
run_file(const char *folder, const char *name)
{
	char   path[4096];
	FILE  *file;
	char  *data;
	size_t size = 0;
	bool   whole;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if ((file = fopen(path, "rb")) == NULL)
		return false;
	if ((data = malloc(FILE_MAX)) != NULL)
		size = fread(data, 1, FILE_MAX, file);
	whole = data != NULL && feof(file);
	if (whole)
		run_around((uint8_t *)data, size);
	free(data);
	return fclose(file) == 0 && whole;
}

static int
is_input(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

int
main(int argc, char **argv)
{
	struct dirent **entries = NULL;
	int             count, failed = 0;

	if (argc != 2) {
		fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
		return 2;
	}
	count = scandir(argv[1], &entries, is_input, alphasort);
	for (int i = 0; i < count; i++) {
		if (!run_file(argv[1], entries[i]->d_name)) {
			fprintf(stderr, "cannot read %s/%s\n", argv[1],
			    entries[i]->d_name);
			failed++;
		}
		free(entries[i]);
	}
	free(entries);
	if (count <= 0)
		fprintf(stderr, "there is nothing in %s\n", argv[1]);
	else
		printf("%d inputs\n", count);
	return count <= 0 || failed > 0;
}
