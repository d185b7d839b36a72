-- What:  what known customers bought and sent back.
-- Grain: one row per invoice line that names a customer, a product and a price.
-- Notes: an invoice whose number starts with C takes goods back: its lines are `returned`, at
--        their own time, with negative quantity and amount. The first invoice stays `confirmed`.
--        Lines of postage, fees, discounts, vouchers and manual entries are no purchase; nor are
--        lines without a price (gifts, corrections of the stock). Identical lines are real: one
--        article scanned twice.
SELECT
    line_number::text AS order_line_id,
    invoice AS order_id,
    customer_id::text AS customer_id,
    upper(trim(stock_code)) AS product_id,
    invoice_date AT TIME ZONE 'Europe/London' AS ordered_at,
    quantity::numeric AS quantity,
    quantity * price AS amount,
    CASE WHEN invoice LIKE 'C%' THEN 'returned' ELSE 'confirmed' END AS status,
    NULL::text AS campaign_id,
    invoice_date AT TIME ZONE 'Europe/London' AS updated_at
FROM online_retail.invoice_lines
WHERE customer_id IS NOT NULL
  AND price > 0
  AND upper(trim(stock_code)) ~ '^([0-9]{5}|DCGS|SP[0-9]|PADS$)'
