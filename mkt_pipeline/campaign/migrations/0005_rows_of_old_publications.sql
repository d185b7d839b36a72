-- What: the rows of old publications may be removed while their record stays.
-- Grain: publications as before.
-- Parameters: none.
ALTER TABLE campaign.publications ADD COLUMN rows_removed_at timestamptz;
COMMENT ON COLUMN campaign.publications.rows_removed_at IS
    'When housekeeping removed the rows of an old publication; null while they are there. It can '
    'not become current again.';
