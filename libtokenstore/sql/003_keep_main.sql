-- Puts an account's main refresh token beside the others, for those who store
-- consents and may not read a refresh token: it runs with its owner's rights.
CREATE FUNCTION tokenstore.keep_main(int4, text) RETURNS void
	LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog
	AS '
INSERT INTO tokenstore.spill
	(app_id, subject, rt_mac, refresh_ct, key_id, obtained_at, source)
	SELECT app_id, subject, rt_mac, refresh_ct, key_id, updated_at, ''put''
	FROM tokenstore.account
	WHERE app_id = $1 AND subject = $2 AND rt_mac <> 0
	ON CONFLICT DO NOTHING';
REVOKE ALL ON FUNCTION tokenstore.keep_main(int4, text) FROM PUBLIC;
