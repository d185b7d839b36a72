-- What:  every customer that an invoice names.
-- Grain: one row per customer number.
-- Notes: there is no table of customers. A customer is known from the first invoice on, and is
--        given the country of that one (13 customers change it later), so that nothing is known
--        before its time. Lines without a customer number (sales over the counter, corrections)
--        belong to nobody and are left out.
WITH
first_line AS (
    SELECT DISTINCT ON (customer_id) customer_id, invoice_date, country
    FROM online_retail.invoice_lines
    WHERE customer_id IS NOT NULL
    ORDER BY customer_id, invoice_date, line_number
)
SELECT
    customer_id::text AS customer_id,
    invoice_date AT TIME ZONE 'Europe/London' AS created_at,
    invoice_date AT TIME ZONE 'Europe/London' AS updated_at,
    true AS is_active,
    NULL::integer AS birth_year,
    NULL::text AS gender,
    NULL::text AS city,
    NULL::text AS region,
    CASE country
        WHEN 'EIRE' THEN 'Ireland'
        WHEN 'RSA' THEN 'South Africa'
        WHEN 'Unspecified' THEN NULL
        WHEN 'European Community' THEN NULL
        ELSE country
    END AS country,
    NULL::text AS acquisition_channel
FROM first_line
