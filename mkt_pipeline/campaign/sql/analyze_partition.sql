-- What: statistics of a new partition, so that its first readers are planned well.
-- Grain: one partition.
-- Parameters: identifier partition.
ANALYZE {partition}
