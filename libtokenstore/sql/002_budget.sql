-- What the provider lets an application ask for in a window of time, shared by
-- all programs.  A row is rewritten all the time and never grows: room on its
-- page keeps that cheap.
CREATE TABLE tokenstore.budget (
	window_start timestamptz NOT NULL,
	quota        int8 NOT NULL, -- as the provider said last; 0: never
	used         int8 NOT NULL, -- of it, in this window
	pending      int8 NOT NULL, -- taken, no answer yet
	granted      int8 NOT NULL, -- to whoever came last
	window_s     int8 NOT NULL,
	app_id       int4 NOT NULL,
	name         text COLLATE "C" NOT NULL,
	PRIMARY KEY (app_id, name, window_s)
) WITH (fillfactor = 10);
