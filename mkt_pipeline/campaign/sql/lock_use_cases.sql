-- What: lets one session at a time register a use case, for the view is built from all of them.
-- Grain: none; ends with the transaction.
-- Parameters: none.
LOCK TABLE campaign.use_cases IN SHARE ROW EXCLUSIVE MODE
