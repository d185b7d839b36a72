-- What: what the current publication of a use case says about one customer.
-- Grain: one row, or none.
-- Parameters: use_case, customer_id.
SELECT use_case, as_of, customer_id, segment, segment_rank, propensity, recommended_products,
    reasons, publication_id
FROM campaign.current_segments
WHERE use_case = %(use_case)s AND customer_id = %(customer_id)s
