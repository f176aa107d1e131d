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

static void
run_file(const char *folder, const char *name)
{
	char  path[4096];
	FILE *file;
	char *data = NULL;
	long  size;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "rb");
	if (file == NULL || fseek(file, 0, SEEK_END) != 0 ||
	    (size = ftell(file)) < 0 || fseek(file, 0, SEEK_SET) != 0 ||
	    (data = malloc((size_t)size + 1)) == NULL ||
	    fread(data, 1, (size_t)size, file) != (size_t)size) {
		fprintf(stderr, "cannot read %s\n", path);
		exit(1);
	}
	fclose(file);
	run_around((uint8_t *)data, (size_t)size);
	free(data);
}

int
main(int argc, char **argv)
{
	DIR           *folder = argc == 2 ? opendir(argv[1]) : NULL;
	struct dirent *entry;
	size_t         count = 0;

	if (folder == NULL) {
		fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
		return 2;
	}
	while ((entry = readdir(folder)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		run_file(argv[1], entry->d_name);
		count++;
	}
	closedir(folder);
	printf("%zu files\n", count);
	if (count == 0)
		fprintf(stderr, "%s is empty\n", argv[1]);
	return count == 0;
}
