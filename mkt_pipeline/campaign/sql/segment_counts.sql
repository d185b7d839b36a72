-- What: customers, share and mean propensity of each segment of the current publication.
-- Grain: one row per segment; a segment without customers is shown with zero.
-- Parameters: use_case.
SELECT
    known.segment,
    count(s.customer_id) AS customers,
    count(s.customer_id)::double precision
        / nullif(sum(count(s.customer_id)) OVER (), 0) AS share,
    avg(s.propensity) AS mean_propensity
FROM (VALUES (1, 'high'), (2, 'medium'), (3, 'low')) AS known (place, segment)
LEFT JOIN campaign.current_segments s
    ON s.segment = known.segment AND s.use_case = %(use_case)s
GROUP BY known.place, known.segment
ORDER BY known.place
