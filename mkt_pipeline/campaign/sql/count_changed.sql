-- What: how many customers of one publication have another segment in a second one, or are gone.
-- Grain: one row.
-- Parameters: previous_id, publication_id.
SELECT count(*) FILTER (WHERE now.segment IS DISTINCT FROM before.segment) AS changed
FROM (
    SELECT customer_id, segment FROM campaign.segments WHERE publication_id = %(previous_id)s
) AS before
LEFT JOIN (
    SELECT customer_id, segment FROM campaign.segments WHERE publication_id = %(publication_id)s
) AS now USING (customer_id)
