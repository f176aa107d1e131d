-- A store of version 0.1, as pg_dump writes it: the subject 1 was refreshed, 2
-- connected twice, 3 withdrew consent, 4 needs it, 5 is in doubt.  Sealed under
-- KEY_1.
CREATE SCHEMA tokenstore;
CREATE TABLE tokenstore.account (
    due_at timestamp with time zone NOT NULL,
    lease_until timestamp with time zone DEFAULT '1970-01-01 00:00:00+00'::timestamp with time zone NOT NULL,
    lease_id bigint DEFAULT 0 NOT NULL,
    total_refresh_checks bigint DEFAULT 0 NOT NULL,
    total_refreshes bigint DEFAULT 0 NOT NULL,
    token_seq bigint DEFAULT 1 NOT NULL,
    grant_epoch bigint NOT NULL,
    rt_mac bigint NOT NULL,
    expires_at timestamp with time zone DEFAULT '1970-01-01 00:00:00+00'::timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone DEFAULT '1970-01-01 00:00:00+00'::timestamp with time zone NOT NULL,
    in_doubt_since timestamp with time zone DEFAULT '1970-01-01 00:00:00+00'::timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone DEFAULT '1970-01-01 00:00:00+00'::timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    app_id integer NOT NULL,
    expires_in integer DEFAULT 0 NOT NULL,
    key_id integer NOT NULL,
    state smallint DEFAULT 0 NOT NULL,
    fail_count smallint DEFAULT 0 NOT NULL,
    slot smallint NOT NULL,
    subject text NOT NULL COLLATE pg_catalog."C",
    access_ct bytea DEFAULT '\x'::bytea NOT NULL,
    refresh_ct bytea NOT NULL,
    last_refreshed_by text DEFAULT ''::text NOT NULL,
    last_error text DEFAULT ''::text NOT NULL,
    scope text DEFAULT ''::text NOT NULL
)
WITH (fillfactor='70', autovacuum_vacuum_scale_factor='0.02');
CREATE TABLE tokenstore.app (
    app_id integer NOT NULL,
    provider text NOT NULL,
    client_id text NOT NULL
);
CREATE TABLE tokenstore.event (
    app_id integer NOT NULL,
    subject text NOT NULL COLLATE pg_catalog."C",
    at timestamp with time zone NOT NULL,
    kind text NOT NULL,
    actor text NOT NULL,
    token_seq bigint NOT NULL
);
CREATE TABLE tokenstore.schema_lock (
    id integer NOT NULL
);
CREATE TABLE tokenstore.schema_version (
    version integer NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE tokenstore.spill (
    app_id integer NOT NULL,
    subject text NOT NULL COLLATE pg_catalog."C",
    rt_mac bigint NOT NULL,
    refresh_ct bytea NOT NULL,
    key_id integer NOT NULL,
    obtained_at timestamp with time zone NOT NULL,
    source text NOT NULL
);
INSERT INTO tokenstore.account VALUES ('2026-11-29 01:09:12+00', '1970-01-01 00:00:00+00', 0, 1, 1, 2, 8293975310030386377, 2965364577602340278, '2026-11-29 02:09:12+00', '1970-01-01 00:00:00+00', '1970-01-01 00:00:00+00', '1970-01-01 00:00:00+00', '2026-11-28 20:09:12+00', '2026-11-28 20:09:12.573625+00', 1, 21600, 1, 0, 0, 28, '1', '\x5401000000010dc0fbf6505bd34243c56fea5662f1f6a74be57440daddbc8b3c1bdedbf85616807628bd02c9d7dd06d5cee6d887df0076', '\x54010000000143443d1de3abad8adfa2f3ec56cdfc9e67925b7cf6cfcdfa6936ac92e8b2b6dbff1b55f6f897ccfc831182751e6834e89565', 'test', '', 'read');
INSERT INTO tokenstore.account VALUES ('2026-11-29 01:16:40+00', '1970-01-01 00:00:00+00', 0, 0, 0, 2, 7648689766707692032, 6964693457051584324, '2026-11-29 02:09:12+00', '1970-01-01 00:00:00+00', '1970-01-01 00:00:00+00', '1970-01-01 00:00:00+00', '2026-11-28 20:09:12+00', '2026-11-28 20:09:12.574319+00', 1, 21600, 1, 0, 0, 21, '2', '\x54010000000124e82e20c880765002557566eb1d2076592c88204b1f55bd02126fa2f20cd6c70e5e243deb19a559c1abf34dc3ed761d7c', '\x540100000001194e1e55802d043c020c3e30a9f2312ff6b07ec4c2fa131953c14b194d28b109e6f50d1f6d0f009d4898d39cea653443640d', 'test', '', 'read');
INSERT INTO tokenstore.account VALUES ('2026-11-29 01:25:20+00', '1970-01-01 00:00:00+00', 0, 0, 0, 2, 2702542354669058739, 0, '1970-01-01 00:00:00+00', '1970-01-01 00:00:00+00', '1970-01-01 00:00:00+00', '2026-11-28 20:09:12+00', '2026-11-28 20:09:12+00', '2026-11-28 20:09:12.579261+00', 1, 21600, 0, 2, 0, 2, '3', '\x', '\x', 'test', '', 'read');
INSERT INTO tokenstore.account VALUES ('2026-11-29 01:31:58+00', '1970-01-01 00:00:00+00', 0, 1, 0, 1, 3351711321685590256, 0, '2026-11-29 02:09:12+00', '1970-01-01 00:00:00+00', '1970-01-01 00:00:00+00', '1970-01-01 00:00:00+00', '2026-11-28 20:09:12+00', '2026-11-28 20:09:12.580471+00', 1, 21600, 1, 1, 0, 35, '4', '\x5401000000012ce6fe724438d7b5bb8908dee2eba1a44cbc821ca3a7f3548d7c325e556865a22cf3dcefa1669031ff0f553c3d5c0a24', '\x', 'test', 'refused', 'read');
INSERT INTO tokenstore.account VALUES ('2026-11-29 01:22:17+00', '2026-11-28 20:09:13+00', 6195580336301648333, 1, 0, 1, 8723171571232966332, 4703691125085346117, '2026-11-29 02:09:12+00', '1970-01-01 00:00:00+00', '2026-11-28 20:09:12+00', '1970-01-01 00:00:00+00', '2026-11-28 20:09:12+00', '2026-11-28 20:09:12.583426+00', 1, 21600, 1, 0, 0, 16, '5', '\x5401000000019701953d1011c27fb10763f4849da0eb565ddd3a4a95e433852c0e0d5d890ba01da1a649da6e9f7923412d781801a1d2', '\x5401000000010a308cc10c3beca59d5d3ad5f1c6e33e250fb8a74ae5029b1898f1595f00bb5097a22a852ce9c20fdd9652d4658d38acea', 'test', '', 'read');
INSERT INTO tokenstore.app VALUES (1, 'strava', '4711');
INSERT INTO tokenstore.event VALUES (1, '1', '2026-11-28 20:09:12.572725+00', 'consent', 'test', 1);
INSERT INTO tokenstore.event VALUES (1, '2', '2026-11-28 20:09:12.574235+00', 'consent', 'test', 1);
INSERT INTO tokenstore.event VALUES (1, '2', '2026-11-28 20:09:12.575921+00', 'consent', 'test', 2);
INSERT INTO tokenstore.event VALUES (1, '3', '2026-11-28 20:09:12.579167+00', 'consent', 'test', 1);
INSERT INTO tokenstore.event VALUES (1, '3', '2026-11-28 20:09:12.579723+00', 'revoked', 'test', 2);
INSERT INTO tokenstore.event VALUES (1, '4', '2026-11-28 20:09:12.580071+00', 'consent', 'test', 1);
INSERT INTO tokenstore.event VALUES (1, '4', '2026-11-28 20:09:12.581305+00', 'needs_consent', 'test', 1);
INSERT INTO tokenstore.event VALUES (1, '5', '2026-11-28 20:09:12.585286+00', 'consent', 'test', 1);
INSERT INTO tokenstore.schema_lock VALUES (1);
INSERT INTO tokenstore.schema_version VALUES (1, '82257bb7856e00c37b4780d7ca902732066494da859e30983b4490b005a3316a', '2026-11-28 20:09:12.557078+00');
INSERT INTO tokenstore.spill VALUES (1, '2', -8589882318303056964, '\x540100000001ce2c327e7f90961c23879e4859a84e4b5e496e79b1c847fb385d4c1ce603744bd4b5928e390652f1316981691864c23303', 1, '2026-11-28 20:09:12.573972+00', 'put');
ALTER TABLE ONLY tokenstore.account
    ADD CONSTRAINT account_pkey PRIMARY KEY (subject, app_id);
ALTER TABLE ONLY tokenstore.app
    ADD CONSTRAINT app_pkey PRIMARY KEY (app_id);
ALTER TABLE ONLY tokenstore.app
    ADD CONSTRAINT app_provider_client_id_key UNIQUE (provider, client_id);
ALTER TABLE ONLY tokenstore.event
    ADD CONSTRAINT event_pkey PRIMARY KEY (subject, app_id, at, kind);
ALTER TABLE ONLY tokenstore.schema_lock
    ADD CONSTRAINT schema_lock_pkey PRIMARY KEY (id);
ALTER TABLE ONLY tokenstore.schema_version
    ADD CONSTRAINT schema_version_pkey PRIMARY KEY (version);
ALTER TABLE ONLY tokenstore.spill
    ADD CONSTRAINT spill_pkey PRIMARY KEY (subject, app_id, rt_mac);
CREATE INDEX account_due ON tokenstore.account USING btree (slot, app_id, due_at) WHERE (state = 0);
