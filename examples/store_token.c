/* SPDX-License-Identifier: MIT */
/*
 * A token into the store, and out again.  The refresh token comes on stdin.
 *
 *	cc store_token.c $(pkg-config --cflags --libs libtokenstore)
 *	export TOKEN_KEYS="1:$(head -c 32 /dev/urandom | base64)"
 *	DATABASE_URL=postgresql:///test ./a.out 12345 < refresh_token
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tokenstore/tokenstore.h>

static void
print(const tokenstore_account *account)
{
	static const char *const states[] = { "active", "needs consent",
		"revoked" };

	printf("subject %s: %s, %s access token, scope %s, due %lld\n",
	    account->subject, states[account->state],
	    account->access_token != NULL ? "an" : "no",
	    account->scope != NULL ? account->scope : "unknown",
	    (long long)account->due_at);
}

int
main(int argc, char *argv[])
{
	char                line[1100];
	tokenstore         *store;
	tokenstore_account *account;
	tokenstore_error    error;
	tokenstore_options  options = { .conninfo = getenv("DATABASE_URL"),
		 .keys = getenv("TOKEN_KEYS"),
		 .provider = "strava",
		 .client_id = "1",
		 .actor = "store_token" };
	tokenstore_grant    grant = { .refresh_token = line, .scope = "read" };

	if (argc != 2)
		errx(2, "usage: store_token SUBJECT < REFRESH_TOKEN");
	if (fgets(line, sizeof(line), stdin) == NULL)
		errx(1, "no refresh token on stdin");
	line[strcspn(line, "\r\n")] = '\0';

	/* No access token yet, so the account is due at once: a refresh run
	 * (tokenstore_claim_due, the provider, tokenstore_save) brings one. */
	if (tokenstore_open(&options, &store, &error) != TOKENSTORE_OK ||
	    tokenstore_migrate(store, &error) != TOKENSTORE_OK ||
	    tokenstore_put(store, argv[1], &grant, &error) != TOKENSTORE_OK ||
	    tokenstore_get(store, argv[1], &account, &error) != TOKENSTORE_OK)
		errx(1, "%s", error.message);
	explicit_bzero(line, sizeof(line));
	print(account);
	tokenstore_account_free(account);
	tokenstore_close(store);
	return 0;
}
