-- The tables of libtokenstore; tokenstore_schema(7) explains them.
--
-- 'epoch' stands for "never": a column that turns from NULL to a value moves
-- everything behind it and makes the write-ahead log of an update larger.

-- One OAuth application at one provider.
CREATE TABLE tokenstore.app (
	app_id    int4 PRIMARY KEY,
	provider  text NOT NULL,
	client_id text NOT NULL,
	UNIQUE (provider, client_id)
);

-- One person's grant to one application.  What a claim changes comes first, of
-- fixed width and never null: its log record is then a third of the size.
CREATE TABLE tokenstore.account (
	due_at               timestamptz NOT NULL,
	lease_until          timestamptz NOT NULL DEFAULT 'epoch',
	lease_id             int8 NOT NULL DEFAULT 0,
	total_refresh_checks int8 NOT NULL DEFAULT 0,
	total_refreshes      int8 NOT NULL DEFAULT 0,
	token_seq            int8 NOT NULL DEFAULT 1,
	grant_epoch          int8 NOT NULL,
	rt_mac               int8 NOT NULL,
	expires_at           timestamptz NOT NULL DEFAULT 'epoch',
	last_used_at         timestamptz NOT NULL DEFAULT 'epoch',
	in_doubt_since       timestamptz NOT NULL DEFAULT 'epoch',
	revoked_at           timestamptz NOT NULL DEFAULT 'epoch',
	created_at           timestamptz NOT NULL,
	updated_at           timestamptz NOT NULL,
	app_id               int4 NOT NULL,
	expires_in           int4 NOT NULL DEFAULT 0,
	key_id               int4 NOT NULL,
	state                int2 NOT NULL DEFAULT 0,
	fail_count           int2 NOT NULL DEFAULT 0,
	slot                 int2 NOT NULL,
	subject              text COLLATE "C" NOT NULL,
	access_ct            bytea NOT NULL DEFAULT '',
	refresh_ct           bytea NOT NULL,
	last_refreshed_by    text NOT NULL DEFAULT '',
	last_error           text NOT NULL DEFAULT '',
	scope                text NOT NULL DEFAULT '',
	PRIMARY KEY (subject, app_id)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);

-- Who is due.  A slot in front spreads the claims of many processes.
CREATE INDEX account_due ON tokenstore.account (slot, app_id, due_at)
	WHERE state = 0;

-- Further refresh tokens of an account, nearly always none.
CREATE TABLE tokenstore.spill (
	app_id      int4 NOT NULL,
	subject     text COLLATE "C" NOT NULL,
	rt_mac      int8 NOT NULL,
	refresh_ct  bytea NOT NULL,
	key_id      int4 NOT NULL,
	obtained_at timestamptz NOT NULL,
	source      text NOT NULL,
	PRIMARY KEY (subject, app_id, rt_mac)
);

-- What an auditor asks for: consents, refusals, revocations.
CREATE TABLE tokenstore.event (
	app_id    int4 NOT NULL,
	subject   text COLLATE "C" NOT NULL,
	at        timestamptz NOT NULL,
	kind      text NOT NULL,
	actor     text NOT NULL,
	token_seq int8 NOT NULL,
	PRIMARY KEY (subject, app_id, at, kind)
);
