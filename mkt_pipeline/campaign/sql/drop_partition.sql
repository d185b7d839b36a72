-- What: removes and forgets a partition; needs every reader of the parent to be done, so set
--       lock_timeout.
-- Grain: one row.
-- Parameters: publication_id.
SELECT campaign.drop_partition(%(publication_id)s::bigint)
