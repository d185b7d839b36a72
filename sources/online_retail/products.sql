-- What:  the articles of the catalogue.
-- Grain: one row per stock code in capitals without blanks: 85123a and 85123A are one product.
-- Notes: postage, fees, discounts, manual entries, samples, tests and vouchers (POST, D, M, ...)
--        are no products. An article has up to a dozen descriptions, among them remarks such as
--        "damaged"; its name is the one that stands on most sales. There are no categories in the
--        data and none are made up. Nothing says whether an article is still sold, so that all
--        count as active that ever had a price.
WITH
spelling AS (
    -- One pass over the lines; all that follows is small.
    SELECT
        stock_code,
        description,
        count(*) FILTER (WHERE quantity > 0 AND price > 0) AS sales,
        max(invoice_date) AS last_at,
        -- The latest price: arrays compare by their first element first.
        max(ARRAY[extract(epoch FROM invoice_date), line_number, price])
            FILTER (WHERE price > 0) AS last_price
    FROM online_retail.invoice_lines
    GROUP BY stock_code, description
),
named AS (
    SELECT
        upper(trim(stock_code)) AS product_id,
        NULLIF(trim(description), '') AS name,
        sum(sales) AS sales,
        max(last_at) AS last_at,
        max(last_price) AS last_price
    FROM spelling
    WHERE upper(trim(stock_code)) ~ '^([0-9]{5}|DCGS|SP[0-9]|PADS$)'
    GROUP BY 1, 2
)
SELECT
    product_id,
    COALESCE(
        (array_agg(name ORDER BY sales DESC, name) FILTER (WHERE name IS NOT NULL))[1],
        product_id
    ) AS name,
    NULL::text AS category,
    (max(last_price))[3] AS price,
    max(last_price) IS NOT NULL AS is_active,
    max(last_at) AT TIME ZONE 'Europe/London' AS updated_at
FROM named
GROUP BY product_id
