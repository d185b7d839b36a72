-- What: complaints and reviews as they were written.
-- Grain: one row per complaint and one per review.
SELECT
    'complaint-' || complaint.complaint_id AS text_id,
    complaint.person_id::text AS customer_id,
    NULL::text AS product_id,
    complaint.written_at,
    'complaint' AS channel,
    complaint.language,
    NULL::float8 AS rating,
    complaint.body,
    complaint.updated_at
FROM dealership.complaints AS complaint
UNION ALL
SELECT
    'review-' || review.review_id AS text_id,
    review.person_id::text AS customer_id,
    'service-' || review.package_id AS product_id,
    review.written_at,
    'review' AS channel,
    review.language,
    review.stars::float8 AS rating,
    review.body,
    review.updated_at
FROM dealership.reviews AS review
