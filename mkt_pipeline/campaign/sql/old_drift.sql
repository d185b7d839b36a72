-- What: how much drift was seen on days that are kept no longer.
-- Grain: one row.
-- Parameters: before.
SELECT count(*) AS rows
FROM campaign.model_drift
WHERE as_of < %(before)s
