-- What: adds the branch of a new use case to the view current_segments.
-- Grain: one row.
-- Parameters: none.
SELECT campaign.rebuild_current_segments()
