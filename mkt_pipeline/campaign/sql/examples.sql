-- What: a few customers of the current publication, taken in turn from the middle of each segment:
--       those at its edges are the least typical of it.
-- Grain: one row per customer, highest propensity first.
-- Parameters: use_case, row_limit.
SELECT use_case, as_of, customer_id, segment, segment_rank, propensity,
    recommended_products, reasons, publication_id
FROM (
    SELECT *, row_number() OVER (
        PARTITION BY segment ORDER BY abs(2 * place - 1 - size), place  -- (size + 1) / 2 is the middle
    ) AS turn
    FROM (
        SELECT *, count(*) OVER (PARTITION BY segment) AS size, row_number() OVER (
            PARTITION BY segment ORDER BY propensity DESC, customer_id
        ) AS place
        FROM campaign.current_segments
        WHERE use_case = %(use_case)s
    ) AS placed
    ORDER BY turn, propensity DESC, customer_id
    LIMIT %(row_limit)s
) AS chosen
ORDER BY propensity DESC, customer_id
