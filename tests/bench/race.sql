-- What became of the athletes, by the sandbox's state in the file $STATE: POSTs,
-- the most for one athlete, overlaps, refresh tokens that are not the sandbox's.
\set state `cat "$STATE"`
WITH strava AS (
	SELECT id, refresh_token, token_posts, "overlaps"
	FROM json_to_recordset(:'state'::json -> 'athletes')
	AS s (id int8, refresh_token text, token_posts int8, "overlaps" int8)
)
SELECT sum(token_posts), max(token_posts), sum("overlaps"),
    count(*) FILTER (WHERE a.refresh_token IS DISTINCT FROM s.refresh_token)
FROM strava AS s LEFT JOIN athlete AS a USING (id);
