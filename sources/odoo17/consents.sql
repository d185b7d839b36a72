-- What:  who may be contacted by e-mail and by SMS, as it stands now.
-- Grain: one row per customer and channel for which there is any record; no row is no consent.
-- Notes: Odoo has no record of an opt-in but membership of a mailing list.
--        granted:   on at least one list without an opt-out, and not blacklisted.
--        withdrawn: on the blacklist, or opted out of every list.
--        A blacklist row with active = false means taken off the blacklist.
--        Members of lists are matched by their normalised e-mail address, or for SMS by their
--        number; neither is given out.
WITH
customer AS (
    SELECT p.id, p.email_normalized, p.phone_sanitized
    FROM res_partner AS p
    WHERE p.partner_share
      AND COALESCE(p.type, 'contact') NOT IN ('invoice', 'delivery', 'other')
      AND NOT EXISTS (SELECT FROM res_company AS own WHERE own.partner_id = p.id)
),
address AS (
    SELECT id AS customer_id, 'email' AS channel, email_normalized AS address
    FROM customer WHERE email_normalized IS NOT NULL
    UNION ALL
    SELECT id, 'sms', phone_sanitized FROM customer WHERE phone_sanitized IS NOT NULL
),
membership AS (
    SELECT
        channel, address,
        COALESCE(s.opt_out, false) AS is_out,
        CASE WHEN s.opt_out THEN COALESCE(s.opt_out_datetime, s.write_date) ELSE s.create_date END
            AS since,
        s.write_date
    FROM mailing_subscription AS s
    JOIN mailing_contact AS m ON m.id = s.contact_id
    CROSS JOIN LATERAL (VALUES ('email', m.email_normalized), ('sms', m.phone_sanitized))
        AS reached (channel, address)
    WHERE address IS NOT NULL
),
lists AS (
    SELECT
        channel, address,
        bool_and(is_out) AS is_out,
        min(since) FILTER (WHERE NOT is_out) AS in_since,
        max(since) FILTER (WHERE is_out) AS out_since,
        max(write_date) AS write_date
    FROM membership GROUP BY channel, address
),
blacklist AS (
    SELECT 'email' AS channel, email AS address, active, write_date FROM mail_blacklist
    UNION ALL
    SELECT 'sms', number, active, write_date FROM phone_blacklist
),
standing AS (
    SELECT
        a.customer_id, a.channel,
        COALESCE(b.active, false) OR COALESCE(l.is_out, false) AS is_out,
        CASE WHEN b.active THEN b.write_date END AS blacklisted_since,
        CASE WHEN l.is_out THEN l.out_since END AS left_since,
        -- Back from the blacklist, an old membership counts again from that moment.
        GREATEST(l.in_since, CASE WHEN NOT b.active THEN b.write_date END) AS in_since,
        GREATEST(l.write_date, b.write_date) AS write_date
    FROM address AS a
    LEFT JOIN lists AS l USING (channel, address)
    LEFT JOIN blacklist AS b USING (channel, address)
    -- Off the blacklist and on no list is no record of a consent.
    WHERE b.active OR l.address IS NOT NULL
)
SELECT
    customer_id || '-' || channel AS consent_id,
    customer_id::text AS customer_id,
    channel,
    CASE WHEN is_out THEN 'withdrawn' ELSE 'granted' END AS status,
    CASE WHEN is_out THEN LEAST(blacklisted_since, left_since) ELSE in_since END
        AT TIME ZONE 'UTC' AS effective_at,
    write_date AT TIME ZONE 'UTC' AS updated_at
FROM standing
