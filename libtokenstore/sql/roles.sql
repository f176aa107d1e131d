-- Roles with the least that each kind of program needs; tokenstore_schema(7)
-- explains them.  To be run once as a role that may make roles and owns the
-- tables, after tokenstore_migrate(); running it again does no harm.  Then give
-- each program's login its role: GRANT tokenstore_web TO web;

DO $$
DECLARE
	name text;
BEGIN
	FOREACH name IN ARRAY ARRAY['tokenstore_web', 'tokenstore_function',
	    'tokenstore_admin'] LOOP
		IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
			EXECUTE format('CREATE ROLE %I NOLOGIN', name);
		END IF;
	END LOOP;
END $$;

GRANT USAGE ON SCHEMA tokenstore
	TO tokenstore_web, tokenstore_function, tokenstore_admin;
GRANT SELECT ON tokenstore.schema_version, tokenstore.app
	TO tokenstore_web, tokenstore_function, tokenstore_admin;

-- Logins, pages, withdrawals: every column but the refresh tokens, no leases.
GRANT INSERT, DELETE ON tokenstore.account TO tokenstore_web;
GRANT SELECT (due_at, lease_until, lease_id, total_refresh_checks,
	total_refreshes, token_seq, grant_epoch, rt_mac, expires_at,
	last_used_at, in_doubt_since, revoked_at, created_at, updated_at,
	app_id, expires_in, key_id, state, fail_count, slot, subject,
	access_ct, last_refreshed_by, last_error, scope),
	UPDATE (due_at, token_seq, grant_epoch, rt_mac, expires_at,
	last_used_at, in_doubt_since, revoked_at, updated_at, expires_in,
	key_id, state, fail_count, access_ct, refresh_ct, last_refreshed_by,
	last_error, scope) ON tokenstore.account TO tokenstore_web;
GRANT SELECT (app_id, subject, rt_mac, key_id, obtained_at), DELETE
	ON tokenstore.spill TO tokenstore_web;
GRANT EXECUTE ON FUNCTION tokenstore.keep_main(int4, text) TO tokenstore_web;
GRANT SELECT (app_id, subject), INSERT, DELETE
	ON tokenstore.event TO tokenstore_web;
GRANT SELECT, INSERT, UPDATE ON tokenstore.budget TO tokenstore_web;

-- Refreshes, imports, new keys.
GRANT INSERT ON tokenstore.app TO tokenstore_function;
GRANT SELECT, INSERT, UPDATE ON tokenstore.account TO tokenstore_function;
GRANT SELECT, INSERT, DELETE ON tokenstore.spill TO tokenstore_function;
GRANT EXECUTE ON FUNCTION tokenstore.keep_main(int4, text)
	TO tokenstore_function;
GRANT SELECT, INSERT ON tokenstore.event TO tokenstore_function;
GRANT SELECT, INSERT, UPDATE ON tokenstore.budget TO tokenstore_function;

-- Looks, touches nothing, and no token.
GRANT SELECT (due_at, lease_until, lease_id, total_refresh_checks,
	total_refreshes, token_seq, grant_epoch, expires_at, last_used_at,
	in_doubt_since, revoked_at, created_at, updated_at, app_id, expires_in,
	key_id, state, fail_count, slot, subject, last_refreshed_by, last_error,
	scope) ON tokenstore.account TO tokenstore_admin;
GRANT SELECT (app_id, subject, key_id, obtained_at, source)
	ON tokenstore.spill TO tokenstore_admin;
GRANT SELECT ON tokenstore.event, tokenstore.budget TO tokenstore_admin;
