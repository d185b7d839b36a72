-- What: the counts that a publication is checked by and that it shows, and its checksum: a sum over
--       the rows' hashes, so that their order and how they are stored do not matter. Nor does
--       their order matter to the mean, which is one of decimals.
-- Grain: one row.
-- Parameters: publication_id.
SELECT
    count(*) AS rows,
    count(*) FILTER (WHERE segment = 'high') AS high,
    count(*) FILTER (WHERE segment = 'medium') AS medium,
    count(*) FILTER (WHERE segment = 'low') AS low,
    avg(propensity::numeric)::double precision AS mean_propensity,
    md5(sum(('x' || left(md5(ROW(
        customer_id, propensity, segment, segment_rank, recommended_products, reasons
    )::text), 16))::bit(64)::bigint)::text) AS checksum
FROM campaign.segments
WHERE publication_id = %(publication_id)s
