-- What: removes a partition; needs every reader of the parent to be done, so set lock_timeout.
-- Grain: one partition.
-- Parameters: identifier partition.
DROP TABLE IF EXISTS {partition}
