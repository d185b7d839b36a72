-- What:  leads, mailings with their opens, clicks and replies, meetings, and messages.
-- Grain: one row per event.
-- Notes: only what was known when it happened. Of a lead that is its creation alone: probability,
--        automated_probability, stage_id, active, lost_reason_id and date_closed are the outcome.
--        Even who the lead belongs to is known only from its conversion or the customer's own
--        creation on, so the latest of the three times counts.
--        As with orders, what happens with a contact or an address counts for the commercial
--        partner.
WITH
customer AS (
    SELECT p.id
    FROM res_partner AS p
    WHERE p.partner_share
      AND COALESCE(p.type, 'contact') NOT IN ('invoice', 'delivery', 'other')
      AND NOT EXISTS (SELECT FROM res_company AS own WHERE own.partner_id = p.id)
),
belongs AS (
    -- Every partner to the customer that it counts for.
    SELECT p.id AS partner_id, COALESCE(buyer.id, self.id) AS customer_id
    FROM res_partner AS p
    LEFT JOIN customer AS self ON self.id = p.id
    LEFT JOIN customer AS buyer ON buyer.id = p.commercial_partner_id
    WHERE COALESCE(buyer.id, self.id) IS NOT NULL
),
list_member AS (
    -- A mailing contact is a customer where exactly one customer has its address.
    SELECT m.id AS contact_id, min(p.id) AS partner_id
    FROM mailing_contact AS m
    JOIN res_partner AS p ON p.email_normalized = m.email_normalized
    JOIN customer ON customer.id = p.id
    GROUP BY m.id
    HAVING count(*) = 1
),
trace AS (
    SELECT
        t.id, t.campaign_id, t.sent_datetime, t.open_datetime, t.links_click_datetime,
        t.reply_datetime, t.write_date,
        CASE t.trace_type WHEN 'mail' THEN 'email' ELSE t.trace_type END AS channel,
        CASE t.model
            WHEN 'res.partner' THEN t.res_id
            WHEN 'mailing.contact' THEN list_member.partner_id
            WHEN 'crm.lead' THEN lead.partner_id
            WHEN 'sale.order' THEN sale.partner_id
        END AS partner_id
    FROM mailing_trace AS t
    LEFT JOIN list_member ON t.model = 'mailing.contact' AND list_member.contact_id = t.res_id
    LEFT JOIN crm_lead AS lead ON t.model = 'crm.lead' AND lead.id = t.res_id
    LEFT JOIN sale_order AS sale ON t.model = 'sale.order' AND sale.id = t.res_id
),
message AS (
    SELECT
        m.id, m.date, m.message_type, m.write_date, m.model,
        m.author_id IN (SELECT partner_id FROM belongs) AS is_from_customer,
        CASE
            WHEN m.author_id IN (SELECT partner_id FROM belongs) THEN m.author_id
            WHEN m.model = 'res.partner' THEN m.res_id
            WHEN m.model = 'sale.order' THEN sale.partner_id
        END AS partner_id
    FROM mail_message AS m
    LEFT JOIN sale_order AS sale ON m.model = 'sale.order' AND sale.id = m.res_id
    LEFT JOIN mail_message_subtype AS subtype ON subtype.id = m.subtype_id
    WHERE m.message_type IN ('email', 'comment', 'sms')
      AND m.model IN ('res.partner', 'sale.order', 'crm.lead')
      -- Notes of the staff among themselves are no contact with the customer.
      AND NOT COALESCE(m.is_internal, false)
      AND NOT COALESCE(subtype.internal, false)
),
event AS (
    SELECT
        'lead-' || l.id AS id, l.partner_id, GREATEST(l.create_date, l.date_conversion, p.create_date)
            AS at, COALESCE(lower(m.name), 'unknown') AS channel, 'lead' AS kind,
        l.campaign_id, l.write_date
    FROM crm_lead AS l
    JOIN res_partner AS p ON p.id = l.partner_id
    LEFT JOIN utm_medium AS m ON m.id = l.medium_id
    UNION ALL
    SELECT
        'trace-' || id || '-' || happened.kind, partner_id, happened.at, channel,
        'mailing_' || happened.kind, campaign_id, write_date
    FROM trace
    CROSS JOIN LATERAL (VALUES
        ('sent', sent_datetime), ('opened', open_datetime), ('replied', reply_datetime),
        -- A trace keeps only one click; where the clicks themselves are known, they count.
        ('clicked', CASE WHEN NOT EXISTS (
            SELECT FROM link_tracker_click AS c WHERE c.mailing_trace_id = trace.id
        ) THEN links_click_datetime END)
    ) AS happened (kind, at)
    UNION ALL
    SELECT
        'click-' || c.id, trace.partner_id, c.create_date, trace.channel, 'mailing_clicked',
        trace.campaign_id, c.write_date
    FROM link_tracker_click AS c
    JOIN trace ON trace.id = c.mailing_trace_id
    UNION ALL
    SELECT
        'meeting-' || e.id || '-' || a.res_partner_id, a.res_partner_id, e.start, 'meeting',
        'meeting', NULL, e.write_date
    FROM calendar_event AS e
    JOIN calendar_event_res_partner_rel AS a ON a.calendar_event_id = e.id
    WHERE e.active
    UNION ALL
    SELECT
        'message-' || id, partner_id, date,
        CASE WHEN message_type = 'comment' AND is_from_customer THEN 'portal'
             WHEN message_type = 'sms' THEN 'sms' ELSE 'email' END,
        CASE WHEN is_from_customer THEN 'message_received' ELSE 'message_sent' END,
        NULL, write_date
    FROM message
)
SELECT
    event.id AS interaction_id,
    belongs.customer_id::text AS customer_id,
    event.at AT TIME ZONE 'UTC' AS occurred_at,
    event.channel,
    event.kind,
    NULL::text AS product_id,
    event.campaign_id::text AS campaign_id,
    event.write_date AT TIME ZONE 'UTC' AS updated_at
FROM event
JOIN belongs ON belongs.partner_id = event.partner_id
WHERE event.at IS NOT NULL
