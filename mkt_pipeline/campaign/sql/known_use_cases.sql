-- What: every use case that was ever published here.
-- Grain: one row per use case.
-- Parameters: none.
SELECT use_case FROM campaign.use_cases ORDER BY use_case
