-- What: of some task instances those whose failure an incident explains, be it open or over.
-- Grain: one row per task instance.
-- Parameters: failed.
SELECT DISTINCT asked.task
FROM unnest(%(failed)s::text[]) AS asked (task)
JOIN campaign.incidents ON asked.task = ANY (explains)
