-- What: quotes, sales of vehicles, and visits to the workshop.
-- Grain: one row per quote, sale and visit; each is an order of one line.
-- A quote stays a quote after the sale, which is a row of its own: what was open at a past moment
-- must look open then. An appointment that was not kept counts as cancelled.
SELECT
    'quote-' || quote.quote_id AS order_line_id,
    'quote-' || quote.quote_id AS order_id,
    quote.person_id::text AS customer_id,
    'trim-' || quote.trim_id AS product_id,
    quote.quoted_at AS ordered_at,
    1::numeric AS quantity,
    quote.price AS amount,
    'quote' AS status,
    NULL::text AS campaign_id,
    quote.updated_at
FROM dealership.quotes AS quote
UNION ALL
SELECT
    'sale-' || sale.sale_id AS order_line_id,
    'sale-' || sale.sale_id AS order_id,
    sale.person_id::text AS customer_id,
    'trim-' || sale.trim_id AS product_id,
    sale.sold_at AS ordered_at,
    1::numeric AS quantity,
    sale.price AS amount,
    sale.state AS status,
    sale.mailing_id::text AS campaign_id,
    sale.updated_at
FROM dealership.sales AS sale
UNION ALL
SELECT
    'visit-' || visit.visit_id AS order_line_id,
    'visit-' || visit.visit_id AS order_id,
    visit.person_id::text AS customer_id,
    'service-' || visit.package_id AS product_id,
    visit.visited_at AS ordered_at,
    1::numeric AS quantity,
    visit.amount,
    CASE visit.state WHEN 'done' THEN 'confirmed' WHEN 'no_show' THEN 'cancelled' END AS status,
    NULL::text AS campaign_id,
    visit.updated_at
FROM dealership.service_visits AS visit
