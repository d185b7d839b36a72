-- What: forgets the changes of a publication that is replaced.
-- Grain: none; removes rows.
-- Parameters: use_case, as_of, publication_id.
DELETE FROM campaign.segment_changes
WHERE use_case = %(use_case)s AND as_of = %(as_of)s AND publication_id = %(publication_id)s
