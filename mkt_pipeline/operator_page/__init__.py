"""What an operator sees: how the nights go, what waits for a decision, what is said of a customer.

A web application that knows nothing of Airflow: who asks, and what they may do, is told from
outside (``seams``). Airflow serves it through ``plugins/operator_page.py``.
"""
