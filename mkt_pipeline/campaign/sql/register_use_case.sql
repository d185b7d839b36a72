-- What: makes a use case known; returns a row only where it was not known before.
-- Grain: one row, or none.
-- Parameters: use_case.
INSERT INTO campaign.use_cases (use_case) VALUES (%(use_case)s)
ON CONFLICT (use_case) DO NOTHING
RETURNING use_case
