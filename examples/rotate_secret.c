/* SPDX-License-Identifier: MIT */
/*
 * A new payload for a secret, from stdin: added, read back, and only then the
 * enabled versions before it are disabled.  A secret that does not exist is
 * created.
 *
 *	cc rotate_secret.c $(pkg-config --cflags --libs libgcpsecret)
 *	head -c 32 /dev/urandom | base64 | ./a.out my-project cookie-key
 *
 * Whoever reads the secret must have read the new version before the old ones
 * are destroyed; disabled ones can be enabled again.
 */
#include <err.h>
#include <gcpsecret/gcpsecret.h>
#include <inttypes.h>
#include <stdio.h>

static const char *const states[] = { "unknown", "enabled", "disabled",
	"destroyed" };

static void
list_versions(gcpsecret_client *client, const char *name)
{
	gcpsecret_version_each  *each;
	const gcpsecret_version *version = NULL;
	gcpsecret_error          error;

	if (gcpsecret_version_each_new(client, name, NULL, &each, &error) !=
	    GCPSECRET_OK)
		errx(1, "%s", error.message);
	do {
		if (gcpsecret_version_each_next(each, &version, &error) !=
		    GCPSECRET_OK)
			errx(1, "%s", error.message);
		if (version != NULL)
			printf("version %" PRId64 ": %s\n", version->number,
			    states[version->state]);
	} while (version != NULL);
	gcpsecret_version_each_free(each);
}

int
main(int argc, char *argv[])
{
	static char       data[65537];
	char              parent[80], name[400];
	size_t            len = fread(data, 1, sizeof(data), stdin);
	gcpsecret_client *client;
	gcpsecret_error   error;
	gcpsecret_status  status;

	if (argc != 3)
		errx(2, "usage: rotate_secret PROJECT SECRET <PAYLOAD");
	snprintf(parent, sizeof(parent), "projects/%s", argv[1]);
	snprintf(name, sizeof(name), "%s/secrets/%s", parent, argv[2]);
	if (gcpsecret_client_new(&client, &error) != GCPSECRET_OK)
		errx(1, "%s", error.message);
	status = gcpsecret_secret_create(
	    client, parent, argv[2], NULL, NULL, &error);
	if (status != GCPSECRET_OK && status != GCPSECRET_ERR_EXISTS)
		errx(1, "%s", error.message);
	if (gcpsecret_version_rotate(client, name, data, len,
		GCPSECRET_FORMER_DISABLE, NULL, &error) != GCPSECRET_OK)
		errx(1, "%s", error.message);
	list_versions(client, name);
	gcpsecret_client_free(client);
	return 0;
}
