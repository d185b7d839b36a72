-- What:  everything that order lines can name, whether it is still sold or not.
-- Grain: one row per variant (product_product), archived ones included.
-- Notes: names are JSON by language: English where there is one, else the first by language code.
--        The price is the list price plus the extras of the variant's attribute values.
WITH
variant AS (
    SELECT
        v.product_product_id AS product_id,
        sum(t.price_extra) AS price_extra,
        string_agg(
            COALESCE(a.name ->> 'en_US', jsonb_path_query_first(a.name, '$.*') #>> '{}'),
            ', ' ORDER BY t.attribute_id, t.id
        ) AS name,
        max(GREATEST(t.write_date, a.write_date)) AS write_date
    FROM product_variant_combination AS v
    JOIN product_template_attribute_value AS t ON t.id = v.product_template_attribute_value_id
    JOIN product_attribute_value AS a ON a.id = t.product_attribute_value_id
    GROUP BY v.product_product_id
)
SELECT
    p.id::text AS product_id,
    COALESCE(t.name ->> 'en_US', jsonb_path_query_first(t.name, '$.*') #>> '{}')
        || COALESCE(' (' || variant.name || ')', '') AS name,
    -- "All / Saleable / Office Furniture" without the root that all have in common
    regexp_replace(c.complete_name, '^All / ', '') AS category,
    t.list_price + COALESCE(variant.price_extra, 0) AS price,
    COALESCE(p.active AND t.active AND t.sale_ok, false) AS is_active,
    GREATEST(p.write_date, t.write_date, c.write_date, variant.write_date) AT TIME ZONE 'UTC'
        AS updated_at,
    t.detailed_type AS attr_type
FROM product_product AS p
JOIN product_template AS t ON t.id = p.product_tmpl_id
LEFT JOIN product_category AS c ON c.id = t.categ_id
LEFT JOIN variant ON variant.product_id = p.id
