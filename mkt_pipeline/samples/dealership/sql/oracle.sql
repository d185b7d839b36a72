-- What: the true probabilities of one use case as of one day, and whether the event happened.
-- Grain: one row per customer who is still a person of the CRM.
-- Parameters: use_case, as_of.
SELECT
    truth.probability,
    CASE truth.use_case
        WHEN 'vehicle_purchase' THEN EXISTS (
            SELECT 1 FROM dealership.sales AS sale
            WHERE
                sale.person_id = person.person_id AND sale.state = 'confirmed'
                AND sale.sold_at >= truth.as_of
                AND sale.sold_at < truth.as_of + truth.horizon_days
        )
        ELSE EXISTS (
            SELECT 1 FROM dealership.service_visits AS visit
            WHERE
                visit.person_id = person.person_id AND visit.state = 'done'
                AND visit.visited_at >= truth.as_of
                AND visit.visited_at < truth.as_of + truth.horizon_days
        )
    END AS happened
FROM dealership_truth.probabilities AS truth
INNER JOIN dealership.persons AS person ON person.person_id = truth.customer_id::integer
WHERE truth.use_case = %(use_case)s AND truth.as_of = %(as_of)s
ORDER BY person.person_id
