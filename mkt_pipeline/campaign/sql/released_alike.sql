-- What: a night of the same day and with the same rows that was held and then released.
-- Grain: one row, the latest, or none.
-- Parameters: use_case, as_of, checksum.
SELECT publication_id, decided_by, decided_at, decision_reason
FROM campaign.publications
WHERE use_case = %(use_case)s AND as_of = %(as_of)s AND checksum = %(checksum)s
    AND decision = 'released'
ORDER BY publication_id DESC
LIMIT 1
