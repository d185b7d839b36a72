-- What: removes the drift of days that are kept no longer.
-- Grain: one row per night and thing looked at.
-- Parameters: before.
DELETE FROM campaign.model_drift
WHERE as_of < %(before)s
