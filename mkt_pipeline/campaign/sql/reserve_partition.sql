-- What: takes the next publication id and remembers that its partition will exist.
-- Grain: one row.
-- Parameters: use_case.
INSERT INTO campaign.segment_partitions (publication_id, use_case)
VALUES (
    nextval(pg_get_serial_sequence('campaign.publications', 'publication_id')), %(use_case)s
)
RETURNING publication_id
