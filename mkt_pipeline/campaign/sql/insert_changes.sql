-- What: records who entered, left or moved between two publications, and counts them.
-- Grain: one row per customer whose segment is not the same; returns one row of counts.
-- Parameters: use_case, as_of, switch_id, previous_id, publication_id.
WITH changed AS (
    INSERT INTO campaign.segment_changes (
        use_case, as_of, switch_id, customer_id, change, previous_segment, segment, publication_id
    )
    SELECT %(use_case)s, %(as_of)s, %(switch_id)s, customer_id,
        CASE
            WHEN before.segment IS NULL THEN 'entered'
            WHEN now.segment IS NULL THEN 'left'
            ELSE 'moved'
        END,
        before.segment, now.segment, %(publication_id)s
    FROM (
        SELECT customer_id, segment FROM campaign.segments WHERE publication_id = %(previous_id)s
    ) AS before
    FULL JOIN (
        SELECT customer_id, segment FROM campaign.segments WHERE publication_id = %(publication_id)s
    ) AS now USING (customer_id)
    WHERE now.segment IS DISTINCT FROM before.segment
    RETURNING change
)
SELECT
    count(*) FILTER (WHERE change = 'entered') AS entered,
    count(*) FILTER (WHERE change = 'left') AS left,
    count(*) FILTER (WHERE change = 'moved') AS moved
FROM changed
