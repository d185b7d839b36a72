-- What: streams the rows of one publication into its partition.
-- Grain: one row per customer.
-- Parameters: identifier partition, identifiers columns.
COPY {partition} ({columns}) FROM STDIN WITH (FORMAT csv)
