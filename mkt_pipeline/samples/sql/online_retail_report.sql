-- What:  what was loaded, and how much of each kind of dirt the mapping has to deal with.
-- Grain: one row.
-- Parameters: none. What counts as a product is written the same way in sources/online_retail.
WITH line AS (
    SELECT
        *,
        upper(trim(stock_code)) AS code,
        upper(trim(stock_code)) ~ '^([0-9]{5}|DCGS|SP[0-9]|PADS$)' AS is_product
    FROM online_retail.invoice_lines
),
copies AS (
    SELECT count(*) - 1 AS repeated
    FROM line
    GROUP BY invoice, stock_code, description, quantity, invoice_date, price, customer_id, country
),
names AS (
    SELECT code, count(DISTINCT trim(description)) AS names, count(DISTINCT stock_code) AS spellings
    FROM line WHERE is_product GROUP BY code
)
SELECT
    count(*) AS lines,
    count(DISTINCT customer_id) AS customers,
    min(invoice_date) AS first_at,
    max(invoice_date) AS last_at,
    count(*) FILTER (WHERE customer_id IS NULL) AS without_customer,
    count(*) FILTER (WHERE invoice LIKE 'C%') AS cancellations,
    count(*) FILTER (WHERE NOT is_product) AS not_products,
    count(*) FILTER (WHERE price <= 0) AS without_price,
    count(*) FILTER (WHERE stock_code <> code) AS other_spellings,
    (SELECT count(*) FROM names WHERE names > 1) AS products_with_several_names,
    (SELECT sum(repeated) FROM copies)::bigint AS repeated_lines,
    count(*) FILTER (WHERE customer_id IS NOT NULL AND is_product AND price > 0) AS order_lines
FROM line
