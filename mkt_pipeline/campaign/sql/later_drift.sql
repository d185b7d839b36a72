-- What: whether a night of a use case later than this one was looked at already.
-- Grain: one row.
-- Parameters: use_case, as_of.
SELECT EXISTS (
    SELECT FROM campaign.model_drift WHERE use_case = %(use_case)s AND as_of > %(as_of)s
) AS is_later
