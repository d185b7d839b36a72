-- What:  fixes the settings of one snapshot's transaction and tells when it began.
-- Grain: one row.
-- Parameters: statement_timeout and lock_timeout, each with its unit, such as 900s.
SELECT transaction_timestamp() AS taken_at,
       set_config('TimeZone', 'UTC', true),
       set_config('DateStyle', 'ISO, YMD', true),
       set_config('extra_float_digits', '1', true),
       set_config('standard_conforming_strings', 'on', true),
       set_config('statement_timeout', %(statement_timeout)s, true),
       set_config('lock_timeout', %(lock_timeout)s, true)
