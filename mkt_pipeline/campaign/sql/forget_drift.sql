-- What: removes the signs of a night, before they are written anew.
-- Grain: none; removes the rows of one night.
-- Parameters: use_case, as_of.
DELETE FROM campaign.model_drift WHERE use_case = %(use_case)s AND as_of = %(as_of)s
