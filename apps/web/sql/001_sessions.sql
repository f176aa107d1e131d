-- Sessions and sign-ins under way.  Times are seconds since the epoch, UTC, by
-- the web app's clock.  Nothing here opens a session: ids and states are hashed.

CREATE TABLE web.session (
	id_hash    bytea  PRIMARY KEY, -- SHA-256 of the id in the browser's cookie
	athlete_id bigint NOT NULL,
	created_at bigint NOT NULL,
	expires_at bigint NOT NULL
);
CREATE INDEX session_athlete_id ON web.session (athlete_id);
CREATE INDEX session_expires_at ON web.session (expires_at);

-- Between the click on "Connect" and the return from Strava.
CREATE TABLE web.attempt (
	state_hash bytea  PRIMARY KEY, -- SHA-256 of the OAuth state
	expires_at bigint NOT NULL
);
CREATE INDEX attempt_expires_at ON web.attempt (expires_at);

-- When Strava's word that an athlete withdrew consent was last looked into.
CREATE TABLE web.hint (
	athlete_id bigint  PRIMARY KEY,
	checked_at bigint  NOT NULL,
	settled    boolean NOT NULL -- an answer came: the grant stands or is gone
);
