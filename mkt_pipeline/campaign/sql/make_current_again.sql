-- What: makes an earlier publication current again; nothing else is current by then.
-- Grain: none; changes one row.
-- Parameters: publication_id.
UPDATE campaign.publications SET status = 'published', is_current = true
WHERE publication_id = %(publication_id)s
