-- What: opens an incident; one that is open with the same key learns what else it explains.
-- Grain: one row; is_new tells whether it was not open before.
-- Parameters: key, kind, subject, day, use_case, problem, remedy, links, explains, opened_at.
INSERT INTO campaign.incidents AS known
    (key, kind, subject, day, use_case, problem, remedy, links, explains, opened_at)
VALUES (
    %(key)s, %(kind)s, %(subject)s, %(day)s::date, %(use_case)s, %(problem)s, %(remedy)s,
    %(links)s::jsonb, %(explains)s::text[], coalesce(%(opened_at)s::timestamptz, clock_timestamp())
)
ON CONFLICT (key) WHERE closed_at IS NULL DO UPDATE SET
    links = known.links || excluded.links,
    explains = known.explains || ARRAY(
        SELECT found.one FROM unnest(excluded.explains) AS found (one)
        WHERE found.one <> ALL (known.explains)
    )
RETURNING incident_id, xmax = 0 AS is_new
