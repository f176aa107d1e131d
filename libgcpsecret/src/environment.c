/* SPDX-License-Identifier: MIT */
#include "environment.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"

static bool
is_among(const char *item, const struct variable *changes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(changes[i].name);

		if (strncmp(item, changes[i].name, len) == 0 &&
		    item[len] == '=')
			return true;
	}
	return false;
}

bool
gs_environment_make(struct environment *environment,
    const struct variable *changes, size_t count)
{
	size_t n = 0;

	/* A program that cleared its environment has none. */
	while (environ != NULL && environ[n] != NULL)
		n++;
	*environment = (struct environment){ .items = calloc(n + count + 1,
						 sizeof(char *)) };
	if (environment->items == NULL)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!is_among(environ[i], changes, count))
			environment->items[environment->inherited++] =
			    environ[i];
	n = environment->inherited;
	for (size_t i = 0; i < count; i++) {
		struct buf item;

		if (changes[i].value == NULL)
			continue;
		buf_init(&item, SIZE_MAX);
		if (!buf_addf(
			&item, "%s=%s", changes[i].name, changes[i].value))
			return false;
		environment->items[n++] = item.data;
	}
	return true;
}

void
gs_environment_free(struct environment *environment)
{
	char **items = environment->items;

	if (items == NULL)
		return;
	for (size_t i = environment->inherited; items[i] != NULL; i++)
		free(items[i]);
	free(items);
	*environment = (struct environment){ 0 };
}
