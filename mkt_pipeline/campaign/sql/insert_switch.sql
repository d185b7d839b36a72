-- What: remembers that readers see another publication from this transaction on.
-- Grain: one row.
-- Parameters: use_case, cause, previous_id, publication_id, switched_by, reason.
INSERT INTO campaign.switches (
    use_case, cause, previous_publication_id, publication_id, switched_by, reason
) VALUES (
    %(use_case)s, %(cause)s, %(previous_id)s, %(publication_id)s,
    coalesce(%(switched_by)s, current_user::text), %(reason)s
)
RETURNING switch_id
