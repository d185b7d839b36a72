-- What: counts, in each publication that has a customer, one more who is about to be erased.
-- Grain: none; changes one row per publication.
-- Parameters: customer_id.
UPDATE campaign.publications SET erased = erased + 1
WHERE publication_id IN (
    SELECT publication_id FROM campaign.segments WHERE customer_id = %(customer_id)s
)
