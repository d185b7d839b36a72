-- What: how many rows of a table have one customer in a text column.
-- Grain: one row.
-- Parameters: identifier customer_table, identifier text_column, customer_id.
SELECT count(*) AS found FROM {customer_table} WHERE {text_column} = %(customer_id)s
