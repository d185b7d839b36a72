-- What:  what was quoted, ordered and cancelled, in the company's currency and with tax.
-- Grain: one row per order line; sections, notes and down-payments are no lines of sale.
-- Notes: an order sits on a company, a person, a contact or an address: it counts for the
--        commercial partner, which is who buys. `currency_rate` is the order's own rate, so that
--        amount / rate is in the company's currency; it is rounded to the cent per line.
--        `date_order` is when the order was confirmed, or the quote made.
--        A merge of partners re-points orders and a deletion removes them without a new
--        `write_date`: read all, do not trust updated_at alone.
WITH
customer AS (
    SELECT p.id
    FROM res_partner AS p
    WHERE p.partner_share
      AND COALESCE(p.type, 'contact') NOT IN ('invoice', 'delivery', 'other')
      AND NOT EXISTS (SELECT FROM res_company AS own WHERE own.partner_id = p.id)
)
SELECT
    l.id::text AS order_line_id,
    o.id::text AS order_id,
    COALESCE(buyer.id, person.id, o.partner_id)::text AS customer_id,
    l.product_id::text AS product_id,
    o.date_order AT TIME ZONE 'UTC' AS ordered_at,
    l.product_uom_qty AS quantity,
    round(l.price_total / NULLIF(o.currency_rate, 0), 2) AS amount,
    CASE o.state
        WHEN 'draft' THEN 'quote'
        WHEN 'sent' THEN 'quote'
        WHEN 'sale' THEN 'confirmed'
        WHEN 'done' THEN 'confirmed'  -- as older versions left it
        WHEN 'cancel' THEN 'cancelled'
        ELSE o.state  -- an unknown one is reported, not guessed
    END AS status,
    o.campaign_id::text AS campaign_id,
    GREATEST(o.write_date, l.write_date) AT TIME ZONE 'UTC' AS updated_at
FROM sale_order_line AS l
JOIN sale_order AS o ON o.id = l.order_id
JOIN res_partner AS p ON p.id = o.partner_id
LEFT JOIN customer AS buyer ON buyer.id = p.commercial_partner_id
LEFT JOIN customer AS person ON person.id = p.id
WHERE l.display_type IS NULL
  AND NOT COALESCE(l.is_downpayment, false)
  -- What one of the own companies buys of another is no sale to a customer.
  AND NOT EXISTS (
      SELECT FROM res_company AS own
      WHERE own.partner_id IN (p.id, p.commercial_partner_id)
  )
