-- What: what was current before a publication became so; where its day was published again
--       meanwhile, the publication that stands for that day now.
-- Grain: one row, with null where there was nothing before; none where it was not recorded.
-- Parameters: publication_id.
SELECT standing.publication_id
FROM campaign.switches w
LEFT JOIN campaign.publications before ON before.publication_id = w.previous_publication_id
LEFT JOIN campaign.publications standing ON standing.use_case = before.use_case
    AND standing.as_of = before.as_of AND standing.status IN ('published', 'rolled_back')
WHERE w.publication_id = %(publication_id)s
ORDER BY w.switch_id DESC
LIMIT 1
