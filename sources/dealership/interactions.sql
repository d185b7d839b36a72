-- What: contacts with a customer that are no orders.
-- Grain: one row per visit to the web site, lead, test drive, household change and complaint; one
-- per mailing sent, one more when it was opened and one more when it was clicked.
SELECT
    'web-' || web.web_visit_id AS interaction_id,
    web.person_id::text AS customer_id,
    web.visited_at AS occurred_at,
    'web' AS channel,
    web.page || '_page_visit' AS kind,
    'trim-' || web.trim_id AS product_id,
    NULL::text AS campaign_id,
    web.updated_at
FROM dealership.web_visits AS web
UNION ALL
SELECT
    'lead-' || lead_row.lead_id AS interaction_id,
    lead_row.person_id::text AS customer_id,
    lead_row.received_at AS occurred_at,
    CASE lead_row.origin WHEN 'web form' THEN 'web' WHEN 'phone' THEN 'phone' ELSE 'showroom' END
        AS channel,
    'lead' AS kind,
    'trim-' || lead_row.trim_id AS product_id,
    NULL::text AS campaign_id,
    lead_row.updated_at
FROM dealership.leads AS lead_row
UNION ALL
SELECT
    'drive-' || drive.test_drive_id AS interaction_id,
    drive.person_id::text AS customer_id,
    drive.driven_at AS occurred_at,
    'showroom' AS channel,
    'test_drive' AS kind,
    'trim-' || drive.trim_id AS product_id,
    NULL::text AS campaign_id,
    drive.updated_at
FROM dealership.test_drives AS drive
UNION ALL
SELECT
    'household-' || change.change_id AS interaction_id,
    change.person_id::text AS customer_id,
    change.changed_at AS occurred_at,
    'service desk' AS channel,
    CASE change.kind WHEN 'moved' THEN 'house_move' ELSE 'household_growth' END AS kind,
    NULL::text AS product_id,
    NULL::text AS campaign_id,
    change.updated_at
FROM dealership.household_changes AS change
UNION ALL
SELECT
    'complaint-' || complaint.complaint_id AS interaction_id,
    complaint.person_id::text AS customer_id,
    complaint.written_at AS occurred_at,
    'service desk' AS channel,
    'complaint' AS kind,
    NULL::text AS product_id,
    NULL::text AS campaign_id,
    complaint.updated_at
FROM dealership.complaints AS complaint
UNION ALL
SELECT
    'mail-' || send.send_id || '-' || step.kind AS interaction_id,
    send.person_id::text AS customer_id,
    step.occurred_at,
    'email' AS channel,
    CASE step.kind WHEN 'clicked' THEN mailing.topic || '_mail_clicked' ELSE 'mail_' || step.kind END
        AS kind,
    NULL::text AS product_id,
    send.mailing_id::text AS campaign_id,
    send.updated_at
FROM dealership.mailing_sends AS send
INNER JOIN dealership.mailings AS mailing ON send.mailing_id = mailing.mailing_id
CROSS JOIN LATERAL (
    VALUES ('sent', send.sent_at), ('opened', send.opened_at), ('clicked', send.clicked_at)
) AS step (kind, occurred_at)
WHERE step.occurred_at IS NOT NULL
