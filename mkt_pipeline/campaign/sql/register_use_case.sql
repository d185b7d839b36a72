-- What: makes a use case known and gives it its branch of the view current_segments.
-- Grain: one row; false where it was known before.
-- Parameters: use_case.
SELECT campaign.register_use_case(%(use_case)s::text)
