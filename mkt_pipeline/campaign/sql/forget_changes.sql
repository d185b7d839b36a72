-- What: forgets the changes of the switch that made a publication current, which is replaced now;
--       those of earlier switches to it were undone by a rollback, and stay with it.
-- Grain: none; removes rows.
-- Parameters: use_case, as_of, publication_id.
DELETE FROM campaign.segment_changes
WHERE use_case = %(use_case)s AND as_of = %(as_of)s
    AND switch_id = (
        SELECT max(switch_id) FROM campaign.switches WHERE publication_id = %(publication_id)s
    )
