-- What: a few customers of the current publication, taken in turn from the top of each segment.
-- Grain: one row per customer, highest propensity first.
-- Parameters: use_case, row_limit.
SELECT *
FROM (
    SELECT use_case, as_of, customer_id, segment, segment_rank, propensity,
        recommended_products, reasons, publication_id
    FROM (
        SELECT *, row_number() OVER (
            PARTITION BY segment ORDER BY propensity DESC, customer_id
        ) AS turn
        FROM campaign.current_segments
        WHERE use_case = %(use_case)s
    ) AS placed
    WHERE turn <= %(row_limit)s
    ORDER BY turn, propensity DESC, customer_id
    LIMIT %(row_limit)s
) AS chosen
ORDER BY propensity DESC, customer_id
