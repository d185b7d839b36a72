-- What: removes what is known of the publication of a day, before it is written anew.
-- Grain: none; removes the rows of one day.
-- Parameters: use_case, as_of.
DELETE FROM campaign.model_health WHERE use_case = %(use_case)s AND as_of = %(as_of)s
