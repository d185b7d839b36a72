-- What:  a name as it is written in SQL, quoted where it has to be.
-- Grain: one row.
-- Parameters: name.
SELECT quote_ident(%(name)s)
