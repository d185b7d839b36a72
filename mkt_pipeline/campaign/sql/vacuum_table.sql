-- What: lets the space of removed rows be overwritten, so that no page keeps them.
-- Grain: one table, with its partitions.
-- Parameters: identifier customer_table.
VACUUM {customer_table}
