-- What:  those who can buy: persons, companies and the contacts of companies.
-- Grain: one row per partner that is shared with the outside, is no mere address (invoice,
--        delivery, other) and is none of the own companies.
-- Notes: `customer_rank` counts invoices, not customers, and is not used. Archived partners stay,
--        as not active: their orders are history. Times are without zone and mean UTC.
--        Merging two partners deletes one row and moves no `write_date` of its orders.
WITH
first_lead AS (
    -- Only a lead that came with the customer tells where the customer came from; a later one
    -- would be knowledge of the future on the customer's first day.
    SELECT DISTINCT ON (p.id) p.id AS partner_id, m.name AS medium
    FROM res_partner AS p
    JOIN crm_lead AS l ON l.partner_id = p.id AND l.create_date <= p.create_date + interval '1 day'
    JOIN utm_medium AS m ON m.id = l.medium_id
    ORDER BY p.id, l.create_date, l.id
)
SELECT
    p.id::text AS customer_id,
    p.create_date AT TIME ZONE 'UTC' AS created_at,
    p.write_date AT TIME ZONE 'UTC' AS updated_at,
    p.active AS is_active,
    NULL::integer AS birth_year,  -- Odoo does not know it
    NULL::text AS gender,  -- Odoo does not know it
    NULLIF(trim(p.city), '') AS city,
    s.name AS region,
    c.code AS country,
    first_lead.medium AS acquisition_channel,
    COALESCE(p.is_company, false) AS attr_is_company,
    p.commercial_partner_id <> p.id AS attr_is_contact_of_company,
    p.lang AS attr_language
FROM res_partner AS p
LEFT JOIN res_country_state AS s ON s.id = p.state_id
LEFT JOIN res_country AS c ON c.id = p.country_id
LEFT JOIN first_lead ON first_lead.partner_id = p.id
WHERE p.partner_share
  AND COALESCE(p.type, 'contact') NOT IN ('invoice', 'delivery', 'other')
  AND NOT EXISTS (SELECT FROM res_company AS own WHERE own.partner_id = p.id)
