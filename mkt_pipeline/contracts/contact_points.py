"""Contact points: read only at the moment of sending, and never stored by the pipeline."""

NAME = "contact_points"
"""``contact_points.sql`` in the folder of a source; no extraction reads it."""

KEY = "customer_id"

COLUMNS = (KEY, "email", "phone", "push_token", "language", "display_name")
"""Of these the query gives the key and whichever else the CRM has, all as text."""
