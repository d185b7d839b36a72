-- What: the customers of one publication as CSV.
-- Grain: one row per customer.
-- Parameters: none; {publication} is the number of the publication.
COPY (
    SELECT customer_id, propensity, segment
    FROM campaign.segments
    WHERE publication_id = {publication}
) TO STDOUT (FORMAT csv)
