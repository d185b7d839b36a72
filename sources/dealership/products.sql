-- What: what is sold: trims of vehicles, and service packages.
-- Grain: one row per trim and one per package; the prefix keeps their ids apart.
SELECT
    'trim-' || trim_level.trim_id AS product_id,
    model.name || ' ' || trim_level.name AS name,
    'vehicle' AS category,
    trim_level.list_price AS price,
    trim_level.is_available AS is_active,
    trim_level.updated_at,
    model.body_type AS attr_kind
FROM dealership.trims AS trim_level
INNER JOIN dealership.models AS model ON trim_level.model_id = model.model_id
UNION ALL
SELECT
    'service-' || package.package_id AS product_id,
    package.name,
    'service' AS category,
    package.price,
    TRUE AS is_active,
    package.updated_at,
    CASE WHEN package.is_repair THEN 'repair' ELSE 'maintenance' END AS attr_kind
FROM dealership.service_packages AS package
