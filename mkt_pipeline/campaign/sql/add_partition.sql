-- What: makes an empty partition for the next publication of a use case and attaches it.
-- Grain: one row.
-- Parameters: use_case.
SELECT campaign.add_partition(%(use_case)s::text) AS publication_id
